"""`undo` of what is more than a field: occurrences, sections, groups; and in other formats."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rig import Rig, empty_world, open_rig
from tests.sync.test_undoing import both, undo


def taken_back(rig: Rig, deed: Callable[[Rig], None]) -> None:
    """The deed's run is taken back, and that again, and both sides are as they were each time."""
    before = both(rig)
    deed(rig)
    rig.run()
    after = both(rig)
    assert after != before
    undone = undo(rig)
    assert undone.left == []
    assert both(rig) == before
    rig.rest()
    again = undo(rig)
    assert (again.run, again.left) == (undone.by, [])
    assert both(rig) == after
    rig.rest()


def _tick(rig: Rig) -> None:
    rig.replace("Inbox", "- [ ] Rent", "- [x] Rent")


def _tick_on_phone(rig: Rig) -> None:
    rig.phone.complete_occurrence(rig.shown("Rent").id, rig.clock())


@pytest.mark.parametrize("deed", [_tick, _tick_on_phone])
def test_an_occurrence(rig: Rig, deed: Callable[[Rig], None]) -> None:
    rig.append("Inbox", "- [ ] Rent 🔁 every month ⏰ 10:00 📅 2026-12-01\n    > by transfer\n")
    rig.run()
    taken_back(rig, deed)


def test_an_occurrence_that_was_taken_back_can_be_completed_anew(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Rent 🔁 every month 📅 2026-12-01\n")
    rig.run()
    _tick(rig)
    rig.run()
    undo(rig)
    assert [one.due for one in rig.phone.reminders("Inbox")] == ["2026-12-01"]
    _tick(rig)
    rig.run()
    assert sorted((one.done, one.due) for one in rig.phone.reminders("Inbox")) == [
        (False, "2027-01-01"),
        (True, "2026-12-01"),
    ]
    rig.rest()


def _to_section(rig: Rig) -> None:
    line = rig.line("Inbox", "Milk")
    rig.replace("Inbox", f"{line}\n", "")
    rig.append("Inbox", f"{line}\n")


def _section_on_phone(rig: Rig) -> None:
    section = next(one for one in rig.phone.sections("Inbox") if one.name == "Dairy")
    rig.phone.put_in_section(rig.shown("Milk").id, section.id)


def _new_section(rig: Rig) -> None:
    line = rig.line("Inbox", "Milk")
    rig.replace("Inbox", f"{line}\n", "")
    rig.append("Inbox", f"\n## Drinks\n{line}\n")


def _to_other_list(rig: Rig) -> None:
    line = rig.line("Inbox", "Cheese")
    rig.replace("Inbox", f"{line}\n", "")
    rig.append("Work", f"{line}\n")


def _retitled_on_phone(rig: Rig) -> None:
    section = next(one for one in rig.phone.sections("Inbox") if one.name == "Dairy")
    rig.phone.rename_section(section.id, "Cold")


def _retitled_in_file(rig: Rig) -> None:
    rig.replace("Inbox", "## Dairy", "## Cold")


def sections(rig: Rig) -> dict[str, str | None]:
    return {one.title: one.section for one in rig.phone.reminders()}


MOVES = [_to_section, _section_on_phone, _new_section, _to_other_list]


@pytest.mark.parametrize("deed", [*MOVES, _retitled_on_phone, _retitled_in_file])
def test_sections(rig: Rig, deed: Callable[[Rig], None]) -> None:
    rig.phone.create_list("Work")
    rig.run()
    rig.append("Inbox", "- [ ] Milk\n- [ ] Bread\n\n## Dairy\n- [ ] Cheese\n- [ ] Eggs\n")
    rig.run()
    before = sections(rig)
    deed(rig)
    rig.run()
    after = sections(rig)
    assert after != before
    undone = undo(rig)
    assert undone.left == []
    assert sections(rig) == before
    rig.rest()
    assert undo(rig).left == []
    assert sections(rig) == after
    rig.rest()


def _into_a_group(rig: Rig) -> None:
    os.rename(rig.path("Work"), rig.path("Home/Work"))


def _out_of_a_group(rig: Rig) -> None:
    os.rename(rig.path("Home/Garden"), rig.path("Garden"))


def _moved_on_phone(rig: Rig) -> None:
    rig.phone.change_list("Work", group="Home")


@pytest.mark.parametrize("deed", [_into_a_group, _out_of_a_group, _moved_on_phone])
def test_groups(rig: Rig, deed: Callable[[Rig], None]) -> None:
    rig.phone.create_list("Home", is_group=True)
    rig.phone.create_list("Garden", group="Home")
    rig.phone.create("Garden", "Dig")
    rig.phone.create_list("Other", group="Home")
    rig.phone.create("Other", "Rest")
    rig.phone.create_list("Work")
    rig.phone.create("Work", "Type")
    rig.run()
    taken_back(rig, deed)


@pytest.mark.parametrize("settings", [{"format": "todo.txt"}, {"markers": "none"}])
def test_other_formats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), **settings) as rig:
        rig.run()
        mark = "" if "format" in settings else "- [ ] "
        rig.save("Inbox", "".join(f"{mark}{word}\n" for word in ("Milk", "Bread", "Cheese")))
        rig.run()

        def deed(rig: Rig) -> None:
            rig.replace("Inbox", "Milk", "Oat milk")
            rig.append("Inbox", f"{mark}Jam\n")
            rig.phone.delete(rig.shown("Cheese").id)
            rig.phone.edit(rig.shown("Bread").id, title="Rye bread", due="2026-12-15")

        taken_back(rig, deed)


