"""What an unmodified pyicloud sees of the photo library."""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
import requests
from pyicloud.exceptions import PyiCloudServiceUnavailable
from pyicloud.services.photos import PhotoLibrary

from sandbox.cloud.modify import RequestError
from sandbox.photos.files import JPEG, Shape, content, fingerprint, stamp
from sandbox.photos.indexes import Indexes
from sandbox.photos.library import SAMPLE, Library
from sandbox.world import World, make_world
from tests.sandbox.signed_in import SignedIn, signed_in
from tests.sandbox.wires import Clock, Json


@pytest.fixture
def world() -> World:
    return make_world(reminders=0, clock=Clock())


@pytest.fixture
def phone(world: World, tmp_path: Path) -> Iterator[SignedIn]:
    with signed_in(world, tmp_path) as client:
        yield client


def test_the_sample_is_what_the_seed_page_shows(phone: SignedIn) -> None:
    [photo] = phone.service.photos.all
    assert photo.filename == "IMG_0002.HEIC"
    assert photo.is_live_photo
    assert photo.asset_date == datetime(2020, 9, 18, 12, 32, 17, tzinfo=UTC)
    assert photo.master_record.created is not None
    assert photo.master_record.created.timestamp == datetime(2020, 9, 18, 12, 41, 19, tzinfo=UTC)
    shown = {
        key: (each.size, each.width, each.height, each.type)
        for key, each in photo.resources.items()
    }
    assert {key: shown[key] for key in ("original", "original_video", "medium", "thumb")} == {
        "original": (905818, 4032, 3024, "public.heic"),
        "original_video": (2456163, 980, 1308, "com.apple.quicktime-movie"),
        "medium": (595624, 1536, 2048, "public.jpeg"),
        "thumb": (65407, 360, 480, "public.jpeg"),
    }
    sealed = photo.master_record.fields.get_value("mediaMetaDataEnc")
    exif = plistlib.loads(sealed)["{Exif}"]
    assert (exif["DateTimeOriginal"], exif["OffsetTimeOriginal"]) == (
        "2020:09:18 13:32:17",
        "+01:00",
    )
    assert photo.asset_record.fields.get_value("timeZoneOffset") == 3600


@pytest.mark.parametrize("version", ["original", "original_video", "medium", "thumb"])
def test_a_file_has_the_size_and_the_fingerprint_that_were_said(
    phone: SignedIn, version: str
) -> None:
    [photo] = phone.service.photos.all
    resource, data = photo.resources[version], photo.download(version)
    assert data is not None
    assert len(data) == resource.size
    assert fingerprint(data) == resource.checksum
    if version == "original":
        assert resource.checksum == photo.master_id


def test_a_large_library_is_listed_in_pages_newest_first(phone: SignedIn, world: World) -> None:
    answer = phone.control("POST", "photos", {"count": 249}).json()
    assert (answer["count"], len(answer["photos"])) == (250, 249)
    album = phone.service.photos.all
    names = [photo.id for photo in album]
    by_date = sorted(world.services.photos.photos.values(), key=lambda photo: -photo.taken_ms)
    assert len(album) == 250
    assert names == [photo.name for photo in by_date]
    # The indexing state, the albums with those in two folders, and 100 photos a page.
    assert phone.asked("records/query 200") == 1 + 3 + 4


def test_the_newest_by_date_added_come_first(phone: SignedIn, world: World) -> None:
    phone.control("POST", "photos", {"count": 130})
    root = cast(PhotoLibrary, phone.service.photos.libraries["root"])
    names = [photo.id for photo in root.recently_added()]
    by_date = sorted(world.services.photos.photos.values(), key=lambda photo: -photo.added_ms)
    assert names == [photo.name for photo in by_date]


