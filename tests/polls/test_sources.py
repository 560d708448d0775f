"""Sources against the pretend account: what is read, what is asked for, and what is refused."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.services.events import Event
from sync.errors import NetworkError, RemindersdError, Throttled
from sync.polls.asked import CannotPoll, DataQuery, Item, PollRequest, unheard
from sync.polls.calendar import CalendarSource
from sync.polls.contacts import ContactSource
from sync.polls.devices import DeviceSource
from sync.polls.notes import NoteSource
from sync.polls.photos import PhotoSource
from sync.polls.roster import PollSettings, Roster
from tests.polls.conftest import Bench
from tests.polls.samples import CONTACT, IMAC, IPHONE, PHOTO

DAY_S = 86_400
LIBRARY = 10_000 if os.environ.get("REMINDERSD_SOAK") == "1" else 2_000  # photos


def photos(bench: Bench, **bounds: datetime) -> list[Item]:
    return PhotoSource(bench.around).items(DataQuery("icpl.photos", **bounds), unheard)


def contacts(bench: Bench) -> list[Item]:
    return ContactSource(bench.around).items(DataQuery("mme_contacts.contacts"), unheard)


def devices(bench: Bench) -> list[Item]:
    return DeviceSource(bench.around, lambda: 90 * DAY_S).items(DataQuery("fmip.devices"), unheard)


def without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_ids(one) for name, one in value.items() if name != "id"}
    return [without_ids(one) for one in value] if isinstance(value, list) else value


# ---- the documented account


def test_the_photo_of_a_fresh_account_is_the_documented_one(bench: Bench) -> None:
    [item] = photos(bench)
    assert without_ids(item) == without_ids(PHOTO)
    assert all(re.fullmatch(r"icpl://A[\w+/]{27}", file["id"]) for file in item["files"])


def test_the_contact_of_a_fresh_account_is_the_documented_one(bench: Bench) -> None:
    [item] = contacts(bench)
    assert without_ids(item) == without_ids(CONTACT)


def test_the_devices_of_a_fresh_account_are_the_documented_ones(bench: Bench) -> None:
    imac, iphone = devices(bench)
    assert (without_ids(imac), without_ids(iphone)) == (without_ids(IMAC), without_ids(IPHONE))


# ---- photos


def test_a_large_library_is_read_page_by_page_once_and_then_only_for_news(bench: Bench) -> None:
    bench.world.services.photos.generate(LIBRARY)
    PhotoSource(bench.around).refresh(unheard)
    assert bench.asked().count("zone") >= 2 * LIBRARY // 200  # two records each
    shown = "SELECT count(*) FROM photos WHERE gone_utc IS NULL"
    assert bench.store._connection.all(shown) == [(LIBRARY + 1,)]
    before = bench.store.rows_written
    PhotoSource(bench.around).refresh(unheard)
    assert bench.asked().count("zone") == 1
    assert bench.store.rows_written - before == 1
    bench.world.services.photos.generate(1)
    PhotoSource(bench.around).refresh(unheard)
    assert bench.asked().count("zone") == 1
    assert bench.store._connection.all(shown) == [(LIBRARY + 2,)]


def test_a_photo_goes_comes_back_is_hidden_and_is_gone_for_good(bench: Bench) -> None:
    library = bench.world.services.photos
    [made] = library.generate(1)
    assert len(photos(bench)) == 2
    for change, left in (
        ({"deleted_ms": 1}, 1),
        ({"deleted_ms": None}, 2),
        ({"hidden": True}, 1),
        ({"hidden": False}, 2),
    ):
        library.change(made.name, **change)
        assert len(photos(bench)) == left
    library.expunge(made.name)
    assert len(photos(bench)) == 1
    shown = bench.store._connection.all("SELECT gone_utc IS NOT NULL FROM photos ORDER BY 1")
    assert shown == [(0,), (1,)]


def test_bounds_are_compared_with_the_upload_and_strict(bench: Bench) -> None:
    at = datetime(2020, 9, 18, 12, 41, 19, tzinfo=UTC)
    earlier, later = at.replace(second=18), at.replace(second=20)
    assert len(photos(bench, since=earlier, until=later)) == 1
    assert photos(bench, since=at) == []
    assert photos(bench, until=at) == []


def test_a_walk_that_was_cut_off_goes_on_where_it_was(bench: Bench) -> None:
    bench.world.services.photos.generate(500)
    real, pages = bench.mirror, []

    def cut(work: Any) -> Any:
        pages.append(1)
        if len(pages) == 5:
            raise NetworkError("the line is dead")
        return real(work)

    bench.mirror = cut  # type: ignore[method-assign]
    with pytest.raises(NetworkError):
        photos(bench)
    kept = len(bench.store.photos.masters())
    assert 0 < kept < 501
    bench.mirror = real  # type: ignore[method-assign]
    bench.asked()
    assert len(photos(bench)) == 501
    assert bench.asked().count("zone") < 7


def test_a_token_that_is_good_no_more_is_a_new_walk_and_what_is_gone_shows(bench: Bench) -> None:
    library = bench.world.services.photos
    [made] = library.generate(1)
    photos(bench)
    library.expunge(made.name)
    with bench.store.commit("spoil"):
        bench.store._connection.write("UPDATE poll_feed SET token = 'nonsense'")
    assert len(photos(bench)) == 1
    shown = bench.store._connection.all("SELECT gone_utc IS NOT NULL FROM photos ORDER BY 1")
    assert shown == [(0,), (1,)]


# ---- contacts


def test_cards_that_are_taken_away_are_gone(bench: Bench) -> None:
    book = bench.world.services.contacts
    book.generate(3)
    assert len(contacts(bench)) == 4
    first = next(iter(book._contacts))
    book.remove(first)
    assert len(contacts(bench)) == 3


def test_the_picture_of_a_card_is_had_by_its_id_before_any_poll(bench: Bench) -> None:
    source = ContactSource(bench.around)
    [item] = contacts(bench)
    extension, data = source.file(item["image"]["id"], unheard)
    assert (extension, data[:3]) == ("jpg", b"\xff\xd8\xff")
    with bench.store.commit("forget"):
        bench.store._connection.write("DELETE FROM contact")
    assert source.file(item["image"]["id"], unheard) == (extension, data)
    with pytest.raises(CannotPoll, match="there is no picture"):
        source.file("mme_contact_image://0", unheard)


# ---- devices


def test_a_poll_wakes_the_devices_and_waits_until_they_have_answered(bench: Bench) -> None:
    devices(bench)
    assert bench.world.services.find_my.wakes == 1
    assert 10 <= sum(bench.waits) <= 30


def test_a_device_that_is_off_is_not_waited_for_for_ever(bench: Bench) -> None:
    for device in bench.world.services.find_my.devices:
        device.reachable = False
    _, iphone = devices(bench)
    assert iphone["location"]["latitude"] == 51.5079
    assert 20 <= sum(bench.waits) <= 30


def test_a_look_wakes_nobody_and_does_not_wait(bench: Bench) -> None:
    source = DeviceSource(bench.around, lambda: 36_500 * DAY_S)
    source.refresh(unheard, locate=False)
    assert (bench.world.services.find_my.wakes, bench.waits) == (0, [])
    source.refresh(unheard, locate=True)
    rows = bench.store._connection.all("SELECT at_utc FROM device_locations ORDER BY 1")
    assert rows == [("2019-12-31T12:00:00Z",), ("2020-01-01T00:00:00Z",)]


def test_an_account_without_devices_has_none(bench: Bench) -> None:
    bench.world.services.find_my.devices = []
    assert devices(bench) == []


# ---- what is refused


@pytest.mark.parametrize("state", ["inactive", "absent"])
@pytest.mark.parametrize(
    ("key", "poll", "settings"),
    [
        ("photos", photos, "iCloud > Photos > iCloud Photo Library"),
        ("contacts", contacts, "iCloud > Contacts"),
        ("findme", devices, "> Find My"),
    ],
)
def test_a_service_that_is_off_says_where_it_is_switched_on(
    bench: Bench, key: str, poll: Any, settings: str, state: str
) -> None:
    bench.world.services.switch(key, state)
    with pytest.raises(CannotPoll) as refused:
        poll(bench)
    assert refused.value.code == "service-disabled"
    assert f"Settings > [username] > {settings}".replace("> >", ">") in refused.value.hint
    [state_] = bench.store.polls.states().values()
    assert (state_.succeeded_ms, state_.error) == (None, "service-disabled")


@pytest.mark.parametrize("poll", [photos, contacts, devices])
def test_a_service_that_is_out_of_order_is_no_loss(bench: Bench, poll: Any) -> None:
    poll(bench)
    before = bench.store._connection.all("SELECT count(*) FROM contact WHERE gone_ms IS NULL")
    for part in ("/database/1/com.apple.photos", "/co/", "/fmipservice/"):
        bench.world.faults.fail("status", part, times=20)
    with pytest.raises(RemindersdError) as refused:
        poll(bench)
    assert refused.value.exit_code == 6
    after = bench.store._connection.all("SELECT count(*) FROM contact WHERE gone_ms IS NULL")
    assert after == before


@pytest.mark.parametrize("status", [421, 450])
@pytest.mark.parametrize("poll", [photos, contacts, devices])
def test_a_session_that_ends_in_the_middle_is_opened_anew(
    bench: Bench, poll: Any, status: int
) -> None:
    for part in ("/database/1/com.apple.photos", "/co/", "/fmipservice/"):
        bench.world.faults.fail("status", part, status=status, times=1)
    assert poll(bench)


def test_whoever_asks_to_wait_is_left_alone(bench: Bench) -> None:
    bench.world.faults.fail("status", "/co/", status=429, times=5, retry_after=60)
    with pytest.raises(Throttled):
        contacts(bench)


def test_where_devices_were_long_ago_is_forgotten_and_where_they_are_is_not(bench: Bench) -> None:
    source = DeviceSource(bench.around, lambda: 90 * DAY_S)
    source.refresh(unheard, locate=False)
    source.refresh(unheard, locate=True)
    rows = bench.store._connection.all("SELECT at_utc FROM device_locations")
    assert rows == [("2020-01-01T00:00:00Z",)]


# ---- calendar and notes


def events(bench: Bench, **bounds: datetime) -> list[Item]:
    return CalendarSource(bench.around).items(DataQuery("mme_calendar.events", **bounds), unheard)


def notes(bench: Bench, **bounds: datetime) -> list[Item]:
    return NoteSource(bench.around).items(DataQuery("mme_notes.notes", **bounds), unheard)


def an_event(uid: str, start: datetime, **more: Any) -> Event:
    return Event(uid, "CALENDAR-HOME", uid, start, start.replace(hour=start.hour + 1), **more)


def test_events_are_told_in_their_zone_as_days_and_as_occurrences(bench: Bench) -> None:
    calendars = bench.world.services.calendar
    calendars.events.clear()
    calendars.put(an_event("zoned", datetime(2031, 3, 3, 14, 30), zone="Europe/Paris"))
    calendars.put(an_event("floating", datetime(2031, 3, 4, 9, 0)))
    weekly = {"frequency": "weekly", "count": 3}
    calendars.put(an_event("weekly", datetime(2031, 3, 5, 9, 0), zone="America/Lima", **weekly))
    bounds = {"since": datetime(2031, 3, 1, tzinfo=UTC), "until": datetime(2031, 3, 31, tzinfo=UTC)}
    found = events(bench, **bounds)
    assert [(item["title"], item["start"], item["zone"]) for item in found] == [
        ("zoned", "2031-03-03T14:30:00+01:00", "Europe/Paris"),
        ("floating", "2031-03-04T09:00:00", None),
        ("weekly", "2031-03-05T09:00:00-05:00", "America/Lima"),
        ("weekly", "2031-03-12T09:00:00-05:00", "America/Lima"),
        ("weekly", "2031-03-19T09:00:00-05:00", "America/Lima"),
    ]
    assert {item["calendar"] for item in found} == {"Home"}
    assert len({item["id"] for item in found}) == 5
    at = datetime(2031, 3, 3, 13, 30, tzinfo=UTC)
    assert len(events(bench, since=at, until=bounds["until"])) == 4


def test_an_event_that_is_taken_away_is_gone_and_one_outside_the_days_is_not(bench: Bench) -> None:
    calendars = bench.world.services.calendar
    calendars.events.clear()
    calendars.put(an_event("far", datetime(2031, 3, 3, 14, 0), zone="Europe/Paris"))
    march = {"since": datetime(2031, 3, 1, tzinfo=UTC), "until": datetime(2031, 3, 31, tzinfo=UTC)}
    assert len(events(bench, **march)) == 1
    calendars.events.clear()
    assert events(bench) == []
    gone = "SELECT gone_utc IS NOT NULL FROM calendar_events"
    assert bench.store._connection.all(gone) == [(0,)]
    assert events(bench, **march) == []
    assert bench.store._connection.all(gone) == [(1,)]


def test_the_calendar_of_a_fresh_account_has_events_of_each_kind(bench: Bench) -> None:
    found = events(bench)
    assert {item["all_day"] for item in found} == {True, False}
    assert all(item["start"] < item["end"] for item in found if item["all_day"])


def test_notes_are_read_with_their_text_and_then_only_news(bench: Bench) -> None:
    book = bench.world.services.notes
    home = book.folder("Home")
    name = book.put("Shopping", "oat milk", folder=home)
    book.put("Diary", "secret", locked=True)
    found = {item["title"]: item for item in notes(bench)}
    assert found["Shopping"]["text"] == "Shopping\noat milk"
    assert found["Shopping"]["folder"] == "Home"
    assert (found["Diary"]["text"], found["Diary"]["locked"]) == (None, True)
    bench.asked()
    book.put("Shopping", "oat milk\nbread", folder=home, name=name)
    book.delete(next(iter(set(book.zone.records) - {name, home})))
    again = {item["title"]: item["text"] for item in notes(bench)}
    assert again["Shopping"] == "Shopping\noat milk\nbread"
    assert bench.asked().count("zone") == 1
    book.delete(name)
    assert "Shopping" not in {item["title"] for item in notes(bench)}


def test_bounds_of_notes_are_compared_with_their_last_change(bench: Bench) -> None:
    bench.world.services.notes.put("Shopping", "milk")
    far = datetime(2100, 1, 1, tzinfo=UTC)
    assert notes(bench, since=far) == []
    assert notes(bench, until=far) == notes(bench) != []


@pytest.mark.parametrize(
    ("key", "poll", "settings"),
    [("calendar", events, "> iCloud > Calendars"), ("notes", notes, "> iCloud > Notes")],
)
def test_calendar_and_notes_can_be_off_too(
    bench: Bench, key: str, poll: Any, settings: str
) -> None:
    bench.world.services.switch(key, "absent")
    with pytest.raises(CannotPoll) as refused:
        poll(bench)
    assert (refused.value.code, settings in refused.value.hint) == ("service-disabled", True)


# ---- the desk with all sources


def test_calls_are_unsupported_and_both_states_of_which_the_api_tells_can_be_had(
    bench: Bench,
) -> None:
    desk = Roster(bench.around, "ada@example.test", PollSettings).desk
    request = PollRequest(data_types=(DataQuery("callkit.calls"),))
    for state, code in (
        ("unreachable", "unsupported"),
        ("uninitialised", "callkit-uninitialised"),
        ("sync-disabled", "callkit-sync-disabled"),
    ):
        bench.world.services.switch("callkit", state)
        [error] = desk.run(request).errors
        assert error.error == code
        assert ("iCloud Drive" in error.message) == code.startswith("callkit")


def test_everything_is_polled_at_once_and_what_is_off_keeps_nothing_back(bench: Bench) -> None:
    bench.world.services.switch("contacts", "inactive")
    desk = Roster(bench.around, "ada@example.test", PollSettings).desk
    outcome = desk.run(PollRequest(("*",), (DataQuery("*"),), ("icpl://AAAA",)))
    assert [result.identifier for result in outcome.results] == [
        *("icloud.account", "icpl.photos", "fmip.devices"),
        *("mme_calendar.events", "mme_notes.notes"),
    ]
    assert [(error.target, error.error) for error in outcome.errors] == [
        ("mme_contacts.contacts", "service-disabled"),
        ("icpl://AAAA", "unknown-file"),
    ]
    content = outcome.results[0].content
    assert isinstance(content, bytes)
    [account] = json.loads(content)["data"]
    assert (account["identifier"], "photos" in account["services"]) == ("ada@example.test", True)
    assert "contacts" not in account["services"]
