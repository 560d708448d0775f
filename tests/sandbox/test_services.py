"""What all services have in common: switches, trouble, and the call history that is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests

from sandbox.cloud.zone import Zone
from sandbox.device.phone import Phone, minting
from sandbox.services.callkit import RECORD
from sandbox.world import World, make_world, world_of
from tests.sandbox.signed_in import SignedIn, signed_in
from tests.sandbox.wires import Clock


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(reminders=0, clock=Clock())


@pytest.fixture(scope="module")
def client(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedIn]:
    home: Path = tmp_path_factory.mktemp("session")
    with signed_in(world, home) as found:
        yield found


@pytest.fixture
def phone(client: SignedIn, world: World) -> Iterator[SignedIn]:
    yield client
    world.faults.clear()


def asked(phone: SignedIn, method: str, path: str, body: Any = None) -> requests.Response:
    """A request with the session's cookies, for whatever comes of it."""
    jar = "; ".join(f"{each.name}={each.value}" for each in phone.service.session.cookies)
    headers = {"Cookie": jar}
    return requests.request(method, phone.url + path, json=body, headers=headers, timeout=10)


def cut_off(url: str) -> bytes:
    """What comes of a download before its connection ends; fails if it ends well."""
    got = b""
    try:
        for chunk in requests.get(url, stream=True, timeout=10).iter_content(1000):
            got += chunk
    except requests.exceptions.ChunkedEncodingError:
        return got
    pytest.fail("the download was not cut off")


READS = [
    ("GET", "/co/startup"),
    ("POST", "/fmipservice/client/web/initClient"),
    ("GET", "/ca/allcollections"),
    ("POST", "/database/1/com.apple.photos.cloud/production/private/zones/list"),
    ("POST", "/database/1/com.apple.notes/production/private/zones/list"),
]


@pytest.mark.parametrize(("method", "path"), READS)
def test_each_service_can_fail_and_recovers(
    phone: SignedIn, world: World, method: str, path: str
) -> None:
    world.faults.fail("status", path, status=503, retry_after=7)
    world.faults.fail("status", path, status=429)
    world.faults.fail("truncated", path)
    refused = asked(phone, method, path, {})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "7")
    assert asked(phone, method, path, {}).status_code == 429
    with pytest.raises(requests.exceptions.JSONDecodeError):
        asked(phone, method, path, {}).json()
    world.faults.fail("cut_body", path)
    with pytest.raises(requests.exceptions.RequestException):
        asked(phone, method, path, {})
    assert asked(phone, method, path, {}).status_code == 200


@pytest.mark.parametrize(("method", "path"), READS)
def test_each_service_asks_who_is_there(phone: SignedIn, method: str, path: str) -> None:
    answer = requests.request(method, phone.url + path, json={}, timeout=10)
    assert answer.status_code == 421


def test_a_download_that_is_cut_can_be_taken_up(phone: SignedIn, world: World) -> None:
    [photo] = phone.service.photos.all
    whole, url = photo.download("thumb"), photo.download_url("thumb")
    assert whole is not None
    assert url is not None
    here = phone.url + url.removeprefix("https://cvws.icloud-content.com")
    world.faults.fail("cut_body", "/B/")
    got = cut_off(here)
    assert 0 < len(got) < len(whole)
    rest = requests.get(here, headers={"Range": f"bytes={len(got)}-"}, timeout=10)
    assert rest.status_code == 206
    assert got + rest.content == whole


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        ("unreachable", 403, "ACCESS_DENIED"),
        ("uninitialised", 404, "ZONE_NOT_FOUND"),
        ("sync-disabled", 200, None),
    ],
)
def test_the_states_of_the_call_history(
    phone: SignedIn, state: str, status: int, code: str | None
) -> None:
    shown = phone.control("PUT", "services", {"callkit": state}).json()
    assert shown["callkit"] == state
    path = "/database/1/com.apple.callkit/production/private/records/lookup"
    body = {"zoneID": {"zoneName": "CallHistory"}, "records": [{"recordName": RECORD}]}
    answer = asked(phone, "POST", path, body)
    assert (answer.status_code, answer.json().get("serverErrorCode")) == (status, code)
    if status == 200:
        [record] = answer.json()["records"]
        assert record["fields"]["syncEnabled"]["value"] == 0


def test_wrong_switches_are_refused(phone: SignedIn) -> None:
    for body in ({"photos": "gone"}, {"callkit": "fine"}, {"telex": "active"}):
        answer = phone.control("PUT", "services", body)
        assert answer.status_code == 400
        assert next(iter(body)) in answer.json()["error"]


def test_keys_of_advanced_data_protection_open_one_service_each(
    phone: SignedIn, world: World
) -> None:
    switches = {"adp": True, "consent_answer": "grant", "pcs_waits": 0}
    assert phone.control("PUT", "account", switches).status_code == 200
    # Asked for here, since the client would wait for the owner's answer.
    granted = asked(phone, "POST", "/setup/ws/1/enableDeviceConsentForPCS")
    assert granted.json()["isDeviceConsentNotificationSent"] is True
    photos, notes = (path for _, path in READS[3:])
    assert [asked(phone, "POST", path, {}).status_code for path in (photos, notes)] == [403, 403]
    assert asked(phone, "GET", "/co/startup").status_code == 200  # has no keys
    _ = phone.service.photos
    assert [asked(phone, "POST", path, {}).status_code for path in (photos, notes)] == [200, 403]
    _ = phone.service.notes
    assert [asked(phone, "POST", path, {}).status_code for path in (photos, notes)] == [200, 200]
    phone.control("PUT", "account", {"adp": False})


def test_the_services_draw_nothing_from_what_a_history_is_told_by() -> None:
    account, clock, random, other = make_world(reminders=0).account, Clock(), Random(7), Random(7)
    world_of(account, Zone(account.owner, clock), clock, random)
    Phone(Zone(account.owner, clock), clock, minting(other))
    assert random.getstate() == other.getstate()


def test_without_web_access_nothing_is_open(phone: SignedIn) -> None:
    phone.control("PUT", "account", {"web_access": False})
    assert {asked(phone, method, path, {}).status_code for method, path in READS} == {403}
    phone.control("PUT", "account", {"web_access": True})
