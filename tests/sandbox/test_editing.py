"""What is put into the services from outside is there, and what makes no sense is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.services.calendar import WORK
from sandbox.services.contacts import SAMPLE
from sandbox.world import World, make_world
from tests.sandbox.signed_in import SignedIn, signed_in
from tests.sandbox.wires import Clock


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(reminders=0, clock=Clock())


@pytest.fixture(scope="module")
def phone(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedIn]:
    home: Path = tmp_path_factory.mktemp("session")
    with signed_in(world, home) as client:
        yield client


def made(phone: SignedIn, path: str, body: Any) -> str:
    """Put something in; its name."""
    answer = phone.control("POST", path, body)
    assert answer.status_code == 201, answer.text
    name: str = answer.json()["name"]
    return name


def gone(phone: SignedIn, path: str) -> None:
    """Take it away again; the second time it is not there."""
    assert phone.control("DELETE", path).status_code == 204
    assert phone.control("DELETE", path).status_code == 404


def test_a_contact(phone: SignedIn) -> None:
    contact = {"firstName": "Grace", "emailAddresses": [{"field": "grace@example.test"}]}
    name = made(phone, "contacts", {"contact": contact, "picture": True})
    known = {each["contactId"]: each for each in phone.service.contacts.all or []}
    assert known[name]["firstName"] == "Grace"
    assert known[name]["photo"]["url"].endswith(name)
    gone(phone, f"contacts/{name}")
    assert [each["contactId"] for each in phone.service.contacts.all or []] == [SAMPLE["contactId"]]


def test_a_note(phone: SignedIn) -> None:
    name = made(phone, "notes", {"title": "Ideas", "text": "None yet", "folder": "Work"})
    note = phone.service.notes.get(name)
    assert (note.text, note.folder_name) == ("Ideas\nNone yet", "Work")
    assert made(phone, "notes", {"title": "Ideas", "text": "One", "name": name}) == name
    assert phone.service.notes.get(name).text == "Ideas\nOne"
    assert phone.control("DELETE", f"notes/{name}").status_code == 204
    assert phone.service.notes.get(name).is_deleted
    assert phone.control("DELETE", f"notes/{name}?hard=1").status_code == 204
    assert phone.control("DELETE", "notes/none").status_code == 404


def test_an_event(phone: SignedIn) -> None:
    wanted = {
        "title": "Release",
        "start": "2031-05-30T22:00",
        "end": "2031-05-31T01:00",
        "calendar": "Work",
        "zone": "Europe/Berlin",
        "frequency": "weekly",
        "until": "2031-06-10",
    }
    uid = made(phone, "events", wanted)
    events = phone.service.calendar.get_events(datetime(2031, 5, 1), datetime(2031, 6, 30))
    found = [each for each in events if isinstance(each, dict) and each["guid"].startswith(uid)]
    assert [each["startDate"][0] for each in found] == [20310530, 20310606]
    assert {each["pGuid"] for each in found} == {WORK}
    gone(phone, f"events/{uid}")


def test_a_device(phone: SignedIn) -> None:
    made(phone, "findmy/devices", {"name": "Ada's iPad", "locates": False})
    phone.service.devices.refresh(locate=False)
    shown = {device.name: device.model_name for device in phone.service.devices}
    assert shown["Ada's iPad"] == "iPad"


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("contacts", {}, "contact: is missing"),
        ("contacts", {"count": 0}, "count: must be a number from 1"),
        ("contacts", {"contact": "Ada"}, "contact: must be an object"),
        ("notes", {"text": "x"}, "title: is missing"),
        ("notes", {"title": "x", "colour": "red"}, "colour: unknown"),
        ("events", {"title": "x", "start": "soon", "end": "later"}, "start: cannot be soon"),
        ("events", {"title": "x", "start": "2026-03-02", "end": "2026-03-01"}, "end: lies before"),
        ("events", {"title": "x", "start": "2026-03-02T10:00Z", "end": "2026"}, "start: cannot be"),
        ("findmy/devices", {"name": "John's iMac"}, "there is such a device"),
        ("photos", {"count": "many"}, "count: must be a whole number"),
    ],
)
def test_what_makes_no_sense_is_refused(
    phone: SignedIn, path: str, body: Any, sentence: str
) -> None:
    answer = phone.control("POST", path, body)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"calendar": "Moon"}, "calendar: must be one of Home, Work"),
        ({"zone": "Moon/Base"}, "zone: cannot be Moon/Base"),
        ({"frequency": "hourly"}, "frequency: must be one of daily"),
        ({"frequency": "daily", "every": 0}, "every: must be at least 1"),
        ({"until": "never"}, "until: cannot be never"),
    ],
)
def test_an_event_that_cannot_be_is_refused(
    phone: SignedIn, more: dict[str, Any], sentence: str
) -> None:
    event = {"title": "x", "start": "2026-03-02T10:00", "end": "2026-03-02T11:00"}
    answer = phone.control("POST", "events", event | more)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]


def test_switches_are_set_all_or_none(phone: SignedIn) -> None:
    before = phone.control("GET", "services").json()
    assert phone.control("PUT", "services", {"notes": "absent", "x": "y"}).status_code == 400
    assert phone.control("GET", "services").json() == before


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("contacts", {"contact": {"contactId": []}}),
        (
            "events",
            {"title": "x", "start": "0001-01-01", "end": "9999-12-31", "frequency": "daily"},
        ),
    ],
)
def test_what_would_break_a_service_never_gets_into_it(
    phone: SignedIn, path: str, body: Any
) -> None:
    assert phone.control("POST", path, body).status_code == 400
