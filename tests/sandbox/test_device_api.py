"""The phone over HTTP: what each route does, shows and refuses."""

from __future__ import annotations

import asyncio
import random
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from sandbox.device import api
from sandbox.device.phone import Phone
from tests.sandbox.phones import Clock, raised, update, value, zone_with_phones


class Api:
    """The routes of a phone on a zone that a second phone shares."""

    def __init__(self) -> None:
        self.zone, [self.phone, self.other] = zone_with_phones(2)
        world: Any = SimpleNamespace(phone=self.phone)
        self._app = Starlette(routes=api.routes(world))

    def send(self, method: str, path: str, body: Any = None, raw: bytes | None = None) -> Any:
        """Send one request; the status and the JSON of the answer."""

        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://phone") as client:
                return await client.request(method, f"/device{path}", json=body, content=raw)

        answer = asyncio.run(call())
        assert answer.headers["content-type"] == "application/json"
        return answer.status_code, answer.json()

    def make(self, title: str, **more: Any) -> str:
        status, made = self.send("POST", "/reminders", {"list": "Home", "title": title, **more})
        assert status == 201
        identity: str = made["id"]
        return identity


@pytest.fixture
def device() -> Api:
    return Api()


def test_a_reminder_is_made_shown_and_read_by_another_phone(device: Api) -> None:
    body = {
        "list": "Home",
        "title": "Tap 🚰",
        "notes": "washer\nring",
        "due": "2026-03-02T14:30[Europe/Paris]",
        "priority": 1,
        "flagged": True,
        "tags": ["diy"],
    }
    status, made = device.send("POST", "/reminders", body)
    assert status == 201
    assert {key: made[key] for key in body} == body
    assert made["shown_due"] == body["due"]
    assert (made["done"], made["problems"], made["created"][-1]) == (False, [], "Z")
    device.other.sync()
    assert device.other.find("Tap 🚰").id == made["id"]
    assert device.send("GET", f"/reminders/{made['id']}") == (200, made)


def test_reads_sync_first_unless_offline(device: Api) -> None:
    device.other.create("Home", "From elsewhere")
    assert [entry["title"] for entry in device.send("GET", "/reminders")[1]] == ["From elsewhere"]
    assert device.send("PUT", "/offline", {"offline": True}) == (200, {"offline": True})
    device.other.create("Home", "Unseen")
    device.make("Unsent")
    titles = {entry["title"] for entry in device.send("GET", "/reminders")[1]}
    assert titles == {"From elsewhere", "Unsent"}
    device.send("POST", "/sync")
    assert len(device.send("GET", "/reminders")[1]) == 3
    device.other.sync()
    assert device.other.find("Unsent")


def test_reminders_are_filtered(device: Api) -> None:
    device.send("POST", "/lists", {"name": "Work"})
    device.make("Open")
    device.make("Done", done=True)
    device.send("POST", "/reminders", {"list": "Work", "title": "Elsewhere"})

    def titles(query: str) -> set[str]:
        return {entry["title"] for entry in device.send("GET", f"/reminders{query}")[1]}

    assert titles("?list=Home") == {"Open", "Done"}
    assert titles("?list=Home&completed=0") == {"Open"}
    assert titles("?completed=1") == {"Open", "Done", "Elsewhere"}


def test_an_occurrence_is_completed_and_its_copy_answered(device: Api) -> None:
    identity = device.make("Water plants", due="2026-03-02")
    device.other.sync()
    device.other.attach(identity, "RecurrenceRule", {"Frequency": 0, "Interval": 1})
    status, copy = device.send("POST", f"/reminders/{identity}/occurrence")
    assert (status, copy["done"], copy["due"], copy["repeat"]) == (201, True, "2026-03-02", None)
    own = device.send("GET", f"/reminders/{identity}")[1]
    assert (own["done"], own["due"], own["repeat"]) == (False, "2026-03-03", "daily/1/")
    status, refused = device.send("POST", f"/reminders/{copy['id']}/occurrence")
    assert (status, "does not repeat" in refused["error"]) == (400, True)


