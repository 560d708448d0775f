"""The stories that are swept: what both sides agree on, and what people do then."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Final

from tests.simulation.editor import lines_of, put, read
from tests.simulation.stage import Scenario, Stage, nothing
from tests.simulation.tale import MARK, words_in


def furnished(stage: Stage) -> None:
    """Two lists with eight reminders w1, w3, ..., one with a note, one with a subtask."""
    phone = stage.phone
    phone.create_list("Inbox")
    phone.create_list("Plans")
    for number in range(4):
        stage.make("Inbox", notes=number == 1)
    parent = stage.make("Plans", due=True)
    stage.make("Plans", parent=parent.id)
    stage.make("Plans")


def marks(stage: Stage, where: str) -> list[str]:
    """The marks of a list's reminders, in the order of their making."""
    found = [MARK.findall(one.title)[0] for one in stage.phone.reminders(where)]
    return sorted(found, key=lambda mark: int(mark[1:]))


def first_contact(stage: Stage) -> None:
    """Both sides are full, and say partly the same; they never met."""
    furnished(stage)
    same = stage.find(marks(stage, "Inbox")[0])
    stage.add("Inbox", f"- [ ] {same.title}", stage.task(" 🚩"), stage.task(indent=4))
    stage.add("Garden", "Just words.", "", stage.task(" #tag"))


def new_lines(stage: Stage) -> None:
    day, note, other = stage.tale.day(), stage.tale.fresh("n"), stage.tale.fresh("n")
    stage.add(
        "Inbox",
        stage.task(f" ⏫ 📅 {day}"),
        f"    > {note}",
        f"    {stage.task()}",
        f"        > {other}",
        stage.task(),
    )
    stage.add("Garden", stage.task(), stage.task(" 🚩"))


def conflicts(stage: Stage) -> None:
    """The same fields, others, and the same line, on both sides at once."""
    one, two, three, four = marks(stage, "Inbox")
    stage.retitle(one)
    stage.retype(one, stage.renamed)
    stage.change(two, notes=stage.tale.fresh("n"))
    stage.retype(two, stage.renamed)
    day = stage.tale.day()
    stage.change(three, due=stage.tale.day(), flagged=True)
    stage.retype(three, lambda line: put(line, f" 📅 {day}"))
    stage.phone.complete(stage.find(four).id, stage.clock.wall())
    stage.retype(four, stage.renamed)


def moves(stage: Stage) -> None:
    one, two, three, _ = marks(stage, "Inbox")
    parent, child, last = marks(stage, "Plans")
    stage.carry(one, "Plans")
    stage.send(two, "Plans")
    stage.carry(parent, "Inbox")
    stage.send(last, "Inbox")
    stage.carry(three, "Plans")
    stage.send(three, "Plans")
    stage.retype(child, stage.renamed)


def deletions(stage: Stage) -> None:
    one, two, three, _ = marks(stage, "Inbox")
    parent, _, last = marks(stage, "Plans")
    stage.erase(one)
    stage.discard(two)
    stage.erase(three)
    stage.discard(three)
    stage.erase(parent)
    stage.discard(last)


def approved_too_late(stage: Stage) -> None:
    """What was held is put back and then approved; later the same lines are deleted again."""
    one, two, *_ = marks(stage, "Inbox")
    path = stage.path("Inbox")
    text = read(path)
    for mark in (one, two):
        stage.erase(mark)
    stage.clock.wait(3)
    stage.cycle()
    with stage.typing():
        stage.typist.save(path, lines_of(text))
    stage.approve_now()
    stage.clock.wait(3)
    stage.cycle()
    for mark in (one, two):
        stage.erase(mark)


def deleted_and_edited(stage: Stage) -> None:
    one, two, three, _ = marks(stage, "Inbox")
    parent, child, _ = marks(stage, "Plans")
    stage.erase(one)
    stage.retitle(one)
    stage.discard(two)
    stage.retype(two, stage.renamed)
    stage.change(three, notes=stage.tale.fresh("n"))
    stage.erase(three)
    stage.retype(child, stage.renamed)
    stage.discard(parent)


def lists(stage: Stage) -> None:
    """Renamed on both sides, new on both sides, one deleted on the phone."""
    phone, tale = stage.phone, stage.tale
    tale.say(names := [tale.fresh("L") for _ in range(4)])
    phone.rename_list(stage.list_id("Inbox"), names[0])
    stage.path("Plans").rename(stage.path(names[1]))
    phone.create_list(names[2])
    stage.make(names[2])
    stage.add(names[3], stage.task())
    for one in stage.phone.reminders("Spare"):
        tale.retract(words_in(str(one)))
    phone.delete_list(stage.list_id("Spare"))


def spare(stage: Stage) -> None:
    furnished(stage)
    stage.phone.create_list("Spare")
    stage.make("Spare")


def let_go(stage: Stage) -> None:
    """A list of which the file is deleted is approved, and the phone says something in it."""
    with stage.typing():
        stage.path("Spare").unlink()
    stage.clock.wait(3)
    stage.cycle()
    stage.approve_now()
    stage.make("Spare")
    stage.retitle(marks(stage, "Inbox")[0])


