"""The wire forms that every write is made of, and ``Group``: operations that stand or fall as one.

Type names are those of ``remapEnums=true``, which every request of ours sends. An update without
a change tag cannot be built here, so no write of ours can overwrite what it has not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any, Protocol

from store.model import Field
from sync.codec import tokens
from sync.codec.blob import to_base64
from sync.codec.reading import change_tag_of, name_of

__all__ = [
    "Change",
    "Context",
    "Edit",
    "Group",
    "NoRecords",
    "Rank",
    "Records",
    "Upload",
    "asset",
    "create",
    "delete",
    "double",
    "encrypted",
    "encrypted_double",
    "integer",
    "octets",
    "record_name",
    "reference",
    "sealed",
    "string",
    "strings",
    "timestamp",
    "token_map",
    "update",
]

Record = Mapping[str, Any]
Wire = dict[str, Any]


class Records(Protocol):
    """What is known of the account, by wire records as last seen."""

    def get(self, record_name: str, /) -> Record | None:
        """The record of that name."""

    def alarms_of(self, reminder_id: str, /) -> Sequence[Record]:
        """The ``Alarm`` records of a reminder, by its bare id."""

    def trigger_of(self, alarm: Record, /) -> Record | None:
        """The ``AlarmTrigger`` record of an alarm."""

    def hashtags_of(self, reminder_id: str, /) -> Sequence[Record]:
        """The ``Hashtag`` records of a reminder, by its bare id."""

    def attachments_of(self, reminder_id: str, /) -> Sequence[Record]:
        """The ``Attachment`` records of a reminder, by its bare id."""

    def rules_of(self, reminder_id: str, /) -> Sequence[Record]:
        """The ``RecurrenceRule`` records of a reminder, by its bare id."""

    def with_early(self) -> Iterable[Record]:
        """The ``Reminder`` records that have early reminders."""

    def accounts(self) -> Iterable[Record]:
        """The ``Account`` records."""


class NoRecords:
    """Knows nothing: names are then built by the rule ``Type/UUID``."""

    def get(self, record_name: str, /) -> Record | None:
        return None

    def alarms_of(self, reminder_id: str, /) -> Sequence[Record]:
        return ()

    def trigger_of(self, alarm: Record, /) -> Record | None:
        return None

    def hashtags_of(self, reminder_id: str, /) -> Sequence[Record]:
        return ()

    def attachments_of(self, reminder_id: str, /) -> Sequence[Record]:
        return ()

    def rules_of(self, reminder_id: str, /) -> Sequence[Record]:
        return ()

    def with_early(self) -> Iterable[Record]:
        return ()

    def accounts(self) -> Iterable[Record]:
        return ()


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of a write.

    ``now_ms`` is Unix milliseconds; ``replica`` (16 bytes) is this installation in documents,
    ``replica_id`` (a UUID as text) in tokens; ``mint`` gives a new random UUID as text;
    ``zone_id``, where given, is repeated in each reference.
    """

    now_ms: int
    replica: bytes
    replica_id: str
    mint: Callable[[], str]
    zone_id: Mapping[str, str] = field(default_factory=dict)


class Rank(IntEnum):
    """Which groups go first: what is referred to exists before its referrer and outlives it."""

    GROUP = 0
    LIST = 1
    REMINDER = 2
    SUBTASK = 3
    UPDATE = 4
    DELETE_SUBTASK = 5
    DELETE_REMINDER = 6
    DELETE_LIST = 7


@dataclass(frozen=True, slots=True)
class Change:
    """What a group does, in words: ``kind`` to the reminder or list ``id``, in these fields."""

    kind: str
    id: str
    fields: frozenset[Field] = frozenset()


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a field of a record is to hold; in an operation it stands for its receipt."""

    record_name: str
    record_type: str
    field: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Group:
    """Operations that must be applied together or not at all, in their order.

    ``operations`` is empty when the service already has what was wanted. ``creates`` and
    ``needs`` are record names: those that the group makes, and those that must exist before.
    """

    operations: tuple[Wire, ...]
    rank: Rank
    change: Change
    creates: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()

    @property
    def uploads(self) -> tuple[Upload, ...]:
        """The files that have to be sent before it, in the order of its operations."""
        return tuple(
            field["value"]
            for operation in self.operations
            for field in operation["record"].get("fields", {}).values()
            if isinstance(field.get("value"), Upload)
        )

    def filled(self, receipts: Mapping[Upload, Wire]) -> Group:
        """The same with each upload's receipt in its place."""
        return replace(self, operations=tuple(_filled(each, receipts) for each in self.operations))


