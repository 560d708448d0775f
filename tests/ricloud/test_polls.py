"""Polls: one question may ask for everything, and what is not found is an error in its answer."""

from __future__ import annotations

import hashlib
import json
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sync.errors import NetworkError, SignInNeeded
from sync.polls.asked import DataQuery, PollRequest
from tests.ricloud.conftest import Client
from tests.ricloud.fakes import DATA, PHOTO, FakePoller


def stored(result: dict[str, Any]) -> Path:
    """The file that a result's URL names, as the official client reads it."""
    assert result["url"].startswith("local:///")
    return Path(result["url"].removeprefix("local://"))


def test_info_data_and_files_are_one_question(client: Client, poller: FakePoller) -> None:
    poll = client.poll(info_types=["*"], data_types=list(DATA), files=[PHOTO])
    assert (poll["state"], poll["error"], poll["resource"]) == ("completed", None, "poll")
    results = poll["results"]
    assert (results["resource"], results["total_count"]) == ("list", 5)
    kinds = [(result["identifier"], result["type"]) for result in results["data"]]
    wanted = ["icloud.account", *DATA]
    assert kinds == [*((name, "json") for name in wanted), (PHOTO, "heic")]
    (asked,) = poller.asked
    assert asked == PollRequest(("*",), tuple(map(DataQuery, DATA)), (PHOTO,))
    assert client.get(f"/polls/{poll['id']}") == poll
    session = client.get(f"/sessions/{poll['session']}")
    assert poll["source"] == session["source"]["id"]


def test_results_are_private_files_of_what_was_found(
    client: Client, poller: FakePoller, tmp_path: Path
) -> None:
    poller.place = tmp_path
    poll = client.poll(data_types=["fmip.devices"], files=[PHOTO])
    devices, photo = poll["results"]["data"]
    content = json.loads(stored(devices).read_bytes())
    assert content == {"data": DATA["fmip.devices"], "metadata": {"count": 1}}
    assert stored(photo).read_bytes() == b"heic bytes"
    assert not (tmp_path / "photo.heic").exists()
    for result in (devices, photo):
        data = stored(result).read_bytes()
        assert (result["size"], result["checksum"]) == (
            len(data),
            hashlib.md5(data, usedforsecurity=False).hexdigest(),
        )
        assert stored(result).name == result["id"]
        assert stat.S_IMODE(stored(result).stat().st_mode) == 0o600
        assert (result["resource"], result["poll"], result["state"]) == (
            *("result", poll["id"]),
            "available",
        )
    assert stat.S_IMODE(stored(photo).parent.stat().st_mode) == 0o700


def test_no_files_are_no_results(client: Client) -> None:
    poll = client.poll(files=[])
    assert (poll["state"], poll["results"]["data"]) == ("completed", [])


def test_what_is_not_known_is_an_error_of_the_poll(client: Client) -> None:
    poll = client.poll(data_types=["ios_messages.messages", "fmip.devices"], files=["nfs://x"])
    assert poll["state"] == "completed"
    assert [result["identifier"] for result in poll["results"]["data"]] == ["fmip.devices"]
    errors = poll["errors"]
    assert "resource" not in errors
    assert errors["total_count"] == 2
    assert [(error["target"], error["error"]) for error in errors["data"]] == [
        ("ios_messages.messages", "unknown-data-type"),
        ("nfs://x", "unknown-file"),
    ]


def test_filters_stand_in_either_place(client: Client, poller: FakePoller) -> None:
    march, may = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
    client.poll(
        data_types=[
            "icpl.photos",
            {"id": "mme_notes.notes", "since": "2026-04-01T02:00:00+02:00"},
            {"id": "fmip.devices"},
            "mme_contacts.contacts",
            {"id": "mme_calendar.events"},
            "*",
        ],
        since="2026-03-01T00:00:00Z",
        until="2026-05-01",
    )
    (asked,) = poller.asked
    assert asked.data_types == (
        DataQuery("icpl.photos", march, may),
        DataQuery("mme_notes.notes", datetime(2026, 4, 1, tzinfo=UTC), may),
        DataQuery("fmip.devices"),
        DataQuery("mme_contacts.contacts"),
        DataQuery("mme_calendar.events", march, may),
        DataQuery("*", march, may),
    )


