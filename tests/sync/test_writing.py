"""What is done by a verb stands in the files at once, flows with the next cycle, and is undone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

from store.model import AllDay, Completion, Field, Priority, Reminder, Zoned
from sync.core.deeds import Change, Deed, Drop, Make, Scene
from sync.cycle.asked.writing import Written
from sync.errors import CannotWrite
from tests.rig import Rig, empty_world, open_rig

TODAY = date(2026, 11, 22)


@pytest.fixture(params=["markdown", "todo.txt", "vdir"])
def each(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Rig]:
    """A rig with two lists, in each format."""
    world = empty_world()
    world.phone.create_list("Home")
    with open_rig(tmp_path, world, format=request.param) as rig:
        rig.run()
        yield rig


def list_of(scene: Scene, name: str) -> str:
    return next(view.id for view in scene.lists.values() if view.name == name)


def id_of(scene: Scene, title: str) -> str:
    return next(id for id, one in scene.here.items() if one.title == title)


def write(rig: Rig, *deeds: Deed, trigger: str = "add") -> Written:
    return rig.engine.write(lambda _scene: deeds, trigger, wait=rig.wait)


def add(rig: Rig, title: str, to: str = "Inbox", **fields: object) -> str:
    def decide(scene: Scene) -> Sequence[Deed]:
        return [Make(Reminder("", title, list=list_of(scene, to), **fields))]  # type: ignore[arg-type]

    return rig.engine.write(decide, "add", wait=rig.wait).outcome.ids[0]


def text(rig: Rig) -> str:
    return "\n".join(data.decode() for data in rig.bytes_of_folder().values())


@pytest.mark.parametrize("quiet", ["idle", "an edit in another list"])
def test_a_verb_finds_every_reminder_whatever_the_cycle_before_looked_at(
    each: Rig, quiet: str
) -> None:
    add(each, "Milk")
    add(each, "Saw", "Home")
    for _ in range(3):
        each.wait(100)
        each.run()
    if quiet != "idle":
        saw = each.shown("Saw")
        each.phone.edit(saw.id, title="Old saw")
        each.run()
    written = write_titled(each, "Milk")
    assert [one.title for one in written.outcome.after.values()] == ["Oat milk"]


def write_titled(rig: Rig, title: str) -> Written:
    def decide(scene: Scene) -> Sequence[Deed]:
        return [Change(id_of(scene, title), {Field.TITLE: "Oat milk"})]

    return rig.engine.write(decide, "edit", wait=rig.wait)


def test_what_is_done_by_verbs_stands_in_the_files_and_reaches_the_phone(each: Rig) -> None:
    rig = each
    due = Zoned(datetime(2026, 11, 23, 9), "Europe/Paris")
    tags, priority = frozenset({"family"}), Priority.HIGH
    milk = add(rig, "Milk", due=due, tags=tags, priority=priority)
    bread, eggs = add(rig, "Bread"), add(rig, "Eggs")
    block = rig.store.places.block_of(milk)
    assert block is not None
    assert block.block in text(rig)
    rig.run()
    assert (rig.shown("Milk").id, rig.shown("Milk").list) == (milk, "Inbox")
    written = write(rig, Change(milk, {Field.DONE: Completion(day=TODAY)}), trigger="done")
    assert written.changed
    home = list_of_rig(rig, "Home")
    write(rig, Change(bread, {Field.LIST: home, Field.TITLE: "Rye bread"}), trigger="move")
    write(rig, Drop(eggs), trigger="delete")
    assert "Eggs" not in text(rig)
    rig.run()
    assert rig.shown("Milk").done
    assert rig.shown("Rye bread").list == "Home"
    assert rig.titles("Inbox") == {"Milk"}
    write(rig, Change(milk, {Field.DONE: None}), trigger="reopen")
    rig.run()
    assert not rig.shown("Milk").done
    rig.rest()


def list_of_rig(rig: Rig, name: str) -> str:
    return next(row.id for row in rig.store.mirror.lists() if row.name == name)


def test_each_act_is_a_run_that_undo_takes_back(rig: Rig) -> None:
    id = add(rig, "Milk")
    rig.run()
    write(rig, Change(id, {Field.DONE: Completion(day=TODAY)}), trigger="done")
    rig.run()
    runs = rig.store.journal.runs(5)
    assert [one.kind for one in runs[:2]] == ["done", "add"]
    rig.engine.undo()
    rig.run()
    assert not rig.shown("Milk").done
    rig.engine.undo(runs[1].id)
    rig.run()
    assert rig.titles("Inbox") == set()
    assert "Milk" not in text(rig)
    rig.rest()


def test_the_cycle_that_sends_it_is_the_same_run_also_once_the_file_is_quiet(rig: Rig) -> None:
    add(rig, "Milk")
    os.utime(rig.path("Inbox"), (rig.clock(), rig.clock()))
    assert rig.engine.cycle("sync").retry_after_s
    rig.wait(3)
    rig.engine.cycle("sync")
    run = rig.store.journal.runs(1)[0]
    assert (run.kind, run.counts["pushed"] > 0) == ("add", True)
    add(rig, "Bread")
    assert rig.store.journal.runs(1)[0].id == run.id + 1


def test_what_changes_nothing_writes_nothing(rig: Rig) -> None:
    id = add(rig, "Milk")
    rig.run()
    before = rig.bytes_of_folder()
    assert not write(rig, Change(id, {Field.TITLE: "Milk"}), trigger="edit").changed
    assert rig.bytes_of_folder() == before
    rig.rest()


def test_it_works_without_a_network_and_flows_when_there_is_one(rig: Rig) -> None:
    rig.restart()
    with rig.counting() as requests:
        id = add(rig, "Milk")
        write(rig, Change(id, {Field.DUE: AllDay(TODAY)}), trigger="edit")
    assert requests == []
    rig.restart()
    rig.run()
    assert rig.shown("Milk").id == id
    rig.rest()


def test_what_cannot_be_is_refused_and_nothing_is_written(rig: Rig) -> None:
    before = rig.bytes_of_folder()
    with pytest.raises(CannotWrite, match="title"):
        add(rig, "")
    with pytest.raises(CannotWrite, match="not there"):
        write(rig, Drop("0000"))
    assert rig.bytes_of_folder() == before
