"""Reads asset fields: which file a record has, what came along, and which ones planning needs.

A file is named by its checksum, which we compare and never compute. Wire facts: docs/wire.md,
"Files of records".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sync.codec import fields
from sync.codec.blob import Undecodable, from_base64
from sync.codec.reading import Reading, is_deleted

__all__ = [
    "FILE",
    "MEMBERSHIPS",
    "ORDER",
    "Document",
    "asset_value",
    "documents_of",
    "inline",
    "link_of",
    "mark_of",
    "size_of",
]

Record = Mapping[str, Any]

ORDER = "ReminderIDsAsset"
FILE = "FileAsset"
MEMBERSHIPS = "MembershipsOfRemindersInSectionsAsData"


@dataclass(frozen=True, slots=True)
class Document:
    """A file that says something about a record; ``mark`` changes when the file does.

    ``data`` are its bytes where they came along.
    """

    record_name: str
    field: str
    mark: str
    data: bytes | None = None


def documents_of(record: Record) -> Iterator[Document]:
    """The files of a list that planning needs: its order where it is long, and its sections."""
    if fields.type_of(record) != "List" or is_deleted(record, Reading(record)):
        return
    for field in (ORDER, MEMBERSHIPS):
        value = asset_value(record, field)
        if value is not None and not (field == ORDER and _has_order(record)):
            yield Document(str(record["recordName"]), field, mark_of(record, value), inline(value))


def mark_of(record: Record, value: Mapping[str, Any]) -> str:
    """What tells this file from the next one; the record's own version where nothing else does."""
    checksum = value.get("fileChecksum")
    return (
        checksum if isinstance(checksum, str) and checksum else f"{record.get('recordChangeTag')}"
    )


def asset_value(record: Record, field: str) -> Mapping[str, Any] | None:
    """The value of an asset field, if there is one."""
    wire = fields.fields_of(record).get(field)
    value = wire.get("value") if isinstance(wire, Mapping) else None
    return value if isinstance(value, Mapping) else None


def inline(value: Mapping[str, Any]) -> bytes | None:
    """The bytes that came with the record itself, if they did and are whole."""
    text = value.get("downloadedData")
    try:
        data = from_base64(text) if isinstance(text, str) else None
    except Undecodable:
        return None
    return None if data is not None and size_of(value) not in (None, len(data)) else data


def link_of(value: Mapping[str, Any]) -> str | None:
    """Where the bytes can be had, if the record says."""
    url = value.get("downloadURL")
    return url if isinstance(url, str) and url else None


def size_of(value: Mapping[str, Any]) -> int | None:
    """How many bytes it has; numbers may come as text."""
    size = value.get("size")
    if isinstance(size, str) and size.isdigit():
        size = int(size)
    return size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None


def _has_order(record: Record) -> bool:
    try:
        return bool(fields.text(record, "ReminderIDs"))
    except Undecodable:
        return False
