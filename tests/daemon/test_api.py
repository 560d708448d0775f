"""The documents of the control socket, over a real socket."""

from __future__ import annotations

import http.client
import json
import socket as sockets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from daemon.control.client import call
from store.db import Store
from store.model import Field, Frequency, OtherRule, Rule, Value
from sync.core.actions import Conflict
from sync.core.merging.merge import Side
from sync.errors import AccountUnusable, NetworkError, SignInNeeded, Throttled
from tests.daemon.fakes import FakeEngine, Running, report
from tests.daemon.serving import fill, serving


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def served(tmp_path: Path, engine: FakeEngine) -> Iterator[tuple[Path, Running]]:
    with serving(tmp_path, engine) as (socket, running):
        running.until("ok")
        yield socket, running


@pytest.fixture
def socket(served: tuple[Path, Running], tmp_path: Path) -> Path:
    fill(tmp_path / "mirror.db")
    return served[0]


def ids(socket: Path, query: str = "") -> set[str]:
    status, document = call(socket, "GET", f"/reminders{query}")
    assert (status, document["schema"]) == (200, 1), document
    return {reminder["id"] for reminder in document["reminders"]}


def test_the_status_has_every_field(socket: Path, tmp_path: Path) -> None:
    status, document = call(socket, "GET", "/status")
    assert status == 200
    last_success = document.pop("last_success")
    assert last_success.endswith("+00:00")
    assert document.pop("sign_in")["state"] == "signed-in"
    assert document == {
        "schema": 1,
        "state": "ok",
        "reason": "",
        "paused": None,
        "profile": "default",
        "account": "you@example.com",
        "region": "world",
        "endpoint": None,
        "folder": str(tmp_path / "Todo"),
        "next_run": None,
        "pending": 1,
        "held": 1,
        "conflicts": 1,
        "parked": 1,
        "verified": None,
        "last_run": 1,
        "waiting": None,
        "polls": {},
        "problems": [],
        "config_problem": None,
        "watch_problem": None,
        "progress": None,
    }


def test_before_there_is_a_mirror_the_status_still_answers(served: tuple[Path, Running]) -> None:
    document = call(served[0], "GET", "/status")[1]
    assert (document["state"], document["pending"], document["held"]) == ("ok", 0, 0)
    status, document = call(served[0], "GET", "/lists")
    assert (status, document["error"]["code"]) == (503, "no-mirror")


def test_a_mirror_that_was_replaced_is_read_anew(socket: Path, tmp_path: Path) -> None:
    assert ids(socket)
    for file in tmp_path.glob("mirror.db*"):
        file.unlink()
    fill(tmp_path / "other.db")
    (tmp_path / "other.db").rename(tmp_path / "mirror.db")
    assert "MILK" in ids(socket)


def test_lists(socket: Path) -> None:
    document = call(socket, "GET", "/lists")[1]
    assert [(entry["id"], entry["name"], entry["open"]) for entry in document["lists"]] == [
        ("HOME", "Home", 2),
        ("WORK", "Work", 1),
    ]
    looks = {"color", "color_name", "emblem", "sorting", "linked"}
    assert all(looks <= entry.keys() for entry in document["lists"])


def test_a_reminder_by_its_id_or_title(socket: Path) -> None:
    status, told = call(socket, "GET", "/reminders/milk")
    assert (status, told["schema"]) == (200, 1)
    wanted = {"id": "MILK", "list": "Home", "title": "Buy milk", "tags": ["quick", "shop"]}
    assert wanted.items() <= told["reminder"].items()
    assert call(socket, "GET", "/reminders/Buy%20milk")[1] == told


def test_today(socket: Path) -> None:
    status, told = call(socket, "GET", "/today?limit=1")
    assert (status, told["smart"], told["time_zone"]) == (200, "today", "Europe/Paris")
    # All that is due is long ago, and only what is open counts.
    assert [one["id"] for one in told["reminders"]] == ["MILK"]
    rest = call(socket, "GET", f"/today?cursor={told['next']}")[1]
    assert [one["id"] for one in rest["reminders"]] == ["CALL"]


