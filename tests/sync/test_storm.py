"""Random edits on all sides at once: nothing is lost, nothing doubled, and both say the same.

A failing seed prints what happened. Repeat one, or a range, with
``REMINDERSD_STORM=17`` or ``REMINDERSD_STORM=100-200``; a soak takes hundreds.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.sync.storm import open_storm

SOAK = os.environ.get("REMINDERSD_SOAK") == "1"
ROUNDS = 6
VARIANTS: dict[str, dict[str, str]] = {
    "markdown": {},
    "todo.txt": {"format": "todo.txt"},
    "no-markers": {"markers": "none"},
    "archive": {"archive": "month"},
    "files-win": {"conflicts": "files"},
    "purge": {"mode": "purge"},
    "grace": {"grace": "30s"},
    "shared": {},
}


def seeds() -> range:
    chosen = os.environ.get("REMINDERSD_STORM")
    if chosen:
        first, _, last = chosen.partition("-")
        return range(int(first), int(last or first) + 1)
    return range(200) if SOAK else range(2)


@pytest.mark.parametrize("seed", seeds())
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_storm_ends_in_agreement(tmp_path: Path, variant: str, seed: int) -> None:
    with open_storm(tmp_path, f"{variant} {seed}", **VARIANTS[variant]) as storm:
        try:
            if variant == "shared":
                storm.share()
            storm.blow(ROUNDS)
            storm.check()
        except BaseException:
            print(f"REMINDERSD_STORM={seed}, {variant}:", *storm.tale.told, sep="\n")
            raise


def test_what_both_sides_do_not_agree_about_would_be_noticed(tmp_path: Path) -> None:
    with open_storm(tmp_path, "noticed") as storm:
        storm.check()
        report, phone, rig = storm.calm(), storm.rig.phone, storm.rig
        one = phone.find("w1 at first")
        for there, back in (
            ({"flagged": True}, {"flagged": False}),
            ({"title": "w1 else"}, {"title": one.title}),
            ({"due": "2027-01-01T10:00"}, {"due": None}),
        ):
            phone.edit(one.id, **there)
            with pytest.raises(AssertionError, match="w1"):
                storm.compare(report)
            phone.edit(one.id, **back)
        storm.compare(report)
        phone.create("Plans", one.title)
        with pytest.raises(AssertionError, match="doubled on phone"):
            storm.compare(report)
        phone.delete(phone.reminders("Plans")[0].id)
        phone.delete(phone.find("w2 at first").id)
        with pytest.raises(AssertionError, match="lost"):
            storm.compare(report)
        before = rig.read("Inbox")
        storm.tale.lose("w2")
        rig.save("Inbox", before.replace("w1 at first", "w1 elsewhere"))
        with pytest.raises(AssertionError, match="w1 elsewhere"):
            storm.compare(report)
