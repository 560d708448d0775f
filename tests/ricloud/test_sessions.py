"""Sessions: each attempt is a resource, a failure of Apple's is its state, and none is repeated."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from daemon.ricloud import office as offices
from daemon.ricloud.office import Office
from daemon.ricloud.reading import Wish, wish_in
from sync.errors import (
    AccountUnusable,
    BadResponse,
    ConsentNeeded,
    NetworkError,
    SignInNeeded,
    Throttled,
    WrongPassword,
)
from tests.daemon.fakes import FakeEngine
from tests.daemon.serving import serving
from tests.e2e.processes import until
from tests.ricloud.conftest import Client
from tests.ricloud.fakes import (
    ACCOUNT,
    CHOICES,
    CODE,
    PASSWORD,
    FakeSignIn,
    Trouble,
    an_office,
)

SOURCE = {"user": "1", "type": "icloud.account", "identifier": ACCOUNT}


def test_a_password_alone_can_be_enough(client: Client, sign_in: FakeSignIn) -> None:
    session = client.session()
    assert (session["state"], session["error"], session["error_info"]) == ("succeeded", None, None)
    assert (session["resource"], session["user"]) == ("session", "1")
    source = session["source"]
    assert (source["resource"], source["state"]) == ("source", "active")
    assert (source["type"], source["identifier"]) == ("icloud.account", ACCOUNT)
    assert client.get(f"/sessions/{session['id']}") == session
    assert sign_in.tried == [(PASSWORD, None, None)]


def test_a_code_is_asked_for_until_it_is_right(client: Client, sign_in: FakeSignIn) -> None:
    sign_in.mfa = "2fa"
    first, wrong, right = client.session(), client.session(code="000000"), client.session(code=CODE)
    assert (first["state"], first["error"], first["error_info"]) == (
        *("failed", "code-required"),
        None,
    )
    assert (wrong["state"], wrong["error"]) == ("failed", "code-required")
    assert (right["state"], right["error"]) == ("succeeded", None)
    assert len({first["id"], wrong["id"], right["id"]}) == 3
    assert sign_in.tried[1:] == [(PASSWORD, "000000", None), (PASSWORD, CODE, None)]


def test_a_device_is_chosen_from_those_that_are_offered(
    client: Client, sign_in: FakeSignIn
) -> None:
    sign_in.mfa = "2sv"
    first = client.session()
    assert (first["state"], first["error"]) == ("failed", "choice-required")
    assert first["error_info"] == {"choices": list(CHOICES)}
    second = client.session(choice=CHOICES[0])
    assert (second["state"], second["error"], second["error_info"]) == (
        *("failed", "code-required"),
        None,
    )
    assert client.session(code=CODE)["state"] == "succeeded"


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (WrongPassword("no"), "invalid-credentials"),
        (SignInNeeded("no"), "sign-in-required"),
        (ConsentNeeded("no"), "consent-required"),
        (AccountUnusable("no"), "account-unusable"),
        (AccountUnusable("no", reason="locked"), "account-locked"),
        (Throttled("no"), "throttled"),
        (NetworkError("no"), "service-unavailable"),
        (BadResponse("no"), "service-unavailable"),
        (Trouble("no"), "trouble"),
    ],
)
def test_what_goes_wrong_at_apple_is_a_failed_session(
    client: Client, sign_in: FakeSignIn, error: Exception, word: str
) -> None:
    sign_in.error = error
    session = client.session()
    assert (session["state"], session["error"]) == ("failed", word)
    assert session["error_info"]["message"] == "no"
    assert len(sign_in.tried) == 1


def test_a_bug_is_a_failed_session_that_quotes_nothing(client: Client, sign_in: FakeSignIn) -> None:
    sign_in.error = ValueError(PASSWORD)
    session = client.session()
    assert (session["state"], session["error"]) == ("failed", "bug")
    assert session["error_info"]["message"] == "this is a bug: ValueError"
    sign_in.error = None
    assert client.session()["state"] == "succeeded"


@pytest.mark.parametrize(
    ("change", "parameter", "word"),
    [
        ({"identifier": "other@example.com"}, "source.identifier", "not-configured"),
        ({"type": "icloud.backup"}, "source.type", "unsupported"),
        ({"user": "nobody"}, "source.user", "unknown"),
        ({"user": 1}, "source.user", "not-a-string"),
        ({"identifier": None}, "source.identifier", "missing"),
        ({"colour": "red"}, "source.colour", "unknown"),
    ],
)
def test_a_source_that_is_not_ours_is_refused_and_nobody_signed_in(
    client: Client, sign_in: FakeSignIn, change: dict[str, object], parameter: str, word: str
) -> None:
    body = {"source": {**SOURCE, **change}, "payload": {"password": PASSWORD}}
    assert client.mistake("POST", "/sessions", body) == (
        *(400, "invalid-parameter"),
        {parameter: [word]},
    )
    assert sign_in.tried == []
    assert client.get("/sessions")["data"] == []


@pytest.mark.parametrize(
    ("payload", "parameter", "word"),
    [
        ({}, "payload.password", "missing"),
        ({"password": 7}, "payload.password", "not-a-string"),
        ({"password": ""}, "payload.password", "not-a-string"),
        ({"password": "a", "code": 42137}, "payload.code", "not-a-string"),
        ({"password": "a", "code": "1", "choice": "b"}, "payload.choice", "with-code"),
        ({"password": "a", "remember": True}, "payload.remember", "unknown"),
        (None, "payload", "missing"),
        ("a", "payload", "not-an-object"),
    ],
)
def test_a_payload_that_does_not_fit_is_refused(
    client: Client, sign_in: FakeSignIn, payload: object, parameter: str, word: str
) -> None:
    body = {"source": SOURCE, "payload": payload}
    assert client.mistake("POST", "/sessions", body)[2] == {parameter: [word]}
    assert sign_in.tried == []


def test_the_apple_id_is_compared_as_apple_does(client: Client) -> None:
    body = {"source": {**SOURCE, "identifier": ACCOUNT.upper()}, "payload": {"password": PASSWORD}}
    assert client.post("/sessions", body)["source"]["identifier"] == ACCOUNT


def test_who_does_not_wait_sees_it_pending_and_then_its_end(
    client: Client, sign_in: FakeSignIn
) -> None:
    sign_in.gate = threading.Event()
    body = {"source": SOURCE, "payload": {"password": PASSWORD}}
    session = client.post("/sessions", body, Ricloud_Await="0")
    assert (session["state"], session["error"]) == ("pending", None)
    assert client.get(f"/sessions/{session['id']}")["state"] == "pending"
    assert client.get("/status")["state"] == "ok"  # nobody else is held up
    sign_in.gate.set()
    ended = client.get(f"/sessions/{session['id']}", Ricloud_Await="10")
    assert (ended["state"], len(sign_in.tried)) == ("succeeded", 1)


def test_a_wait_that_is_no_number_is_refused(client: Client) -> None:
    for given in ("soon", "-1", "nan"):
        assert client.mistake("GET", "/sessions/x", Ricloud_Await=given)[1] == "invalid-parameter"


def test_a_deleted_session_has_expired_and_is_of_no_use(client: Client) -> None:
    session = client.session()
    status, deleted = client.ask("DELETE", f"/sessions/{session['id']}")
    assert (status, deleted["state"], deleted["error"]) == (200, "expired", "api")
    assert deleted["date_expired"] is not None
    body = {"session": session["id"], "payload": {"info_types": ["*"]}}
    assert client.mistake("POST", "/polls", body)[:2] == (400, "session-expired")
    assert client.ask("DELETE", f"/sessions/{session['id']}")[1]["state"] == "expired"
    assert client.mistake("DELETE", "/sessions/nobody")[:2] == (404, "not-found")


def test_sessions_end_with_the_sign_in_that_they_are(client: Client, sign_in: FakeSignIn) -> None:
    session = client.session()
    sign_in.is_over = True
    shown = client.get(f"/sessions/{session['id']}")
    assert (shown["state"], shown["error"]) == ("expired", "service")
    actions = [(event["type"], event["action"]) for event in client.get("/events")["data"]]
    assert actions == [("session", "expired"), ("session", "succeeded")]


def test_what_an_earlier_process_left_undone_has_failed(tmp_path: Path) -> None:
    sign_in = FakeSignIn()
    sign_in.gate = threading.Event()
    with an_office(tmp_path / "state", sign_in) as office:
        id = office.ask(lambda: office.begin_session(_wish())).result().id
    with an_office(tmp_path / "state") as office:
        session = office.ask(lambda: office.ledger.sessions.get(id)).result()
        assert session is not None
        assert (session.state, session.error) == ("failed", "interrupted")
        again = office.ask(lambda: office.begin_session(_wish())).result()
        done = office.pending(again.id)
        if done is not None:
            done.result(10)
        ended = office.ask(lambda: office.ledger.sessions.get(again.id)).result()
        assert ended is not None
        assert ended.state == "succeeded"
    sign_in.gate.set()


def test_the_daemon_ends_though_a_sign_in_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(offices, "_WORK_END_S", 0.01)
    sign_in = FakeSignIn()
    sign_in.gate = threading.Event()
    with an_office(tmp_path / "state", sign_in) as office:
        with serving(tmp_path, FakeEngine(), office) as (socket, _):
            client = Client(socket)
            answers: list[str] = []
            waiting = threading.Thread(target=lambda: answers.append(client.session()["state"]))
            waiting.start()
            until(lambda: sign_in.tried)
        waiting.join(10)
        assert answers == ["pending"]
        office.close()
    sign_in.gate.set()
    until(lambda: "ricloud-sign-in" not in {thread.name for thread in threading.enumerate()})
    assert [record for record in caplog.records if record.exc_info] == []


def test_the_password_is_kept_nowhere(client: Client, office: Office, tmp_path: Path) -> None:
    session = client.session()
    client.session("another one")
    told = str([session, client.get("/sessions"), client.get("/events"), _wish()])
    office.close()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file())
    for secret in (PASSWORD, "another one"):
        assert secret not in told
        assert secret.encode() not in kept


def _wish() -> Wish:
    return wish_in({"source": SOURCE, "payload": {"password": PASSWORD}})