def test_runs_in_pages(socket: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "mirror.db") as store, store.commit("more"):
        for at_ms in (1, 2):
            store.journal.finish(store.journal.start("files", at_ms), "done", {}, at_ms)
    latest = call(socket, "GET", "/runs?limit=2")[1]
    rest = call(socket, "GET", f"/runs?limit=2&before={latest['next']}")[1]
    assert [run["id"] for run in (*latest["runs"], *rest["runs"])] == [3, 2, 1]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"MILK", "BREAD", "CALL", "SUB"}),
        ("?list=Work", {"CALL"}),
        ("?done=true", {"BREAD"}),
        ("?done=no&list=Home", {"MILK", "SUB"}),
        ("?flagged=1", {"MILK"}),
        ("?q=oat&tag=shop&smart=flagged", {"MILK"}),
        ("?text=OAT", {"MILK"}),
        ("?text=c%C3%A4ll", {"CALL"}),
        ("?due_before=2026-03-02", {"BREAD"}),
        ("?due_after=2026-03-02&due_before=2026-03-03", {"MILK"}),
        ("?due_after=2026-03-02T13:30%2B00:00", {"MILK", "CALL"}),
        ("?due_after=2026-03-02T13:31+00:00", {"CALL"}),
        ("?due_before=2026-03-03T09:00", {"MILK", "BREAD"}),
    ],
)
def test_filters(socket: Path, query: str, found: set[str]) -> None:
    assert ids(socket, query) == found


def test_conflicts_keep_both_values(socket: Path) -> None:
    (conflict,) = call(socket, "GET", "/conflicts")[1]["conflicts"]
    assert conflict["title"] == "Buy milk"
    assert (conflict["winner"], conflict["loser"], conflict["loser_side"]) == (
        "2026-03-02T14:30:00+01:00",
        "2026-03-04",
        "file",
    )


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        (Field.TAGS, frozenset({"work", "home"}), "home, work"),
        (Field.TAGS, frozenset(), ""),
        (Field.REPEAT, Rule(Frequency.WEEKLY, 2), "every 2 weeks"),
        (Field.REPEAT, OtherRule("every week", "key"), "every week"),
        (Field.DONE, None, None),
        (Field.LIST, "WORK", "Work"),
        (Field.PARENT, "BREAD", "Bread"),
        (Field.PARENT, None, None),
        (Field.PARENT, "UNKNOWN", "UNKNOWN"),
    ],
)
def test_conflicts_tell_values_as_a_person_writes_them(
    socket: Path, tmp_path: Path, field: Field, value: Value, told: str | None
) -> None:
    with Store.open(tmp_path / "mirror.db") as store, store.commit("test"):
        store.attention.add_conflict("MILK", field, value, value, "file", 1767225600000)
    found = call(socket, "GET", "/conflicts")[1]["conflicts"]
    assert [(one["winner"], one["loser"]) for one in found if one["field"] == field] == [
        (told, told)
    ]


