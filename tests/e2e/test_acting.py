"""The verbs that change reminders, with real processes: beside a daemon, and without one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from daemon.process.lock import held_lock
from tests.e2e.conftest import Making
from tests.e2e.harness import Home, Sandbox
from tests.e2e.processes import until


@pytest.fixture(scope="module")
def home(making: Making, sandbox: Sandbox) -> Home:
    home = making.home(sandbox)
    home.configure(deletions={"hold_above": 5, "grace": "0s"})
    return home


def said(home: Home, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = home.run(*arguments, "--json")
    assert done.code == code, done
    document: dict[str, Any] = json.loads(done.out)
    return document


def test_verbs_beside_a_daemon_reach_the_phone_and_without_one_wait(
    home: Home, sandbox: Sandbox
) -> None:
    daemon = home.daemon()
    words = "call mum 2030-01-07 9am #family !!"
    added = home.run("add", words, "--list", "Work")
    assert added.code == 0, added
    heard = "call mum, Mon 7 Jan 2030 09:00, list Work, #family, !!"
    assert added.out.partition("  ")[2] == f"{heard}\n"
    until(lambda: "call mum" in sandbox.titles("Work"))
    assert said(home, "done", "call mum")["state"] == "waiting"
    until(lambda: sandbox.shown("call mum")["done"])
    daemon.process.end()
    # Nobody runs, so nobody is asked: it stands in the file, and waits.
    sandbox.forget_requests()
    with held_lock(home.state):
        assert said(home, "reopen", "call mum", code=5)["error"]["code"] == "busy"
    told = said(home, "reopen", "call mum")
    assert sandbox.requests() == []
    assert told["reminders"][0]["done"] is False
    assert home.line("Work.md", "call mum").startswith("- [ ]")
    assert sandbox.shown("call mum")["done"]
    assert home.run("sync").code == 0
    assert not sandbox.shown("call mum")["done"]
