"""Reminders made and changed over the socket's resources: what is asked, answered and refused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from daemon.control.edits import Edits
from daemon.replies import HANDLERS
from daemon.running.requests import Request
from sync.errors import RemindersdError
from tests.daemon.fitting import misfits_of
from tests.rig import Rig, empty_world, open_rig


class Desk:
    """The socket's resources over a rig's engine, which a test may restart."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self._app = Starlette(routes=Edits(self._ask).routes, exception_handlers=HANDLERS)

    def _ask(self, request: Request) -> Future[Any]:
        answer: Future[Any] = Future()
        assert request.work is not None
        self.rig.wait(3)
        try:
            answer.set_result(request.work(self.rig.engine))
        except RemindersdError as error:
            answer.set_exception(error)
        return answer

    async def _request(
        self, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://daemon") as client:
            return await client.request(method, path, json=body, headers=headers)

    def __call__(
        self, method: str, path: str, body: Any = None, status: int = 200, **headers: str
    ) -> dict[str, Any]:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = asyncio.run(self._request(method, path, body, given))
        document: dict[str, Any] = answer.json()
        assert answer.status_code == status, document
        assert misfits_of(method, path.partition("?")[0], status, document) == []
        return document


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    world = empty_world()
    world.phone.create_list("Home")
    with open_rig(tmp_path_factory.mktemp("edits"), world) as rig:
        rig.run()
        yield rig


@pytest.fixture
def desk(rig: Rig) -> Desk:
    return Desk(rig)


def test_a_reminder_is_made_in_words(desk: Desk, rig: Rig) -> None:
    told = desk("POST", "/reminders", {"text": "call mum 2030-01-07 9am #family !!"}, 201)
    [one] = told["reminders"]
    assert (told["state"], told["id"]) == ("waiting", one["id"])
    assert (one["did"], one["list"], one["file"]) == ("added", "Inbox", "Inbox.md")
    assert (one["title"], one["due"]) == ("call mum", "2030-01-07T09:00:00+01:00")
    assert one["understood"] == "call mum, Mon 7 Jan 2030 09:00, list Inbox, #family, !!"
    assert rig.line("Inbox", "call mum").endswith(f"^{one['key']}")
    rig.run()
    assert rig.shown("call mum").id == told["id"]


def test_every_field_can_be_said_and_taken_away(desk: Desk, rig: Rig) -> None:
    made = {
        "title": "Passport",
        "list": "home",
        "due": "2030-03-01 14:00",
        "remind": ["1 h before", "2030-02-28 09:00"],
        "notes": "two photos\nand money",
        "urls": ["https://example.org/pass"],
        "priority": "high",
        "flagged": True,
        "tags": ["papers"],
        "repeat": "yearly",
        "section": "Office",
    }
    told = desk("POST", "/reminders", made, 201)
    rig.run()
    rig.run()
    one = rig.engine.lend(lambda store: store.mirror.reminder(told["id"]))
    assert one is not None
    assert (one.title, one.notes, one.flagged) == ("Passport", "two photos\nand money", True)
    entry = desk("PATCH", "/reminders/Passport", {"add_tags": ["trip"]})["reminders"][0]
    assert entry["tags"] == ["papers", "trip"]
    assert (entry["repeat"], entry["section"], entry["urls"]) == (
        "every year",
        "Office",
        ["https://example.org/pass"],
    )
    assert len(entry["alarms"]) == 2
    none = {"remind": [], "notes": None, "urls": [], "priority": None, "flagged": False}
    none |= {"tags": [], "repeat": None, "section": None, "due": None}
    entry = desk("PATCH", "/reminders/Passport", none)["reminders"][0]
    assert entry["understood"] == "Passport, list Home"
    rig.run()
    assert rig.shown("Passport").notes == ""
    rig.rest()


def test_done_reopened_moved_snoozed_and_deleted(desk: Desk, rig: Rig) -> None:
    key = desk("POST", "/reminders", {"title": "Bins", "due": "2030-01-07 07:00"}, 201)["id"]
    rig.run()
    assert desk("PATCH", f"/reminders/{key}", {"done": True})["reminders"][0]["done"]
    again = desk("PATCH", f"/reminders/{key}", {"done": True})
    assert (again["state"], again["reminders"][0]["did"]) == ("unchanged", "unchanged")
    assert not desk("PATCH", f"/reminders/{key}", {"done": False})["reminders"][0]["done"]
    later = desk("PATCH", f"/reminders/{key}", {"snooze": "2030-01-09"})["reminders"][0]
    assert later["due"] == "2030-01-09T07:00:00+01:00"
    assert desk("PATCH", f"/reminders/{key}", {"list": "Home"})["reminders"][0]["list"] == "Home"
    rig.run()
    assert (rig.shown("Bins").list, rig.shown("Bins").done) == ("Home", False)
    gone = desk("DELETE", f"/reminders/{key}")["reminders"][0]
    assert gone["did"] == "deleted"
    rig.run()
    assert "Bins" not in rig.titles("Home")
    kinds = [run.kind for run in rig.store.journal.runs(6)]
    assert kinds[0] == "delete"


def test_many_deletions_wait_like_all_others(desk: Desk, rig: Rig) -> None:
    ids = [desk("POST", "/reminders", {"title": f"Old {n}"}, 201)["id"] for n in range(7)]
    rig.run()
    told = desk("DELETE", "/reminders", {"keys": ids})
    assert [one["did"] for one in told["reminders"]] == ["deleted"] * 7
    report = rig.run()
    assert len(report.held) == 7
    assert len([one for one in rig.titles("Inbox") if one.startswith("Old")]) == 7
    rig.engine.approve()
    rig.run()
    assert not [one for one in rig.titles("Inbox") if one.startswith("Old")]


def test_the_same_key_is_granted_once_also_after_a_restart(desk: Desk, rig: Rig) -> None:
    body = {"text": "Once only"}
    first = desk("POST", "/reminders", body, 201, Idempotency_Key="a-1")
    assert desk("POST", "/reminders", body, 201, Idempotency_Key="a-1") == first
    rig.restart()
    rig.run()
    assert desk("POST", "/reminders", body, 201, Idempotency_Key="a-1") == first
    assert rig.read("Inbox").count("Once only") == 1
    refused = desk("POST", "/reminders", {"text": "Other"}, 422, Idempotency_Key="a-1")
    assert refused["error"]["code"] == "key-taken"
    assert "Other" not in rig.read("Inbox")
    rig.wait(25 * 3600)
    second = desk("POST", "/reminders", body, 201, Idempotency_Key="a-1")
    assert second["id"] != first["id"]
    desk("DELETE", f"/reminders/{second['id']}", None, Idempotency_Key="a-2")
    desk("DELETE", f"/reminders/{second['id']}", None, Idempotency_Key="a-2")
    desk("POST", "/reminders", body, 400, Idempotency_Key="x" * 201)


REFUSED: list[tuple[str, str, Any, int, str]] = [
    ("POST", "/reminders", {"title": "A", "list": "Hom"}, 400, "no list"),
    ("POST", "/reminders", {"title": "A", "colour": "red"}, 400, "unknown key"),
    ("PATCH", "/reminders/nobody", {"done": True}, 404, "no reminder"),
    ("PATCH", "/reminders/Base", {}, 400, "nothing to change"),
    ("PATCH", "/reminders", {"done": True}, 400, "keys"),
]


@pytest.fixture(scope="module")
def base(rig: Rig) -> str:
    return str(Desk(rig)("POST", "/reminders", {"title": "Base"}, 201)["id"])


@pytest.mark.parametrize(("method", "path", "body", "status", "words"), REFUSED)
def test_what_is_wrong_is_named_and_nothing_is_written(
    desk: Desk, rig: Rig, base: str, method: str, path: str, body: Any, status: int, words: str
) -> None:
    before = rig.bytes_of_folder()
    error = desk(method, path, body, status)["error"]
    assert words in error["message"]
    assert rig.bytes_of_folder() == before


def test_a_method_that_is_not_there_is_told_which_are(desk: Desk) -> None:
    error = desk("PUT", "/reminders", {}, 405)["error"]
    assert error["hint"] == "use DELETE, PATCH, POST"


def test_a_dry_run_writes_nothing(desk: Desk, rig: Rig) -> None:
    before = rig.bytes_of_folder()
    told = desk("POST", "/reminders", {"text": "tea tomorrow", "dry_run": True})
    assert (told["dry_run"], told["state"]) == (True, "unchanged")
    assert told["reminders"][0]["title"] == "tea"
    assert rig.bytes_of_folder() == before