def test_hidden_and_deleted_photos_are_on_lists_of_their_own(phone: SignedIn, world: World) -> None:
    made = world.services.photos.generate(4)
    phone.control("PATCH", f"photos/{made[0].name}", {"hidden": True})
    phone.control("PATCH", f"photos/{made[1].name}", {"deleted": True})
    phone.control("PATCH", f"photos/{made[2].name}", {"favorite": True})
    albums = phone.service.photos.albums

    def names(album: str) -> list[str]:
        return [photo.id for photo in albums[album]]

    assert sorted(names("Library")) == sorted([SAMPLE.name, made[2].name, made[3].name])
    assert names("Hidden") == [made[0].name]
    assert names("Recently Deleted") == [made[1].name]
    assert made[2].name in names("Favorites")
    assert SAMPLE.name in names("Live")
    assert len(albums["Hidden"]) == 1


def test_an_album_holds_its_photos(phone: SignedIn, world: World) -> None:
    made = world.services.photos.generate(3)
    world.services.photos.album("Holiday", [made[2].name, made[0].name])
    album = phone.service.photos.albums["Holiday"]
    assert len(album) == 2
    assert [photo.id for photo in album] == [made[0].name, made[2].name]


def test_the_change_feed_gives_only_news(phone: SignedIn, world: World) -> None:
    photos = phone.service.photos
    before = photos.sync_cursor()
    assert list(photos.iter_changes(since=before)) == []
    [new] = world.services.photos.generate(1)
    news = [(event.record_type, event.record_name) for event in photos.iter_changes(since=before)]
    assert news == [("CPLMaster", new.master), ("CPLAsset", new.name)]

    after = cast(PhotoLibrary, photos.libraries["root"]).current_sync_token
    phone.control("PATCH", f"photos/{new.name}", {"deleted": True})
    [event] = photos.iter_changes(since=after)
    assert (event.record_type, event.deleted) == ("CPLAsset", False)

    after = cast(PhotoLibrary, photos.libraries["root"]).current_sync_token
    phone.control("DELETE", f"photos/{new.name}")
    gone = {event.record_name for event in photos.iter_changes(since=after) if event.deleted}
    assert gone == {new.name, new.master}


def test_a_master_outlives_one_of_two_photos_that_share_it(world: World) -> None:

    library = world.services.photos
    library.add(replace(SAMPLE, name="DUPLICATE"))
    library.expunge(SAMPLE.name)
    assert not library.zone.records[SAMPLE.master].deleted
    library.expunge("DUPLICATE")
    assert library.zone.records[SAMPLE.master].deleted


def test_links_expire(phone: SignedIn) -> None:
    [photo] = phone.service.photos.all
    url = photo.download_url("thumb")
    assert url is not None
    here = phone.url + url.removeprefix("https://cvws.icloud-content.com")
    assert requests.get(here, timeout=30).status_code == 200
    assert phone.control("POST", "clock", {"forward": 3601}).status_code == 200
    assert requests.get(here, timeout=30).status_code == 410
    assert requests.get(here[:-1] + "?", timeout=30).status_code == 403


def test_ranges_of_a_file(phone: SignedIn) -> None:
    [photo] = phone.service.photos.all
    whole = photo.download("thumb")
    assert whole is not None
    url = photo.download_url("thumb")
    assert url is not None
    here = phone.url + url.removeprefix("https://cvws.icloud-content.com")

    def part(wanted: str) -> tuple[int, bytes, str | None]:
        answer = requests.get(here, headers={"Range": wanted}, timeout=30)
        return answer.status_code, answer.content, answer.headers.get("content-range")

    assert part("bytes=60000-") == (206, whole[60000:], "bytes 60000-65406/65407")
    assert part("bytes=0-9") == (206, whole[:10], "bytes 0-9/65407")
    assert part("bytes=-7") == (206, whole[-7:], "bytes 65400-65406/65407")
    assert part("bytes=65407-") == (416, b"", "bytes */65407")
    assert part("pages=1-2") == (416, b"", "bytes */65407")


def test_a_library_that_is_still_being_indexed(phone: SignedIn) -> None:
    phone.control("PUT", "photos", {"indexing_state": "RUNNING"})
    with pytest.raises(PyiCloudServiceUnavailable) as caught:
        _ = phone.service.photos
    assert "not finished indexing" in str(caught.value.__cause__)


