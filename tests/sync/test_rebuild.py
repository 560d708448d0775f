"""A lost database is rebuilt from both sides: nothing doubled, nothing sent, no byte changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sync.core.actions import HoldKind
from tests.rig import Rig


def state(rig: Rig) -> Path:
    return rig.home / "state" / "remindersd" / "rig"


def lose_database(rig: Rig) -> None:
    """Delete the mirror, as a person or a sick disk does, and start again."""
    rig.close()
    for path in state(rig).glob("mirror.sqlite*"):
        path.unlink()
    rig.open()


def everything_shown(rig: Rig) -> list[object]:
    return [
        (one.id, one.list, one.title, one.notes, one.due, one.done, one.priority, one.parent)
        for one in rig.phone.reminders()
    ]


def modifications(sent: list[dict[str, object]]) -> int:
    return sum("records/modify" in str(one["path"]) for one in sent)


def test_two_equal_sides_find_each_other_again(seeded: Rig) -> None:
    before, shown = seeded.bytes_of_folder(), everything_shown(seeded)
    lose_database(seeded)
    with seeded.counting() as sent:
        report = seeded.run()
    assert (report.held, report.conflicts, report.files) == ([], [], 0)
    assert modifications(sent) == 0
    assert seeded.bytes_of_folder() == before
    assert everything_shown(seeded) == shown
    seeded.rest()


def test_a_rebuilt_database_syncs_on(seeded: Rig) -> None:
    lose_database(seeded)
    seeded.run()
    id = seeded.shown("Milk").id
    seeded.replace("Groceries", "Milk", "Oat milk")
    seeded.phone.edit(seeded.shown("Crème fraîche").id, notes="200 g")
    seeded.run()
    assert seeded.shown("Oat milk").id == id
    assert "    > 200 g\n" in seeded.read("Groceries")
    seeded.rest()


@pytest.mark.parametrize("side", ["file", "phone"])
def test_an_edit_made_meanwhile_waits_and_is_joined(seeded: Rig, side: str) -> None:
    before = seeded.bytes_of_folder()
    id = seeded.shown("Milk").id
    seeded.close()
    if side == "file":
        seeded.replace("Groceries", "Milk", "Oat milk")
    else:
        seeded.phone.edit(id, title="Oat milk")
    edited = seeded.bytes_of_folder()
    count = len(seeded.phone.reminders())
    lose_database(seeded)
    with seeded.counting() as sent:
        report = seeded.run()
    assert {hold.kind for hold in report.held} == {"first-plan"}
    assert report.exit_code == 4
    assert modifications(sent) == 0
    assert seeded.bytes_of_folder() == edited
    seeded.run(approve=True)
    assert len(seeded.phone.reminders()) == count
    kept = {seeded.shown(title).id for title in ("Milk", "Oat milk") if shows(seeded, title)}
    assert kept == {id}
    lost = [one.loser for one in seeded.store.attention.open_conflicts()]
    assert {*lost, seeded.phone.get(id).title} >= {"Oat milk"}
    assert set(seeded.bytes_of_folder()) == set(before)
    seeded.rest()


def shows(rig: Rig, title: str) -> bool:
    return any(one.title == title for one in rig.phone.reminders())


@pytest.mark.parametrize("title", ["Milk", "Eggs"])
def test_a_line_open_or_completed_is_deleted_after_it_as_before(seeded: Rig, title: str) -> None:
    lose_database(seeded)
    seeded.run()
    seeded.replace("Groceries", seeded.line("Groceries", title) + "\n", "")
    seeded.run()
    seeded.wait(200)
    seeded.run()
    assert not shows(seeded, title)
    seeded.rest()


def test_a_line_deleted_meanwhile_comes_back_rather_than_being_lost(seeded: Rig) -> None:
    seeded.close()
    seeded.replace("Groceries", seeded.line("Groceries", "Milk") + "\n", "")
    lose_database(seeded)
    seeded.run(approve=True)
    assert seeded.shown("Milk").list == "Groceries"
    assert seeded.line("Groceries", "Milk")
    seeded.rest()


def test_a_reminder_deleted_meanwhile_is_not_made_again(seeded: Rig) -> None:
    seeded.phone.delete(seeded.shown("Milk").id)
    lose_database(seeded)
    report = seeded.run(approve=True)
    assert not shows(seeded, "Milk")
    assert seeded.line("Groceries", "Milk")
    assert "gone-in-icloud" in {hold.kind for hold in report.held}


def test_a_database_of_yesterday_loses_and_doubles_nothing(seeded: Rig) -> None:
    seeded.close()
    old = seeded.home / "backup"
    shutil.copytree(state(seeded), old)
    seeded.open()
    seeded.append("Groceries", "- [ ] Typed later\n")
    seeded.replace("Groceries", "Milk", "Oat milk")
    seeded.phone.edit(seeded.shown("Crème fraîche").id, title="Crème double")
    seeded.phone.create("Groceries", "Dictated later")
    seeded.run()
    count = len(seeded.phone.reminders())
    seeded.close()
    shutil.rmtree(state(seeded))
    shutil.copytree(old, state(seeded))
    seeded.open()
    before = seeded.bytes_of_folder()
    seeded.run()
    assert len(seeded.phone.reminders()) == count
    assert seeded.bytes_of_folder() == before
    assert shows(seeded, "Oat milk")
    assert shows(seeded, "Crème double")
    seeded.rest()


def test_a_line_that_stands_where_no_list_is_is_not_written_again(seeded: Rig) -> None:
    """Somebody keeps it below a deep directory for a while, and brings it back."""
    line = seeded.line("Groceries", "Milk") + "\n"
    seeded.save("Old/2031/later", line)
    seeded.replace("Groceries", line, "")
    id = seeded.shown("Milk").id
    lose_database(seeded)
    report = seeded.run()
    assert ([(one.id, one.kind) for one in report.held], report.files) == (
        [(id, HoldKind.ASIDE)],
        0,
    )
    assert "Milk" not in seeded.read("Groceries")
    seeded.path("Old/2031/later").unlink()
    seeded.append("Groceries", line)
    seeded.run()
    assert seeded.shown("Milk").id == id
    seeded.rest()