@pytest.mark.parametrize(
    ("payload", "parameter", "word"),
    [
        ({}, "payload", "empty"),
        ({"since": "2026-03-01"}, "payload", "empty"),
        ({"files": [], "since": "2026-03-01"}, "payload.since", "nothing-to-filter"),
        (
            {"data_types": ["fmip.devices"], "until": "2026-03-01"},
            "payload.until",
            "nothing-to-filter",
        ),
        ({"data_types": "icpl.photos"}, "payload.data_types", "not-a-list"),
        ({"data_types": [7]}, "payload.data_types[0]", "not-a-string"),
        ({"data_types": [{"since": "2026-03-01"}]}, "payload.data_types[0].id", "not-a-string"),
        ({"data_types": [{"id": "a", "limit": 1}]}, "payload.data_types[0].limit", "unknown"),
        ({"data_types": ["*"], "since": "soon"}, "payload.since", "not-a-datetime"),
        ({"data_types": ["*"], "since": 7}, "payload.since", "not-a-datetime"),
        (
            {"data_types": ["*"], "until": "9999-12-31T23:59:59-12:00"},
            "payload.until",
            "not-a-datetime",
        ),
        (
            {"data_types": [{"id": "a", "until": "then"}]},
            "payload.data_types[0].until",
            "not-a-datetime",
        ),
        ({"files": ["icpl://a", ""]}, "payload.files[1]", "not-a-string"),
        ({"info_types": ["*"], "filters": {}}, "payload.filters", "unknown"),
    ],
)
def test_a_payload_that_does_not_fit_is_refused(
    client: Client, poller: FakePoller, payload: object, parameter: str, word: str
) -> None:
    body = {"session": client.session()["id"], "payload": payload}
    assert client.mistake("POST", "/polls", body) == (400, "invalid-parameter", {parameter: [word]})
    assert poller.asked == []


def test_a_session_that_is_none_is_refused(client: Client) -> None:
    failed = client.session("wrong")
    for id, word in (("nobody", "unknown"), (failed["id"], "failed")):
        body = {"session": id, "payload": {"info_types": ["*"]}}
        assert client.mistake("POST", "/polls", body)[2] == {"session": [word]}
    body = {"payload": {"info_types": ["*"]}}
    assert client.mistake("POST", "/polls", body)[2] == {"session": ["missing"]}
    good = client.session()["id"]
    other = {"session": good, "source": "x", "payload": {"files": []}}
    assert client.mistake("POST", "/polls", other)[2] == {"source": ["other"]}
    subscribed = {"session": good, "subscription": "x", "payload": {"files": []}}
    assert client.mistake("POST", "/polls", subscribed)[2] == {"subscription": ["unsupported"]}


def test_a_poll_that_cannot_be_tried_has_failed(client: Client, poller: FakePoller) -> None:
    poller.error = NetworkError("no network")
    poll = client.poll(data_types=["icpl.photos"])
    assert (poll["state"], poll["error"]) == ("failed", "service-unavailable")
    assert poll["errors"]["data"][0]["message"] == "no network"
    poller.error = KeyError("a secret")
    poll = client.poll(data_types=["icpl.photos"])
    assert (poll["state"], poll["error"]) == ("failed", "bug")
    assert "secret" not in str(poll)
    poller.error = None
    assert client.poll(data_types=["icpl.photos"])["state"] == "completed"


def test_a_poll_that_finds_nobody_signed_in_ends_the_session(
    client: Client, poller: FakePoller
) -> None:
    poller.error = SignInNeeded("sign in")
    poll = client.poll(data_types=["icpl.photos"])
    assert (poll["state"], poll["error"]) == ("failed", "sign-in-required")
    shown = client.get(f"/sessions/{poll['session']}")
    assert (shown["state"], shown["error"]) == ("expired", "service")


def test_who_does_not_wait_sees_it_pending_and_then_its_end(
    client: Client, poller: FakePoller
) -> None:
    session = client.session()
    poller.gate = threading.Event()
    body = {"session": session["id"], "payload": {"data_types": ["icpl.photos"]}}
    poll = client.post("/polls", body, Ricloud_Await="0")
    assert (poll["state"], poll["results"]["data"]) == ("pending", [])
    assert client.session()["state"] == "succeeded"  # a poll holds up no sign-in
    poller.gate.set()
    ended = client.get(f"/polls/{poll['id']}", Ricloud_Await="10")
    assert (ended["state"], ended["results"]["total_count"]) == ("completed", 1)
    actions = [event["action"] for event in client.get("/events?type=poll")["data"]]
    assert actions == ["completed", "created"]
