"""Items: the API's documented ones key for key, and what is made of a wire that says less."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from store.polled.rows import CalendarEvent, PhotoAsset, PhotoMaster
from sync.polls.items.common import is_within, rfc3339
from sync.polls.items.contacts import contact_item, read_contact
from sync.polls.items.devices import device_item, is_settled, read_device
from sync.polls.items.events import event_item, is_event_within, read_event
from sync.polls.items.media import media_of
from sync.polls.items.notes import note_item, read_notes
from sync.polls.items.photos import photo_item, read_page
from tests.polls.samples import (
    CARD,
    CONTACT,
    FOUND,
    IMAC,
    IPHONE,
    LOST,
    PHOTO,
    ZONE,
    asset,
    exif,
    field,
    master,
    ms,
    resource,
    text64,
)


def photo(*records: dict[str, Any]) -> dict[str, Any]:
    page = read_page(ZONE, records)
    [entry], [original] = page.assets, page.masters
    return photo_item(entry, original, page.resources)


def without_ids(item: dict[str, Any]) -> dict[str, Any]:
    """All but the ids, which are ours; each of them must be one."""
    assert re.fullmatch("[0-9a-f]{16}", item["id"])
    return {name: value for name, value in item.items() if name != "id"}


# ---- as documented


def test_a_photo_is_told_as_documented() -> None:
    assert without_ids(photo(master(), asset())) == PHOTO


def test_a_contact_is_told_as_documented() -> None:
    read = read_contact(CARD)
    assert read
    item = contact_item(*read)
    assert item["image"].pop("id") == f"mme_contact_image://{item['id']}"
    assert without_ids(item) == CONTACT


def test_devices_are_told_as_documented() -> None:
    found, lost = read_device(FOUND), read_device(LOST)
    assert found
    assert lost
    assert without_ids(device_item(*found)) == IPHONE
    assert without_ids(device_item(*lost)) == IMAC


def test_ids_stay_what_they_are_and_differ() -> None:
    same = [photo(master(), asset(name))["id"] for name in ("A1", "A1", "A2")]
    assert same[0] == same[1] != same[2]
    shared = read_page("shared/_x/SharedSync-1", [asset("A1")]).assets[0].id
    assert shared != same[0]


# ---- photos


def test_a_name_that_is_missing_is_made_of_the_record_and_its_type() -> None:
    assert photo(master(filenameEnc={"type": "STRING"}), asset())["filename"] == "A1.heic"


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        (field(text64("Käse.HEIC"), "ENCRYPTED_BYTES"), "Käse.HEIC"),
        (field(text64("IMG_0002.HEIC"), "STRING"), "IMG_0002.HEIC"),
        (field("IMG_0002.HEIC", "STRING"), "IMG_0002.HEIC"),
        (field("Photo", "STRING"), "Photo"),
    ],
)
def test_a_name_comes_as_bytes_as_text_or_as_text_in_base64(wire: Any, name: str) -> None:
    assert photo(master(filenameEnc=wire), asset())["filename"] == name


@pytest.mark.parametrize(
    ("metadata", "offset", "local"),
    [
        (exif("2020:09:18 13:32:20", "+02:00"), 3600, "2020-09-18T13:32:20+02:00"),
        (exif("2020:09:18 13:32:20"), 3600, "2020-09-18T13:32:20+01:00"),
        (exif("2020:09:18 13:32:20"), None, None),
        (exif("yesterday"), 3600, "2020-09-18T13:32:17+01:00"),
        (exif("2020:19:18 13:32:20"), 3600, "2020-09-18T13:32:17+01:00"),
        ({"mediaMetaDataEnc": field(text64("bplist00nonsense"), "ENCRYPTED_BYTES")}, None, None),
        ({"mediaMetaDataEnc": field(None, "ENCRYPTED_BYTES")}, -12600, "2020-09-18T09:02:17-03:30"),
    ],
)
def test_the_local_time_is_the_cameras_else_that_of_its_zone_else_not_known(
    metadata: dict[str, Any], offset: int | None, local: str | None
) -> None:
    item = photo(master(**metadata), asset(timeZoneOffset=field(offset, "INT64")))
    assert item["local_date_created"] == local


def test_it_was_uploaded_when_the_service_had_it_and_not_by_a_devices_clock() -> None:
    arrived = PhotoMaster(ZONE, "M", arrived_ms=ms(2020, 2, 2))
    added = PhotoAsset(ZONE, "A", "id", added_ms=ms(2020, 1, 1))
    assert photo_item(added, arrived, [])["date_uploaded"] == "2020-02-02T00:00:00Z"
    assert photo_item(added, PhotoMaster(ZONE, "M"), [])["date_uploaded"] == "2020-01-01T00:00:00Z"


def test_the_rendering_of_an_edited_picture_takes_the_place_of_the_originals() -> None:
    edited = resource("resJPEGThumb", "Aedited", 5, "public.jpeg", 36, 48)
    larger = resource("resJPEGFull", "Afull", 9, "public.jpeg", 4032, 3024)
    files = photo(master(), asset(**edited, **larger))["files"]
    originals = [file["id"] for file in PHOTO["files"][:2]]
    middle = PHOTO["files"][2]["id"]
    assert [file["id"] for file in files] == [*originals, "icpl://Afull", middle, "icpl://Aedited"]


def test_a_movie_names_its_renderings_first() -> None:
    page = read_page(ZONE, [master(), asset()])
    files = [one for one in page.resources if one.role != "resOriginalVidCompl"]
    item = photo_item(page.assets[0], page.masters[0], files)
    assert [file["extension"] for file in item["files"]] == ["heic", "mp4", "mp4", "jpg", "jpg"]


def test_what_a_person_deleted_is_gone_and_other_records_are_skipped() -> None:
    page = read_page(
        ZONE,
        [
            asset("A1", isDeleted=field(1, "INT64")),
            {"recordName": "A2", "deleted": True},
            {"recordName": "L", "recordType": "CPLLibraryInfo", "fields": {}},
            asset("A3", isDeleted=field(0, "INT64"), isHidden=field(1, "INT64")),
        ],
    )
    assert page.gone == ["A1", "A2"]
    assert [(one.name, one.hidden) for one in page.assets] == [("A3", True)]


def test_a_record_full_of_nonsense_is_an_entry_of_which_little_is_known() -> None:
    odd = {"value": {"x": [1]}, "type": "STRING"}
    names = ("assetDate", "timeZoneOffset", "masterRef", "isHidden", "isDeleted", "addedDate")
    page = read_page(
        ZONE,
        [
            asset("A", **dict.fromkeys(names, odd)),
            master("M", resOriginalRes=odd, filenameEnc=odd, originalCreationDate=odd),
            {"recordName": "B", "recordType": "CPLAsset", "fields": 7, "created": "x"},
        ],
    )
    item = photo_item(page.assets[1], PhotoMaster(ZONE, "M"), [])
    assert (item["date_created"], item["files"]) == (None, [])
    assert page.masters[0].filename is None


def test_a_kind_that_is_not_known_goes_by_the_name_of_the_file() -> None:
    assert media_of("com.new.format", "clip.MP4").kind == "video"
    assert media_of("com.new.format", "song.m4a").kind == "audio"
    assert media_of("com.new.format", "x.exotic").extension == "exotic"
    assert media_of(None, "../../etc/passwd").extension == "jpg"


# ---- contacts, devices, events, notes


def test_a_card_that_says_nothing_has_an_item_of_nulls() -> None:
    read = read_contact({"contactId": "X", "phones": [{"field": 7}, "no"], "photo": "no"})
    assert read
    item = contact_item(*read)
    assert item["records"] == [{"type": "Phone", "name": None, "value": None}]
    assert {item[name] for name in ("first_name", "birthday", "image")} == {None}
    assert read_contact({"firstName": "Nobody"}) is None


def test_e_mail_stands_between_numbers_and_pages_and_the_rest_is_for_vcards() -> None:
    card = {
        **CARD,
        "emailAddresses": [{"field": "j@example.com", "label": "HOME"}],
        "IMs": [{"label": "HOME", "field": {"userName": "j", "IMService": "Jabber"}}],
    }
    read = read_contact(card)
    assert read
    kinds = [record["type"] for record in contact_item(*read)["records"]]
    assert kinds == ["Phone", "Phone", "Email", "URL", "URL", "Address"]
    assert [record.type for record in read[1]][-1] == "IM"


def test_the_battery_is_told_in_per_cent() -> None:
    read = read_device({**FOUND, "batteryLevel": 0.57})
    assert read
    assert device_item(*read)["battery_level"] == 57.0


@pytest.mark.parametrize(
    "odd",
    [
        {"features": {"LOC": False}},
        {"location": {"latitude": 1.0, "longitude": None, "timeStamp": 1}},
        {"location": {"latitude": 1.0, "longitude": 1.0, "timeStamp": 10**30}},
        {"location": []},
    ],
)
def test_a_place_that_is_none_is_null(odd: dict[str, Any]) -> None:
    read = read_device({**FOUND, **odd})
    assert read
    assert device_item(*read)["location"] is None


def test_a_device_is_waited_for_until_it_is_located_unless_it_cannot_be() -> None:
    place = FOUND["location"]
    assert is_settled(FOUND)
    assert not is_settled(LOST)
    assert not is_settled({**FOUND, "location": {**place, "isOld": True}})
    assert is_settled({**LOST, "features": {"LOC": False}})


def event(**more: Any) -> CalendarEvent:
    wire = {
        "guid": "E1",
        "pGuid": "C1",
        "title": "Dentist",
        "startDate": [20260302, 2026, 3, 2, 14, 30, 870],
        "endDate": [20260302, 2026, 3, 2, 15, 0, 540],
        "tz": "Europe/Paris",
        "allDay": False,
        "location": "Rue 1",
    }
    read = read_event({**wire, **more}, {"C1": "Home"})
    assert read
    return read


def test_an_event_is_told_with_its_zone() -> None:
    assert without_ids(event_item(event())) == {
        "data_type": "mme_calendar.event",
        "uid": "E1",
        "calendar": "Home",
        "title": "Dentist",
        "start": "2026-03-02T14:30:00+01:00",
        "end": "2026-03-02T15:00:00+01:00",
        "all_day": False,
        "zone": "Europe/Paris",
        "location": "Rue 1",
    }


def test_a_day_is_a_date_and_a_floating_time_has_no_offset() -> None:
    day, floating = event(allDay=True), event(tz=None)
    assert (day.start, day.zone) == ("2026-03-02", None)
    assert floating.start == "2026-03-02T14:30:00"
    assert event(tz="Mars/Olympus").start == floating.start
    assert event(tz="UTC").start == "2026-03-02T14:30:00Z"
    assert read_event({"guid": "E", "startDate": [1, "x", 2, 3, 4, 5]}, {}) is None


def test_each_occurrence_has_an_id_of_its_own() -> None:
    assert event().id != event(startDate=[20260303, 2026, 3, 3, 14, 30, 870]).id


def test_an_event_passes_by_its_beginning_strictly() -> None:
    at, paris = datetime(2026, 3, 2, 13, 30, tzinfo=UTC), ZoneInfo("Europe/Paris")
    for one in (event(), event(tz=None)):
        assert not is_event_within(one, at, None, paris)
        assert not is_event_within(one, None, at, paris)
        assert is_event_within(one, at.replace(minute=29), at.replace(minute=31), paris)


def test_notes_and_folders_are_read_and_a_locked_one_is_not_opened() -> None:
    note = {
        "recordName": "N1",
        "recordType": "Note",
        "fields": {
            "TitleEncrypted": field(text64("Shopping"), "ENCRYPTED_BYTES"),
            "Folder": field({"recordName": "F1"}, "REFERENCE"),
            "CreationDate": field(ms(2026, 1, 1), "TIMESTAMP"),
            "ModificationDate": field(ms(2026, 1, 2, 3, 4, 5), "TIMESTAMP"),
        },
    }
    folder = {
        "recordName": "F1",
        "recordType": "Folder",
        "fields": {"TitleEncrypted": field(text64("Home"), "ENCRYPTED_BYTES")},
    }
    locked = {**note, "recordName": "N2", "recordType": "PasswordProtectedNote"}
    deleted = {"recordName": "N3", "recordType": "Note", "fields": {"Deleted": field(1, "INT64")}}
    page = read_notes([note, folder, locked, deleted], lambda _record: "Shopping\nmilk")
    assert page.gone == ["N3"]
    open_note, closed = (note_item(one, {"F1": "Home"}) for one in page.notes)
    assert without_ids(open_note) == {
        "data_type": "mme_notes.note",
        "title": "Shopping",
        "folder": "Home",
        "text": "Shopping\nmilk",
        "created": "2026-01-01T00:00:00Z",
        "modified": "2026-01-02T03:04:05Z",
        "locked": False,
    }
    assert (closed["text"], closed["locked"]) == (None, True)


# ---- times


def test_times_are_cut_to_seconds_and_what_no_calendar_has_is_null() -> None:
    assert rfc3339(1600432337999) == "2020-09-18T12:32:17Z"
    assert rfc3339(-1000) == "1969-12-31T23:59:59Z"
    assert {rfc3339(10**17), rfc3339(-(10**17)), rfc3339(None)} == {None}


def test_bounds_are_strict_and_what_has_no_date_passes_none() -> None:
    at = datetime(2020, 9, 18, tzinfo=UTC)
    assert not is_within(at, at, None)
    assert not is_within(at, None, at)
    assert is_within(None, None, None)
    assert not is_within(None, at, None)


def test_the_uid_of_a_contact_is_its_id_in_lower_case() -> None:
    read = read_contact({"contactId": "ABC"})
    assert read
    assert read[0].uid == b64encode(b"abc").decode()
