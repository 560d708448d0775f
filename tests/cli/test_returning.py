"""What a person sees who forgets a list and brings back reminders, lists and files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from daemon.control.client import NotRunning, call
from sandbox.world import World
from tests.cli.conftest import FakeDaemon, Home, documents, served_to


@pytest.fixture
def world(home: Home) -> Iterator[World]:
    """A pretend iCloud that the home's config leads to, synced once."""
    with served_to(home) as world:
        yield world


def test_a_list_is_forgotten_and_comes_back(home: Home, world: World) -> None:
    path = home.folder / "Groceries.md"
    before = path.read_text()
    path.unlink()
    gone = home.run("sync")
    assert (gone.exit_code, "Groceries.md is gone" in gone.stdout) == (4, True)
    assert "forget" in gone.stdout
    listed = home.run("restore").stdout
    assert "--file Groceries.md" in listed
    told = home.run("forget", "Groceries")
    assert told.stdout.splitlines()[0] == (
        "“Groceries” is not kept here any more; it stays in iCloud"
    )
    assert (home.run("sync").exit_code, path.exists()) == (0, False)
    assert "not kept here" in home.run("lists").stdout
    [document] = documents(home.run("lists", "--json"))
    kept = {entry["name"]: entry["kept"] for entry in document["lists"]}
    assert (kept["Groceries"], kept["Home"]) == (False, True)
    [document] = documents(home.run("restore", "--json"))
    assert ("list", "Groceries", "not kept here") in {
        (entry["kind"], entry["key"], entry["how"]) for entry in document["restorable"]
    }
    back = home.run("restore", "--list", "Groceries")
    assert (back.exit_code, back.stdout) == (0, "“Groceries” is kept here again\n")
    assert {line for line in before.split("\n") if "[ ]" in line} <= set(
        path.read_text().split("\n")
    )
    assert "not kept here" not in home.run("lists").stdout


def test_a_damaged_file_is_named_and_restored(home: Home, world: World) -> None:
    path = home.folder / "Groceries.md"
    path.write_text(f"<<<<<<< HEAD\n{path.read_text()}")
    said = home.run("sync")
    assert said.exit_code == 3
    assert "conflict markers" in said.stdout
    assert "restore --file Groceries.md" in said.stdout
    restored = home.run("restore", "--file", "Groceries.md", "--json")
    [document] = documents(restored)
    assert (restored.exit_code, document["kept"]) == (0, ".remindersd/replaced/Groceries.md")
    assert "<<<<" not in path.read_text()
    assert home.run("status").stdout.count("held back") == 0


def test_what_cannot_be_is_told_with_the_way_out(home: Home, world: World) -> None:
    for arguments, code in (
        (("forget", "Groceries"), 2),
        (("forget", "Nothing"), 2),
        (("restore", "--list", "Nothing"), 1),
        (("restore", "--list", "Groceries"), 1),
        (("restore", "--file", "Nothing.md"), 1),
        (("restore", "x", "--file", "y"), 2),
    ):
        told = home.run(*arguments, "--json")
        [document] = documents(told)
        assert (told.exit_code, set(document)) == (code, {"schema", "error"}), told.output
        assert "Traceback" not in told.output


def test_through_the_daemon(home: Home, fake_daemon: FakeDaemon) -> None:
    fake_daemon.answers |= {
        "POST /sync": (200, {}),
        "POST /forget": (200, {"schema": 1, "name": "Work", "file": None, "list": True}),
        "POST /restore": (200, {"schema": 1, "file": "Work.md", "list": "Work", "kept": None}),
    }
    assert home.run("forget", "Work").exit_code == 0
    assert home.run("restore", "--file", "Work.md").stdout == "restored Work.md from “Work”\n"
    asked = [one for one in fake_daemon.asked if one[0].startswith("POST")]
    assert asked == [
        ("POST /forget", {"key": "Work"}),
        ("POST /sync", {}),
        ("POST /restore", {"file": "Work.md"}),
        ("POST /sync", {}),
    ]


def test_what_is_held_never_ends_the_daemon(home: Home, world: World) -> None:
    daemon = home.start("run")
    try:
        _ask(home, "POST", "/sync")
        (home.folder / "Groceries.md").unlink()
        told = [_ask(home, "POST", "/sync")["result"] for _ in range(3)]
        assert told[-1] == "done"  # it is not new any more, and waits
        status = _ask(home, "GET", "/status")
        assert (status["state"], status["held"]) == ("attention", 1)
        assert "Groceries.md is gone" in status["reason"]
        assert daemon.poll() is None
        assert home.run("forget", "Groceries.md").exit_code == 0
        assert _ask(home, "GET", "/status")["state"] == "ok"
    finally:
        daemon.terminate()
        _, said = daemon.communicate(timeout=60)
    assert daemon.returncode == 0, said


def _ask(home: Home, method: str, path: str) -> dict[str, Any]:
    """The daemon's answer, once it listens."""
    for _ in range(600):
        try:
            body = {} if method == "POST" else None
            return dict(call(home.socket, method, path, body, timeout=60)[1])
        except NotRunning:
            time.sleep(0.05)
    raise AssertionError("the daemon does not listen")
