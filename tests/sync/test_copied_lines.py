"""A line that was copied with its id stays the reminder, whatever goes on; the copy is new."""

from __future__ import annotations

import os
import re

import pytest

from sync.cycle.report import Report
from tests.rig import Crash, Rig
from tests.sync.stepping import DiesAt, DoesOnce


@pytest.fixture
def known(rig: Rig) -> str:
    """The id of the reminder “First”, whose line stands in Inbox; there is a list Plans, too."""
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] First\n- [ ] Second\n")
    rig.run()
    rig.append("Plans", "- [ ] Third\n")
    rig.run()
    return str(rig.shown("First").id)


def copy_above(rig: Rig) -> None:
    """With another title, as who makes a new task of an old one does."""
    line = rig.line("Inbox", "First")
    rig.replace("Inbox", line, f"{line.replace('First', 'Copy')}\n{line}")


def is_saving(name: str, rig: Rig, *, approve: bool = False) -> Report:
    """A cycle in which somebody saves this file with one more line, before it is read."""

    def save() -> None:
        rig.append(name, "- [ ] Fourth\n")
        os.utime(rig.path(name), (rig.clock(), rig.clock()))

    rig.wait(3)
    rig.step = DoesOnce("engine:scan", save)
    return rig.engine.cycle("test", approve=approve)


@pytest.mark.parametrize("died", [False, True])
def test_one_that_lost_its_id_and_has_it_again(rig: Rig, known: str, died: bool) -> None:
    text = rig.read("Inbox")
    rig.save("Inbox", re.sub(r" \^r-\w+", "", text))
    if died:
        rig.step = DiesAt("commit:plan:before", 1)
        with pytest.raises(Crash):
            rig.run()
        rig.step = lambda _: None
        rig.restart()
    rig.run()
    assert rig.read("Inbox") == text
    row = rig.store.places.line_of(known)
    assert row is not None
    assert died or row.text == rig.line("Inbox", "First")
    copy_above(rig)
    rig.run()
    assert rig.shown("First").id == known
    assert rig.titles("Inbox") == {"First", "Second", "Copy"}
    rig.rest()


@pytest.mark.parametrize("title", ["First", "Copy"])
def test_one_whose_file_is_just_being_saved(rig: Rig, known: str, title: str) -> None:
    """A cycle sees the copy alone: the first line cannot be read, and is not forgotten."""
    rig.append("Plans", rig.line("Inbox", "First").replace("First", title) + "\n")
    assert is_saving("Inbox", rig).retry_after_s is not None
    row = rig.store.places.line_of(known)
    assert row is not None
    assert row.path == "Inbox.md"
    rig.run()
    [first] = [one for one in rig.phone.reminders("Inbox") if one.title == "First"]
    assert first.id == known
    assert rig.titles("Inbox") == {"First", "Second", "Fourth"}
    assert rig.titles("Plans") == {"Third", title}
    rig.rest()


@pytest.mark.parametrize("title", ["First", "Said"])
def test_one_with_notes_that_a_phone_moves_to_where_a_copy_without_them_stands(
    rig: Rig, known: str, title: str
) -> None:
    """A machine that moves a line takes its notes along, so the copy is nobody's move."""
    line = rig.line("Inbox", "First")
    rig.replace("Inbox", line, f"{line}\n    > By the sea")
    rig.run()
    rig.append("Plans", f"{line}\n")
    rig.phone.edit(known, title=title)
    rig.phone.move(known, "Plans")
    rig.run()
    there = rig.phone.reminders("Plans")
    assert [one.notes for one in there if one.id == known] == ["By the sea"]
    assert [one.notes for one in there if one.title == "First" and one.id != known] == [""]
    assert rig.read("Plans").count("By the sea") == 1
    assert (rig.titles("Inbox"), rig.titles("Plans")) == ({"Second"}, {"First", title, "Third"})
    rig.rest()


@pytest.mark.parametrize("title", ["First", "Said"])
def test_one_that_a_phone_moves_to_where_a_copy_with_another_title_stands(
    rig: Rig, known: str, title: str
) -> None:
    """As who makes a new task of an old one does; one called the same is taken for moved."""
    rig.append("Plans", f"{rig.line('Inbox', 'First').replace('First', 'Copy')}\n")
    rig.phone.edit(known, title=title)
    rig.phone.move(known, "Plans")
    rig.run()
    assert (rig.titles("Inbox"), rig.titles("Plans")) == ({"Second"}, {"Copy", title, "Third"})
    assert rig.shown(title).id == known
    rig.rest()


