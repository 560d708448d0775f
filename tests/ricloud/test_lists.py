"""Lists have the newest first, in pages; users and sources are got or made; mistakes are 4xx."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ricloud.conftest import Client
from tests.ricloud.fakes import ACCOUNT


def ids(document: dict[str, Any]) -> list[str]:
    assert document["resource"] == "list"
    return [item["id"] for item in document["data"]]


def test_a_fresh_daemon_has_its_first_user(client: Client) -> None:
    assert client.get("/users/1")["resource"] == "user"
    assert client.get("/sources") == {
        "resource": "list",
        "data": [],
        "has_more": False,
        "total_count": 0,
        "url": "/sources",
    }


def test_a_user_is_made_once(client: Client) -> None:
    made = client.post("/users", {"identifier": "ricloud-py"})
    assert (made["id"], made["identifier"], made["state"]) == ("2", "ricloud-py", "active")
    assert client.post("/users", {"identifier": "ricloud-py"}) == made
    assert client.get("/users?identifier=ricloud-py")["data"] == [made]
    assert ids(client.get("/users")) == ["2", "1"]
    assert client.mistake("POST", "/users")[2] == {"identifier": ["missing"]}


def test_a_source_is_made_once_and_active_after_a_sign_in(client: Client) -> None:
    body = {"user": "1", "type": "icloud.account", "identifier": ACCOUNT}
    made = client.post("/sources", body)
    assert (made["state"], made["children"]["data"]) == ("unvalidated", [])
    assert client.post("/sources", body) == made
    assert client.session()["source"]["id"] == made["id"]
    assert client.get(f"/sources?user=1&identifier={ACCOUNT}")["data"][0]["state"] == "active"
    other = {**body, "identifier": "other@example.com"}
    assert client.mistake("POST", "/sources", other)[2] == {"source.identifier": ["not-configured"]}


def test_pages_go_from_the_newest_to_the_oldest(client: Client) -> None:
    made = [client.session()["id"] for _ in range(5)][::-1]
    first = client.get("/sessions?limit=2")
    assert (ids(first), first["has_more"], first["total_count"]) == (made[:2], True, 5)
    rest = client.get(f"/sessions?limit=3&after_id={made[1]}")
    assert (ids(rest), rest["has_more"]) == (made[2:], False)
    between = client.get(f"/sessions?after_id={made[0]}&before_id={made[3]}")
    assert ids(between) == made[1:3]
    unknown = client.mistake("GET", "/sessions?before_id=nobody")
    assert unknown[2] == {"before_id": ["unknown"]}


def test_sessions_are_filtered_and_active_means_succeeded(client: Client) -> None:
    client.session("wrong")
    good = client.session()
    client.session("wrong")
    for state in ("active", "succeeded"):
        found = client.get(f"/sessions?source={good['source']['id']}&state={state}&limit=1")
        assert ids(found) == [good["id"]]
    assert client.get("/sessions?state=failed")["total_count"] == 2
    assert ids(client.get("/sessions?source=nobody")) == []


def test_polls_and_results_are_found_by_what_they_belong_to(client: Client) -> None:
    poll, other = client.poll(info_types=["*"]), client.poll(info_types=["*"])
    assert ids(client.get(f"/polls?session={poll['session']}")) == [poll["id"]]
    for path in (f"/results?poll={poll['id']}", f"/polls/{poll['id']}/results"):
        assert client.get(path)["data"] == poll["results"]["data"]
    assert len(ids(client.get("/results"))) == 2
    assert ids(client.get("/polls")) == [other["id"], poll["id"]]


def test_an_event_can_be_read_again(client: Client) -> None:
    session = client.session()
    (event,) = client.get("/events?type=session&action=succeeded")["data"]
    assert client.get(f"/events/{event['id']}") == event
    assert (event["resource"], event["data"]["id"]) == ("event", session["id"])


def test_the_organisation_and_the_key_are_there_without_a_secret(client: Client) -> None:
    assert client.get("/organisation")["resource"] == "organisation"
    assert client.get("/key")["resource"] == "key"
    assert "token" not in client.get("/keys")["data"][0]


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("GET", "/sessions/nobody", 404, "not-found"),
        ("GET", "/polls/nobody", 404, "not-found"),
        ("PUT", "/sessions", 405, "method-not-allowed"),
        ("DELETE", "/users/1", 405, "method-not-allowed"),
        ("POST", "/events/1", 405, "method-not-allowed"),
        ("GET", "/subscriptions", 404, "unsupported"),
        ("POST", "/configs/storage/1/test", 404, "unsupported"),
        ("GET", "/sessions?limit=0", 400, "invalid-parameter"),
        ("GET", "/sessions?limit=1001", 400, "invalid-parameter"),
        ("GET", "/sessions?limit=%C2%B2", 400, "invalid-parameter"),
        ("GET", "/results?colour=red", 400, "invalid-parameter"),
        ("GET", "/events?of=x", 400, "invalid-parameter"),
    ],
)
def test_what_is_not_there_is_refused_in_the_words_of_the_api(
    client: Client, method: str, path: str, status: int, error: str
) -> None:
    assert client.mistake(method, path)[:2] == (status, error)


@pytest.mark.parametrize("body", [b"{", b"[]", b'"a"', b"\xff\xfe", b"[" * 100_000, b"7"])
def test_a_body_that_is_no_object_is_refused(client: Client, body: bytes) -> None:
    assert client.mistake("POST", "/sessions", body)[:2] == (400, "invalid-body")


def test_a_body_that_is_too_large_is_refused(client: Client) -> None:
    assert client.mistake("POST", "/polls", b" " * (1024 * 1024 + 1))[:2] == (413, "too-large")


def test_a_password_may_be_any_text_whatever_the_content_type(client: Client) -> None:
    source = {"user": "1", "type": "icloud.account", "identifier": ACCOUNT}
    raw = f'{{"source": {_json(source)}, "payload": {{"password": "pässwörd"}}}}'.encode()
    for kind in ({}, {"Content_Type": "text/plain"}):
        status, document = client.ask("POST", "/sessions", raw, **kind)
        assert (status, document["error"]) == (200, "invalid-credentials")


def test_half_a_character_is_no_text(client: Client) -> None:
    half = "\ud83d"
    source = {"user": "1", "type": "icloud.account", "identifier": ACCOUNT}
    session = {"source": source, "payload": {"password": half}}
    poll = {"session": half, "payload": {"files": []}}
    files = {"session": "s", "payload": {"files": [half]}}
    for path, body in (
        ("/users", {"identifier": half}),
        ("/sessions", session),
        ("/polls", poll),
        ("/polls", files),
        ("/results/ack", {"results": [half]}),
    ):
        assert client.mistake("POST", path, body)[:2] == (400, "invalid-parameter")


def _json(value: object) -> str:
    import json

    return json.dumps(value)
