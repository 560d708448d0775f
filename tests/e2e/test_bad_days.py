"""What goes wrong is said in one line with the way out, has its exit code, and loses nothing."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.e2e.conftest import Making
from tests.e2e.harness import Daemon, Home, Sandbox
from tests.e2e.processes import until
from tests.e2e.saving import append, rename_save


@pytest.fixture(scope="module")
def synced(making: Making, sandbox: Sandbox) -> Home:
    """A home that has synced once and is signed in."""
    home = making.home(sandbox)
    assert home.run("sync").code == 0
    return home


@contextmanager
def unchanged(home: Home, sandbox: Sandbox) -> Iterator[None]:
    """Neither side changes while the context lasts."""
    before = home.files(), sandbox.reminders()
    yield
    assert (home.files(), sandbox.reminders()) == before


def refused(home: Home, code: int, *arguments: str, typed: str = "") -> dict[str, str]:
    """Run a command that has to fail with ``code``; its error, which is told in words too."""
    done = home.run(*arguments, "--json", typed=typed)
    assert done.code == code, done
    document = json.loads(done.out)
    assert document["schema"] == 1
    error: dict[str, str] = document["error"]
    assert done.err.splitlines() == [f"remindersd: {error['message']}", f"hint: {error['hint']}"]
    assert error["hint"]
    return error


# ---- the config


def test_a_wrong_key_is_named_with_its_line_and_nothing_starts(
    making: Making, sandbox: Sandbox
) -> None:
    home = making.home(sandbox)
    home.configure(evry="1m")
    lines = home.config_file.read_text().splitlines()
    place = f"{home.config_file}, line {lines.index('  evry: 1m') + 1}"
    error = refused(home, 2, "sync")
    assert error["message"] == f"{place}: unknown key `reminders.evry`"
    daemon = home.run("run")
    assert daemon.code == 2
    assert daemon.err.count(error["message"]) == 1
    assert not home.state.exists()
    assert not home.folder.exists()


@pytest.mark.parametrize(
    "other", [{"account": {"apple_id": "eve@example.test"}}, {"folder": "/nowhere/Todo"}]
)
def test_the_mirror_of_another_account_or_folder_is_never_merged(
    synced: Home, sandbox: Sandbox, other: dict[str, object]
) -> None:
    account, folder = synced.config["account"], synced.config["folder"]
    with unchanged(synced, sandbox):
        synced.write(**other)
        error = refused(synced, 2, "sync")
    synced.write(account=account, folder=folder)
    ours = folder if "folder" in other else account["apple_id"]
    assert f"the mirror of profile “e2e” is for {ours}" in error["message"]
    assert "profile" in error["hint"]


# ---- the service


def test_a_page_instead_of_json_is_no_answer(synced: Home, sandbox: Sandbox) -> None:
    sandbox.faults(http=[{"kind": "html", "path": "/database/", "times": 50}])
    with unchanged(synced, sandbox):
        assert refused(synced, 6, "sync")["code"] == "bad-response"
    sandbox.ask("DELETE", "/sandbox/faults")


def test_an_account_without_reminders_is_told_how_to_get_them(
    synced: Home, sandbox: Sandbox
) -> None:
    sandbox.faults(zone_present=False)
    error = refused(synced, 13, "sync")
    sandbox.ask("DELETE", "/sandbox/faults")
    assert "upgrade" in f"{error['message']} {error['hint']}".lower()
    assert len(synced.files()) > 3


def test_a_wrong_password_is_told_and_not_tried_again(making: Making, sandbox: Sandbox) -> None:
    home = making.home(sandbox)
    (home.place / "password").write_text("incorrect horse\n")
    home.write(account={"password_command": ["cat", str(home.place / "password")]})
    sandbox.forget_requests()
    assert refused(home, 12, "sync")["code"] == "wrong-password"
    assert len(sandbox.requests("/signin/complete")) == 1


def test_where_nobody_listens_it_is_the_network(making: Making, sandbox: Sandbox) -> None:
    home = making.home(sandbox)
    with socket.socket() as taken:  # bound and not listening: it refuses, and nobody else gets it
        taken.bind(("127.0.0.1", 0))
        home.write(account={"endpoint": f"http://127.0.0.1:{taken.getsockname()[1]}"})
        assert refused(home, 6, "sync")["code"] == "network"
    assert home.files() == {}


def test_without_the_service_the_daemon_is_offline_and_catches_up_when_it_is_back(
    making: Making,
) -> None:
    state = making.place() / "icloud.json"
    first = making.sandbox("--state", str(state))
    home = making.home(first)
    daemon = home.daemon()
    assert first.process.end() == 0
    append(home.folder / "Work.md", "- [ ] Typed on the train")
    until(lambda: daemon.status()["state"] == "offline")
    error = refused(home, 6, "sync")  # asked through the daemon
    assert (error["code"], error["message"]) == ("network", daemon.status()["reason"])
    port = str(urlsplit(first.url).port)
    back = making.sandbox("--state", str(state), "--port", port)
    until(lambda: back.shown("Typed on the train"))
    until(lambda: daemon.status()["state"] == "ok")
    assert home.mark("Work.md", "Typed on the train")


# ---- the sign-in


def test_a_code_is_asked_for_once(making: Making) -> None:
    sandbox = making.sandbox("--mfa", "2fa")
    home = making.home(sandbox)
    assert refused(home, 11, "sync")["code"] == "sign-in"
    wrong = home.run("login", "--code", "-", typed="000000\n")
    assert wrong.code == 11
    assert "Traceback" not in wrong.err
    right = home.run("login", "--code", "-", typed=f"{sandbox.invitation['code']}\n")
    assert (right.code, right.err) == (0, "")
    sandbox.account(revoke=["web", "session"])
    sandbox.forget_requests()
    done = home.run("sync", "--json")
    assert (done.code, done.err) == (0, ""), done.out
    assert json.loads(done.out)["result"] == "done"
    assert sandbox.requests("/verify/") == []
    assert home.line("Groceries.md", "Milk")


# ---- the disk


def test_a_damaged_mirror_is_kept_as_it_is(synced: Home, sandbox: Sandbox) -> None:
    sound = synced.mirror.read_bytes()
    damaged = sound[:4096] + os.urandom(61440) + sound[65536:]
    synced.mirror.write_bytes(damaged)
    with unchanged(synced, sandbox):
        error = refused(synced, 20, "sync")
        daemon = synced.run("run")
    assert str(synced.mirror) in error["message"] + error["hint"]
    (kept,) = synced.mirror.parent.glob("mirror.damaged-*.sqlite")
    assert kept.read_bytes() == damaged
    assert (daemon.code, daemon.err.count(kept.name)) == (20, 1)
    assert "remindersd rebuild" in daemon.err
    assert not synced.mirror.exists()  # a person decides what takes its place
    kept.unlink()
    synced.mirror.write_bytes(sound)


@pytest.fixture(scope="module")
def kept(making: Making, sandbox: Sandbox) -> tuple[Home, Daemon]:
    """A home, and a daemon that looks after it."""
    home = making.home(sandbox)
    return home, home.daemon()


def test_a_file_that_cannot_be_read_is_named_and_the_others_flow(
    kept: tuple[Home, Daemon], sandbox: Sandbox
) -> None:
    home, daemon = kept
    groceries, text = home.folder / "Groceries.md", home.file("Groceries.md")
    shown = sandbox.titles("Groceries")
    groceries.chmod(0)
    append(home.folder / "Work.md", "- [ ] Flows")
    until(lambda: sandbox.shown("Flows"))
    until(lambda: daemon.status()["held"])
    (hold,) = daemon.ask("/held").document["held"]
    assert hold["reason"].startswith("Groceries.md")
    assert "cannot be read" in hold["reason"]
    sandbox.edit(sandbox.shown("Milk")["id"], title="Milk, two")
    daemon.sync()
    assert len(sandbox.titles("Groceries")) == len(shown)
    groceries.chmod(0o600)
    until(lambda: home.file("Groceries.md") == text.replace("] Milk ", "] Milk, two "))
    until(lambda: daemon.status()["state"] == "ok")
    sandbox.edit(sandbox.shown("Milk, two")["id"], title="Milk")


def test_what_cannot_be_written_waits_and_is_said_until_it_is_done(
    kept: tuple[Home, Daemon], sandbox: Sandbox
) -> None:
    home, daemon = kept
    home.folder.chmod(0o500)
    before = home.files()
    id = sandbox.create("Work", "Comes later")
    for _ in range(2):  # the trouble is not forgotten by a cycle that brings nothing new
        assert "Work.md" in str(daemon.sync()["problems"])
        assert daemon.status()["state"] == "attention"
    assert "Work.md" in home.run("status").out
    assert home.files() == before
    assert sandbox.shown("Comes later")["id"] == id
    home.folder.chmod(0o700)
    until(lambda: home.mark("Work.md", "Comes later"))
    until(lambda: daemon.status()["state"] == "ok")
    rename_save(home.folder / "Work.md", home.file("Work.md").replace("Comes later", "Came"))
    until(lambda: sandbox.shown("Came")["id"] == id)
