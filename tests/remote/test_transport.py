"""What is tried again, what is not, and what each refusal becomes."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from sync.errors import (
    AccountUnusable,
    BadResponse,
    NetworkError,
    ServiceError,
    SignInNeeded,
    SyncTokenExpired,
    Throttled,
    WrongPassword,
    ZoneMissing,
)
from sync.remote.transport import Transport
from tests.remote.conftest import FakeSession, FakeTime, Script, ok, refused


def test_a_request_is_what_the_web_page_would_send(wire: Transport, script: Script) -> None:
    script.answers = [ok()]
    wire.post("private/records/lookup", {"records": []})
    [request] = script.asked
    assert request.method == "POST"
    assert request.url.path == ("/database/1/com.apple.reminders/production/private/records/lookup")
    assert dict(request.url.params) == {
        "remapEnums": "true",
        "getCurrentSyncToken": "true",
        "clientId": "c",
        "dsid": "123456",
    }
    assert request.headers["Cookie"] == 'X-APPLE-WEBAUTH-TOKEN="v=2:t=web1"'
    assert request.headers["Origin"] == "https://www.icloud.com"
    assert request.headers["Referer"] == "https://www.icloud.com/"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["User-Agent"].startswith("Mozilla/")
    assert orjson.loads(request.content) == {"records": []}


@pytest.mark.parametrize("status", [401, 421, 450])
def test_a_refused_session_is_renewed_and_its_new_address_used(
    wire: Transport, script: Script, status: int
) -> None:
    script.answers = [refused(status), ok(), ok()]
    wire.post("x", {})
    wire.post("x", {})
    assert [request.url.host[:2] for request in script.asked] == ["p1", "p2", "p2"]
    assert script.asked[1].headers["Cookie"].endswith('web2"')


def test_a_session_is_renewed_once_for_each_request(wire: Transport, script: Script) -> None:
    script.answers = [refused(421), refused(421, "AUTHENTICATION_REQUIRED")]
    with pytest.raises(SignInNeeded):
        wire.post("x", {})
    script.answers = [refused(401), ok()]
    wire.post("x", {})
    assert len(script.asked) == 4


def test_what_renewing_raises_is_raised(
    wire: Transport, script: Script, session: FakeSession
) -> None:
    session.refuse = WrongPassword("no")
    script.answers = [refused(421)]
    with pytest.raises(WrongPassword):
        wire.post("x", {})


@pytest.mark.parametrize(
    ("answer", "waited"),
    [
        (refused(503), 1.0),
        (refused(429, "THROTTLED", retryAfter=3), 3.0),
        (refused(503, "TRY_AGAIN_LATER", headers={"Retry-After": "2"}), 2.0),
        (refused(429, headers={"Retry-After": "Sun, 01 Mar 2026 12:00:04 GMT"}), 4.0),
        (httpx.Response(503, text="<html>Service Temporarily Unavailable</html>"), 1.0),
        (refused(200, "ZONE_BUSY", retryAfter=2), 2.0),
        (refused(200, "SERVER_OVERLOADED"), 1.0),
    ],
)
def test_a_short_wait_is_waited(
    wire: Transport, script: Script, time_: FakeTime, answer: httpx.Response, waited: float
) -> None:
    script.answers = [answer, ok()]
    wire.post("x", {}, writes=True)  # a refusal was not applied, so a write may be repeated
    assert time_.slept == [waited]


def test_a_long_wait_is_said_and_kept(wire: Transport, script: Script, time_: FakeTime) -> None:
    script.answers = [refused(429, "THROTTLED", retryAfter=300)]
    for _ in range(2):
        with pytest.raises(Throttled) as caught:
            wire.post("x", {})
        assert caught.value.retry_after_s == pytest.approx(300)
    assert len(script.asked) == 1
    time_.now_s += 300
    script.answers = [ok()]
    wire.post("x", {})


def test_patience_ends(wire: Transport, script: Script) -> None:
    script.answers = [refused(503)] * 3
    with pytest.raises(Throttled):
        wire.post("x", {})
    assert script.answers == []


def test_a_failed_connection_is_tried_once_more_even_for_a_write(
    wire: Transport, script: Script
) -> None:
    script.answers = [httpx.ConnectError("refused"), ok()]
    wire.post("x", {}, writes=True)
    script.answers = [httpx.ConnectTimeout("late"), httpx.ConnectTimeout("late")]
    with pytest.raises(NetworkError, match="reached"):
        wire.post("x", {}, writes=True)
    assert wire.requests == 4


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout("x"),
        httpx.WriteTimeout("x"),
        httpx.ReadError("x"),
        httpx.WriteError("x"),
        httpx.RemoteProtocolError("x"),
    ],
)
def test_a_write_that_was_cut_off_is_not_repeated(
    wire: Transport, script: Script, error: Exception
) -> None:
    script.answers = [error]
    with pytest.raises(NetworkError):
        wire.post("x", {}, writes=True)
    script.answers = [error, ok()]
    wire.post("x", {})
    assert wire.requests == 3


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>hello</html>"),
        httpx.Response(200, text='{"records": ['),
        httpx.Response(200, text=""),
        httpx.Response(200, json=[1]),
        httpx.Response(200, json=None),
        httpx.Response(302, headers={"Location": "https://example.com/"}),
    ],
)
def test_an_answer_that_makes_no_sense_is_named_and_not_quoted(
    wire: Transport, script: Script, answer: httpx.Response
) -> None:
    script.answers = [answer]
    with pytest.raises(BadResponse) as caught:
        wire.post("private/records/changes", {"syncToken": "t"})
    assert "private/records/changes" in str(caught.value)
    assert "html" not in str(caught.value)
    assert "123456" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "body", "expected"),
    [
        (refused(400, "BAD_REQUEST"), {}, ServiceError),
        (refused(400, "BAD_REQUEST"), {"syncToken": "t"}, SyncTokenExpired),
        (refused(400), {"zones": [{"syncToken": "t"}]}, SyncTokenExpired),
        (refused(200, "CHANGE_TOKEN_EXPIRED"), {}, SyncTokenExpired),
        (refused(410, "SYNC_TOKEN_EXPIRED"), {}, SyncTokenExpired),
        (refused(404, "ZONE_NOT_FOUND"), {}, ZoneMissing),
        (refused(404, "ZONE_NOT_FOUND"), {"syncToken": "t"}, ZoneMissing),
        (refused(403, "ACCESS_DENIED"), {}, ServiceError),
        (refused(403), {}, ServiceError),
        (refused(404), {}, ServiceError),
        (refused(413, "QUOTA_EXCEEDED"), {}, ServiceError),
        (refused(400, "LIMIT_EXCEEDED"), {"syncToken": "t"}, ServiceError),
        (refused(200, "FIELD_NOT_QUERYABLE"), {}, ServiceError),
        (refused(500, "INTERNAL_ERROR"), {}, NetworkError),
        (refused(502), {}, NetworkError),
        (httpx.Response(504, text="<html>"), {}, NetworkError),
        (httpx.Response(200, json={"reason": "something"}), {}, ServiceError),
    ],
)
def test_a_refusal_is_an_error_of_its_kind(
    wire: Transport,
    script: Script,
    answer: httpx.Response,
    body: dict[str, Any],
    expected: type[Exception],
) -> None:
    script.answers = [answer]
    with pytest.raises(expected) as caught:
        wire.post("x", body, writes=True)
    assert type(caught.value) is expected
    assert len(script.asked) == 1


def test_cookies_that_an_answer_renews_are_used_and_kept(
    wire: Transport, script: Script, session: FakeSession
) -> None:
    renewed = {"Set-Cookie": 'X-APPLE-WEBAUTH-TOKEN="new"; Domain=.icloud.com; Path=/; Secure'}
    script.answers = [httpx.Response(200, json={}, headers=renewed), ok()]
    wire.post("x", {})
    assert session.kept == 1
    wire.post("x", {})
    assert session.kept == 1
    assert script.asked[1].headers["Cookie"] == 'X-APPLE-WEBAUTH-TOKEN="new"'
    assert [cookie.value for cookie in session.cookies] == ['"new"']


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, {"serverErrorCode": "ACCESS_DENIED", "reason": "private db access disabled for x"}),
        (423, {"errorReason": "Missing PCS cookies from the request", "errorCode": 423}),
    ],
)
def test_encrypted_data_is_asked_for_once_more_with_its_key(
    wire: Transport, script: Script, session: FakeSession, status: int, body: Any
) -> None:
    locked_up = [httpx.Response(status, json=body) for _ in range(3)]
    script.answers = [locked_up[0], ok(), *locked_up[1:]]
    assert wire.post("x", {}) == {"records": []}
    assert session.admitted == ["reminders"]
    with pytest.raises(AccountUnusable):
        wire.post("x", {})
    assert session.admitted == ["reminders"] * 2
