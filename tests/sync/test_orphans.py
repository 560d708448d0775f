"""A task that was put beneath one that a phone deletes meanwhile goes on at the top level."""

from __future__ import annotations

import pytest

from tests.rig import Rig


@pytest.fixture
def family(rig: Rig) -> Rig:
    rig.append("Inbox", "- [ ] Parent\n    - [ ] Child\n- [ ] Other\n")
    rig.run()
    return rig


def test_a_line_typed_beneath_it(family: Rig) -> None:
    parent = family.line("Inbox", "Parent")
    family.replace("Inbox", parent, f"{parent}\n    - [ ] Typed 🚩 📅 2026-12-14\n        > A note")
    family.phone.delete(family.shown("Parent").id)
    report = family.run()
    assert (report.problems, report.parked) == ([], 0)
    typed = family.shown("Typed")
    assert (typed.parent, typed.flagged, typed.notes) == (None, True, "A note")
    assert family.titles("Inbox") == {"Typed", "Other"}
    assert family.line("Inbox", "Typed").startswith("- [ ] Typed 🚩 📅 2026-12-14 ^r-")
    assert "Parent" not in family.read("Inbox")
    family.rest()


def test_a_line_moved_beneath_it(family: Rig) -> None:
    parent, other = family.line("Inbox", "Parent"), family.line("Inbox", "Other")
    text = family.read("Inbox").replace(f"{other}\n", "")
    moved = other.replace("Other", "Other, edited")
    family.save("Inbox", text.replace(parent, f"{parent}\n    {moved}"))
    family.phone.delete(family.shown("Parent").id)
    report = family.run()
    assert (report.problems, report.parked) == ([], 0)
    assert family.shown("Other, edited").parent is None
    assert family.line("Inbox", "Other").startswith("- [ ] Other, edited ^r-")
    family.rest()


def test_a_subtask_edited_while_both_are_deleted(family: Rig) -> None:
    family.replace("Inbox", "Child", "Child, edited")
    family.phone.delete(family.shown("Parent").id)
    report = family.run()
    assert (report.problems, report.parked) == ([], 0)
    assert family.shown("Child, edited").parent is None
    assert family.titles("Inbox") == {"Child, edited", "Other"}
    assert "Parent" not in family.read("Inbox")
    family.rest()


def test_with_its_parent_kept_by_an_edit_it_stays_beneath(family: Rig) -> None:
    parent = family.line("Inbox", "Parent")
    kept = parent.replace("Parent", "Parent, edited")
    family.replace("Inbox", parent, f"{kept}\n    - [ ] Typed")
    family.phone.delete(family.shown("Parent").id)
    report = family.run()
    assert (report.problems, report.parked) == ([], 0)
    assert family.shown("Typed").parent == family.shown("Parent, edited").id
    family.rest()


def test_a_subtask_that_is_deleted_while_its_parent_is_carried_elsewhere(family: Rig) -> None:
    """That its parent has left it is no edit of its own, for which it would be kept."""
    family.phone.create_list("Plans")
    family.settings |= {"grace": "30s"}
    family.restart()
    family.run()
    parent = family.line("Inbox", "Parent")
    family.save("Inbox", f"{family.line('Inbox', 'Other')}\n")
    family.append("Plans", f"{parent}\n")
    family.run()
    assert family.titles("Plans") == {"Parent"}
    assert "Child" not in family.read("Inbox")
    family.wait(30)
    family.run()
    assert family.titles("Inbox") == {"Other"}
    assert family.titles("Plans") == {"Parent"}
    assert "Child" not in family.read("Inbox") + family.read("Plans")
    family.rest()
