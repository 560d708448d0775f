"""What an unmodified pyicloud sees of the address book."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from pyicloud.exceptions import PyiCloudAPIResponseException, PyiCloudServiceNotActivatedException

from sandbox.services.contacts import SAMPLE
from sandbox.world import World, make_world
from tests.sandbox.signed_in import SignedIn, signed_in


@pytest.fixture
def world() -> World:
    return make_world(reminders=0)


@pytest.fixture
def phone(world: World, tmp_path: Path) -> Iterator[SignedIn]:
    with signed_in(world, tmp_path) as client:
        yield client


def changes(phone: SignedIn, token: str) -> Any:
    """What the session reads from /co/changeset."""
    root = phone.service.get_webservice_url("contacts")
    parameters = {"prefToken": "x", "syncToken": token}
    return phone.service.session.get(f"{root}/co/changeset", params=parameters).json()


def test_the_sample_is_what_the_seed_page_shows(phone: SignedIn) -> None:
    [john] = phone.service.contacts.all or []
    assert {key: john[key] for key in SAMPLE} == SAMPLE
    assert john["contactId"].lower() == "73e691b7-90fb-4161-b9c6-e94d9af9c2a9"
    assert phone.service.contacts.me.first_name == "John"


def test_a_picture_is_given_to_whoever_is_signed_in(phone: SignedIn) -> None:
    [john] = phone.service.contacts.all or []
    url = john["photo"]["url"]
    answer = phone.service.session.get(url)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8\xff")
    stranger = requests.get(phone.url + url.removeprefix("https://gateway.icloud.com"), timeout=30)
    assert stranger.status_code == 421


def test_a_book_of_many(phone: SignedIn) -> None:
    assert phone.control("POST", "contacts", {"count": 300}).status_code == 201
    everybody = phone.service.contacts.all or []
    assert len(everybody) == 301
    assert len({contact["contactId"] for contact in everybody}) == 301


def test_changes_since_a_token(phone: SignedIn, world: World) -> None:
    book = world.services.contacts
    before = book.tokens()["syncToken"]
    assert changes(phone, before)["contacts"] == []
    book.put({"contactId": "ADA", "firstName": "Ada"})
    book.remove(SAMPLE["contactId"])
    news = changes(phone, before)
    assert [contact["firstName"] for contact in news["contacts"]] == ["Ada"]
    assert news["deletes"] == {"contactIds": [SAMPLE["contactId"]]}
    assert changes(phone, news["syncToken"])["deletes"] == {"contactIds": []}


def test_a_token_of_another_book_is_refused(phone: SignedIn) -> None:
    other = make_world(reminders=0).services.contacts.tokens()["syncToken"]
    for token in (other, "", "no token"):
        with pytest.raises(PyiCloudAPIResponseException) as refused:
            changes(phone, token)
        assert refused.value.code == 409


def test_groups_are_in_the_first_answer(phone: SignedIn, world: World) -> None:
    world.services.contacts.group("Work", [SAMPLE["contactId"]])
    root = phone.service.get_webservice_url("contacts")
    first = phone.service.session.get(f"{root}/co/startup").json()
    [group] = first["groups"]
    assert (group["name"], group["contactIds"]) == ("Work", [SAMPLE["contactId"]])
    assert first["collections"][0]["groupsOrder"] == [group["groupId"]]


def test_an_edit_changes_the_etag(world: World) -> None:
    book = world.services.contacts
    [before] = book.page(0, 0)["contacts"]
    book.put(SAMPLE | {"nickName": "Johnny"}, picture=True)
    [after] = book.page(0, 0)["contacts"]
    assert before["etag"] != after["etag"]


def test_contacts_that_are_switched_off(phone: SignedIn) -> None:
    phone.control("PUT", "services", {"contacts": "absent"})
    phone.service.authenticate(force_refresh=True)
    with pytest.raises(PyiCloudServiceNotActivatedException):
        _ = phone.service.contacts


def test_an_inactive_service_is_named_and_answers_nothing(phone: SignedIn) -> None:
    phone.control("PUT", "services", {"contacts": "inactive"})
    phone.service.authenticate(force_refresh=True)
    assert phone.service.data["webservices"]["contacts"]["status"] == "inactive"
    answer = requests.get(f"{phone.url}/co/startup", cookies=phone.service.session.cookies)
    assert answer.status_code in (404, 421)


def test_a_service_that_there_is_not(phone: SignedIn) -> None:
    answer = phone.control("PUT", "services", {"telex": "absent"})
    assert answer.status_code == 400
    assert "telex: unknown service" in answer.json()["error"]
