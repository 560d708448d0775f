"""What waits goes on to wait while nothing can be known of it, and a person goes on to see it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.activity.attention import Hold as StoredHold
from store.model import Absent, Unknown
from sync.core.actions import Hold, HoldKind
from sync.core.snapshot import Snapshot
from sync.cycle.planning.unjudged import still_waiting
from sync.cycle.report import Report
from tests.rig import Rig, empty_world, open_rig

MANY = [f"Task {number}" for number in range(1, 8)]


@pytest.fixture
def guarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """Two lists, Inbox with seven tasks; deletions wait two minutes, five of them for ever."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), grace="2m", hold_above=4) as rig:
        rig.phone.create_list("Work")
        rig.run()
        rig.append("Inbox", "".join(f"- [ ] {title}\n" for title in MANY))
        rig.append("Work", "- [ ] Call\n")
        rig.run()
        rig.rest()
        yield rig


def drop(rig: Rig, *titles: str) -> None:
    lines = rig.read("Inbox").splitlines(keepends=True)
    rig.save("Inbox", "".join(line for line in lines if not any(one in line for one in titles)))


def cycle_in_mid_save(rig: Rig, name: str = "Work") -> Report:
    """One cycle while an editor has just touched a file, so that it is not read."""
    path = rig.path(name)
    now = rig.clock()
    os.utime(path, (now, now))
    report = rig.engine.cycle("test")
    assert report.retry_after_s is not None  # it was not read
    return report


def told(report: Report) -> list[tuple[str, str, int | None]]:
    return sorted((hold.kind, hold.id, hold.until_ms) for hold in report.held)


@pytest.mark.parametrize(
    ("gone", "hours", "kinds"),
    [
        (MANY[:2], 0, [HoldKind.GRACE] * 2),
        (MANY[:5], 1, [HoldKind.DELETIONS] * 5),
        (MANY, 1, [HoldKind.EMPTIED]),
    ],
)
@pytest.mark.parametrize("saving", ["Work", "Inbox"])
def test_it_is_held_while_a_file_is_being_saved(
    guarded: Rig, gone: list[str], hours: int, kinds: list[HoldKind], saving: str
) -> None:
    drop(guarded, *gone)
    guarded.run()
    guarded.wait(3600 * hours)
    before = guarded.run()
    assert [hold.kind for hold in before.held] == kinds
    during = cycle_in_mid_save(guarded, saving)
    assert (told(during), during.new_holds) == (told(before), [])
    assert told(guarded.run()) == told(before)


def test_what_was_held_for_being_many_stays_so_when_few_are_left_after_a_save(
    guarded: Rig,
) -> None:
    text = guarded.read("Inbox")
    drop(guarded, *MANY[:5])
    guarded.run()
    guarded.wait(3600)
    assert len(guarded.run().held) == 5
    cycle_in_mid_save(guarded)
    guarded.save("Inbox", text)
    drop(guarded, *MANY[:2])
    guarded.run()
    guarded.wait(3600)
    assert [hold.kind for hold in guarded.run().held] == [HoldKind.DELETIONS] * 2
    assert len(guarded.titles("Inbox")) == 7


def test_it_is_held_while_the_folder_is_away(guarded: Rig) -> None:
    drop(guarded, *MANY[:5])
    guarded.run()
    guarded.wait(3600)
    before = guarded.run()
    away = guarded.home / "away"
    guarded.folder.rename(away)
    during = guarded.run()
    assert [one for one in told(during) if one[1] != "folder"] == told(before)
    assert any(hold.id == "folder" for hold in during.held)
    away.rename(guarded.folder)
    assert told(guarded.run()) == told(before)


def test_an_approval_is_kept_for_when_it_can_be_carried_out(guarded: Rig) -> None:
    drop(guarded, *MANY[:5])
    guarded.run()
    guarded.wait(3600)
    guarded.run()
    cycle_in_mid_save(guarded)
    assert len(guarded.engine.approve()) == 5
    cycle_in_mid_save(guarded)
    away = guarded.home / "away"
    guarded.folder.rename(away)
    guarded.run()
    away.rename(guarded.folder)
    guarded.run()
    assert guarded.titles("Inbox") == {"Task 6", "Task 7"}


def test_what_was_settled_in_the_saved_file_waits_no_more(guarded: Rig) -> None:
    text = guarded.read("Inbox")
    drop(guarded, *MANY[:5])
    guarded.run()
    guarded.wait(3600)
    guarded.run()
    guarded.save("Inbox", text)
    assert len(cycle_in_mid_save(guarded, "Inbox").held) == 5
    assert guarded.run().held == []


@pytest.mark.parametrize(("named", "waits"), [("Old.md", False), ("Work.md", True)])
def test_what_stands_in_a_file_that_is_told_of_waits_with_that_file(
    named: str, waits: bool
) -> None:
    before = [StoredHold("deletions:A", "deletions", "A", "lost", 0)]
    now = [Hold(named, HoldKind.FILE, "it has the id of a list that was deleted")]
    snapshot = Snapshot({"A": Absent("lost")}, {"A": Unknown("its id stands in Old.md")}, {"A": {}})
    found = still_waiting(before, now, snapshot, {}, stands_in={"A": "Old.md"}.get)
    assert [hold.id for hold in found] == ["A"] * waits
