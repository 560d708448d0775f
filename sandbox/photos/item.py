"""One photo of the library, and the two records that Apple keeps of it: master and asset.

Source: docs/wire-services.md, "Photos". The fields are made when a page is read, not kept.
"""

from __future__ import annotations

import base64
import hashlib
import plistlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from sandbox.cloud.fields import Json, wire_type
from sandbox.cloud.record import StoredRecord
from sandbox.cloud.values import moment, number, sealed, text
from sandbox.names import uuid_of
from sandbox.photos.files import HEIC, JPEG, MOVIE, MP4, Shape, Stamp, stamp

_THUMBNAILS: Final = (
    Shape("resJPEGMed", JPEG, 320, 240),
    Shape("resJPEGThumb", JPEG, 160, 120),
)
_MOVIES: Final = (
    Shape("resVidMed", MP4, 320, 240, 900),
    Shape("resVidSmall", MP4, 160, 120, 500),
)
PLAIN: Final = (Shape("resOriginal", JPEG, 640, 480), *_THUMBNAILS)
LIVE: Final = (
    Shape("resOriginal", HEIC, 640, 480, 1_200),
    Shape("resOriginalVidCompl", MOVIE, 480, 640, 1_600),
    *_THUMBNAILS,
    *_MOVIES,
)
VIDEO: Final = (Shape("resOriginal", MOVIE, 640, 480, 1_800), *_THUMBNAILS, *_MOVIES)
"""The files of small photos, for libraries of many; the first one is the original."""

EXPUNGED_AFTER_MS: Final = 30 * 24 * 3600 * 1000
"""For how long what was deleted can be had back."""


@dataclass(frozen=True, slots=True)
class Photo:
    """One entry of the library; times are milliseconds since 1970, UTC.

    `name` is the recordName of the asset; `seed` is what the bytes are made of, and two photos of
    one seed and the same files share a master, as duplicates do. `uploaded_ms` is when the service
    had it. `offset_s` is east of UTC where it was taken, None if nobody knows. `edited` are the
    files of an edit, which hang on the asset. What else can be odd about one: `filename` None is a
    master without a name, `name_in_clear` writes it as plain text, `linkless` gives no links, and
    `subtype` 3 is a screenshot.
    """

    name: str
    seed: str
    filename: str | None
    files: tuple[Shape, ...]
    taken_ms: int
    added_ms: int
    uploaded_ms: int
    offset_s: int | None = None
    has_metadata: bool = False
    orientation: int = 1
    favorite: bool = False
    hidden: bool = False
    deleted_ms: int | None = None
    edited: tuple[Shape, ...] = ()
    name_in_clear: bool = False
    linkless: bool = False
    subtype: int = 0

    @property
    def original(self) -> Shape:
        """The file that was put into the library."""
        return self.files[0]

    @property
    def master(self) -> str:
        """The recordName of its master: the fingerprint of the original."""
        return stamp(self.original, self.seed).fingerprint

    @property
    def is_video(self) -> bool:
        """Whether the original is a movie."""
        return self.original.uti in (MOVIE, MP4)

    @property
    def is_live(self) -> bool:
        """Whether it is a picture with a movie beside it."""
        return any(shape.prefix == "resOriginalVidCompl" for shape in self.files)


class Source(NamedTuple):
    """What the bytes of a file are made of."""

    shape: Shape
    seed: str


Register = Callable[[Stamp, Source], None]
"""Told of each file that a record names, so that its bytes can be had."""


def asset_name(seed: str) -> str:
    """The recordName of an asset."""
    return uuid_of(f"asset/{seed}")


@dataclass(frozen=True, slots=True)
class LazyFields(Mapping[str, Json]):
    """Fields of a record that are made anew for every reader."""

    _make: Callable[[Photo, Register], dict[str, Json]]
    _photo: Photo
    _register: Register = field(repr=False)

    def __getitem__(self, name: str) -> Json:
        return self.fresh()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.fresh())

    def __len__(self) -> int:
        return len(self.fresh())

    def fresh(self) -> dict[str, Json]:
        """All of them, which nobody else has."""
        return self._make(self._photo, self._register)


@dataclass(frozen=True, slots=True)
class PhotoRecord(StoredRecord):
    """A record of the library; it keeps nobody from being deleted."""

    def validated_targets(self) -> Iterator[str]:
        """Nothing: such a reference goes with what it refers to."""
        return iter(())

    def wire_fields(
        self, zone_id: Json, *, remap: bool, desired_keys: Collection[str] | None
    ) -> dict[str, Json]:
        """As every record does, without copies of what was made for this reader."""
        if not isinstance(self.fields, LazyFields):
            return StoredRecord.wire_fields(self, zone_id, remap=remap, desired_keys=desired_keys)
        shown = self.fields.fresh()
        for held in shown.values():
            held["type"] = wire_type(held["type"], remap=remap)
            if held["type"] == "REFERENCE":
                held["value"]["zoneID"] = dict(zone_id)
        if desired_keys is None:
            return shown
        return {name: held for name, held in shown.items() if name in desired_keys}


