"""A line that a move of ours could not take out of its old file yet is none of its own."""

from __future__ import annotations

import os

import pytest

from daemon.settings.paths import MIRROR
from tests.rig import Crash, Rig
from tests.sync.stepping import DiesAt


def leave_a_line_behind(two: Rig) -> None:
    """“Typed” stands in `Plans.md` by now, and in `Inbox.md` still."""

    def save(name: str) -> None:
        if name == "engine:write":
            two.step = lambda _: None
            two.replace("Inbox", "- [ ] Typed", "Prose\n\n- [ ] Typed")

    two.step = save
    two.wait(3)
    two.engine.cycle("test")
    assert "Typed" in two.read("Inbox")
    assert "Typed" in two.read("Plans")


@pytest.mark.parametrize("also", ["", "typed", "noted", "said both times"])
def test_a_line_left_behind_where_a_phone_moves_it_back_is_one(two: Rig, also: str) -> None:
    """Taken out as left behind, and put in as moved, it was in neither file for a moment."""
    id = two.shown("Typed").id
    if also == "said both times":
        two.phone.edit(id, flagged=True)
    leave_a_line_behind(two)
    two.phone.move(id, "Inbox")
    if also == "typed":  # its file has to be stamped first
        two.append("Inbox", "- [ ] New\n")
    if also == "noted":
        two.append("Plans", "    > a note\n")
    if also == "said both times":  # what was left behind says again what shall be
        two.phone.edit(id, flagged=False)
    two.run()
    assert two.titles("Inbox") == {"Typed"} | ({"New"} if also == "typed" else set())
    assert two.titles("Plans") == {"Other"}
    assert (two.shown("Typed").id, two.shown("Typed").flagged) == (id, False)
    assert two.shown("Typed").notes == ("a note" if also == "noted" else "")
    assert two.read("Inbox").count("Typed") == 1
    assert "Typed" not in two.read("Plans")
    assert "Prose" in two.read("Inbox")
    two.rest()


@pytest.mark.parametrize("looks", [1, 2])
def test_a_line_left_behind_whose_new_place_is_seen_half_saved(two: Rig, looks: int) -> None:
    """While the rest of that save was missing, what was left behind was all that there was of it.

    What comes after another look without it is a copy, as of any other line.
    """
    id = two.shown("Typed").id
    leave_a_line_behind(two)
    whole = two.read("Plans")
    two.save("Plans", f"{two.line('Plans', 'Other')}\n")
    for _ in range(looks):
        two.wait(3)
        two.engine.cycle("test")
    assert two.shown("Typed").id == id
    assert two.titles("Inbox") == {"Typed"}
    two.save("Plans", whole)
    two.run()
    assert two.titles("Inbox") == {"Typed"}
    assert id in {one.id for one in two.phone.reminders() if one.title == "Typed"}
    assert two.titles("Plans") == ({"Other"} if looks == 1 else {"Typed", "Other"})
    two.rest()


@pytest.mark.parametrize("sign", ["", " 🔼"])
@pytest.mark.parametrize("looks", [1, 2])
def test_a_line_left_behind_in_a_file_that_is_seen_half_saved(
    two: Rig, looks: int, sign: str
) -> None:
    """It is gone, and comes again with the rest of that save."""
    id = two.shown("Typed").id
    leave_a_line_behind(two)
    whole = two.read("Inbox")
    two.save("Inbox", whole.partition("Prose")[0])
    for _ in range(looks):
        two.wait(3)
        two.engine.cycle("test")
    two.save("Inbox", whole.replace("] Typed", f"] Typed{sign}"))
    two.run()
    assert two.titles("Plans") == {"Typed", "Other"}
    assert two.titles("Inbox") == set()
    assert two.shown("Typed").id == id
    assert two.shown("Typed").priority == (5 if sign else 0)
    assert (two.read("Inbox") + two.read("Plans")).count("Typed") == 1
    two.rest()


@pytest.mark.parametrize("remembered", [False, True])
def test_a_line_left_behind_is_known_while_its_new_place_cannot_be_read(
    two: Rig, remembered: bool
) -> None:
    """What was put there is missing then, and comes again: it is no copy."""
    id = two.shown("Typed").id
    if remembered:
        leave_a_line_behind(two)
    else:
        two.step = DiesAt("commit:written:before", 1)
        two.wait(3)
        with pytest.raises(Crash):
            two.engine.cycle("test")
        two.step = lambda _: None
        two.restart()
        assert "Typed" in two.read("Inbox")
        assert "Typed" in two.read("Plans")
    two.wait(3)
    os.utime(two.path("Plans"), (two.clock(), two.clock()))  # as if it were just being saved
    assert two.engine.cycle("test").retry_after_s is not None
    assert "Typed" in two.read("Inbox")
    two.run()
    assert two.shown("Typed").id == id
    assert (two.titles("Inbox"), two.titles("Plans")) == (set(), {"Typed", "Other"})
    assert (two.read("Inbox") + two.read("Plans")).count("Typed") == 1
    two.rest()


def test_a_line_left_behind_is_two_where_the_mirror_is_made_anew(two: Rig) -> None:
    """Nothing tells it from one that somebody copied: both are kept, and one has the id."""
    id = two.shown("Typed").id
    leave_a_line_behind(two)
    two.close()
    for path in (two.home / "state").rglob(MIRROR):
        path.unlink()
    two.open()
    two.run(approve=True)
    two.run()
    assert (two.titles("Inbox"), two.titles("Plans")) == ({"Typed"}, {"Typed", "Other"})
    assert [one.id for one in two.phone.reminders() if one.id == id] == [id]
    two.rest()


@pytest.mark.parametrize("also", ["", "- [ ] Third\n"])
@pytest.mark.parametrize("looks", [1, 2])
def test_a_line_left_behind_in_a_file_that_is_renamed_and_just_being_saved(
    two: Rig, also: str, looks: int
) -> None:
    """For a while the list has no file; then it is known again by its lines, or by its head."""
    id = two.shown("Typed").id
    two.append("Inbox", also)

    def rename(name: str) -> None:
        if name == "swap:exchange":
            two.step = lambda _: None
            two.path("Inbox").rename(two.path("Letters"))

    def writes(name: str) -> None:
        if name == "engine:write":
            two.step = rename

    two.step = writes
    two.wait(3)
    two.engine.cycle("test")
    assert "Typed" in two.read("Letters")
    assert "Typed" in two.read("Plans")
    for _ in range(looks):
        os.utime(two.path("Letters"), (two.clock(), two.clock()))  # as if it were just being saved
        assert two.engine.cycle("test").retry_after_s is not None
    two.run()
    assert [one.id for one in two.phone.reminders() if one.title == "Typed"] == [id]
    assert {one.name for one in two.phone.lists()} == {"Letters", "Plans"}
    assert (two.read("Letters") + two.read("Plans")).count("Typed") == 1
    assert "Typed" in two.read("Plans")
    two.rest()