def test_a_patch_changes_only_what_it_names(device: Api) -> None:
    identity = device.make("Tap", notes="washer", due="2026-03-02")
    status, shown = device.send("PATCH", f"/reminders/{identity}", {"title": "Pipe", "due": None})
    assert (status, shown["title"], shown["notes"], shown["due"]) == (200, "Pipe", "washer", None)


def test_ticking_moving_and_nesting(device: Api) -> None:
    device.send("POST", "/lists", {"name": "Work"})
    parent, child = device.make("Hallway"), device.make("Tape")
    path = f"/reminders/{child}"
    nested = device.send("POST", f"{path}/subtask", {"parent": parent})[1]
    assert nested["parent"] == parent
    assert device.send("POST", f"{path}/subtask", {"parent": None})[1]["parent"] is None
    assert device.send("POST", f"{path}/move", {"list": "Work"})[1]["list"] == "Work"
    done = device.send("POST", f"{path}/complete", {"when": "2026-03-02T10:00:00+01:00"})[1]
    assert (done["done"], done["completed_at"]) == (True, "2026-03-02T09:00:00Z")
    assert device.send("POST", f"{path}/reopen")[1]["completed_at"] is None
    assert device.send("POST", f"{path}/complete")[1]["done"] is True


@pytest.mark.parametrize(("query", "softly"), [("", True), ("?hard=1", False)])
def test_deleting_softly_and_for_good(device: Api, query: str, softly: bool) -> None:
    identity = device.make("Tap")
    status, _ = device.send("DELETE", f"/reminders/{identity}{query}")
    assert (status, device.send("GET", "/reminders")[1]) == (200, [])
    assert bool(device.zone.live("Reminder")) is softly
    assert device.send("GET", f"/reminders/{identity}")[0] == 404


def test_lists_and_groups(device: Api) -> None:
    device.send("POST", "/lists", {"name": "Family", "is_group": True})
    status, made = device.send("POST", "/lists", {"name": "Trips", "group": "Family"})
    assert (status, made["group"], made["is_group"], made["count"]) == (201, "Family", False, 0)
    renamed = device.send("PATCH", f"/lists/{made['id']}", {"name": "Travel ✈️"})[1]
    assert (renamed["id"], renamed["name"]) == (made["id"], "Travel ✈️")
    device.send("DELETE", f"/lists/{made['id']}")
    names = [entry["name"] for entry in device.send("GET", "/lists")[1]]
    assert names == ["Family", "Home"]


def test_problems_reach_the_answer(device: Api) -> None:
    identity = device.make("Tap")
    name = f"Reminder/{identity}"
    token_map = raised(device.zone, name, "notesDocument")
    fields = {"NotesDocument": {"value": "A/8="}, "ResolutionTokenMap": token_map}
    update(device.zone, {name: fields})
    shown = device.send("GET", f"/reminders/{identity}")[1]
    assert (shown["notes"], shown["problems"]) == ("", ["notes document corrupt"])


def test_alarms_are_set_dismissed_and_taken_off(device: Api) -> None:
    one = device.make("Call", due="2026-03-02T14:30")
    bodies: list[dict[str, Any]] = [
        {"at": "2026-03-01T18:00"},
        {"before": "1 day before"},
        {"latitude": 52.5, "longitude": 13, "title": "Home", "leaving": True},
    ]
    ids = []
    for body in bodies:
        status, made = device.send("POST", f"/reminders/{one}/alarms", body)
        assert status == 201
        ids.append(made["id"])
    _, shown = device.send("POST", f"/reminders/{one}/alarms/{ids[0]}/acknowledge")
    said = {alarm["says"]: alarm for alarm in shown["alarms"]}
    assert said.keys() == {
        *("2026-03-02T14:30", "2026-03-01T18:00", "1 day before"),
        "leaving Home (52.5,13, 100.0 m)",
    }
    assert said["2026-03-02T14:30"]["own"]
    assert said["2026-03-01T18:00"]["acknowledged"]
    assert shown["shown_due"] == "2026-03-01T18:00"
    for alarm in ids:
        _, shown = device.send("DELETE", f"/reminders/{one}/alarms/{alarm}")
    assert [alarm["own"] for alarm in shown["alarms"]] == [True]
    for body in ({}, {"at": "2026-03-01"}, {"before": "soon"}, {"latitude": 1.0}):
        assert device.send("POST", f"/reminders/{one}/alarms", body)[0] == 400
    assert device.send("DELETE", f"/reminders/{one}/alarms/NONE")[0] == 404