def test_held_and_runs(socket: Path) -> None:
    (hold,) = call(socket, "GET", "/held")[1]["held"]
    assert (hold["key"], hold["id"], hold["title"]) == ("k1", "BREAD", "Bread")
    (run,) = call(socket, "GET", "/runs?limit=5")[1]["runs"]
    assert (run["result"], run["counts"], run["started"]) == (
        "done",
        {"pulled": 3},
        "2026-01-01T00:00:00+00:00",
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "named"),
    [
        ("GET", "/nothing", None, 404, "there is no /nothing"),
        ("GET", "/reminders/NOPE", None, 404, "there is no reminder NOPE"),
        ("DELETE", "/status", None, 405, "/status does not know DELETE"),
        ("GET", "/sync", None, 405, "/sync does not know GET"),
        ("GET", "/reminders?colour=red", None, 400, "unknown filter `colour`"),
        ("GET", "/reminders?done=maybe", None, 400, "`done`: 'maybe'"),
        ("GET", "/reminders?due_before=tomorrow", None, 400, "`due_before`: 'tomorrow'"),
        ("GET", "/reminders?list=a&list=b", None, 400, "`list` is given twice"),
        ("GET", "/status?x=1", None, 400, "unknown parameter `x`"),
        ("GET", "/today?smart=flagged", None, 400, "unknown parameter `smart`"),
        ("GET", "/reminders?smart=now", None, 400, "`smart`: 'now'"),
        ("GET", "/reminders?cursor=x", None, 400, "`cursor`: 'x'"),
        ("GET", "/runs?before=-1", None, 400, "`before` must be a number"),
        ("GET", "/runs?limit=0", None, 400, "`limit` must be a number"),
        ("GET", "/runs?limit=999999999999", None, 400, "`limit` must be a number"),
        ("POST", "/sync", [], 400, "must be a JSON object"),
        ("POST", "/sync", {"approve": 1}, 400, "`approve` in the body must be true or false"),
        ("POST", "/sync", {"aprove": True}, 400, "unknown key `aprove`"),
        ("POST", "/sync", {"approve": True, "plan_only": True}, 400, "exclude each other"),
        ("POST", "/restore", {}, 400, "`id` in the body must be a string"),
        ("POST", "/restore", {"id": "A", "list": "B"}, 400, "exclude each other"),
        ("POST", "/forget", {}, 400, "`key` in the body must be a string"),
        ("POST", "/approve", {"keys": [1]}, 400, "`keys` in the body must be a list of strings"),
        ("POST", "/sync", {"approve": "x" * 1_048_576}, 413, "larger than 1048576 bytes"),
    ],
)
def test_what_is_wrong_is_named(
    socket: Path, method: str, path: str, body: Any, status: int, named: str
) -> None:
    answered, document = call(socket, method, path, body)
    assert (answered, document["schema"]) == (status, 1)
    assert named in document["error"]["message"]
    assert set(document["error"]) == {"code", "message", "hint"}


@pytest.mark.parametrize("data", [b"{", b"\xff\xfe{", b"[" * 60_000, b"nul", b"9" * 5_000])
def test_a_body_that_is_not_json(socket: Path, data: bytes) -> None:
    request = b"POST /sync HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    with sockets.socket(sockets.AF_UNIX) as connection:
        connection.connect(str(socket))
        connection.sendall(request % len(data) + data)
        response = http.client.HTTPResponse(connection)
        response.begin()
        document = json.loads(response.read())
    assert response.status == 400
    assert "not JSON" in document["error"]["message"]


def test_sync_answers_at_the_end_of_its_cycle(socket: Path, engine: FakeEngine) -> None:
    conflict = Conflict("A", Field.TITLE, "a", "b", Side.CLOUD)
    engine.results = [report("sync", pushed=2, conflicts=[conflict], open_conflicts=1)]
    status, document = call(socket, "POST", "/sync", {"approve": True})
    assert status == 200
    assert (document["schema"], document["result"], document["pushed"]) == (1, "attention", 2)
    assert engine.calls[-1] == ("sync", True, False)


def test_sync_needs_no_body_and_a_plan_can_be_asked_for(socket: Path, engine: FakeEngine) -> None:
    assert call(socket, "POST", "/sync")[0] == 200
    assert call(socket, "POST", "/sync", {"plan_only": True})[0] == 200
    assert engine.calls[-2:] == [("sync", False, False), ("plan", False, True)]


def test_restore(socket: Path) -> None:
    status, document = call(socket, "POST", "/restore", {"id": "A"})
    assert (status, document["title"], document["list"]) == (200, "Milk", "Groceries")
    assert (document["schema"], document["anew"], document["lost"]) == (1, True, ["a picture"])
    status, document = call(socket, "POST", "/restore", {"id": "nobody"})
    assert (status, document["error"]["code"]) == (409, "not-restorable")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"list": "Work"}, {"list": "Work", "deleted": True, "reminders": 0}),
        ({"file": "Work.md"}, {"file": "Work.md", "kept": ".remindersd/replaced/Work.md"}),
    ],
)
def test_restoring_lists_and_files(
    socket: Path, body: dict[str, str], told: dict[str, object]
) -> None:
    status, document = call(socket, "POST", "/restore", body)
    assert status == 200
    assert told.items() <= document.items()