def test_deletions_for_good(purging: Rig) -> None:
    rig = purging
    rig.append("Inbox", "- [ ] Cake #sweet 📅 2026-12-14\n    - [ ] Flour\n- [ ] Stays\n")
    rig.run()

    def deed(rig: Rig) -> None:
        for words in ("Cake", "Flour"):
            rig.replace("Inbox", rig.line("Inbox", words) + "\n", "")

    before = both(rig)
    deed(rig)
    rig.run()
    assert undo(rig).left == []
    assert both(rig) == before


def test_a_list_that_was_deleted_for_good_is_for_restore(purging: Rig) -> None:
    rig = purging
    rig.save("Work", "- [ ] Type #fast\n    - [ ] Letter\n")
    rig.run()
    before = both(rig)
    rig.path("Work").unlink()
    rig.run()
    rig.engine.approve(["Work"])
    rig.run()
    [left] = undo(rig).left
    assert (left.title, "restore --list" in left.reason) == ("Work", True)
    rig.engine.restore_list("Work")
    rig.run()
    assert both(rig)[0] == before[0]


def test_what_restore_brought_back(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Cake #sweet 📅 2026-12-14\n    > Two.\n- [ ] Stays\n")
    rig.run()
    id = rig.shown("Cake").id
    rig.phone.delete(id)
    rig.run()
    taken_back(rig, lambda rig: rig.engine.restore(id))


def test_how_a_list_looks(rig: Rig) -> None:
    rig.phone.create_list("Work", color="blue")
    rig.phone.create("Work", "Type")
    rig.run()

    def color() -> str | None:
        [one] = [one for one in rig.phone.lists() if one.name == "Work"]
        return one.color

    blue = color()
    rig.replace("Work", "---\n\n", "icloud-color: green\n---\n\n")
    rig.run()
    green = color()
    assert green != blue
    assert undo(rig).left == []
    assert color() == blue
    assert "green" not in rig.read("Work")
    rig.rest()
    assert undo(rig).left == []
    assert color() == green
    rig.rest()


def test_what_cannot_come_back_is_not_offered(rig: Rig) -> None:
    """Its list is deleted for good: that has to come first, by another verb."""
    rig.phone.create_list("Old")
    id = rig.phone.create("Old", "Typed")
    rig.run()
    [old] = [one.id for one in rig.phone.lists() if one.name == "Old"]
    for name in (f"Reminder/{id}", f"List/{old}"):
        rig.world.zone.modify([{"operationType": "forceDelete", "record": {"recordName": name}}])
    rig.run()
    gone = rig.store.journal.history(id=id)[0].run
    offered, done = rig.engine.undo(gone, dry_run=True), undo(rig, gone)
    assert (offered.rows, done.rows) == ([], [])
    assert [one.reason for one in offered.left] == [one.reason for one in done.left]
    assert "list" in offered.left[0].reason
    rig.engine.restore_list("Old")
    rig.run()
    assert rig.titles("Old") == {"Typed"}
