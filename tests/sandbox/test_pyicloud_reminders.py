"""What an unmodified pyicloud reads and writes through the sandbox is what the phone shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyicloud.services.reminders.service import RemindersService

from sandbox.serve import start_in_thread
from sandbox.world import World, make_world
from tests.sandbox.redirect import client


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def reminders(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemindersService]:
    home: Path = tmp_path_factory.mktemp("session")
    with start_in_thread(world) as url:
        service, _ = client(url, home, world.account.apple_id, world.account.password)
        service.authenticate()
        yield service.reminders
        service.session.close()


def test_the_seeded_lists(world: World, reminders: RemindersService) -> None:
    world.phone.sync()
    shown = {each.name: each.is_group for each in world.phone.lists()}
    assert {each.title: each.is_group for each in reminders.lists()} == shown
    assert len(shown) >= 5


def test_the_seeded_reminders(world: World, reminders: RemindersService) -> None:
    world.phone.sync()
    shown = {(each.title, each.notes, each.done) for each in world.phone.reminders()}
    read = {(each.title, each.desc, each.completed) for each in reminders.reminders()}
    assert read == shown
    assert len(shown) >= 30


def test_a_reminder_made_there_appears_on_the_phone(
    world: World, reminders: RemindersService
) -> None:
    name = next(each.name for each in world.phone.lists() if not each.is_group)
    target = next(each for each in reminders.lists() if each.title == name)
    made = reminders.create(target.id, "Call the plumber 🔧", desc="before noon", priority=1)
    world.phone.sync()
    on_phone = world.phone.find("Call the plumber 🔧")
    assert (on_phone.list, on_phone.notes, on_phone.priority) == (name, "before noon", 1)

    made.completed = True
    reminders.update(made)
    world.phone.sync()
    assert world.phone.find("Call the plumber 🔧").done

    reminders.delete(reminders.get(made.id))
    world.phone.sync()
    with pytest.raises(LookupError):
        world.phone.find("Call the plumber 🔧")
