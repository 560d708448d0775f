"""`log` and `undo` at the command line, without and with a daemon."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.world import World
from tests.cli.conftest import FakeDaemon, Home, documents, served_to


@pytest.fixture
def world(home: Home) -> Iterator[World]:
    """A pretend iCloud to which the config of ``home`` leads; synced, and edited in a file."""
    with served_to(home) as world:
        groceries = home.folder / "Groceries.md"
        text = groceries.read_text().replace("- [ ] Milk", "- [ ] Oat milk")
        groceries.write_text(text + "- [ ] Jam\n")
        synced = home.run("sync")
        assert "2 changes sent" in synced.stdout, synced.output
        yield world


def test_a_run_is_shown_and_taken_back(home: Home, world: World) -> None:
    runs = home.run("log").stdout.splitlines()
    assert runs[1].startswith("2 ")
    assert "2 sent" in runs[1]
    shown = home.run("log", "--run", "2").stdout
    assert "  iCloud: “Oat milk” in “Groceries”: title: Milk → Oat milk\n" in shown
    assert "  iCloud: “Jam” in “Groceries”: created\n" in shown
    assert "none → none" not in shown

    asked = home.run("undo")
    assert (asked.exit_code, "add --yes" in asked.stderr) == (2, True)
    dry = home.run("undo", "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "  “Oat milk” in “Groceries”: title: Oat milk → Milk\n" in dry.stdout
    assert "  “Jam” in “Groceries”: deleted\n" in dry.stdout
    world.phone.sync()
    assert world.phone.find("Oat milk")

    undone = home.run("undo", "2", "--yes")
    assert undone.exit_code == 0, undone.output
    assert undone.stdout.startswith("run 2 was taken back, by run 3:\n")
    text = (home.folder / "Groceries.md").read_text()
    assert "- [ ] Milk" in text
    assert "Jam" not in text
    history = home.run("log", "--reminder", "Oat milk").stdout
    assert history.count("title: Oat milk → Milk\n") == 2  # in iCloud, and in the file

    again = home.run("undo", "--yes", "--json")
    (told,) = documents(again)
    assert (told["schema"], told["run"], told["by"], told["left"]) == (1, 3, 4, [])
    assert "- [ ] Oat milk" in (home.folder / "Groceries.md").read_text()


def test_what_stays_is_named_and_the_exit_code_says_so(home: Home, world: World) -> None:
    world.phone.sync()
    world.phone.edit(world.phone.find("Jam").id, title="Marmalade")
    undone = home.run("undo", "2", "--yes")
    assert undone.exit_code == 3, undone.output
    assert "stays: “Marmalade”: it stays, for it was changed since: title\n" in undone.stdout
    world.phone.sync()
    assert world.phone.find("Milk")


def test_an_undo_that_is_cut_off_goes_on_when_it_is_asked_for_again(
    home: Home, world: World
) -> None:
    world.faults.fail("cut_before", "records/modify")
    failed = home.run("undo", "--yes")
    assert failed.exit_code == 6, failed.output
    assert "hint: what is left of it is done with the next sync" in failed.stderr
    again = home.run("undo", "--yes")
    assert (again.exit_code, again.stdout) == (0, "run 2: it is taken back already\n"), again.output
    world.phone.sync()
    assert world.phone.find("Milk")


def test_runs_that_are_not_there(home: Home, world: World) -> None:
    for verb in (["log", "--run", "99"], ["undo", "99", "--yes"]):
        failed = home.run(*verb)
        assert (failed.exit_code, failed.stderr.splitlines()[0]) == (
            1,
            "remindersd: there is no run 99",
        )
        (told,) = documents(home.run(*verb, "--json"))
        assert told["error"]["message"] == "there is no run 99"
    first = home.run("undo", "1", "--dry-run")
    assert first.exit_code == 0, first.output
    assert first.stdout.startswith("run 1: there is nothing to take back\n")


def test_offline_is_said_and_nothing_is_done(home: Home, world: World) -> None:
    home.write(account={"endpoint": "http://127.0.0.1:9"})
    failed = home.run("undo", "--yes")
    assert failed.exit_code in (2, 6), failed.output
    assert "Oat milk" in (home.folder / "Groceries.md").read_text()


def test_the_daemon_is_asked(home: Home, fake_daemon: FakeDaemon) -> None:
    told = {
        **{"schema": 1, "run": 7, "by": 8, "dry_run": False, "changes": [], "deletions": 9},
        **{"many": True, "left": [], "lost": ["“Cake”: a picture"], "back": 0, "shown": 2},
    }
    fake_daemon.answers |= {"POST /undo": (200, told), "POST /sync": (200, {"schema": 1})}
    undone = home.run("undo", "7", "--yes")
    assert undone.exit_code == 3, undone.output
    assert "not restored: “Cake”: a picture" in undone.stdout
    assert fake_daemon.asked[-3:] == [
        ("POST /sync", {}),
        ("POST /undo", {"run": 7, "dry_run": False}),
        ("POST /sync", {}),
    ]
    home.run("undo", "--dry-run")
    assert fake_daemon.asked[-1] == ("POST /undo", {"run": None, "dry_run": True})
