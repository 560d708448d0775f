"""The account over the socket, how often it is spoken of, and what the process gives away."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from daemon.control.client import call
from daemon.running.cyclelog import AGAIN_S, CycleLog
from daemon.running.troubles import judge
from daemon.running.trust import Trust
from sync.errors import (
    ConsentNeeded,
    NetworkError,
    RemindersdError,
    SignInNeeded,
    Throttled,
    WrongPassword,
)
from sync.remote.signing.states import Kind, SignInState, Way
from tests.daemon.fakes import FakeDesk, FakeEngine, Running, config
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


def test_what_is_amiss_is_said_once_a_day() -> None:
    log = CycleLog()
    assert log.is_due("cycle", "a code is needed", 0.0)
    assert not log.is_due("cycle", "a code is needed", AGAIN_S - 1)
    assert log.is_due("cycle", "a code is needed", AGAIN_S)
    assert log.is_due("cycle", "the network is gone", AGAIN_S + 1)
    assert log.is_due("trust", "the network is gone", AGAIN_S + 1)
    log.over("cycle")
    assert log.is_due("cycle", "the network is gone", AGAIN_S + 2)


def test_a_needed_code_is_one_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    engine = FakeEngine(*(SignInNeeded("a code is needed", "run: login") for _ in range(3)))
    with Running(config(tmp_path), engine) as running:
        running.until("sign-in")
        for _ in range(2):
            with pytest.raises(SignInNeeded):
                running.ask().result(10)
    assert [record.message for record in caplog.records] == [
        "sign-in: a code is needed (run: login)"
    ]


def test_trust_that_ends_soon_is_renewed_or_else_warned_of() -> None:
    now, desk = 1000 * DAY_S, FakeDesk()
    trust = Trust(desk)
    assert trust.look(now) is None
    desk.now = SignInState(Kind.TRUST_EXPIRING, "", until=now + 5.5 * DAY_S)
    assert trust.look(now + 60) is None  # once an hour is enough
    warning = trust.look(now + 3600)
    assert warning is not None
    assert "in 5 days" in warning
    assert "login" in warning
    assert desk.calls == [("refresh",)]
    trust.look(now + 7200)
    assert desk.calls == [("refresh",)]  # asking Apple is for once a day
    desk.error = NetworkError("cut")
    assert trust.look(now + 1.5 * DAY_S) is not None
    desk.error, desk.now = None, SignInState(Kind.SIGNED_IN, "")
    assert trust.look(now + 2 * DAY_S) is None


def test_the_warning_is_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    around = {"trust": lambda _now: "trust ends in 5 days"}
    with Running(config(tmp_path), FakeEngine(), **around) as running:
        running.until("ok")
        running.ask().result(10)
    assert [record.message for record in caplog.records] == ["trust ends in 5 days"]


def test_a_device_is_waited_for_in_ever_longer_steps() -> None:
    waits = [judge(ConsentNeeded("allow it"), times, lambda: 1.0).wait_s for times in (1, 4, 99)]
    assert waits == [5.0, 40.0, 900.0]
    assert judge(ConsentNeeded("allow it"), 1, lambda: 1.0).state == "sign-in"


def test_no_core_is_ever_written() -> None:
    script = """
import ctypes, resource
from daemon.private import write_no_core
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
write_no_core()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "(0, 0) 0\n"
