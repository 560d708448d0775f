"""How the daemon starts, takes a new config, shares its work with the command line, and ends."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.e2e.conftest import Making
from tests.e2e.harness import Daemon, Home, Sandbox
from tests.e2e.processes import Done, until
from tests.e2e.saving import append


@pytest.fixture(scope="module")
def home(making: Making, sandbox: Sandbox) -> Home:
    return making.home(sandbox)


@pytest.fixture
def daemon(home: Home) -> Iterator[Daemon]:
    """A daemon that has synced; in the end it stops when it is told to."""
    daemon = home.daemon()
    yield daemon
    if daemon.process.running:
        assert daemon.process.end() == 0


def test_sync_works_without_a_daemon_and_status_says_that_there_is_none(home: Home) -> None:
    told = _document(home.run("sync", "--json"))
    assert (told["result"], told["trigger"]) == ("done", "sync")
    assert told["pulled"] > 0
    assert "Work.md" in home.files()
    left = _document(home.run("status", "--json"))
    assert (left["running"], left["pending"]) == (False, 0)
    assert left["last_success"] is not None
    assert home.run("status").out.startswith("state      not running")


def test_sync_and_status_go_through_a_running_daemon_and_a_second_one_is_refused(
    home: Home, daemon: Daemon
) -> None:
    with closing(daemon.events()) as events:
        assert next(events)[0] == "state"
        beside = _document(home.run("sync", "--json"))
        cycles = (data for name, data in events if name == "cycle")
        first = next(data for data in cycles if data["trigger"] == "sync")
        assert first["started_ms"] == beside["started_ms"]
    told = _document(home.run("status", "--json"))
    assert (told["running"], told["account"]) == (True, home.config["account"]["apple_id"])
    assert home.run("status").out.startswith(("state      ok", "state      syncing"))
    second = home.run("run")
    assert second.code == 5
    assert second.err.count(f"process {daemon.process.pid}") == 1
    assert daemon.process.running


@pytest.mark.parametrize(
    ("number", "path"),
    [
        (signal.SIGTERM, "records/modify"),
        (signal.SIGINT, "records/modify"),
        (signal.SIGTERM, "records/changes"),
    ],
)
def test_a_stop_signal_in_the_middle_of_work_lets_it_finish_and_ends_with_0(
    home: Home, daemon: Daemon, sandbox: Sandbox, number: signal.Signals, path: str
) -> None:
    title = f"Sent at {number.name} in {path}"
    with daemon.frozen():
        append(home.folder / "Work.md", f"- [ ] {title}")
        sandbox.forget_requests()
        sandbox.faults(http=[{"kind": "slow", "path": path, "seconds": 1.0}])
    until(lambda: any(request["status"] is None for request in sandbox.requests(path)))
    assert daemon.process.end(number) == 0
    assert not home.socket.exists()
    assert sandbox.shown(title)["list"] == "Work"
    assert home.mark("Work.md", title)
    with closing(sqlite3.connect(home.mirror)) as database:
        assert database.execute("SELECT count(*) FROM outbox").fetchone() == (0,)


def test_a_hangup_takes_a_changed_config_and_refuses_a_bad_one(
    home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    home.configure(new_lists="no")
    daemon.process.send(signal.SIGHUP)
    append(home.folder / "Reloaded.md", "- [ ] Waits for the config")
    daemon.sync()
    assert "Waits for the config" not in sandbox.titles()
    home.configure(new_lists="yes")
    daemon.process.send(signal.SIGHUP)
    until(lambda: sandbox.shown("Waits for the config"))

    home.configure(new_list="no")
    daemon.process.send(signal.SIGHUP)
    problem = until(lambda: daemon.status()["config_problem"])
    lines = home.config_file.read_text().splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "new_list:" in line)
    assert f"{home.config_file}, line {number}: unknown key `reminders.new_list`" in problem
    append(home.folder / "Reloaded.md", "- [ ] Still kept in step")
    until(lambda: sandbox.shown("Still kept in step"))

    del home.config["reminders"]["new_list"]
    home.write(folder=str(home.place / "Elsewhere"))
    daemon.process.send(signal.SIGHUP)
    until(lambda: "`folder` cannot change while" in daemon.status()["config_problem"])
    home.write(folder=str(home.folder))
    daemon.process.send(signal.SIGHUP)
    until(lambda: daemon.status()["config_problem"] is None)


def test_a_deleted_database_is_rebuilt_without_sending_or_changing_anything(
    home: Home, daemon: Daemon, sandbox: Sandbox
) -> None:
    append(home.folder / "Work.md", "- [ ] Made before\n    > with notes")
    until(lambda: sandbox.shown("Made before"))
    daemon.sync()
    assert daemon.process.end() == 0
    files, shown = home.files(), sandbox.reminders()
    for path in home.state.glob("mirror.sqlite*"):
        path.unlink()
    sandbox.forget_requests()
    daemon = home.daemon()
    daemon.sync()
    assert sandbox.requests("records/modify") == []
    assert (home.files(), sandbox.reminders()) == (files, shown)
    assert daemon.status()["held"] == 0
    assert home.view().keys() == {each["id"] for each in shown}
    append(home.folder / "Work.md", "- [ ] Made after")
    until(lambda: sandbox.shown("Made after"))
    sandbox.edit(sandbox.shown("Made before")["id"], title="Made before, renamed")
    until(lambda: home.line("Work.md", "Made before, renamed"))
    assert daemon.process.end() == 0


def _document(done: Done) -> dict[str, Any]:
    """The one document of schema 1 that a command printed before it ended well."""
    assert (done.code, done.err) == (0, "")
    document: dict[str, Any] = json.loads(done.out)
    assert document["schema"] == 1
    return document
