"""Dying at any effect of a verb: asked again with its key it is done once, and both sides agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from store.model import Completion, Field, Reminder
from sync.core.deeds import Change, Deed, Drop, Make, Scene
from sync.cycle.asked.once import Once
from sync.cycle.asked.writing import Written
from tests.rig import Crash, Rig, empty_world, open_rig
from tests.sync.test_crash_sweep import SOAK, Saboteur, die

SHARE = 1 if SOAK else 17
TODAY = date(2026, 11, 22)


def decide(scene: Scene) -> Sequence[Deed]:
    """A person adds one, ticks one, moves one and deletes one, in one go."""
    ids = {one.title: id for id, one in scene.here.items()}
    lists = {view.name: view.id for view in scene.lists.values()}
    return [
        Make(Reminder("", "Jam", list=lists["Inbox"])),
        Change(ids["Milk"], {Field.DONE: Completion(day=TODAY)}),
        Change(ids["Bread"], {Field.LIST: lists["Home"]}),
        Drop(ids["Eggs"]),
    ]


def act(rig: Rig, key: str) -> Written:
    once = Once(key, "asked", lambda written: " ".join(sorted(written.outcome.after)))
    return rig.engine.write(decide, "edit", wait=rig.wait, once=once)


def prepare(rig: Rig) -> None:
    """Milk, Bread and Eggs in the Inbox, and nothing else anywhere."""
    phone = rig.phone
    for one in (*phone.reminders("Inbox"), *phone.reminders("Home")):
        phone.delete(one.id)
    for title in ("Milk", "Bread", "Eggs"):
        phone.create("Inbox", title)
    rig.run()
    rig.wait(61)


@pytest.mark.parametrize("form", ["markdown", "vdir"] if SOAK else ["markdown"])
def test_dying_at_any_effect(tmp_path: Path, form: str) -> None:
    world = empty_world()
    world.phone.create_list("Home")
    strike, died = 1, 0
    with open_rig(tmp_path, world, format=form) as rig:
        rig.run()
        while strike:
            prepare(rig)
            key = str(strike)
            saboteur = Saboteur(strike, die)
            rig.step = saboteur
            try:
                act(rig, key)
                strike = 0
            except Crash:
                strike, died = strike + SHARE, died + 1
                rig.step = lambda _: None
                rig.restart()
            rig.step = lambda _: None
            for _ in range(1 + strike % 2):
                act(rig, key)
            rig.run()
            last = saboteur.names[-1]
            assert rig.titles("Inbox") == {"Jam", "Milk"}, last
            assert rig.titles("Home") == {"Bread"}, last
            assert rig.shown("Milk").done, last
            assert len(rig.phone.reminders("Inbox")) == 2, last
        rig.rest()
    assert died > 2, saboteur.count


def test_without_a_second_asking_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    world = empty_world()
    world.phone.create_list("Home")
    for title in ("Milk", "Bread", "Eggs"):
        world.phone.create("Inbox", title)
    with open_rig(tmp_path, world) as rig:
        rig.run()
        strike = 2
        rig.step = Saboteur(strike, die)
        with pytest.raises(Crash):
            act(rig, "one")
        rig.restart()
        rig.step = lambda _: None
        rig.run()
        assert rig.titles("Inbox") | rig.titles("Home") == {"Milk", "Bread", "Eggs"}
        rig.rest()
