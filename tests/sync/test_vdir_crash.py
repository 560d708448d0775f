"""Dying at any effect of a scenario in a vdir ends as if nothing had happened.

The normal suite takes a share of the effects, a soak (REMINDERSD_SOAK=1) each.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rig import Rig, empty_world, open_rig
from tests.sync.test_crash_sweep import SOAK, Crash, Saboteur, die, quiet_down
from tests.sync.vdirs import put

SHARE = 1 if SOAK else 29  # every so many effects


def prepare(rig: Rig) -> None:
    rig.phone.create_list("Work", color="red")
    rig.run()
    for name in ("Both", "Moves", "Carried", "Goes here", "Goes there", "Ticked"):
        put(rig, f"Inbox/{name}", f"UID:{name}@theirs", f"SUMMARY:{name}", f"X-THEIRS:{name}")
    rig.run()


def edit(rig: Rig) -> None:
    """New tasks, edits, moves, deletions, lists and colours, on both sides at once."""
    phone = rig.phone
    phone.edit(rig.shown("Both").id, notes="from the phone", due="2026-12-14T09:30[Asia/Tokyo]")
    phone.add_early(rig.shown("Both").id, "2 hours before")
    phone.move(rig.shown("Moves").id, "Work")
    phone.delete(rig.shown("Goes there").id)
    phone.create("Work", "Made on the phone")
    phone.create_list("House", is_group=True)
    phone.create_list("Plans", "House")
    phone.change_list("Work", color="green")
    rig.replace("Inbox/Both", "SUMMARY:Both", "SUMMARY:Both, from the file")
    rig.path("Inbox/Goes here").unlink()
    rig.path("Inbox/Carried").rename(rig.path("Work/Carried"))
    rig.replace("Inbox/Ticked", "SUMMARY", "STATUS:COMPLETED\r\nSUMMARY")
    (rig.folder / "Inbox" / "color").write_text("#AF52DE")
    put(rig, "Garden/new", "UID:new@theirs", "SUMMARY:Sow", "RELATED-TO:parent@theirs")
    put(rig, "Garden/parent", "UID:parent@theirs", "SUMMARY:Plan")


def end(rig: Rig) -> tuple[object, ...]:
    """All that both sides say; files that we named are told by their titles."""
    entries = rig.phone.reminders()
    title = {one.id: one.title for one in entries}
    shown = sorted(
        (one.list, one.title, one.notes, one.done, one.due, title.get(one.parent or ""),
         sorted(alarm.says for alarm in one.alarms if not alarm.own), one.problems)
        for one in entries
    )  # fmt: skip
    lists = sorted((one.name, str(one.color)) for one in rig.phone.lists())
    files = []
    for path in sorted(rig.folder.rglob("*")):
        if path.is_file() and ".remindersd" not in path.parts:
            lines = path.read_bytes().decode().split("\r\n")
            text = [one for one in lines if not one.startswith(("UID:", "COMPLETED:"))]
            ours = any(line == f"UID:{path.stem}" for line in lines)
            name = path.parent if ours else path
            files.append((str(name.relative_to(rig.folder)), text))
    return shown, lists, sorted(files)


def run_at(home: Path, strike: int) -> tuple[tuple[object, ...], int]:
    """How the scenario ends after a death at that effect (0: none), and how many there were."""
    home.mkdir()
    with open_rig(home, empty_world(), format="vdir") as rig:
        rig.run()
        prepare(rig)
        rig.wait(120)
        rig.run()
        edit(rig)
        rig.step = counter = Saboteur(strike, die)
        if strike:
            with pytest.raises(Crash):
                quiet_down(rig)
            rig.step = lambda _: None
            rig.restart()
        quiet_down(rig)
        count = counter.count
        rig.wait(120)  # receipts are quiet by now, and nothing is still on its way
        quiet_down(rig)
        rig.rest()
        return end(rig), count


@pytest.mark.timeout(3600)
def test_dying_at_any_effect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    wanted, count = run_at(tmp_path / "calm", 0)
    titles = [(one[0], one[1]) for one in wanted[0]]  # type: ignore[index]
    assert titles == [
        ("Garden", "Plan"), ("Garden", "Sow"), ("Inbox", "Both, from the file"),
        ("Inbox", "Ticked"), ("Work", "Carried"), ("Work", "Made on the phone"), ("Work", "Moves"),
    ]  # fmt: skip
    assert (tmp_path / "calm" / "Todo" / "House" / "Plans" / "displayname").exists()
    for strike in range(1, count + 1, SHARE):
        assert run_at(tmp_path / str(strike), strike)[0] == wanted, strike
