"""Plain conditions of the machine, the mirror and the daemon are told as such, never as bugs."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.world import World
from tests.cli.conftest import FakeDaemon, Home, documents, served, served_to


@pytest.fixture
def world(home: Home) -> Iterator[World]:
    """A pretend iCloud to which the config of ``home`` leads."""
    with served() as (world, url):
        home.write(account={"endpoint": url})
        yield world


@pytest.fixture
def synced(home: Home) -> Iterator[Home]:
    """A home that is signed in, and has synced."""
    with served_to(home):
        yield home


# ---- the machine


@pytest.mark.parametrize("verb", ["sync", "plan", "approve", "run", "login", "status", "lists"])
def test_a_state_directory_that_cannot_be_ends_with_2(home: Home, verb: str) -> None:
    (home.path / "state").write_text("a file, and no directory")
    result = home.run(verb)
    assert result.exit_code == 2, result.output
    assert "this is a bug" not in result.stderr
    assert str(home.path / "state") in result.stderr
    assert "Not a directory" in result.stderr


@pytest.mark.parametrize("verb", ["sync", "login"])
def test_a_full_disk_is_told_with_its_path(
    home: Home, world: World, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    def full(path: Path, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr("sync.remote.stored.write_private", full)
    result = home.run(verb, *(["--json"] if verb == "sync" else []))
    assert result.exit_code == 1, result.output
    first, hint = result.stderr.splitlines()
    assert first.startswith(f"remindersd: {home.state}/session/")
    assert first.endswith(": No space left on device")
    assert hint == "hint: make room on the disk"


# ---- the mirror


@pytest.mark.parametrize("damage", ["cut", "noise"])
@pytest.mark.parametrize("verb", ["status", "lists", "conflicts", "sync"])
def test_a_damaged_mirror_ends_with_20(synced: Home, damage: str, verb: str) -> None:
    mirror = synced.state / "mirror.sqlite"
    for beside in synced.state.glob("mirror.sqlite-*"):
        beside.unlink()
    if damage == "cut":
        os.truncate(mirror, 20000)
    else:
        mirror.write_bytes(bytes(range(256)) * 200)
    result = synced.run(verb, "--json")
    assert result.exit_code == 20, result.output
    error = documents(result)[0]["error"]
    assert error["code"] == "mirror"
    assert str(mirror) in error["message"]
    assert "`remindersd rebuild`" in error["hint"]


def test_a_mirror_that_cannot_be_read_is_told_and_not_taken_for_none(home: Home) -> None:
    home.state.mkdir(parents=True)
    (home.state / "mirror.sqlite").symlink_to("mirror.sqlite")
    for verb in ("status", "lists"):
        result = home.run(verb)
        assert result.exit_code == 2, result.output
        assert "mirror.sqlite: Too many levels of symbolic links" in result.stderr


# ---- the daemon


@pytest.mark.parametrize("verb", ["sync", "plan", "approve", "status"])
def test_a_suspended_daemon_is_not_waited_for_for_ever(
    home: Home, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setattr("daemon.cli.common._QUICK_S", 0.05)
    home.socket.parent.mkdir(mode=0o700, parents=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(home.socket))
        listener.listen()  # as a stopped process does: connections queue up, nobody answers
        result = home.run(verb)
    assert result.exit_code == 6, result.output
    assert "the daemon did not answer" in result.stderr
    assert "suspended" in result.stderr


@pytest.mark.parametrize("verb", ["sync", "plan", "status"])
@pytest.mark.parametrize(
    ("name", "other"),
    [("account", "eve@example.test"), ("endpoint", None), ("folder", "/srv/other")],
)
def test_the_daemon_of_another_account_or_folder_is_refused(
    home: Home, fake_daemon: FakeDaemon, verb: str, name: str, other: str | None
) -> None:
    fake_daemon.answers["GET /status"] = 200, home.status(**{name: other})
    result = home.run(verb)
    assert result.exit_code == 2, result.output
    assert name in result.stderr
    assert str(home.status()[name]) in result.stderr
    assert (other or "none") in result.stderr
    assert [what for what, _ in fake_daemon.asked] == ["GET /status"]


# ---- what is said of the network and the password


def test_an_endpoint_that_is_away_is_named_and_apple_is_not(home: Home) -> None:
    home.write(account={"endpoint": "http://127.0.0.1:1"})
    for verb in ("sync", "login"):
        result = home.run(verb)
        assert result.exit_code == 6, result.output
        assert "http://127.0.0.1:1 could not be reached" in result.stderr
        assert "icloud.com" not in result.stderr
        assert "/setup" not in result.stderr
        assert "hint: check the connection and try again" in result.stderr


def test_a_refused_password_of_a_command_says_to_mend_the_command(home: Home) -> None:
    with served("2fa") as (_, url):
        home.write(account={"endpoint": url, "password_command": ["echo", "wrong"]})
        result = home.run("login")
    assert result.exit_code == 12, result.output
    hint = result.stderr.splitlines()[1]
    assert "account.password_command" in hint
    assert not hint.endswith("run: remindersd login")
