"""What is tried again, what is not, and what each refusal becomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.cookiejar import CookieJar, LWPCookieJar
from typing import Any

import httpx
import orjson
import pytest

from sync.errors import (
    AccountUnusable,
    BadResponse,
    NetworkError,
    RemindersdError,
    ServiceError,
    SignInNeeded,
    SyncTokenExpired,
    Throttled,
    WrongPassword,
    ZoneMissing,
)
from sync.remote.account import Account, Connection
from sync.remote.answers import Failure, Refusal, carries_token, error_of
from sync.remote.cloudkit import CloudKit, ZoneId
from sync.remote.limiter import Limiter
from sync.remote.transport import Transport
from tests.remote.conftest import FakeTime, web_cookie

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ZONE = ZoneId("Reminders", "_abc")
Answer = Callable[[httpx.Request], httpx.Response] | httpx.Response | Exception


class FakeSession:
    """Opens a database on partition 1; each renewal moves it to the next one."""

    def __init__(self) -> None:
        self.account = Account("ada@example.test", "world", None)
        self.partition = 0
        self.kept = 0
        self.refuse: RemindersdError | None = None
        self.cookies: CookieJar = LWPCookieJar()

    def connect(self) -> Connection:
        return self.renew()

    def renew(self) -> Connection:
        if self.partition and self.refuse:
            raise self.refuse
        self.partition += 1
        self.cookies = LWPCookieJar()
        self.cookies.set_cookie(web_cookie(f'"v=2:t=web{self.partition}"'))
        url = f"https://p{self.partition}-ckdatabasews.icloud.com"
        return Connection(url, {"clientId": "c", "dsid": "123456"}, self.cookies, "123456")

    def keep(self) -> None:
        self.kept += 1


class Script:
    """A network that gives one answer after another and remembers the requests."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)


def _ok(**body: Any) -> httpx.Response:
    return httpx.Response(200, json=body or {"records": []})


def _refused(status: int, code: str = "", headers: Any = None, **more: Any) -> httpx.Response:
    body = {"serverErrorCode": code, "reason": "because", **more} if code else {}
    return httpx.Response(status, json=body, headers=headers)


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def wire(script: Script, session: FakeSession, limiter: Limiter) -> Iterator[Transport]:
    limiter.now = lambda: NOW
    made = Transport(session, limiter, inner=httpx.MockTransport(script))
    yield made
    made.close()


def test_a_request_is_what_the_web_page_would_send(wire: Transport, script: Script) -> None:
    script.answers = [_ok()]
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
    script.answers = [_refused(status), _ok(), _ok()]
    wire.post("x", {})
    wire.post("x", {})
    assert [request.url.host[:2] for request in script.asked] == ["p1", "p2", "p2"]
    assert script.asked[1].headers["Cookie"].endswith('web2"')


def test_a_session_is_renewed_once_for_each_request(wire: Transport, script: Script) -> None:
    script.answers = [_refused(421), _refused(421, "AUTHENTICATION_REQUIRED")]
    with pytest.raises(SignInNeeded):
        wire.post("x", {})
    script.answers = [_refused(401), _ok()]
    wire.post("x", {})
    assert len(script.asked) == 4


def test_what_renewing_raises_is_raised(
    wire: Transport, script: Script, session: FakeSession
) -> None:
    session.refuse = WrongPassword("no")
    script.answers = [_refused(421)]
    with pytest.raises(WrongPassword):
        wire.post("x", {})


@pytest.mark.parametrize(
    ("answer", "waited"),
    [
        (_refused(503), 1.0),
        (_refused(429, "THROTTLED", retryAfter=3), 3.0),
        (_refused(503, "TRY_AGAIN_LATER", headers={"Retry-After": "2"}), 2.0),
        (_refused(429, headers={"Retry-After": "Sun, 01 Mar 2026 12:00:04 GMT"}), 4.0),
        (httpx.Response(503, text="<html>Service Temporarily Unavailable</html>"), 1.0),
        (_refused(200, "ZONE_BUSY", retryAfter=2), 2.0),
        (_refused(200, "SERVER_OVERLOADED"), 1.0),
    ],
)
def test_a_short_wait_is_waited(
    wire: Transport, script: Script, time_: FakeTime, answer: httpx.Response, waited: float
) -> None:
    script.answers = [answer, _ok()]
    wire.post("x", {}, writes=True)  # a refusal was not applied, so a write may be repeated
    assert time_.slept == [waited]


