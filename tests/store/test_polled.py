"""What is polled comes, changes, goes and comes back; what does not change is not written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from store.db import Store
from store.polled.photos import Download
from store.polled.rows import (
    CalendarEvent,
    Contact,
    ContactRecord,
    Device,
    DeviceLocation,
    LibraryPage,
    Note,
    NoteFolder,
    NotesPage,
    PhotoAsset,
    PhotoMaster,
    PhotoResource,
)
from store.polled.states import Feed, PollState

ZONE = "private/_o/PrimarySync"
ADA = Contact("c1", "dWlk", first_name="Ada", image_url="https://x.test/1")
BOB = Contact("c2", "dWlkMg", first_name="Bob")
PHONE = ContactRecord("Phone", "HOME", "1")
ASSET = PhotoAsset(ZONE, "A", "a1", "M", taken_ms=1_600_432_337_000)
MASTER = PhotoMaster(ZONE, "M", "IMG.HEIC", arrived_ms=1_600_432_879_000)
FILE = PhotoResource(ZONE, "M", "resOriginal", "AW=", size=5)


def contacts(store: Store, now_ms: int, **cards: tuple[Contact, list[ContactRecord]]) -> None:
    with store.commit("poll"):
        store.contacts.replace(dict(cards.values()), now_ms, store.polls.last_success("contacts"))
        store.polls.succeeded("contacts", now_ms)


def page(store: Store, now_ms: int, *, walk: int = 1, **said: Any) -> None:
    with store.commit("poll"):
        store.photos.put(ZONE, LibraryPage(**said), walk, now_ms, now_ms - 1)


def shown(store: Store, view: str, *columns: str) -> list[Any]:
    return store._connection.all(f"SELECT {', '.join(columns)} FROM {view} ORDER BY 1")


def test_what_comes_goes_and_comes_back_says_when(store: Store) -> None:
    seen = ("first_name", "first_seen_utc", "last_seen_utc", "gone_utc")
    contacts(store, 1_000, ada=(ADA, [PHONE]), bob=(BOB, []))
    contacts(store, 61_000, ada=(ADA, [PHONE]), bob=(BOB, []))
    contacts(store, 121_000, ada=(ADA, [PHONE]))
    at = [f"1970-01-01T00:0{minute}:01Z" for minute in range(4)]
    ada = ("Ada", at[0], at[2], None)
    assert shown(store, "contacts", *seen) == [ada, ("Bob", at[0], at[1], at[2])]
    assert store.contacts.cards() == [ADA]
    contacts(store, 181_000, ada=(ADA, []), bob=(BOB, []))
    assert shown(store, "contacts", *seen)[1] == ("Bob", at[0], at[3], None)
    assert store.contacts.records() == {}


def test_an_address_book_that_did_not_change_costs_one_row(store: Store) -> None:
    contacts(store, 1_000, ada=(ADA, [PHONE]), bob=(BOB, []))
    before = store.rows_written
    contacts(store, 2_000, ada=(ADA, [PHONE]), bob=(BOB, []))
    assert store.rows_written - before == 1


def test_a_library_is_kept_page_by_page(store: Store) -> None:
    page(store, 1_000, assets=[ASSET])
    page(store, 1_000, masters=[MASTER], resources=[FILE])
    assert store.photos.assets() == [ASSET]
    assert store.photos.masters() == {(ZONE, "M"): MASTER}
    assert store.photos.resources() == {(ZONE, "M"): [FILE]}
    columns = ("id", "filename", "created_utc", "uploaded_utc")
    assert shown(store, "photos", *columns) == [
        ("a1", "IMG.HEIC", "2020-09-18T12:32:17Z", "2020-09-18T12:41:19Z")
    ]
    assert shown(store, "photo_files", "photo", "id", "path") == [("a1", "icpl://AW=", None)]


def test_a_file_that_a_record_no_longer_has_is_dropped(store: Store) -> None:
    page(store, 1_000, masters=[MASTER], resources=[FILE, replace(FILE, role="resJPEGThumb")])
    page(store, 2_000, masters=[MASTER], resources=[FILE])
    assert store.photos.resources() == {(ZONE, "M"): [FILE]}


def test_what_a_new_walk_does_not_bring_is_gone(store: Store) -> None:
    page(store, 1_000, masters=[MASTER], assets=[ASSET, replace(ASSET, name="B", id="b1")])
    page(store, 2_000, walk=2, assets=[ASSET])
    with store.commit("poll"):
        store.photos.finish_walk(ZONE, 2, 2_000, 1_000)
    assert [row.name for row in store.photos.assets()] == ["A"]
    assert shown(store, "photos", "id", "gone_utc IS NULL") == [("a1", 1), ("b1", 0)]


def test_a_photo_that_was_deleted_and_is_restored_is_there_again(store: Store) -> None:
    page(store, 1_000, assets=[ASSET])
    page(store, 2_000, gone=["A"])
    assert store.photos.assets() == []
    page(store, 3_000, assets=[ASSET])
    assert store.photos.assets() == [ASSET]


def test_a_download_is_named_as_long_as_the_file_is_the_same(store: Store) -> None:
    page(store, 1_000, masters=[MASTER], assets=[ASSET], resources=[FILE])
    with store.commit("download"):
        done = Download("2020/IMG.HEIC", "/pictures", ZONE, "M", "resOriginal", "AW=")
        store.photos.put_download(done)
    assert shown(store, "photo_files", "path") == [("/pictures/2020/IMG.HEIC",)]
    page(store, 2_000, masters=[MASTER], resources=[replace(FILE, fingerprint="AX=")])
    assert shown(store, "photo_files", "path") == [(None,)]


def test_where_devices_were_is_kept_for_a_while_and_where_they_are_for_good(store: Store) -> None:
    device = Device("d1", "iPhone", battery_level=57.0, located_ms=10_000)
    places = [DeviceLocation("d1", at, 51.5, -0.1) for at in (5_000, 10_000)]
    with store.commit("poll"):
        store.devices.replace([device], places[:1], 6_000, None)
        store.devices.replace([device], places[1:], 11_000, 6_000)
    assert shown(store, "device_locations", "at_utc") == [
        ("1970-01-01T00:00:05Z",),
        ("1970-01-01T00:00:10Z",),
    ]
    with store.commit("poll"):
        store.devices.forget_before(20_000)
    assert store.devices.present() == {"d1": places[1]}
    assert shown(store, "devices", "battery_percent", "latitude") == [(57.0, 51.5)]
    with store.commit("poll"):
        store.devices.replace([replace(device, located_ms=None)], [], 21_000, 11_000)
    assert shown(store, "devices", "latitude", "located_utc") == [(None, None)]


def test_events_outside_of_the_window_are_left_as_they_are(store: Store) -> None:
    events = [CalendarEvent(f"e{day}", "u", day=f"2026-03-0{day}") for day in (1, 2, 3)]
    with store.commit("poll"):
        store.calendar.replace(events, ("2026-03-01", "2026-03-03"), 1_000, None)
        store.calendar.replace([], ("2026-03-02", "2026-03-02"), 2_000, 1_000)
    assert store.calendar.events(("2026-03-01", "2026-03-31")) == [events[0], events[2]]


def test_notes_know_their_folder(store: Store) -> None:
    note = Note("N1", "n1", folder="F1", title="Shopping", text="milk", modified_ms=1_000)
    with store.commit("poll"):
        store.notes.put(NotesPage([note], [NoteFolder("F1", "Home")]), 1, 1_000, None)
    assert shown(store, "notes", "title", "folder", "modified_utc") == [
        ("Shopping", "Home", "1970-01-01T00:00:01Z")
    ]
    with store.commit("poll"):
        store.notes.put(NotesPage(gone=["N1", "F1"]), 1, 2_000, 1_000)
    assert (store.notes.notes(), store.notes.folders()) == ([], {})


def test_a_poll_that_fails_keeps_when_it_last_succeeded(store: Store) -> None:
    with store.commit("poll"):
        store.polls.succeeded("photos", 1_000)
        store.polls.failed("photos", 2_000, "network", "the line is dead")
    assert store.polls.states() == {
        "photos": PollState("photos", 2_000, 1_000, "network", "the line is dead")
    }
    with store.commit("poll"):
        store.polls.succeeded("photos", 3_000)
    assert store.polls.states()["photos"].error is None


def test_a_feed_goes_on_where_it_was(store: Store) -> None:
    assert store.polls.feed("photos", ZONE) == Feed(None, 1, True)
    with store.commit("poll"):
        store.polls.set_feed("photos", ZONE, Feed("t1", 1, False))
    assert store.polls.feed("photos", ZONE) == Feed("t1", 1, False)
    assert store.polls.zones("photos") == [ZONE]
