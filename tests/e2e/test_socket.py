"""The control socket over plain HTTP, and that no secret gets out."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.conftest import Making
from tests.e2e.harness import Daemon, Home, Sandbox
from tests.e2e.processes import until
from tests.e2e.saving import append

LONG = re.compile(r"[A-Za-z0-9+/=_:|%-]{20,}")  # what a token looks like, and no sentence


@pytest.fixture(scope="module")
def home(making: Making, sandbox: Sandbox) -> Home:
    return making.home(sandbox)


@pytest.fixture(scope="module")
def daemon(home: Home) -> Daemon:
    return home.daemon("--debug")  # the most that it ever says


# ---- the socket


def test_lists_and_reminders_are_answered_as_the_phone_shows_them(
    daemon: Daemon, sandbox: Sandbox
) -> None:
    shown = sandbox.reminders()
    told = daemon.ask("/reminders").document
    assert told["schema"] == 1
    assert {(each["id"], each["title"]) for each in told["reminders"]} == {
        (each["id"], each["title"]) for each in shown
    }
    dentist = sandbox.shown("Call the dentist")
    one = daemon.ask(f"/reminders/{dentist['id']}").document["reminder"]
    assert (one["list"], one["notes"]) == ("Reminders", dentist["notes"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT09:30:00", one["due"])
    names = {each["name"] for each in daemon.ask("/lists").document["lists"]}
    assert names == {name for name, each in sandbox.lists().items() if not each["is_group"]}


def test_events_tell_of_a_cycle_that_was_asked_for(daemon: Daemon) -> None:
    with closing(daemon.events()) as events:
        name, state = next(events)
        assert (name, state["schema"]) == ("state", 1)
        report = daemon.sync()
        cycles = (data for name, data in events if name == "cycle")
        first = next(data for data in cycles if data["trigger"] == "sync")
        assert first["started_ms"] == report["started_ms"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "says"),
    [
        ("GET", "/nonsense", None, 404, "/nonsense"),
        ("GET", "/reminders/NOBODY", None, 404, "NOBODY"),
        ("PUT", "/status", b"{}", 405, "PUT"),
        ("POST", "/sync", b'{"approve": tru}', 400, "line 1, column 13"),
        ("POST", "/sync", b"\xff\xfe", 400, "not JSON"),
        ("POST", "/sync", b'{"aprove": true}', 400, "aprove"),
        ("POST", "/sync", b"[]", 400, "object"),
        ("GET", "/reminders?colour=red", None, 400, "colour"),
    ],
)
def test_what_cannot_be_answered_is_said_in_json(
    daemon: Daemon, method: str, path: str, body: bytes | None, status: int, says: str
) -> None:
    answer = daemon.ask(path, body, method)
    assert (answer.status, answer.document["schema"]) == (status, 1)
    error = answer.document["error"]
    assert says in error["message"]
    assert "\n" not in error["message"]
    assert daemon.sync()["result"] == "done"


# ---- secrets


def test_no_secret_is_told_to_anybody(home: Home, daemon: Daemon, sandbox: Sandbox) -> None:
    append(home.folder / "Work.md", "- [ ] Say nothing")
    until(lambda: sandbox.shown("Say nothing"))
    sandbox.account(revoke=["web"])  # so that it has to sign in again
    daemon.sync()
    sandbox.account(password="another one", revoke=["web", "session", "trust"])
    refused = daemon.ask("/sync", {})
    assert refused.status == 403
    login = home.run("--debug", "login")
    assert login.code == 12
    said = {
        "the answer to /sync": str(refused.document),
        "status": str(daemon.status()),
        "status in words": home.run("status").out,
        "sync": str(home.run("--debug", "sync", "--json")),
        "login": str(login),
        "the log": daemon.process.said(),
    }
    said |= {f"the command line {line}": line for line in _command_lines(home)}
    secrets = {sandbox.invitation["password"], "another one", *_kept_secrets(home)}
    assert len(secrets) > 5
    for where, text in said.items():
        for secret in secrets:
            assert secret not in text, where


def test_what_is_remembered_is_for_its_owner_alone(home: Home, daemon: Daemon) -> None:
    paths = [home.state, *home.state.rglob("*"), home.socket.parent, home.socket]
    assert {path.name for path in paths} >= {"mirror.sqlite", "lock", "session"}
    for path in paths:
        mode = stat.S_IMODE(path.lstat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), f"{path}: {mode:o}"


def _kept_secrets(home: Home) -> set[str]:
    """Everything like a token in the files of the session."""
    files = [path for path in (home.state / "session").rglob("*") if path.is_file()]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files]
    return {found for text in texts for found in LONG.findall(text)}


def _command_lines(home: Home) -> Iterator[str]:
    """The command lines of the processes that run in this home."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(home.place).encode() in (process / "environ").read_bytes():
                yield (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # it has ended, or is not ours