def test_a_long_wait_is_said_and_kept(wire: Transport, script: Script, time_: FakeTime) -> None:
    script.answers = [_refused(429, "THROTTLED", retryAfter=300)]
    for _ in range(2):
        with pytest.raises(Throttled) as caught:
            wire.post("x", {})
        assert caught.value.retry_after_s == pytest.approx(300)
    assert len(script.asked) == 1
    time_.now_s += 300
    script.answers = [_ok()]
    wire.post("x", {})


def test_patience_ends(wire: Transport, script: Script) -> None:
    script.answers = [_refused(503)] * 3
    with pytest.raises(Throttled):
        wire.post("x", {})
    assert script.answers == []


def test_a_failed_connection_is_tried_once_more_even_for_a_write(
    wire: Transport, script: Script
) -> None:
    script.answers = [httpx.ConnectError("refused"), _ok()]
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
    script.answers = [error, _ok()]
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
        (_refused(400, "BAD_REQUEST"), {}, ServiceError),
        (_refused(400, "BAD_REQUEST"), {"syncToken": "t"}, SyncTokenExpired),
        (_refused(400), {"zones": [{"syncToken": "t"}]}, SyncTokenExpired),
        (_refused(200, "CHANGE_TOKEN_EXPIRED"), {}, SyncTokenExpired),
        (_refused(410, "SYNC_TOKEN_EXPIRED"), {}, SyncTokenExpired),
        (_refused(404, "ZONE_NOT_FOUND"), {}, ZoneMissing),
        (_refused(404, "ZONE_NOT_FOUND"), {"syncToken": "t"}, ZoneMissing),
        (_refused(403, "ACCESS_DENIED"), {}, ServiceError),
        (
            _refused(403, "ACCESS_DENIED", reason="private db access disabled for this account"),
            {},
            AccountUnusable,
        ),
        (_refused(403), {}, ServiceError),
        (_refused(404), {}, ServiceError),
        (_refused(413, "QUOTA_EXCEEDED"), {}, ServiceError),
        (_refused(400, "LIMIT_EXCEEDED"), {"syncToken": "t"}, ServiceError),
        (_refused(200, "FIELD_NOT_QUERYABLE"), {}, ServiceError),
        (_refused(500, "INTERNAL_ERROR"), {}, NetworkError),
        (_refused(502), {}, NetworkError),
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


def test_the_services_own_words_are_cut_to_one_line() -> None:
    refusal = Refusal.of(
        400, {"serverErrorCode": "BAD_REQUEST", "reason": "a\nb " * 500}, None, NOW
    )
    assert refusal is not None
    error = error_of(refusal, "host/path", token_sent=False)
    assert isinstance(error, ServiceError)
    assert error.server_code == "BAD_REQUEST"
    assert "\n" not in error.message
    assert len(error.message) < 300


def test_cookies_that_an_answer_renews_are_used_and_kept(
    wire: Transport, script: Script, session: FakeSession
) -> None:
    renewed = {"Set-Cookie": 'X-APPLE-WEBAUTH-TOKEN="new"; Domain=.icloud.com; Path=/; Secure'}
    script.answers = [httpx.Response(200, json={}, headers=renewed), _ok()]
    wire.post("x", {})
    assert session.kept == 1
    wire.post("x", {})
    assert session.kept == 1
    assert script.asked[1].headers["Cookie"] == 'X-APPLE-WEBAUTH-TOKEN="new"'
    assert [cookie.value for cookie in session.cookies] == ['"new"']


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, False),
        ({"syncToken": "t"}, True),
        ({"zones": [{"zoneID": {}}]}, False),
        ({"zones": [{"zoneID": {}, "syncToken": "t"}]}, True),
        ({"zones": "?"}, False),
    ],
)
def test_a_request_with_a_token_is_known(body: dict[str, Any], expected: bool) -> None:
    assert carries_token(body) is expected


PROPERTIES = (
    "gone",
    "conflict",
    "exists",
    "atomic_sibling",
    "reference",
    "retryable",
    "refused",
)