def test_what_can_be_restored(socket: Path) -> None:
    status, document = call(socket, "GET", "/restorable")
    assert (status, document["schema"]) == (200, 1)
    assert {"kind", "key", "title", "list", "how", "at"} >= set().union(*document["restorable"])


def test_forget(socket: Path) -> None:
    status, document = call(socket, "POST", "/forget", {"key": "Work"})
    assert (status, document["name"], document["list"]) == (200, "Work", True)
    status, document = call(socket, "POST", "/forget", {"key": "Kept"})
    assert (status, document["error"]["code"]) == (400, "usage")


def test_verify(socket: Path, engine: FakeEngine) -> None:
    status, document = call(socket, "POST", "/verify", {"repair": True})
    assert (status, document["result"], document["records"]) == (200, "agrees", 3)
    assert ("verify", True, False) in engine.calls
    status, document = call(socket, "POST", "/verify", {"repair": 1})
    assert (status, document["error"]["code"]) == (400, "usage")


def test_import(socket: Path, tmp_path: Path) -> None:
    file = tmp_path / "Trip.md"
    file.write_text("Tent")
    status, document = call(socket, "POST", "/import", {"file": str(file), "dry_run": True})
    assert (status, document["dry_run"]) == (200, True)
    assert document["added"] == [{"id": "A", "title": "Tent", "list": "Trip"}]
    for body in ({"file": "Trip.md"}, {"file": str(tmp_path / "nothing.md")}):
        status, document = call(socket, "POST", "/import", body)
        assert "error" in document


def test_approve(socket: Path) -> None:
    status, document = call(socket, "POST", "/approve", {"keys": ["A"]})
    assert status == 200
    assert document["approved"] == [
        {"id": "A", "kind": "deletions", "reason": "six deletions at once"}
    ]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NetworkError("no route", "look at the cable"), 503),
        (Throttled("wait", retry_after_s=30.0), 429),
        (SignInNeeded("a code is needed", "run: remindersd login"), 403),
        (AccountUnusable("web access is off"), 403),
        (KeyError("Buy a ring"), 500),
    ],
)
def test_a_sync_that_fails_says_why(
    socket: Path, engine: FakeEngine, error: Exception, status: int
) -> None:
    engine.results = [error]
    answered, document = call(socket, "POST", "/sync")
    assert answered == status
    assert "ring" not in json.dumps(document)
    if not isinstance(error, KeyError):
        assert document["error"] == {
            "code": error.code,  # type: ignore[attr-defined]
            "message": error.message,  # type: ignore[attr-defined]
            "hint": error.hint,  # type: ignore[attr-defined]
        }
    assert call(socket, "GET", "/status")[1]["state"] != "ok"


def test_what_icloud_refused_is_told(socket: Path) -> None:
    [entry] = call(socket, "GET", "/parked")[1]["parked"]
    assert (entry["what"], entry["title"], entry["list"]) == ("deletion", "Sub", "Home")
    assert (entry["reason"], entry["since"]) == ("refused", "1970-01-01T00:00:00+00:00")


def test_only_one_of_both_values_can_be_taken(socket: Path) -> None:
    status, answer = call(socket, "POST", "/conflicts/1", {"take": "mine"})
    assert (status, answer["error"]["message"]) == (
        400,
        "`take` in the body must be shown or other",
    )


def test_merge(socket: Path) -> None:
    status, document = call(socket, "POST", "/merge", {"path": "A.copy.md"})
    assert (status, document["file"], document["added"]) == (200, "A.md", ["Milk"])
    status, document = call(socket, "POST", "/merge", {"path": "A.md"})
    assert "no conflict copy" in document["error"]["message"]
