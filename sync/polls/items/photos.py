"""Photos: what records of a library say, and the items ``icpl.asset`` that are made of them.

Wire facts: docs/wire-services.md, "Photos".
"""

from __future__ import annotations

import plistlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from xml.parsers.expat import ExpatError

from store.polled.rows import LibraryPage, PhotoAsset, PhotoMaster, PhotoResource
from sync.codec import fields
from sync.codec.blob import Undecodable, from_base64
from sync.polls.items.common import item_id, moment, object_of, readable, rfc3339, word
from sync.polls.items.media import media_of

__all__ = ["SCHEME", "file_id", "files_of", "photo_item", "read_page", "uploaded_ms"]

Record = Mapping[str, Any]

_ORIGINALS = ("resOriginal", "resOriginalAlt", "resOriginalVidCompl")
_VIDEOS = ("resVidFull", "resVidMed", "resVidSmall")
_IMAGES = ("resJPEGFull", "resJPEGLarge", "resJPEGMed", "resJPEGThumb")
ROLES = (*_ORIGINALS, *_VIDEOS, *_IMAGES)
"""The files that an item can name, in its order."""

_PRIMARY = "PrimarySync"
SCHEME = "icpl://"
_EXIF_MAX_BYTES = 1_000_000
_EXIF_TIME = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")
_EXIF_OFFSET = re.compile(r"[+-]\d\d:\d\d")
# What a property list that is none can end its reader with.
_NO_PLIST = (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError, ExpatError)
_BAD_PLIST = (*_NO_PLIST, AttributeError, MemoryError)


def read_page(zone: str, records: Sequence[Record]) -> LibraryPage:
    """What a page of the feed of ``zone`` says; other record types ride along and are skipped.

    An entry that the person deleted is gone, though its record is still there for some weeks.
    """
    masters: list[PhotoMaster] = []
    assets: list[PhotoAsset] = []
    resources: list[PhotoResource] = []
    gone: list[str] = []
    for record in records:
        name, kind = str(record["recordName"]), record.get("recordType")
        if record.get("deleted") is True:
            gone.append(name)
        elif kind == "CPLMaster":
            masters.append(_master(zone, record))
            resources += _resources(zone, record)
        elif kind == "CPLAsset":
            if readable(fields.flag, record, "isDeleted"):
                gone.append(name)
                continue
            assets.append(_asset(zone, record))
            resources += _resources(zone, record)
    return LibraryPage(masters, assets, resources, gone)


def photo_item(
    asset: PhotoAsset, master: PhotoMaster, resources: Sequence[PhotoResource]
) -> dict[str, Any]:
    """The item of an entry; ``resources`` are the files of its master and of itself."""
    files = files_of(asset, resources)
    return {
        "id": asset.id,
        "data_type": "icpl.asset",
        "filename": _filename(asset, master),
        "files": [_file(resource, master) for resource in files],
        "date_created": rfc3339(_taken_ms(asset, master)),
        "date_uploaded": rfc3339(uploaded_ms(asset, master)),
        "local_date_created": _local(asset, master),
    }


def files_of(asset: PhotoAsset, resources: Sequence[PhotoResource]) -> list[PhotoResource]:
    """The files that an item names: originals, then renderings, largest first.

    A rendering of an edited picture takes the place of the original's. The renderings of the
    movie of a Live Photo are left out, since the movie itself is there.
    """
    found = {resource.role: resource for resource in resources if resource.record != asset.name}
    for resource in resources:
        if resource.record == asset.name and resource.role not in _ORIGINALS:
            found[resource.role] = resource
    if "resOriginalVidCompl" in found:
        found = {role: resource for role, resource in found.items() if role not in _VIDEOS}
    return [found[role] for role in ROLES if role in found]


def uploaded_ms(asset: PhotoAsset, master: PhotoMaster) -> int | None:
    """When the service had it, which a device's clock may precede by hours."""
    return next(
        (ms for ms in (master.arrived_ms, asset.arrived_ms, asset.added_ms) if ms is not None), None
    )


def file_id(fingerprint: str) -> str:
    """The id of the file with this fingerprint."""
    return SCHEME + fingerprint


def _taken_ms(asset: PhotoAsset, master: PhotoMaster) -> int | None:
    return master.taken_ms if asset.taken_ms is None else asset.taken_ms


def _filename(asset: PhotoAsset, master: PhotoMaster) -> str:
    if master.filename:
        return master.filename
    return f"{asset.name}.{media_of(master.uti, None).extension}"


