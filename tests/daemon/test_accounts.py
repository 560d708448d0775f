"""The account over the socket: how its sign-in stands, signing in and out, and what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from daemon.control.client import call
from sync.errors import (
    NetworkError,
    RemindersdError,
    Throttled,
    WrongPassword,
)
from sync.remote.signing.states import Kind, SignInState, Way
from tests.daemon.fakes import FakeDesk, FakeEngine
from tests.daemon.serving import serving

DAY_S = 86400.0
OWED = SignInState(
    Kind.CODE_REQUIRED,
    "Apple shows a code on your devices",
    "type it",
    sent_to="your devices",
    ways=(Way("device", "your devices"), Way("sms:1", "a text message to 07", {"secret": 1})),
)


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk(OWED)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def socket(tmp_path: Path, desk: FakeDesk, engine: FakeEngine) -> Iterator[Path]:
    with serving(tmp_path, engine, desk=desk) as (path, running):
        running.until("ok")
        yield path


def test_status_and_account_tell_the_state(socket: Path) -> None:
    told = call(socket, "GET", "/account")[1]
    assert told["account"] == "you@example.com"
    assert told["sign_in"] == {
        "state": "code-required",
        "sentence": "Apple shows a code on your devices",
        "hint": "type it",
        "sent_to": "your devices",
        "ways": {"device": "your devices", "sms:1": "a text message to 07"},
        "choices": [],
        "was_wrong": False,
        "reason": None,
        "until": None,
    }
    assert call(socket, "GET", "/status")[1]["sign_in"] == told["sign_in"]


def test_times_are_told_as_instants(socket: Path, desk: FakeDesk) -> None:
    desk.now = SignInState(Kind.TRUST_EXPIRING, "ends", until=1767225600.0)
    until = call(socket, "GET", "/account")[1]["sign_in"]["until"]
    assert until == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/account/login", {"password": "p"}, ("attempt", "p", "", "")),
        ("/account/login", {"password": "p", "code": "012345"}, ("attempt", "p", "012345", "")),
        ("/account/login", {"password": "p", "choice": "c"}, ("attempt", "p", "", "c")),
        ("/account/code", {"code": "012345"}, ("submit", "012345")),
        ("/account/code", {"send": "sms"}, ("send_code", "sms")),
    ],
)
def test_each_request_is_one_call_of_the_desk(
    socket: Path, desk: FakeDesk, path: str, body: Any, expected: tuple[str, ...]
) -> None:
    status, told = call(socket, "POST", path, body)
    assert (status, told["sign_in"]["state"]) == (200, "code-required")
    assert desk.calls == [expected]


@pytest.mark.parametrize(
    ("body", "named"),
    [({}, "code"), ({"code": "1", "send": "sms"}, "code"), ({"code": 1}, "string")],
)
def test_a_body_that_says_nothing_clear_is_refused(
    socket: Path, desk: FakeDesk, body: Any, named: str
) -> None:
    status, told = call(socket, "POST", "/account/code", body)
    assert status == 400
    assert named in told["error"]["message"]
    assert desk.calls == []


@pytest.mark.parametrize(
    ("error", "status"),
    [(WrongPassword("no"), 403), (NetworkError("cut"), 503), (Throttled("wait", "", 5.0), 429)],
)
def test_a_sign_in_that_fails_says_why(
    socket: Path, desk: FakeDesk, error: RemindersdError, status: int
) -> None:
    desk.error = error
    told = call(socket, "POST", "/account/login", {"password": "geheim"})
    assert told[0] == status
    assert told[1]["error"]["code"] == error.code
    assert "geheim" not in str(told)


def test_signing_out_lets_go_of_every_connection(
    socket: Path, desk: FakeDesk, engine: FakeEngine
) -> None:
    opened = engine.opened
    assert call(socket, "POST", "/account/logout")[0] == 200
    assert desk.calls == [("logout",)]
    assert call(socket, "POST", "/sync", {})[0] == 200  # the loop has come to it by now
    assert (engine.closed, engine.opened) == (1, opened + 1)