@dataclass(frozen=True, slots=True)
class Edit:
    """What one changed field adds to a reminder's update.

    ``keys`` are the tokens to raise, ``parent`` the record's new place in the sharing hierarchy,
    ``before`` and ``after`` operations on records that hang on it, before and after its own;
    ``creates`` and ``needs`` as in ``Group``.
    """

    fields: Wire = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    parent: str | None = None
    before: tuple[Wire, ...] = ()
    after: tuple[Wire, ...] = ()
    creates: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()


def record_name(kind: str, identity: str, records: Records) -> str:
    """The name of the record: ``Type/UUID``, or the bare one if only that is known to exist."""
    full = f"{kind}/{identity}"
    return identity if records.get(full) is None and records.get(identity) is not None else full


def integer(value: int) -> Wire:
    """A whole number of 64 bits."""
    return {"type": "INT64", "value": int(value)}


def timestamp(ms: int | None) -> Wire:
    """Unix milliseconds; ``None`` clears the field."""
    return {"type": "TIMESTAMP", "value": ms}


def double(value: float) -> Wire:
    """A number."""
    return {"type": "DOUBLE", "value": float(value)}


def encrypted_double(value: float) -> Wire:
    """A number that is encrypted at rest."""
    return {**double(value), "isEncrypted": True}


def octets(data: bytes) -> Wire:
    """Bytes, as base64."""
    return {"type": "BYTES", "value": to_base64(data)}


def string(value: str | None) -> Wire:
    """A string; ``None`` clears the field."""
    return {"type": "STRING", "value": value}


def encrypted(value: str) -> Wire:
    """A string that is encrypted at rest; without the flag the service refuses it."""
    return {"type": "STRING", "value": value, "isEncrypted": True}


def sealed(data: bytes) -> Wire:
    """Bytes that are encrypted at rest."""
    return {"type": "ENCRYPTED_BYTES", "value": to_base64(data)}


def strings(values: Iterable[str]) -> Wire:
    """A list of strings."""
    return {"type": "STRING_LIST", "value": list(values)}


def reference(ctx: Context, name: str | None) -> Wire:
    """A reference whose target must exist; ``None`` clears the field."""
    if name is None:
        return {"type": "REFERENCE", "value": None}
    zone = {"zoneID": dict(ctx.zone_id)} if ctx.zone_id else {}
    return {"type": "REFERENCE", "value": {"recordName": name, "action": "VALIDATE", **zone}}


def asset(upload: Upload) -> Wire:
    """A file that is sent before the operation; see ``Group.filled``."""
    return {"type": "ASSETID", "value": upload}


def token_map(
    ctx: Context,
    old: str | None,
    keys: Iterable[str],
    core: Collection[str] = tokens.REMINDER_CORE,
) -> Wire:
    """``ResolutionTokenMap`` with the tokens of ``keys`` raised."""
    return string(tokens.bump(old, keys, ctx.now_ms / 1000, ctx.replica_id, core))


def create(name: str, fields: Wire, parent: str | None) -> Wire:
    """An operation that creates a record; the type is the first part of its name."""
    record: Wire = {"recordName": name, "recordType": name.partition("/")[0]}
    if parent is not None:
        record["parent"] = {"recordName": parent}
    return {"operationType": "create", "record": {**record, "fields": fields}}


def update(record: Record, kind: str, fields: Wire, parent: str | None = None) -> Wire:
    """An operation that changes the fields named of the record as it was seen.

    Raises ``ValueError`` for a record without a change tag.
    """
    changed: Wire = {**_seen(record, kind), "fields": fields}
    if parent is not None:
        changed["parent"] = {"recordName": parent}
    return {"operationType": "update", "record": changed}


def delete(record: Record, kind: str) -> Wire:
    """An operation that removes a record for good, if it still is as it was seen."""
    return {"operationType": "delete", "record": _seen(record, kind)}


def _filled(operation: Wire, receipts: Mapping[Upload, Wire]) -> Wire:
    record = operation["record"]
    fields = {
        name: {**field, "value": receipts[field["value"]]}
        if isinstance(field.get("value"), Upload)
        else field
        for name, field in record.get("fields", {}).items()
    }
    return {**operation, "record": {**record, "fields": fields}} if fields else operation


def _seen(record: Record, kind: str) -> Wire:
    name, tag = name_of(record), change_tag_of(record)
    if not tag:
        raise ValueError(f"the record {name!r} has no change tag: look it up before writing")
    return {"recordName": name, "recordType": kind, "recordChangeTag": tag}