def _file(resource: PhotoResource, master: PhotoMaster) -> dict[str, Any]:
    media = media_of(resource.uti, master.filename, is_video="Vid" in resource.role)
    return {
        "id": file_id(resource.fingerprint),
        "data_type": media.kind,
        "extension": media.extension,
        "size": resource.size,
        "width": resource.width,
        "height": resource.height,
    }


def _local(asset: PhotoAsset, master: PhotoMaster) -> str | None:
    """By the picture's own metadata, else by the moment and where the camera's clock was set."""
    zone = None
    if asset.offset_s is not None and abs(asset.offset_s) < 86_400:
        zone = timezone(timedelta(minutes=asset.offset_s // 60))
    if master.taken_local is not None:
        if len(master.taken_local) > len("2020-09-18T13:32:17"):
            return master.taken_local
        if zone is not None:
            return datetime.fromisoformat(master.taken_local).replace(tzinfo=zone).isoformat()
    at = moment(_taken_ms(asset, master))
    if at is None or zone is None:
        return None
    try:
        return at.astimezone(zone).isoformat(timespec="seconds")
    except OverflowError:
        return None


def _master(zone: str, record: Record) -> PhotoMaster:
    return PhotoMaster(
        zone=zone,
        name=str(record["recordName"]),
        filename=word(_name(record)),
        uti=word(readable(fields.text, record, "resOriginalFileType"))
        or word(readable(fields.text, record, "itemType")),
        arrived_ms=_created_ms(record),
        taken_ms=readable(fields.integer, record, "originalCreationDate"),
        taken_local=_exif_time(record),
    )


def _asset(zone: str, record: Record) -> PhotoAsset:
    name, library = str(record["recordName"]), zone.rpartition("/")[2]
    return PhotoAsset(
        zone=zone,
        name=name,
        id=item_id("icpl.asset", *([] if library == _PRIMARY else [library]), name),
        master=readable(fields.reference, record, "masterRef"),
        taken_ms=readable(fields.integer, record, "assetDate"),
        offset_s=readable(fields.integer, record, "timeZoneOffset"),
        added_ms=readable(fields.integer, record, "addedDate"),
        arrived_ms=_created_ms(record),
        hidden=readable(fields.flag, record, "isHidden") or False,
        favorite=readable(fields.flag, record, "isFavorite") or False,
    )


def _created_ms(record: Record) -> int | None:
    at = object_of(record.get("created")).get("timestamp")
    return at if isinstance(at, int) and moment(at) is not None else None


def _name(record: Record) -> str | None:
    """The name of the file; the wire says it as bytes, or as text that may be base64 or not."""
    name = readable(fields.plain_text, record, "filenameEnc")
    declared = object_of(fields.fields_of(record).get("filenameEnc")).get("type")
    if name is not None and declared == "STRING":
        try:
            decoded = from_base64(name).decode("utf-8")
        except (Undecodable, UnicodeDecodeError):
            return name
        return decoded if "." in decoded and decoded.isprintable() else name
    return name or None


def _resources(zone: str, record: Record) -> list[PhotoResource]:
    found, stored = [], fields.fields_of(record)
    for role in ROLES:
        if f"{role}Res" not in stored:
            continue
        value = object_of(object_of(stored[f"{role}Res"]).get("value"))
        fingerprint = readable(fields.text, record, f"{role}Fingerprint")
        fingerprint = fingerprint or value.get("fileChecksum")
        if not value or not fields.is_name(fingerprint):
            continue
        size = value.get("size")
        found.append(
            PhotoResource(
                zone=zone,
                record=str(record["recordName"]),
                role=role,
                fingerprint=fingerprint,
                uti=word(readable(fields.text, record, f"{role}FileType")),
                size=size if isinstance(size, int) and 0 <= size < 2**62 else None,
                width=readable(fields.integer, record, f"{role}Width"),
                height=readable(fields.integer, record, f"{role}Height"),
            )
        )
    return found


def _exif_time(record: Record) -> str | None:
    """When the camera's own clock said it was, with its offset from UTC where that is there."""
    data = readable(fields.blob, record, "mediaMetaDataEnc")
    if not data or len(data) > _EXIF_MAX_BYTES:
        return None
    try:
        document = plistlib.loads(data)
    except _BAD_PLIST:
        return None
    exif = object_of(object_of(document).get("{Exif}"))
    taken = _EXIF_TIME.fullmatch(str(exif.get("DateTimeOriginal")))
    if taken is None:
        return None
    offset = str(exif.get("OffsetTimeOriginal"))
    local = f"{taken[1]}-{taken[2]}-{taken[3]}T{taken[4]}"
    local += offset if _EXIF_OFFSET.fullmatch(offset) else ""
    try:
        return datetime.fromisoformat(local).isoformat()
    except ValueError:
        return None
