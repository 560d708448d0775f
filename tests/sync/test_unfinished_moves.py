"""A phone moves a reminder to another list, and somebody saves a file before its line has moved."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from daemon.settings.paths import MIRROR
from tests.rig import Crash, Rig, empty_world, open_rig
from tests.sync.stepping import DiesAt


def test_a_line_that_both_rewrote_while_it_is_moved_is_no_copy(two: Rig) -> None:
    """What we put says what nobody had said here before, and is ours all the same.

    Who typed had not seen it: of the two titles one loses, and is kept.
    """
    id = two.shown("Typed").id
    two.phone.edit(id, title="Typed on the phone")

    def retitle(name: str) -> None:
        if name == "swap:exchange" and "Typed" in two.read("Plans"):
            two.step = lambda _: None
            two.replace("Inbox", "Typed", "Typed here")

    two.step = retitle
    two.run()
    two.run()
    assert {one.title for one in two.phone.reminders()} == {"Typed on the phone", "Other"}
    assert two.shown("Typed on the phone").id == id
    assert [one.loser for one in two.store.attention.open_conflicts()] == ["Typed here"]
    assert (two.titles("Inbox"), two.titles("Plans")) == (set(), {"Typed on the phone", "Other"})
    assert (two.read("Inbox") + two.read("Plans")).count("Typed") == 1
    two.rest()


@pytest.mark.parametrize("also", ["", "- [ ] New\n"])
def test_what_a_phone_said_of_a_line_that_was_edited_where_it_was_left_stands(
    two: Rig, also: str
) -> None:
    """It was agreed on with the line that was put elsewhere, of which that edit knows nothing."""
    id = two.shown("Typed").id
    two.phone.edit(id, priority=5, due="2026-05-04")

    def overtake(name: str) -> None:
        if name == "engine:write":
            two.step = lambda _: None
            two.replace("Inbox", "- [ ] Typed", f"{also}- [x] Typed")

    two.step = overtake
    two.run()
    shown = two.shown("Typed")
    assert (shown.id, shown.priority, shown.due) == (id, 5, "2026-05-04")
    assert shown.done
    assert (two.read("Inbox") + two.read("Plans")).count("Typed") == 1
    assert two.titles("Plans") == {"Typed", "Other"}
    assert two.store.attention.open_conflicts() == []
    two.rest()


@pytest.mark.parametrize("wins", ["cloud", "files"])
def test_a_line_that_is_carried_on_from_where_it_was_left_is_one(tmp_path: Path, wins: str) -> None:
    """Both sides have moved it: of the two places one loses, and is kept."""
    with open_rig(tmp_path, empty_world(), conflicts=wins) as rig:
        for name in ("Plans", "Trip"):
            rig.phone.create_list(name)
        rig.save("Inbox", "- [ ] Typed\n")
        rig.run()
        id = rig.shown("Typed").id
        rig.phone.move(id, "Plans")

        def carry(name: str) -> None:
            if name == "swap:exchange":
                rig.step = lambda _: None
                line = rig.line("Inbox", "Typed") + "\n"
                rig.replace("Inbox", line, "")
                rig.append("Trip", line)

        rig.step = carry
        rig.run()
        assert [one.id for one in rig.phone.reminders()] == [id]
        assert [one.field for one in rig.store.attention.open_conflicts()] == ["list"]
        assert rig.shown("Typed").list == {"cloud": "Plans", "files": "Trip"}[wins]
        assert "Typed" in rig.read(rig.shown("Typed").list)
        assert "".join(map(rig.read, ("Inbox", "Plans", "Trip"))).count("Typed") == 1
        rig.rest()


def test_a_line_that_is_edited_where_it_was_left_as_we_died_is_one(two: Rig) -> None:
    """That the other one was put is not remembered, and shows by its file."""
    id = two.shown("Typed").id
    two.phone.edit(id, due="2026-05-04")
    two.step = DiesAt("commit:written:before", 1)
    with pytest.raises(Crash):
        two.run()
    two.step = lambda _: None
    two.replace("Inbox", "- [ ] Typed", "- [x] Typed")
    two.restart()
    two.run()
    shown = two.shown("Typed")
    assert (shown.id, shown.due, shown.done) == (id, "2026-05-04", True)
    assert (two.titles("Inbox"), two.titles("Plans")) == (set(), {"Typed", "Other"})
    assert (two.read("Inbox") + two.read("Plans")).count("Typed") == 1
    two.rest()


def test_what_was_typed_before_and_not_sent_is_no_news_of_the_phone(two: Rig) -> None:
    """The old line said it when it was left, and so did what was put: iCloud did not know yet."""
    id = two.shown("Typed").id
    two.phone.edit(id, due="2026-05-04")
    two.replace("Inbox", "- [ ] Typed", "- [ ] Retitled")

    def overtake(name: str) -> None:
        if name == "engine:write":
            two.replace("Inbox", "- [ ] Retitled", "- [x] Retitled")
        if name == "engine:push":
            two.step = lambda _: None
            raise Crash

    two.step = overtake
    two.wait(3)
    with pytest.raises(Crash):
        two.engine.cycle("test")
    two.close()
    two.open()
    two.run()
    shown = two.shown("Retitled")
    assert (shown.id, shown.due, shown.done) == (id, "2026-05-04", True)
    assert (two.titles("Inbox"), two.titles("Plans")) == (set(), {"Retitled", "Other"})
    assert two.store.attention.open_conflicts() == []
    two.rest()


def test_where_both_lines_are_edited_neither_goes(two: Rig) -> None:
    """Somebody dates what we put, and retitles what was left behind before the day is sent."""
    before = {one.id for one in two.phone.reminders()}

    def overtake(name: str) -> None:
        if name == "swap:exchange" and "Typed" in two.read("Plans"):
            two.step = lambda _: None
            two.append("Inbox", "- [ ] Third\n")

    two.step = overtake
    two.wait(3)
    two.engine.cycle("test")
    assert "Typed" in two.read("Inbox")
    line = two.line("Plans", "Typed")
    two.replace("Plans", line, line.replace("Typed", "Typed 📅 2026-05-04"))
    two.wait(3)
    os.utime(two.path("Inbox"), (two.clock(), two.clock()))  # which is just being saved
    two.step = DiesAt("engine:push", 1)
    with pytest.raises(Crash):
        two.engine.cycle("test")
    two.close()
    two.open()
    two.replace("Inbox", "- [ ] Typed", "- [ ] Retitled")
    two.run()
    assert (two.shown("Typed").due, two.shown("Typed").id in before) == ("2026-05-04", True)
    assert two.shown("Retitled").id not in before
    assert two.titles("Plans") == {"Typed", "Other"}
    assert two.titles("Inbox") == {"Retitled", "Third"}
    two.rest()


def test_a_line_that_could_not_move_is_known_when_its_file_is_unread_for_a_while(two: Rig) -> None:
    """What stood in a file that is just being saved is not forgotten, though a move waits."""
    before = {one.id for one in two.phone.reminders()}

    def overtake(name: str) -> None:
        if name == "swap:exchange":
            two.step = lambda _: None
            two.append("Plans", "Prose\n")

    two.step = overtake
    two.wait(3)
    assert two.engine.cycle("test").retry_after_s is not None
    assert "Typed" in two.read("Inbox")
    two.append("Plans", "- [ ] Third\n")
    two.wait(3)
    two.save("Inbox", re.sub(r" \^r-\w+", "", two.read("Inbox")))
    os.utime(two.path("Inbox"), (two.clock(), two.clock()))
    assert two.engine.cycle("test").pushed == 1  # the third one, while the first is not read
    two.run()
    assert {one.id for one in two.phone.reminders()} - {two.shown("Third").id} == before
    assert (two.titles("Inbox"), two.titles("Plans")) == (set(), {"Typed", "Other", "Third"})
    two.rest()


def test_a_line_in_a_file_that_was_never_read_is_not_put_in_elsewhere(two: Rig) -> None:
    """The mirror is new, and somebody is just saving the file that the line still stands in."""
    two.close()
    for path in (two.home / "state").rglob(MIRROR):
        path.unlink()
    two.open()
    before = {one.id for one in two.phone.reminders()}
    two.append("Inbox", "- [ ] Third\n")
    two.wait(3)
    os.utime(two.path("Inbox"), (two.clock(), two.clock()))
    two.engine.cycle("test", approve=True)
    assert "Typed" not in two.read("Plans")
    two.run(approve=True)
    assert {one.id for one in two.phone.reminders()} - {two.shown("Third").id} == before
    assert (two.titles("Inbox"), two.titles("Plans")) == ({"Third"}, {"Typed", "Other"})
    assert (two.read("Inbox") + two.read("Plans")).count("Typed") == 1
    two.rest()


def test_a_line_pasted_while_it_is_put_back_is_one(rig: Rig) -> None:
    """It was cut, a phone edited it, which beats the deletion; and it is pasted at that moment."""
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n    > n\n- [ ] Other\n")
    rig.run()
    rig.append("Plans", "- [ ] There\n")
    rig.run()
    id, line = rig.shown("Typed").id, f"{rig.line('Inbox', 'Typed')}\n    > n\n"
    rig.replace("Inbox", line, "")
    rig.phone.edit(id, title="Typed, and retitled")

    def paste(name: str) -> None:
        if name == "swap:check":
            rig.step = lambda _: None
            rig.append("Plans", line)

    rig.step = paste
    rig.wait(3)
    rig.engine.cycle("test")
    assert "retitled" in rig.read("Inbox")
    rig.run()
    assert (rig.titles("Inbox"), rig.titles("Plans")) == (
        {"Other"},
        {"There", "Typed, and retitled"},
    )
    assert rig.shown("Typed, and retitled").id == id
    assert "Typed" not in rig.read("Inbox")
    assert rig.read("Plans").count("Typed") == 1
    rig.rest()


def test_a_copy_of_what_was_put_back_is_a_copy(rig: Rig) -> None:
    rig.phone.create_list("Plans")
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    id = rig.shown("Typed").id
    rig.replace("Inbox", f"{rig.line('Inbox', 'Typed')}\n", "")
    rig.phone.edit(id, title="Typed, and retitled")
    rig.wait(3)
    rig.engine.cycle("test")
    rig.save("Plans", f"{rig.line('Inbox', 'Typed')}\n")
    rig.run()
    assert rig.titles("Plans") == {"Typed, and retitled"}
    assert rig.titles("Inbox") == {"Typed, and retitled", "Other"}
    rig.rest()


def test_a_line_that_stands_where_it_is_no_task_is_not_put_in_elsewhere(two: Rig) -> None:
    """The mirror is new, and the id stands in a file all the same."""
    two.run()
    line = two.line("Plans", "Other")
    two.replace("Plans", f"{line}\n", "")
    two.append("Inbox", f"{line.removeprefix('- [ ] ')}\n")
    two.close()
    for path in (two.home / "state").rglob(MIRROR):
        path.unlink()
    two.open()
    two.run(approve=True)
    assert "Other" not in two.read("Plans")
    assert two.titles("Plans") == {"Typed", "Other"}
    two.replace("Inbox", line.removeprefix("- [ ] "), "")
    two.run()
    assert line in two.read("Plans")
    two.rest()