def master_fields(photo: Photo, register: Register) -> dict[str, Json]:
    """The fields of a CPLMaster: the name, and everything about each file."""
    fields = {
        "itemType": text(photo.original.uti),
        "dataClassType": number(2 if photo.is_video else 1),
        "originalOrientation": number(photo.orientation),
        "originalCreationDate": moment(photo.taken_ms),
        "importDate": moment(photo.added_ms),
    }
    if photo.filename is not None:
        name = photo.filename
        fields["filenameEnc"] = text(name) if photo.name_in_clear else sealed(name.encode())
    for shape in photo.files:
        fields |= _file_fields(shape, photo, register)
    if photo.has_metadata and photo.offset_s is not None:
        fields["mediaMetaDataType"] = text("CGImageProperties")
        fields["mediaMetaDataEnc"] = sealed(_metadata(photo, photo.offset_s))
    return fields


def asset_fields(photo: Photo, register: Register) -> dict[str, Json]:
    """The fields of a CPLAsset: when, where in the library, and what became of it."""
    fields = {
        "masterRef": {
            "value": {"recordName": photo.master, "action": "DELETE_SELF"},
            "type": "REFERENCE",
        },
        "assetDate": moment(photo.taken_ms),
        "addedDate": moment(photo.added_ms),
        "isFavorite": number(int(photo.favorite)),
        "isHidden": number(int(photo.hidden)),
        "isDeleted": number(int(photo.deleted_ms is not None)),
        "isExpunged": number(0),
        "adjustmentRenderType": number(0),
        "orientation": number(photo.orientation),
        "duration": number(3 if photo.is_video else 0),
        "assetSubtype": number(0),
        "assetSubtypeV2": number(2 if photo.is_live else photo.subtype),
        "assetHDRType": number(0),
        "burstFlags": number(0),
        "originalChoice": number(0),
    }
    for shape in photo.edited:
        fields |= _file_fields(shape, photo, register)
    if photo.edited:
        fields["adjustmentType"] = text("com.apple.photo")
    if photo.offset_s is not None:
        fields["timeZoneOffset"] = number(photo.offset_s)
    if photo.deleted_ms is not None:
        fields["dateExpunged"] = moment(photo.deleted_ms + EXPUNGED_AFTER_MS)
    if photo.is_live:
        fields |= {
            "vidComplDurValue": number(1799),
            "vidComplDurScale": number(600),
            "vidComplVisibilityState": number(0),
        }
    return fields


def _file_fields(shape: Shape, photo: Photo, register: Register) -> dict[str, Json]:
    known = stamp(shape, photo.seed)
    if not photo.linkless:
        register(known, Source(shape, photo.seed))
    secrets = hashlib.sha512(known.fingerprint.encode()).digest()
    value: Json = {
        "fileChecksum": known.fingerprint,
        "referenceChecksum": base64.b64encode(secrets[:21]).decode(),
        "wrappingKey": base64.b64encode(secrets[21:37]).decode(),
        "size": known.size,
    }
    return {
        f"{shape.prefix}Width": number(shape.width),
        f"{shape.prefix}Height": number(shape.height),
        f"{shape.prefix}FileType": text(shape.uti),
        f"{shape.prefix}FileSize": number(known.size),
        f"{shape.prefix}Fingerprint": text(known.fingerprint),
        f"{shape.prefix}Res": {"value": value, "type": "ASSETID"},
    }


def _metadata(photo: Photo, offset_s: int) -> bytes:
    """What the camera wrote into the picture: local time and its offset, size and orientation."""
    local = datetime.fromtimestamp(photo.taken_ms / 1000, UTC) + timedelta(seconds=offset_s)
    hours, minutes = divmod(abs(offset_s) // 60, 60)
    exif = {
        "DateTimeOriginal": local.strftime("%Y:%m:%d %H:%M:%S"),
        "OffsetTimeOriginal": f"{'-' if offset_s < 0 else '+'}{hours:02}:{minutes:02}",
    }
    properties = {
        "PixelWidth": photo.original.width,
        "PixelHeight": photo.original.height,
        "Orientation": photo.orientation,
        "{Exif}": exif,
    }
    return plistlib.dumps(properties, fmt=plistlib.FMT_BINARY)
