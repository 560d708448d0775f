"""What stands beneath a line that goes is left standing at the top level of its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rig import Rig, empty_world, open_rig


@pytest.fixture
def parent(rig: Rig) -> Rig:
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Parent\n    - [ ] Child\n- [ ] Other\n")
    rig.run()
    return rig


def type_beneath(rig: Rig, text: str) -> None:
    line = rig.line("Inbox", "Parent")
    rig.replace("Inbox", line, f"{line}\n{text}")


def move_to_plans(rig: Rig) -> None:
    """With its subtasks, as phones do."""
    rig.phone.move(rig.shown("Parent").id, "Plans")


def test_typed_beneath_one_that_a_phone_moves_to_another_list(parent: Rig) -> None:
    type_beneath(parent, "    - [ ] Typed 🚩\n        > A note")
    move_to_plans(parent)
    report = parent.run()
    assert (report.problems, report.parked) == ([], 0)
    typed = parent.shown("Typed")
    assert (typed.parent, typed.flagged, typed.notes) == (None, True, "A note")
    assert parent.titles("Inbox") == {"Typed", "Other"}
    assert parent.titles("Plans") == {"Parent", "Child"}
    assert parent.line("Inbox", "Typed").startswith("- [ ] Typed 🚩 ^r-")
    assert "Parent" not in parent.read("Inbox")
    assert "Child" not in parent.read("Inbox")
    assert parent.line("Plans", "Child").startswith("    - [ ] Child")
    parent.rest()


def test_its_line_ends_as_it_did(parent: Rig) -> None:
    type_beneath(parent, "    - [ ] Typed\r")
    move_to_plans(parent)
    parent.run()
    line = parent.line("Inbox", "Typed")
    assert (line[:12], line[-1]) == ("- [ ] Typed ", "\r")
    parent.rest()


def test_the_same_in_todo_txt(tmp_path: Path) -> None:
    with open_rig(tmp_path, empty_world(), format="todo.txt") as rig:
        rig.phone.create("Inbox", "Parent")
        rig.phone.create_list("Plans")
        rig.run()
        block = rig.line("Inbox", "Parent").partition("id:")[2]
        rig.append("Inbox", f"Typed p:{block}\n")
        move_to_plans(rig)
        report = rig.run()
        assert (report.problems, report.parked) == ([], 0)
        assert rig.shown("Typed").parent is None
        assert rig.titles("Inbox") == {"Typed"}
        assert " p:" not in rig.read("Inbox")
        assert "Parent" not in rig.read("Inbox")
        rig.rest()


def test_with_words_that_nobody_can_read_it_waits_until_they_are_gone(parent: Rig) -> None:
    type_beneath(parent, "    - [ ] Typed 📅 2026-13-45")
    move_to_plans(parent)
    assert parent.run().problems
    assert "    - [ ] Typed 📅 2026-13-45" in parent.read("Inbox")
    parent.replace("Inbox", " 📅 2026-13-45", "")
    report = parent.run()
    assert (report.problems, report.parked) == ([], 0)
    assert parent.line("Inbox", "Typed").startswith("- [ ] Typed ^r-")
    assert "Parent" not in parent.read("Inbox")
    assert (parent.shown("Typed").parent, parent.titles("Plans")) == (None, {"Parent", "Child"})
    parent.rest()


def test_typed_in_a_list_that_a_phone_deletes_it_is_held_and_stays(parent: Rig) -> None:
    parent.phone.create("Plans", "Going")
    parent.run()
    going = parent.line("Plans", "Going")
    parent.replace("Plans", going, f"{going}\n    - [ ] Typed")
    parent.phone.delete_list("Plans")
    report = parent.run()
    assert (report.problems, report.parked) == ([], 0)
    assert [hold.kind for hold in report.held] == ["read-only"]
    assert parent.line("Plans", "Typed").startswith("- [ ] Typed")
    assert "Going" not in parent.read("Plans")
    parent.rest()