@pytest.mark.parametrize("also", ["", "Fourth"])
def test_one_that_was_edited_and_that_a_phone_moves_to_where_a_copy_of_before_stands(
    rig: Rig, known: str, also: str
) -> None:
    """The edited line goes on, though it was seen before the move is planned: to name new lines."""
    line = rig.line("Inbox", "First")
    rig.append("Plans", f"{line}\n")
    rig.replace("Inbox", "First", "Edited")
    if also:
        rig.append("Plans", f"- [ ] {also}\n")
    rig.phone.move(known, "Plans")
    rig.run()
    assert rig.shown("Edited").id == known
    titles = {"Edited", "Third"} | ({also} if also else set())
    assert (rig.titles("Inbox"), rig.titles("Plans")) == ({"Second"}, titles)
    rig.rest()


def test_one_that_was_moved_while_the_file_that_it_left_is_being_saved(
    rig: Rig, known: str
) -> None:
    line = rig.line("Inbox", "First")
    rig.replace("Inbox", f"{line}\n", "")
    rig.append("Plans", f"{line}\n")
    assert is_saving("Inbox", rig).retry_after_s is not None
    rig.run()
    row = rig.store.places.line_of(known)
    assert row is not None
    assert row.path == "Plans.md"
    assert rig.shown("First").id == known
    assert (rig.titles("Inbox"), rig.titles("Plans")) == ({"Second", "Fourth"}, {"First", "Third"})
    rig.rest()


@pytest.mark.parametrize("is_deleted", [False, True])
def test_one_that_was_copied_before_the_mirror_is_made_anew(
    rig: Rig, known: str, is_deleted: bool
) -> None:
    """What iCloud says tells which line it was, also where a phone has deleted it."""
    line = rig.line("Inbox", "First")
    copy_above(rig)
    if is_deleted:
        rig.phone.delete(known)
    rig.close()
    for path in (rig.home / "state").rglob("mirror.sqlite*"):
        path.unlink()
    rig.open()
    held = {hold.id for hold in rig.run(approve=True).held}
    held |= {hold.id for hold in rig.run().held}
    assert rig.line("Inbox", "First") == line
    assert held == ({known} if is_deleted else set())
    assert rig.store.attention.open_conflicts() == []
    assert rig.titles("Inbox") == {"First", "Second", "Copy"} - ({"First"} if is_deleted else set())


def test_one_whose_file_is_just_being_saved_where_the_mirror_is_made_anew(
    rig: Rig, known: str
) -> None:
    """The copy is all that can be read, and is not remembered: the line may stand in its file."""
    line = rig.line("Inbox", "First")
    rig.replace("Inbox", line, f"{line}\n    > By the sea")
    rig.run()
    rig.append("Plans", f"{line}\n")
    rig.close()
    for path in (rig.home / "state").rglob("mirror.sqlite*"):
        path.unlink()
    rig.open()
    assert is_saving("Inbox", rig, approve=True).retry_after_s is not None
    rig.run(approve=True)
    [first] = [one for one in rig.phone.reminders("Inbox") if one.title == "First"]
    assert (first.id, first.notes) == (known, "By the sea")
    assert rig.line("Inbox", "First") == line
    assert rig.titles("Plans") == {"First", "Third"}
    rig.rest()


def test_one_that_nothing_else_tells_apart_before_the_mirror_is_made_anew(
    rig: Rig, known: str
) -> None:
    """A phone retitled it, so that both titles differ; but only one line has a flag."""
    line = rig.line("Inbox", "First")
    rig.save(
        "Inbox", rig.read("Inbox").replace(line, f"{line.replace('First', 'Copy 🚩')}\n{line}")
    )
    rig.phone.edit(known, title="Newly called")
    rig.close()
    for path in (rig.home / "state").rglob("mirror.sqlite*"):
        path.unlink()
    rig.open()
    rig.run(approve=True)
    rig.run()
    assert rig.shown("Copy").id != known
    assert rig.shown("Copy").flagged


def test_one_whose_line_is_carried_to_where_no_list_is(rig: Rig, known: str) -> None:
    """Its id stands there, so it is not gone; a copy without the id is another reminder."""
    line = rig.line("Inbox", "First")
    aside = rig.folder / "Old" / "2026" / "files.md"
    aside.parent.mkdir(parents=True)
    aside.write_text(f"{line}\n")
    rig.replace("Inbox", f"{line}\n", "")
    rig.append("Plans", "- [ ] First\n")
    rig.run()
    assert line not in rig.read("Plans")
    assert [one.id for one in rig.phone.reminders("Inbox") if one.title == "First"] == [known]
    assert rig.titles("Plans") == {"First", "Third"}
    aside.unlink()
    rig.append("Inbox", f"{line}\n")
    rig.run()
    assert [one.id for one in rig.phone.reminders("Inbox") if one.title == "First"] == [known]
    assert (rig.titles("Inbox"), rig.titles("Plans")) == ({"First", "Second"}, {"First", "Third"})
    rig.rest()
