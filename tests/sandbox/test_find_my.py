"""What an unmodified pyicloud sees of the devices: first what was known, later what they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyicloud.exceptions import PyiCloudServiceUnavailable

from sandbox.world import World, make_world
from tests.sandbox.signed_in import SignedIn, signed_in
from tests.sandbox.wires import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    return make_world(reminders=0, clock=clock)


@pytest.fixture
def phone(world: World, tmp_path: Path) -> Iterator[SignedIn]:
    with signed_in(world, tmp_path) as client:
        yield client


def shown(phone: SignedIn) -> dict[str, Any]:
    return {device.name: device.data for device in phone.service.devices}


def test_the_samples_are_what_the_seed_page_shows(phone: SignedIn, clock: Clock) -> None:
    phone.service.devices.refresh(locate=True)
    clock.now += 12
    phone.service.devices.refresh(locate=False)
    imac, iphone = shown(phone).values()
    wanted = ("name", "deviceDisplayName", "rawDeviceModel", "deviceClass", "location")
    assert [imac[key] for key in wanted] == [
        "John's iMac",
        "iMac with Retina 5K display",
        "iMac15,1",
        "iMac",
        None,
    ]
    assert [iphone[key] for key in wanted[:-1]] == [
        "John's iPhone 11",
        "iPhone 11",
        "iPhone6,2",
        "iPhone",
    ]
    assert {device["batteryStatus"] for device in (imac, iphone)} == {"Unknown"}
    assert {device["batteryLevel"] for device in (imac, iphone)} == {0.0}
    location = iphone["location"]
    assert (location["latitude"], location["longitude"]) == (
        51.507452392689146,
        -0.07398372304584414,
    )
    assert (location["altitude"], location["horizontalAccuracy"]) == (0.0, 65.0)
    assert (location["verticalAccuracy"], location["positionType"]) == (0.0, "Wifi")
    assert location["timeStamp"] == 1_577_836_800_000


def test_stale_first_and_fresh_after_devices_were_asked(
    phone: SignedIn, world: World, clock: Clock
) -> None:
    def location() -> Any:
        phone.service.devices.refresh(locate=False)
        return shown(phone)["John's iPhone 11"]["location"]

    first = location()
    assert (first["isOld"], first["locationFinished"]) == (True, False)
    clock.now += 60
    assert location() == first  # nobody has asked the devices
    assert world.services.find_my.wakes == 0

    phone.service.devices.refresh(locate=True)
    assert world.services.find_my.wakes == 1
    clock.now += 11
    assert location() == first
    clock.now += 2
    fresh = location()
    assert (fresh["isOld"], fresh["locationFinished"]) == (False, True)
    assert fresh["timeStamp"] > first["timeStamp"]


def test_a_device_that_is_off_stays_old(phone: SignedIn, clock: Clock) -> None:
    name = "John's iPhone 11"
    phone.control("PUT", "findmy", {"devices": {name: {"reachable": False}}})
    phone.service.devices.refresh(locate=True)
    clock.now += 300
    phone.service.devices.refresh(locate=True)
    device = shown(phone)[name]
    assert device["deviceStatus"] == "201"
    assert device["location"]["isOld"] is True


def test_what_a_device_says_can_be_set(phone: SignedIn, clock: Clock) -> None:
    name = "John's iPhone 11"
    where = {"latitude": 48.85, "longitude": 2.35, "time_ms": 1_600_000_000_000}
    said = {"location": where, "battery": 0.83, "battery_status": "Charging"}
    answer = phone.control("PUT", "findmy", {"answer_s": 5, "devices": {name: said}})
    assert answer.status_code == 200
    phone.service.devices.refresh(locate=True)
    clock.now += 5
    phone.service.devices.refresh(locate=False)
    device = shown(phone)[name]
    assert (device["location"]["latitude"], device["batteryLevel"]) == (48.85, 0.83)
    assert device["batteryStatus"] == "Charging"
    phone.control("PUT", "findmy", {"devices": {name: {"location": None}}})
    phone.service.devices.refresh(locate=False)
    assert shown(phone)[name]["location"] is None


def test_a_context_that_is_too_old_is_opened_anew(phone: SignedIn, clock: Clock) -> None:
    assert len(phone.service.devices) == 2
    clock.now += 901
    phone.service.devices.refresh(locate=False)
    assert phone.asked("refreshClient 450") == 1
    assert phone.asked("initClient 200") == 2


def test_find_my_switched_off(phone: SignedIn) -> None:
    phone.control("PUT", "services", {"findme": "absent"})
    phone.service.authenticate(force_refresh=True)
    with pytest.raises(PyiCloudServiceUnavailable):
        _ = phone.service.devices


def test_wrong_switches_are_refused(phone: SignedIn) -> None:
    wrong: dict[str, Any] = {
        "answer_s: must be a number": {"answer_s": "soon"},
        "Ada's watch: no such device": {"devices": {"Ada's watch": {}}},
        "colour: unknown": {"devices": {"John's iMac": {"colour": "red"}}},
        "longitude: is missing": {"devices": {"John's iMac": {"location": {"latitude": 1}}}},
        "devices: must be an object": {"devices": []},
    }
    for sentence, body in wrong.items():
        answer = phone.control("PUT", "findmy", {"session_s": 1} | body)
        assert answer.status_code == 400
        assert sentence in answer.json()["error"]
    assert phone.control("GET", "findmy").json()["session_s"] == 900
