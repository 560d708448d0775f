"""The photo library of the account: what is in it, in which order lists show it, what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from random import Random
from types import MappingProxyType
from typing import Any, Final

from sandbox.cloud.fields import Json
from sandbox.cloud.record import StoredRecord
from sandbox.cloud.zone import Zone
from sandbox.photos.files import HEIC, JPEG, MOVIE, MP4, Shape
from sandbox.photos.item import (
    LIVE,
    PLAIN,
    VIDEO,
    LazyFields,
    Photo,
    PhotoRecord,
    asset_fields,
    asset_name,
    master_fields,
)
from sandbox.photos.oddities import oddities
from sandbox.photos.shelf import PhotoShelf

FINISHED: Final = "FINISHED"
_MINUTE_MS: Final = 60_000

SAMPLE: Final = Photo(
    name=asset_name("IMG_0002.HEIC"),
    seed="IMG_0002.HEIC",
    filename="IMG_0002.HEIC",
    files=(
        Shape("resOriginal", HEIC, 4032, 3024, 905_818),
        Shape("resOriginalVidCompl", MOVIE, 980, 1308, 2_456_163),
        Shape("resJPEGMed", JPEG, 1536, 2048, 595_624),
        Shape("resJPEGThumb", JPEG, 360, 480, 65_407),
        Shape("resVidMed", MP4, 720, 960, 812_004),
        Shape("resVidSmall", MP4, 360, 480, 202_331),
    ),
    taken_ms=1_600_432_337_000,  # 2020-09-18T12:32:17Z
    added_ms=1_600_432_337_600,
    uploaded_ms=1_600_432_879_000,  # 12:41:19Z
    offset_s=3600,
    has_metadata=True,
    orientation=6,
)
"""The Live Photo that a fresh account has."""


class Library:
    """The photos of one account in the zone PrimarySync; raises KeyError for names it has not."""

    def __init__(
        self, owner: str, clock: Callable[[], float], random: Random | None = None
    ) -> None:
        self.zone = Zone(owner, clock, "PrimarySync", random)
        self.shelf = PhotoShelf(clock, random)
        self.zone.assets = self.shelf
        self.indexing_state = FINISHED
        self.revision = 0
        """Rises with every change."""
        self.albums: dict[str, tuple[str, list[str]]] = {}
        """Album recordName to its name and its photos' names."""
        self._clock = clock
        self._owner = owner
        self._photos: dict[str, Photo] = {}
        self._place("CPLLibraryInfo", "PrimarySync-0000-LI", {}, self._now_ms())

    @property
    def photos(self) -> Mapping[str, Photo]:
        """Every photo by the recordName of its asset, hidden and deleted ones too; read-only."""
        return MappingProxyType(self._photos)

    def add(self, photo: Photo) -> Photo:
        """Put a photo in, as if a device had uploaded it."""
        self._photos[photo.name] = photo
        self.revision += 1
        if photo.master not in self.zone.records or self.zone.records[photo.master].deleted:
            fields = LazyFields(master_fields, photo, self.shelf.register)
            self._place("CPLMaster", photo.master, fields, photo.uploaded_ms)
        self._place_asset(photo)
        return photo

    def generate(self, count: int) -> list[Photo]:
        """Put `count` small photos in that end now: Live Photos, plain ones and videos."""
        first, now_ms = len(self._photos), self._now_ms()
        return [
            self.add(_generated(first + number, now_ms - (count - number) * 37 * _MINUTE_MS))
            for number in range(count)
        ]

    def add_odd(self) -> list[Photo]:
        """Put in one photo of each odd kind that was seen (see `oddities`)."""
        return [self.add(photo) for photo in oddities(self._now_ms())]

    def change(self, name: str, **what: Any) -> Photo:
        """Change `favorite`, `hidden` or `deleted_ms` of a photo; the asset is written anew."""
        photo = self._photos[name] = replace(self._photos[name], **what)
        self.revision += 1
        self._place_asset(photo)
        return photo

    def expunge(self, name: str) -> None:
        """Remove a photo for good: tombstones for the asset, and for a master nobody else has."""
        photo = self._photos.pop(name)
        self.revision += 1
        gone = [name]
        if all(other.master != photo.master for other in self._photos.values()):
            gone.append(photo.master)
        for each in gone:
            self._bury(self.zone.records[each])

    def album(self, title: str, names: Iterable[str]) -> str:
        """Make an album of these photos; its recordName."""
        album = asset_name(f"album/{title}/{len(self.albums)}")
        self.albums[album] = (title, list(names))
        self.revision += 1
        return album

    def _place_asset(self, photo: Photo) -> None:
        fields = LazyFields(asset_fields, photo, self.shelf.register)
        self._place("CPLAsset", photo.name, fields, photo.uploaded_ms + 400)

    def _place(self, kind: str, name: str, fields: Mapping[str, Json], created_ms: int) -> None:
        known: StoredRecord | None = self.zone.records.get(name)
        created = {"timestamp": created_ms, "userRecordName": self._owner, "deviceID": "1"}
        modified = created if known is None else created | {"timestamp": self._now_ms()}
        self.zone.place(lambda tag: PhotoRecord(name, kind, tag, fields, None, created, modified))

    def _bury(self, record: StoredRecord) -> None:
        self.zone.place(lambda tag: replace(record, tag=tag, record_type=None, deleted=True))

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _generated(number: int, taken_ms: int) -> Photo:
    files: tuple[Shape, ...] = PLAIN
    suffix = "JPG"
    if number % 12 == 0:
        files, suffix = VIDEO, "MOV"
    elif number % 3:
        files, suffix = LIVE, "HEIC"
    seed = f"generated/{number}"
    return Photo(
        name=asset_name(seed),
        seed=seed,
        filename=f"IMG_{number % 10_000:04}.{suffix}",
        files=files,
        taken_ms=taken_ms,
        added_ms=taken_ms + 500,
        uploaded_ms=taken_ms + 16 * _MINUTE_MS,
        offset_s=(number % 5 - 2) * 3600 if number % 7 else None,
        has_metadata=number % 6 == 1,
        favorite=number % 50 == 1,
    )
