"""What decoding every type of record shares: its envelope, and noting what cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from store.model import Field
from sync.codec import fields
from sync.codec.blob import Undecodable

__all__ = ["Reading", "Record", "change_tag_of", "id_of", "is_deleted", "linked_id", "modified_ms"]
__all__ += ["name_of"]

Record = Mapping[str, Any]
T = TypeVar("T")


class Reading:
    """Reads one record, and collects what could not be read."""

    def __init__(self, record: Record) -> None:
        self.problems: list[str] = []
        self.opaque: set[Field] = set()
        self._record = record
        self._held = fields.fields_of(record)

    def field(
        self, read: Callable[[Record, str], T], key: str, default: T, name: Field | None = None
    ) -> T:
        """What ``read`` gives of the field ``key``; ``default`` also where there is none."""
        # Half of the fields of most records: not to look any further is most of what this saves.
        if key not in self._held:
            return default
        try:
            return read(self._record, key)
        except Undecodable as problem:
            return self._noted(problem, default, name)

    def get(self, read: Callable[[], T], default: T, name: Field | None = None) -> T:
        """What ``read`` gives, else ``default`` with the problem noted (for field ``name``)."""
        try:
            return read()
        except Undecodable as problem:
            return self._noted(problem, default, name)

    def _noted(self, problem: Undecodable, default: T, name: Field | None) -> T:
        self.problems.append(f"{name}: {problem}" if name else str(problem))
        if name:
            self.opaque.add(name)
        return default


def name_of(record: Record) -> str:
    """The name of the record, ``""`` where it has none."""
    return str(record.get("recordName") or "")


def id_of(record: Record) -> str:
    """The identity in its name, without the type."""
    return fields.bare_id(name_of(record))


def change_tag_of(record: Record) -> str:
    """The version of the record, ``""`` where it names none that could be kept."""
    tag = str(record.get("recordChangeTag") or "")
    return tag if fields.is_name(tag) else ""


def modified_ms(record: Record) -> int | None:
    """When the service took this version (Unix ms), by its own clock, if it says so."""
    modified = record.get("modified")
    at_ms = modified.get("timestamp") if isinstance(modified, Mapping) else None
    return at_ms if isinstance(at_ms, int) else None


def is_deleted(record: Record, reading: Reading) -> bool:
    """Gone for good (a tombstone) or softly; a flag that cannot be read deletes nothing."""
    gone = record.get("deleted") is True
    return gone or reading.field(fields.flag, "Deleted", False)


def linked_id(record: Record, name: str) -> str | None:
    """The identity of the record that a reference points at; raises as ``fields.reference``."""
    target = fields.reference(record, name)
    return None if target is None else fields.bare_id(target)