def archived(stage: Stage) -> None:
    """What was done long ago leaves for the archive, one with its subtask; one is opened again."""
    one, two, *_ = marks(stage, "Inbox")
    parent, child, _ = marks(stage, "Plans")
    for mark in (one, two, child, parent):
        stage.phone.complete(stage.find(mark).id, stage.clock.wall())
    stage.clock.wait(3)
    stage.cycle()
    stage.clock.wait(3 * 86_400)
    stage.phone.reopen(stage.find(two).id)
    stage.retype(marks(stage, "Inbox")[2], stage.renamed)


def repeating(stage: Stage) -> None:
    """An occurrence is done in the file, another on the phone, a third on both sides."""
    one, two, three = marks(stage, "Inbox")
    stage.tale.copied |= {one, two, three}
    for mark in (one, three):
        stage.retype(mark, stage.ticked)
    for mark in (two, three):
        stage.phone.complete_occurrence(stage.find(mark).id, stage.clock.wall())


def series(stage: Stage) -> None:
    stage.phone.create_list("Inbox")
    stage.cycle()
    for every in ("week", "month", "2 days"):
        stage.add("Inbox", stage.task(f" 🔁 every {every} 📅 {stage.tale.day()}"))


def sections(stage: Stage) -> None:
    """Into a section and out of it, a new heading, a renamed one, alarms set and moved."""
    one, two, three, four = marks(stage, "Inbox")
    garden = next(one.id for one in stage.phone.sections("Inbox"))
    stage.phone.put_in_section(stage.find(two).id, garden)
    stage.phone.rename_section(garden, "Pond")
    stage.lift(three)
    stage.add("Inbox", "", "## House", "", stage.task())
    stage.phone.add_early(stage.find(one).id, "1 day before")
    # Both are edits, and outlive a deletion; but our eye reads neither sections nor alarms.
    stage.tale.touched |= {one, two}
    stage.retype(four, lambda line: put(line, " ⏰ 1d before"))


def sectioned(stage: Stage) -> None:
    stage.phone.create_list("Inbox")
    garden = stage.phone.create_section("Inbox", "Garden")
    for number in range(4):
        made = stage.make("Inbox", due=True)
        if number > 1:
            stage.phone.put_in_section(made.id, garden)


def stale_buffer(stage: Stage) -> None:
    """An editor has a file open while the phone changes it, and saves what it had read."""
    one, two, three, _ = marks(stage, "Inbox")
    path = stage.path("Inbox")
    text = read(path)
    stage.retitle(one)
    stage.change(two, flagged=True)
    stage.discard(three)
    stage.clock.wait(3)
    stage.cycle()
    line = stage.task()
    stage.typist._old(path, f"{text}{line}\n", "stale")


def rolled_back(stage: Stage) -> None:
    """The database is the one of before everything that was agreed on since."""
    stage.trouble.happen("database copied", Random(0), "")
    one, two, three, _ = marks(stage, "Inbox")
    stage.retitle(one)
    stage.retype(two, stage.renamed)
    stage.add("Inbox", stage.task())
    stage.discard(three)
    stage.make("Plans")
    for _ in range(2):
        stage.clock.wait(3)
        stage.cycle()
    stage.trouble.happen("database of before", Random(0), "")
    stage.retype(marks(stage, "Plans")[-1], stage.renamed)


def groups(stage: Stage) -> None:
    """A list into a group on the phone, another by its directory, a new one in a directory."""
    stage.phone.change_list(stage.list_id("Inbox"), group="Home")
    (stage.machine.folder / "Away").mkdir()
    stage.path("Plans").rename(stage.path("Away/Plans"))
    stage.add("Home/Garden", stage.task())


def grouped(stage: Stage) -> None:
    furnished(stage)
    stage.phone.create_list("Home", is_group=True)
    stage.phone.create_list("Kitchen", "Home")
    stage.make("Kitchen")


SCENARIOS: Final[Mapping[str, Scenario]] = {
    one.name: one
    for one in (
        Scenario("first contact", nothing, first_contact),
        Scenario("new lines", furnished, new_lines),
        Scenario("conflicts", furnished, conflicts),
        Scenario("moves", furnished, moves),
        Scenario("deletions", furnished, deletions),
        Scenario("deletions purged", furnished, deletions, {"mode": "purge"}),
        Scenario("approved too late", furnished, approved_too_late, {"hold_above": "1"}),
        Scenario("deleted and edited", furnished, deleted_and_edited),
        Scenario("lists", spare, lists),
        Scenario("list let go", spare, let_go),
        Scenario("archive", furnished, archived, {"show": "1d", "archive": "month"}),
        Scenario("repeating", series, repeating),
        Scenario("sections and alarms", sectioned, sections),
        Scenario("stale buffer", furnished, stale_buffer),
        Scenario("rolled back", furnished, rolled_back),
        Scenario("groups", grouped, groups),
    )
}
