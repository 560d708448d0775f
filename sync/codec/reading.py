"""What decoding every type of record shares: its envelope, and noting what cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from store.model import Field
from sync.codec import fields
from sync.codec.blob import Undecodable

__all__ = ["Reading", "Record", "change_tag_of", "id_of", "is_deleted", "linked_id", "name_of"]

Record = Mapping[str, Any]
T = TypeVar("T")


class Reading:
    """Collects what could not be read while one record is."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.opaque: set[Field] = set()

    def get(self, read: Callable[[], T], default: T, name: Field | None = None) -> T:
        """What ``read`` gives, else ``default`` with the problem noted (for field ``name``)."""
        try:
            return read()
        except Undecodable as problem:
            self.problems.append(f"{name}: {problem}" if name else str(problem))
            if name:
                self.opaque.add(name)
            return default


def name_of(record: Record) -> str:
    return str(record.get("recordName") or "")


def id_of(record: Record) -> str:
    return fields.bare_id(name_of(record))


def change_tag_of(record: Record) -> str:
    tag = str(record.get("recordChangeTag") or "")
    return tag if fields.is_name(tag) else ""


def is_deleted(record: Record, reading: Reading) -> bool:
    """Gone for good (a tombstone) or softly; a flag that cannot be read deletes nothing."""
    gone = record.get("deleted") is True
    return gone or reading.get(lambda: fields.flag(record, "Deleted"), False)


def linked_id(record: Record, name: str) -> str | None:
    target = fields.reference(record, name)
    return None if target is None else fields.bare_id(target)
