"""What an unmodified pyicloud sees of the calendars."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyicloud.exceptions import PyiCloudServiceNotActivatedException

from sandbox.services.calendar import HOME, WORK
from sandbox.services.events import Event
from sandbox.world import World, make_world
from tests.sandbox.signed_in import SignedIn, signed_in
from tests.sandbox.wires import Clock


@pytest.fixture
def world() -> World:
    return make_world(reminders=0, clock=Clock())


@pytest.fixture
def phone(world: World, tmp_path: Path) -> Iterator[SignedIn]:
    with signed_in(world, tmp_path) as client:
        yield client


def read(phone: SignedIn, first: datetime, last: datetime) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = phone.service.calendar.get_events(first, last)
    return events


def starts(event: Event, first: date, last: date, home: str = "UTC") -> list[str]:
    return [start.isoformat(" ", "minutes") for start in event.within(first, last, home)]


def made(start: datetime, minutes: int = 60, **more: Any) -> Event:
    return Event("UID", HOME, "Some event", start, start + timedelta(minutes=minutes), **more)


def test_the_events_of_a_fresh_account(phone: SignedIn, world: World) -> None:
    today = datetime.fromtimestamp(world.clock(), UTC).replace(tzinfo=None, hour=0, minute=0)
    events = read(phone, today, today + timedelta(days=6))
    by_title = {event["title"]: event for event in events}
    assert set(by_title) == {"Dentist", "Ada's birthday", "Run", "Team call"}
    assert [event["title"] for event in events].count("Run") == 7

    dentist = by_title["Dentist"]
    day = today + timedelta(days=1)
    number = int(day.strftime("%Y%m%d"))
    assert dentist["startDate"] == [number, day.year, day.month, day.day, 14, 30, 870]
    assert dentist["endDate"] == [number, day.year, day.month, day.day, 15, 30, 510]
    assert (dentist["tz"], dentist["location"]) == ("Europe/London", "12 Market Street")
    assert dentist["pGuid"] == HOME
    assert by_title["Ada's birthday"]["allDay"] is True
    assert by_title["Ada's birthday"]["duration"] == 1440
    assert by_title["Run"]["tz"] is None


def test_a_reader_gets_objects(phone: SignedIn, world: World) -> None:
    today = datetime.fromtimestamp(world.clock(), UTC)
    events = phone.service.calendar.get_events(today, today + timedelta(days=2), as_objs=True)
    dentist = next(event for event in events if event.title == "Dentist")
    assert dentist.start_date.hour == 14
    assert dentist.duration == 60
    detail = phone.service.calendar.get_event_detail(HOME, dentist.guid, as_obj=True)
    assert detail.get("title") == "Dentist"


def test_calendars(phone: SignedIn) -> None:
    titles = {each["guid"]: each["title"] for each in phone.service.calendar.get_calendars()}
    assert titles == {HOME: "Home", WORK: "Work"}
    assert phone.service.calendar.get_ctag(WORK)


def test_occurrences_have_names_of_their_own(phone: SignedIn, world: World) -> None:
    today = datetime.fromtimestamp(world.clock(), UTC)
    runs = [
        each for each in read(phone, today, today + timedelta(days=3)) if each["title"] == "Run"
    ]
    assert len({each["guid"] for each in runs}) == 4
    assert [each["recurrenceMaster"] for each in runs] == [True, False, False, False]
    detail = phone.service.calendar.get_event_detail(HOME, runs[2]["guid"])
    assert detail.get("guid") == runs[2]["guid"]
    root = phone.service.get_webservice_url("calendar")
    missing = f"{root}/ca/eventdetail/{WORK}/{runs[2]['guid']}"
    assert phone.control("GET", "../ca/eventdetail/x/y").status_code == 421
    with pytest.raises(Exception, match="no such event"):
        phone.service.session.get(missing)


def test_a_zone_decides_the_day() -> None:
    late = made(datetime(2026, 3, 2, 22, 0), zone="America/New_York")
    assert starts(late, date(2026, 3, 3), date(2026, 3, 3), "Europe/London") == ["2026-03-02 22:00"]
    assert starts(late, date(2026, 3, 2), date(2026, 3, 2), "Europe/London") == []
    assert starts(late, date(2026, 3, 2), date(2026, 3, 2), "America/New_York") != []


def test_an_occurrence_keeps_its_time_on_the_wall_when_clocks_change() -> None:
    weekly = made(datetime(2026, 3, 23, 9, 30), zone="Europe/London", frequency="weekly")
    found = list(weekly.within(date(2026, 3, 23), date(2026, 4, 6), "UTC"))
    assert [weekly.at_home(start, "UTC").hour for start in found] == [9, 8, 8]
    assert {start.hour for start in found} == {9}


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ({"frequency": "daily", "every": 2, "count": 3}, ["01-31", "02-02", "02-04"]),
        ({"frequency": "weekly", "until": date(2026, 2, 8)}, ["01-31", "02-07"]),
        ({"frequency": "monthly"}, ["01-31", "03-31", "05-31", "07-31"]),
        ({"frequency": "yearly"}, ["01-31"]),
        ({"frequency": "weekly", "every": 10**9}, ["01-31"]),
        ({}, ["01-31"]),
    ],
)
def test_rules(rule: dict[str, Any], wanted: list[str]) -> None:
    event = made(datetime(2026, 1, 31, 9, 0), **rule)
    found = starts(event, date(2026, 1, 1), date(2026, 8, 1))
    assert [start[5:10] for start in found] == wanted


def test_days_are_included_at_both_ends() -> None:
    holiday = made(datetime(2026, 3, 2), 3 * 1440, all_day=True)
    assert starts(holiday, date(2026, 3, 4), date(2026, 3, 9)) != []
    assert starts(holiday, date(2026, 3, 5), date(2026, 3, 9)) == []
    assert starts(holiday, date(2026, 2, 1), date(2026, 3, 2)) != []
    assert starts(holiday, date(2026, 2, 1), date(2026, 3, 1)) == []


def test_a_range_that_is_none_is_refused(phone: SignedIn) -> None:
    for query in (
        "",
        "?startDate=9999-12-31&endDate=9999-12-31",
        "?startDate=2026-03-02&endDate=2026-03-01",
        "?startDate=1&endDate=2",
    ):
        root = phone.service.get_webservice_url("calendar")
        with pytest.raises(Exception, match=r"endDate|startDate"):
            phone.service.session.get(f"{root}/ca/events{query}")


def test_calendars_that_are_switched_off(phone: SignedIn) -> None:
    phone.control("PUT", "services", {"calendar": "absent"})
    phone.service.authenticate(force_refresh=True)
    with pytest.raises(PyiCloudServiceNotActivatedException):
        _ = phone.service.calendar