def test_a_library_that_is_switched_off(phone: SignedIn) -> None:
    assert phone.control("PUT", "services", {"photos": "absent"}).json()["photos"] == "absent"
    with pytest.raises(PyiCloudServiceUnavailable):
        _ = phone.service.photos
    assert phone.asked("records/query 404") == 1


def test_ten_thousand_photos_are_gone_through_once_and_then_only_news_is_asked_for() -> None:
    library = Library("_owner", Clock())
    library.generate(10_000)
    assert len(library.photos) == 10_000
    assert library.zone.changes(None).more
    nearly = library.zone.token()
    library.generate(3)
    page = library.zone.changes(nearly)
    assert not page.more
    assert [record["recordType"] for record in page.records] == ["CPLMaster", "CPLAsset"] * 3

    lists = Indexes(library)
    assert lists.count("CPLAssetByAssetDateWithoutHiddenOrDeleted") == 10_003
    names: list[object] = []
    rank = 0
    while found := lists.record_names(query("ASCENDING", rank), 200):
        names += found
        rank += len(found) // 2
    assert len(names) == len(set(map(str, names))) == 20_006


def query(direction: str, rank: int) -> Json:
    """What asks for a page of the library."""

    def equal(name: str, value: object) -> Json:
        return {"fieldName": name, "comparator": "EQUALS", "fieldValue": {"value": value}}

    return {
        "recordType": "CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted",
        "filterBy": [equal("direction", direction), equal("startRank", rank)],
    }


@pytest.mark.parametrize(
    ("direction", "rank", "sentence"),
    [("SIDEWAYS", 0, "direction is SIDEWAYS"), ("ASCENDING", -1, "startRank must be")],
)
def test_a_page_that_cannot_be_is_refused(direction: str, rank: int, sentence: str) -> None:
    lists = Indexes(Library("_owner", Clock()))
    with pytest.raises(RequestError, match=sentence):
        lists.record_names(query(direction, rank), 200)


@pytest.mark.parametrize("size", [181, 182, 184, 185, 189, 65_700, 65_717, 65_718, 131_300])
def test_a_picture_is_as_large_as_it_says(size: int) -> None:
    shape = Shape("resJPEGThumb", JPEG, 8, 8, size)
    try:
        data = content(shape, "seed")
    except ValueError:
        assert size < 170
        return
    assert len(data) == size
    assert stamp(shape, "seed").size == size
    assert data == content(shape, "seed") != content(shape, "other")


def test_photos_of_every_odd_kind(phone: SignedIn, world: World) -> None:
    answer = phone.control("POST", "photos", {"odd": True})
    assert answer.status_code == 201
    odd: dict[str, str | None] = answer.json()["photos"]
    read = {photo.id: photo for photo in phone.service.photos.all if photo.id in odd}
    assert set(read) == set(odd)
    by_name = {odd[name]: photo for name, photo in read.items()}

    assert by_name[None].filename == by_name[None].id
    assert by_name["Grüße von daheim.jpg"].filename == "Grüße von daheim.jpg"
    pair = by_name["IMG_7004.DNG"].resources
    assert (pair["original"].type, pair["alternative"].type) == (
        "com.adobe.raw-image",
        "public.jpeg",
    )
    assert by_name["IMG_7004.DNG"].download() is not None
    edited = by_name["IMG_7005.JPG"]
    assert edited.asset_record.fields.get_value("resJPEGFullWidth") == 320
    assert edited.master_record.fields.get_value("resJPEGFullWidth") is None
    assert by_name["IMG_7008.JPG"].download_url() is None
    assert by_name["IMG_7002.JPG"].asset_date.year == 1969
    twins = [photo for photo in read.values() if photo.filename == "IMG_7001.HEIC"]
    assert len(twins) == 2
    assert len({photo.master_id for photo in twins}) == 1