def test_the_index_names_every_route(device: Api) -> None:
    index = device.send("GET", "")[1]
    world: Any = SimpleNamespace(phone=device.phone)
    served = {
        (method, route.path)
        for route in api.routes(world)
        for method in (route.methods or set()) - {"HEAD"}
    }
    told = {(key.split()[0], key.split()[1].partition("?")[0]) for key in index}
    assert told == served


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "part"),
    [
        ("POST", "/reminders", {"title": "x"}, 400, "'list' is missing"),
        ("POST", "/reminders", {"list": "Nowhere", "title": "x"}, 404, "there are: Home"),
        ("POST", "/reminders", {"list": "Home", "title": 5}, 400, "'title' must be str"),
        ("POST", "/reminders", {"list": "Home", "title": "x", "tags": [1]}, 400, "strings"),
        ("POST", "/reminders", {"list": "Home", "title": "x", "due": "soon"}, 400, "2026-03-02"),
        ("POST", "/reminders", {"list": "Home", "title": "x", "priority": 10}, 400, "priority 10"),
        ("PATCH", "/reminders/NOPE", {"title": "x"}, 404, "NOPE"),
        ("PATCH", "/reminders/NOPE", {"colour": "red"}, 400, "unknown key 'colour'"),
        ("PATCH", "/reminders/NOPE", {"priority": True}, 400, "'priority' must be int"),
        ("POST", "/reminders/NOPE/complete", {"when": "2026-03-02T10:00"}, 400, "offset"),
        ("GET", "/reminders?completed=yes", None, 400, "completed=yes"),
        ("GET", "/reminders?list=Nowhere", None, 404, "Nowhere"),
        ("DELETE", "/lists/NOPE", None, 404, "NOPE"),
        ("PUT", "/offline", {"offline": "yes"}, 400, "must be bool"),
        ("PUT", "/offline", [], 400, "JSON object"),
    ],
)
def test_bad_requests_get_one_sentence(
    device: Api, method: str, path: str, body: Any, status: int, part: str
) -> None:
    answered, error = device.send(method, path, body)
    assert (answered, list(error)) == (status, ["error"])
    assert part in error["error"]
    assert "\n" not in error["error"]


def test_an_edit_that_the_zone_refuses_is_told_and_dropped(device: Api) -> None:
    identity = device.make("Tap")
    letters = random.Random(1).choices([chr(code) for code in range(0x4E00, 0x9E00)], k=600_000)
    for method, path in (("POST", "/reminders"), ("PATCH", f"/reminders/{identity}")):
        body = {"title": "".join(letters)} | ({"list": "Home"} if method == "POST" else {})
        status, error = device.send(method, path, body)
        assert (status, "record too large" in error["error"]) == (409, True)
    assert [entry["title"] for entry in device.send("GET", "/reminders")[1]] == ["Tap"]


def test_a_body_that_is_not_json_is_refused(device: Api) -> None:
    status, error = device.send("POST", "/reminders", raw=b"{")
    assert (status, "not JSON" in error["error"]) == (400, True)


def test_a_phone_with_nothing_yet_syncs_before_its_first_edit() -> None:
    device = Api()
    newcomer = Phone(device.zone, Clock())
    device.phone = newcomer
    world: Any = SimpleNamespace(phone=newcomer)
    device._app = Starlette(routes=api.routes(world))
    identity = device.make("Tap")
    assert value(device.zone, f"Reminder/{identity}", "Deleted") == 0