@pytest.mark.parametrize(
    ("code", "retry_after", "kind"),
    [
        ("NOT_FOUND", None, "gone"),
        ("UNKNOWN_ITEM", None, "gone"),
        ("CONFLICT", None, "conflict"),
        ("CONFLICT", 3, "conflict"),
        ("SERVER_RECORD_CHANGED", None, "conflict"),
        ("OP_LOCK_FAILURE", None, "conflict"),
        ("EXISTS", None, "exists"),
        ("ALREADY_EXISTS", None, "exists"),
        ("ATOMIC_ERROR", None, "atomic_sibling"),
        ("BATCH_REQUEST_FAILED", None, "atomic_sibling"),
        ("VALIDATING_REFERENCE_ERROR", None, "reference"),
        ("VALIDATING_REFERENCE", None, "reference"),
        ("THROTTLED", 3, "retryable"),
        ("TRY_AGAIN_LATER", None, "retryable"),
        ("ZONE_BUSY", None, "retryable"),
        ("SERVER_OVERLOADED", None, "retryable"),
        ("INTERNAL_ERROR", None, "retryable"),
        ("NEVER_HEARD_OF", 5, "retryable"),
        ("NEVER_HEARD_OF", None, "refused"),
        ("BAD_REQUEST", None, "refused"),
        ("ACCESS_DENIED", None, "refused"),
        ("QUOTA_EXCEEDED", None, "refused"),
        ("INVALID_FIELD_TYPE", None, "refused"),
        ("LIMIT_EXCEEDED", None, "refused"),
    ],
)
def test_a_refused_item_is_of_exactly_one_kind(
    code: str, retry_after: float | None, kind: str
) -> None:
    item = {"recordName": "R", "serverErrorCode": code, "reason": "r", "retryAfter": retry_after}
    failure = Failure.of(item, NOW)
    assert failure is not None
    assert [name for name in PROPERTIES if getattr(failure, name)] == [kind]
    assert (failure.record_name, failure.code, failure.reason) == ("R", code, "r")


def _operations(*names: str) -> list[dict[str, Any]]:
    return [{"operationType": "create", "record": {"recordName": name}} for name in names]


@pytest.mark.parametrize("code", ["ATOMIC_ERROR", "BATCH_REQUEST_FAILED"])
def test_an_atomic_failure_of_the_whole_request_becomes_items(
    wire: Transport, script: Script, code: str
) -> None:
    script.answers = [_refused(400, code)]
    results = CloudKit(wire).modify(ZONE, _operations("A", "B"), atomic=True)
    failures = [item for item in results if isinstance(item, Failure)]
    assert [(item.record_name, item.atomic_sibling) for item in failures] == [
        ("A", True),
        ("B", True),
    ]
    culprit = {"recordName": "B", "serverErrorCode": "CONFLICT", "reason": "r"}
    sibling = {"recordName": "A", "serverErrorCode": "ATOMIC_ERROR", "reason": "r"}
    script.answers = [_refused(400, code, records=[culprit, sibling])]
    first, second = CloudKit(wire).modify(ZONE, _operations("A", "B"), atomic=True)
    assert isinstance(first, Failure)
    assert isinstance(second, Failure)
    assert first.atomic_sibling
    assert second.conflict


def test_items_are_matched_by_name_then_by_place(wire: Transport, script: Script) -> None:
    a, b = {"recordName": "A", "recordType": "List"}, {"recordName": "B", "recordType": "List"}
    script.answers = [_ok(records=[b, a])]
    assert CloudKit(wire).modify(ZONE, _operations("A", "B"), atomic=False) == [a, b]
    nameless = {"serverErrorCode": "BAD_REQUEST", "reason": "r"}
    script.answers = [_ok(records=[a, nameless])]
    first, second = CloudKit(wire).modify(ZONE, _operations("A", "B"), atomic=False)
    assert first == a
    assert isinstance(second, Failure)
    assert (second.record_name, second.refused) == ("B", True)


def test_what_is_not_answered_is_not_known_rather_than_gone(
    wire: Transport, script: Script
) -> None:
    script.answers = [_ok(records=[])]
    [missing] = CloudKit(wire).lookup(ZONE, ["A"])
    assert isinstance(missing, Failure)
    assert missing.retryable
    assert not missing.gone


@pytest.mark.parametrize(
    "answer",
    [
        {"records": None, "syncToken": "t"},
        {"records": ["x"], "syncToken": "t"},
        {"records": []},
        {"records": [], "syncToken": ""},
        {"records": [], "syncToken": None, "moreComing": True},
    ],
)
def test_half_a_page_is_no_page(wire: Transport, script: Script, answer: dict[str, Any]) -> None:
    script.answers = [_ok(**answer)]
    with pytest.raises(BadResponse):
        CloudKit(wire).changes(ZONE, None)


def test_a_zone_without_its_owner_is_not_guessed(wire: Transport, script: Script) -> None:
    script.answers = [_ok(zones=[{"zoneID": {"zoneName": "Reminders"}}])]
    with pytest.raises(BadResponse, match="owner"):
        CloudKit(wire).reminders_zone()
