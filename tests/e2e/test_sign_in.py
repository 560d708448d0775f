"""A daemon that is owed a code: it says so once, asks for none, and loses no edit meanwhile."""

from __future__ import annotations

from typing import Any

from tests.e2e.conftest import Making
from tests.e2e.harness import Daemon, Home, Sandbox
from tests.e2e.processes import until
from tests.e2e.saving import append

NOTICE = "Apple wants a code"


def tried(sandbox: Sandbox) -> dict[str, Any]:
    """What the account saw: how many codes were sent, and passwords proved."""
    told = sandbox.ask("GET", "/sandbox/account")
    return {"codes": len(told["codes"]), "passwords": told["counts"].get("passwords", 0)}


def code_of(sandbox: Sandbox) -> str:
    code: str = sandbox.ask("GET", "/sandbox/account")["codes"][-1]["code"]
    return code


def sign_in_of(daemon: Daemon) -> str:
    state: str = daemon.status()["sign_in"]["state"]
    return state


def test_an_owed_code_is_a_state_in_which_edits_wait(making: Making) -> None:
    sandbox = making.sandbox("--mfa", "2fa")
    sandbox.account(fresh_codes=True)
    home = making.home(sandbox)
    first = Daemon(home)
    until(lambda: sign_in_of(first) == "code-required")
    for _ in range(2):
        assert first.ask("/sync", {}).status == 403
    once = tried(sandbox)
    assert once["passwords"] == 1
    first.process.end()
    assert first.process.said().count(NOTICE) == 1

    daemon = Daemon(home)  # as after a restart of the machine
    until(lambda: daemon.status()["state"] == "sign-in")
    assert tried(sandbox) == once
    done = home.run("login", "--code", "-", typed=f"{code_of(sandbox)}\n")
    assert (done.code, done.err) == (0, ""), done
    assert tried(sandbox) == once
    until(lambda: daemon.status()["state"] == "ok")

    trust_ends(sandbox)
    until(lambda: daemon.ask("/sync", {}).status == 403)
    assert sign_in_of(daemon) == "code-required"
    append(home.folder / "Work.md", "- [ ] Typed while signed out")
    asked = daemon.ask("/account/code", {"send": "sms"})
    assert asked.status == 200, asked.document
    assert "07" in asked.document["sign_in"]["sent_to"]
    wrong = daemon.ask("/account/code", {"code": "000000"})
    assert wrong.document["sign_in"]["was_wrong"]
    right = daemon.ask("/account/code", {"code": code_of(sandbox)})
    assert right.document["sign_in"]["state"] == "signed-in"
    until(lambda: sandbox.shown("Typed while signed out"))

    out = home.run("logout")
    assert out.code == 0, out
    until(lambda: daemon.status()["state"] == "sign-in")
    before = tried(sandbox)
    assert daemon.ask("/sync", {}).status == 403  # though the password is at hand
    assert tried(sandbox) == before
    told(home, daemon, sandbox)


def test_a_wait_that_apple_asks_of_one_part_holds_for_all(making: Making) -> None:
    sandbox = making.sandbox()
    home = making.home(sandbox)
    daemon = home.daemon()
    asked_to_wait = {"kind": "status", "path": "/co/startup", "status": 429, "times": 1}
    sandbox.faults(http=[asked_to_wait | {"retry_after": 600}])
    assert daemon.ask("/poll", {"service": "contacts"}).status != 200
    assert daemon.ask("/sync", {}).document["error"]["code"] == "throttled"
    sandbox.forget_requests()
    assert daemon.ask("/sync", {}).document["error"]["code"] == "throttled"
    login = daemon.ask("/account/login", {"password": sandbox.invitation["password"]})
    assert login.document["error"]["code"] == "throttled"
    assert sandbox.requests("") == []


def trust_ends(sandbox: Sandbox) -> None:
    """Every session is over, and the next sign-in owes a code."""
    sandbox.account(revoke=["web", "session", "trust"])


def told(home: Home, daemon: Daemon, sandbox: Sandbox) -> None:
    """Neither log nor status told a password or a code."""
    said = daemon.process.said() + str(daemon.status()) + home.run("status").out
    codes = [each["code"] for each in sandbox.ask("GET", "/sandbox/account")["codes"]]
    for secret in (sandbox.invitation["password"], *codes):
        assert secret not in said
