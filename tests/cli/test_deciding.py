"""What a person sees who decides on conflicts, and on what iCloud refused."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from sandbox.world import World
from tests.cli.conftest import FakeDaemon, Home, documents, served_to


@pytest.fixture
def world(home: Home) -> Iterator[World]:
    """A pretend iCloud that the home's config leads to, synced once."""
    with served_to(home) as world:
        yield world


def retitle(home: Home, old: str, new: str) -> None:
    """Save the file of groceries, as if it had been a while ago."""
    path = home.folder / "Groceries.md"
    path.write_text(path.read_text().replace(old, new))
    before = time.time() - 60
    os.utime(path, (before, before))


def test_a_conflict_is_shown_and_decided(home: Home, world: World) -> None:
    world.phone.sync()
    world.phone.edit(world.phone.find("Coffee").id, title="Tea")
    retitle(home, "Coffee", "Cocoa")
    assert home.run("sync").exit_code == 4
    assert "Groceries  Tea" in home.run("conflicts").stdout
    status = home.run("status").stdout
    assert "decide with `remindersd resolve`" in status
    # Without a daemon nobody knows of a sync that found nothing to do.
    assert "\nlast sync  " in status
    asked = home.run("resolve")
    assert (asked.exit_code, "--take shown" in asked.stderr) == (2, True)
    assert "there is no open conflict 9" in home.run("resolve", "9", "--take", "other").stderr
    taken = home.run("resolve", "1", "--take", "other", "--json")
    [told] = documents(taken)
    assert (taken.exit_code, told["resolved"][0]["taken"]) == (0, "other")
    assert "- [ ] Cocoa" in (home.folder / "Groceries.md").read_text()
    assert home.run("conflicts").stdout == "no conflicts\n"


def test_a_refused_change_is_shown_tried_again_and_given_up(home: Home, world: World) -> None:
    world.phone.sync()
    id = world.phone.find("Coffee").id
    world.faults.fail_item("BAD_REQUEST", id, reason="because", times=100)
    world.faults.fail_item("BAD_REQUEST", world.phone.find("Milk").id, reason="because", times=100)
    retitle(home, "Coffee", "Cocoa")
    retitle(home, "Milk", "Oat milk")
    told = home.run("sync")
    assert (told.exit_code, "`remindersd parked`" in told.stdout) == (3, True)
    assert "problem: not accepted by iCloud: BAD_REQUEST: because (2 times)\n" in told.stdout
    planned = home.run("plan").stdout
    assert (
        planned
        == "nothing would change\n2 changes that iCloud refused wait: see `remindersd parked`\n"
    )
    assert "partly  2 refused\n" in home.run("log").stdout
    shown = home.run("parked").stdout
    assert "title changed of “Coffee” in Groceries" in shown
    assert "BAD_REQUEST: because\n     title: Cocoa\n" in shown
    assert "remindersd drop NUMBER" in home.run("status").stdout
    again = home.run("retry")
    assert (again.exit_code, "refused again" in again.stdout) == (3, True)
    [document] = documents(home.run("parked", "--json"))
    assert {"title": "Cocoa"} in [one["wanted"] for one in document["parked"]]
    numbers = [str(one["number"]) for one in document["parked"]]
    assert home.run("drop", "999").exit_code == 1
    assert "goes back to what iCloud has" in home.run("drop", *numbers).stdout
    assert "- [ ] Coffee" in (home.folder / "Groceries.md").read_text()
    assert home.run("parked").stdout == "nothing was refused\n"


def test_a_daemon_is_asked(home: Home, fake_daemon: FakeDaemon) -> None:
    entry = {"number": 3, "id": "A", "field": "title", "taken": "other", "problem": None}
    fake_daemon.answers["POST /conflicts"] = 200, {"schema": 1, "resolved": [entry]}
    fake_daemon.answers["POST /sync"] = 200, {"schema": 1}
    told = home.run("resolve", "3", "--take", "other")
    assert told.stdout == "3: title: the other value is taken, on both sides\n"
    assert ("POST /conflicts", {"take": "other", "keys": ["3"]}) in fake_daemon.asked
