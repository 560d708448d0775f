"""A damaged mirror stops everything and is kept; `rebuild` makes a new one and loses nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from daemon.process.lock import held_lock
from sandbox.world import World
from store.activity.outbox import Intent
from store.db import Store
from store.model import Field
from tests.cli.conftest import Home, documents, served_to


@pytest.fixture
def world(home: Home) -> Iterator[World]:
    home.write(reminders={"deletions": {"grace": "0s"}})
    with served_to(home) as world:
        yield world


@pytest.fixture
def synced(home: Home, world: World) -> Home:
    return home


def mirror(home: Home) -> Path:
    return home.state / "mirror.sqlite"


def damage(home: Home) -> bytes:
    """Tear pages of the file; what it is then."""
    data = bytearray(mirror(home).read_bytes())
    for start in range(8 * 4096, len(data), 4096):
        data[start : start + 64] = b"\xa5" * 64
    mirror(home).write_bytes(data)
    return bytes(data)


def folder(home: Home) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in home.folder.rglob("*.md")}


def shown(world: World) -> list[object]:
    return sorted((one.id, one.title, one.list, one.done) for one in world.phone.reminders())


def modified(world: World) -> int:
    return sum("records/modify" in str(one["path"]) for one in world.faults.requests)


def told(home: Home, *arguments: str, code: int = 0) -> dict[str, Any]:
    result = home.run(*arguments, "--json")
    assert result.exit_code == code, result.output
    return documents(result)[0]


def test_every_verb_stops_at_a_damaged_mirror_and_it_is_kept_as_it_was(synced: Home) -> None:
    before, data = folder(synced), damage(synced)
    for verb in ("status", "sync", "plan", "lists", "conflicts", "verify", "sync"):
        error = told(synced, verb, code=20)["error"]
        assert error["code"] == "mirror"
        assert "`remindersd rebuild`" in error["hint"]
    (kept,) = synced.state.glob("mirror.damaged-*.sqlite")
    assert kept.read_bytes() == data
    assert not mirror(synced).exists()
    assert folder(synced) == before


def test_a_daemon_ends_at_a_damaged_mirror(synced: Home) -> None:
    damage(synced)
    assert synced.run("run").exit_code == 20
    assert synced.run("run").exit_code == 20
    assert list(synced.state.glob("mirror.damaged-*.sqlite"))


@pytest.mark.parametrize("state", ["damaged", "lost", "well"])
def test_a_rebuild_of_two_sides_that_agree_writes_on_neither(
    synced: Home, world: World, state: str
) -> None:
    before, there, sent = folder(synced), shown(world), modified(world)
    if state == "damaged":
        damage(synced)
    elif state == "lost":
        mirror(synced).unlink()
    rebuilt = told(synced, "rebuild")
    assert (rebuilt["result"], rebuilt["files"], rebuilt["pushed"]) == ("done", 0, 0)
    assert (rebuilt["held"], rebuilt["conflicts"]) == ([], [])
    assert (folder(synced), shown(world), modified(world)) == (before, there, sent)
    kept = {"damaged": "mirror.damaged-", "well": "mirror.replaced-"}
    assert (rebuilt["kept"] is None) == (state == "lost")
    assert state == "lost" or Path(rebuilt["kept"]).name.startswith(kept[state])
    assert told(synced, "verify")["result"] == "agrees"
    assert synced.run("sync").stdout == "synced: nothing to do\n"


def test_what_only_the_mirror_knew_is_carried_over(synced: Home, world: World) -> None:
    milk = world.phone.find("Milk").id
    with Store.open(mirror(synced)) as store, store.commit("test"):
        store.attention.add_conflict(milk, "title", "Milk", "Oat milk", "file", 1)
        # Of the same hours: in another zone what was completed this evening is of another day.
        store.meta.set("home_zone", "Atlantic/Reykjavik")
        store.outbox.add([Intent(milk, "update", {Field.NOTES: "2 l"})])
        (queued,) = store.outbox.queued()
        store.outbox.park(queued.seq, "too long", 5)
        history = store.journal.history()
    rebuilt = told(synced, "rebuild")
    assert {"conflict": 1, "outbox": 1}.items() <= rebuilt["carried_over"].items()
    with Store.open(mirror(synced)) as store:
        (conflict,) = store.attention.open_conflicts()
        assert (conflict.id, conflict.winner, conflict.loser) == (milk, "Milk", "Oat milk")
        assert store.meta.get("home_zone") == "Atlantic/Reykjavik"
        assert store.journal.history() == history
    assert "Milk" in told(synced, "conflicts")["conflicts"][0]["title"]


def test_what_was_changed_meanwhile_waits_and_is_joined_without_loss(
    synced: Home, world: World
) -> None:
    groceries = synced.folder / "Groceries.md"
    groceries.write_text(groceries.read_text().replace("Milk", "Oat milk"))
    world.phone.edit(world.phone.find("Crème fraîche").id, notes="six")
    damage(synced)
    before, count = folder(synced), len(world.phone.reminders())
    waits = told(synced, "rebuild", code=4)
    assert [hold["kind"] for hold in waits["held"]] == ["first-plan"]
    assert folder(synced) == before
    told(synced, "sync", "--yes", code=4)
    assert len(world.phone.reminders()) == count
    found = told(synced, "conflicts")["conflicts"]
    assert {"Oat milk", "Milk"} <= {one[side] for one in found for side in ("winner", "loser")}
    assert "six" in groceries.read_text()


def test_a_rebuild_beside_another_process_or_of_another_account_is_refused(synced: Home) -> None:
    with held_lock(synced.state):
        assert told(synced, "rebuild", code=5)["error"]["code"] == "busy"
    synced.write(account={"apple_id": "eve@example.test"})
    assert "apple id" in told(synced, "rebuild", code=2)["error"]["message"]
    damage(synced)
    assert "ada@example.test" in told(synced, "rebuild", code=2)["error"]["message"]


def test_a_rebuild_while_another_program_reads_the_mirror_says_so(synced: Home) -> None:
    told(synced, "sync")
    reader = sqlite3.connect(mirror(synced))
    with closing(reader):
        reader.execute("SELECT count(*) FROM reminders").fetchall()
        error = told(synced, "rebuild", code=5)["error"]
    assert "another program has it open" in error["message"]
    assert told(synced, "rebuild")["result"] == "done"


def test_a_rebuild_that_is_cut_off_can_be_done_again(
    synced: Home, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = folder(synced)
    damage(synced)

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    for place in ("store.file.salvage.salvage", "daemon.rebuilding.os.replace"):
        with monkeypatch.context() as patched:
            patched.setattr(place, cut)
            synced.run("rebuild")
        assert told(synced, "sync", code=20)["error"]["code"] == "mirror"
    assert told(synced, "rebuild")["result"] == "done"
    assert folder(synced) == before
