"""Holds the phone's own copy of the account: records, what of them is unsent, and its identity."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.device import tokens
from sandbox.device.tokens import APPLE_EPOCH, TokenMap

Json = dict[str, Any]

TOKENS = "ResolutionTokenMap"

_SECRET_STRINGS = frozenset(
    {
        ("List", "Name"),
        ("Hashtag", "Name"),
        ("Attachment", "URL"),
        ("Assignment", "EncryptedAssigneeIdentifier"),
        ("Assignment", "EncryptedOriginatorIdentifier"),
        ("Reminder", "UrgentPresentationAlarmsChecksum"),
        *(("AlarmTrigger", name) for name in ("Title", "Address", "Latitude", "Longitude")),
        ("AlarmTrigger", "ReferenceFrameString"),
        ("List", "MembershipsOfRemindersInSectionsChecksum"),
        ("ListSection", "DisplayName"),
        ("ListSection", "CanonicalName"),
    }
)
_TYPES = {
    "INT64": (
        "Completed Deleted Flagged Priority AllDay Imported Count IsGroup IsLinkedToAccount "
        "Frequency Interval OccurrenceCount FirstDayOfTheWeek Status Proximity Event"
    ),
    "TIMESTAMP": (
        "CompletionDate CreationDate LastModifiedDate DueDate StartDate EndDate AssignedDate "
        "AcknowledgedDate"
    ),
    "REFERENCE": "List ParentList ParentReminder Reminder Alarm",
    "STRING_LIST": "AlarmIDs HashtagIDs AttachmentIDs RecurrenceRuleIDs AssignmentIDs",
    "BYTES": "DateComponentsData",
    "ENCRYPTED_BYTES": "DueDateDeltaAlertsData",
    "DOUBLE": "DueDateResolutionTokenAsNonce Latitude Longitude Radius",
}
_TYPE_OF = {name: kind for kind, names in _TYPES.items() for name in names.split()}


@dataclass(slots=True)
class Copy:
    """One record as the phone has it; `dirty` names the fields that it still has to send."""

    name: str
    type: str
    fields: dict[str, Json]
    parent: str | None = None
    tag: str | None = None
    """Change tag of the server version that this copy builds on; None until created there."""
    dirty: set[str] = field(default_factory=set)
    doomed: bool = False
    """To be hard-deleted at the next upload; no longer shown."""

    @property
    def id(self) -> str:
        """The bare UUID."""
        return bare(self.name)

    def get(self, name: str) -> Any:
        """Return a field's value in plain form: references as record names, None if unset."""
        wire = self.fields.get(name)
        if wire is None:  # most of what is asked for: a screen is drawn anew after each edit
            return None
        value = wire.get("value")
        return value if isinstance(value, (str, int)) else plain(wire)

    def ids(self, name: str) -> list[str]:
        """Return an ID list field as bare UUIDs."""
        entries = self.get(name)
        return [bare(str(entry)) for entry in entries] if entries else []

    @property
    def tokens(self) -> TokenMap:
        """The record's resolution tokens."""
        return tokens.read(self.get(TOKENS))


def bare(name: str) -> str:
    """Strip `Type/` from a record name."""
    return name.rpartition("/")[2]


def plain(wire: Json | None) -> Any:
    """Return a wire field's value; references as names; None for unset and for empty lists."""
    value = wire.get("value") if wire else None
    if isinstance(value, dict) and "recordName" in value:
        return value["recordName"]
    return None if value == [] else value


def wire_field(record_type: str, name: str, value: Any) -> Json:
    """Return a field as the phone writes it; `value` None clears it."""
    kind = _TYPE_OF.get(name) or ("INT64" if isinstance(value, int) else "STRING")
    if kind == "REFERENCE" and value is not None:
        value = {"recordName": value, "action": "VALIDATE"}
    result: Json = {"value": value, "type": kind}
    if (record_type, name) in _SECRET_STRINGS:
        result["isEncrypted"] = True
    return result


class Own:
    """The phone's memory: `copies` by record name, and the names of those with unsent edits."""

    def __init__(self, clock: Callable[[], float], mint: Callable[[], str]) -> None:
        self.copies: dict[str, Copy] = {}
        self.pending: set[str] = set()
        self.files: dict[str, bytes] = {}
        """What asset fields stand for, by the checksum in them."""
        self.mint = mint
        self._clock = clock
        self.replica_id = mint()
        self.replica = uuid.UUID(self.replica_id).bytes
        """Identifies this phone's characters in text documents."""

    @property
    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        return int(self._clock() * 1000)

    @property
    def token_time(self) -> float:
        """Seconds since 2001, for tokens."""
        return self._clock() - APPLE_EPOCH

    def live(self, name: str | None) -> Copy | None:
        """Return the copy of that name unless it is gone, about to go, or soft-deleted."""
        copy = self.copies.get(name or "")
        return None if copy is None or copy.doomed or copy.get("Deleted") else copy

    def of_type(self, record_type: str) -> Iterator[Copy]:
        """Yield copies of a type that are not about to be hard-deleted."""
        copies = list(self.copies.values())
        return (copy for copy in copies if copy.type == record_type and not copy.doomed)

    def by_id(self, record_type: str, identity: str) -> Copy | None:
        """Return the record under `Type/UUID` or under its bare UUID."""
        for name in (f"{record_type}/{identity}", identity):
            copy = self.copies.get(name)
            if copy is not None and copy.type == record_type and not copy.doomed:
                return copy
        return None

    def add(self, record_type: str, fields: Json, parent: str | None, name: str = "") -> Copy:
        """Make a new record from plain values; it is created on the server at the next upload."""
        name = name or f"{record_type}/{self.mint()}"
        wired = {
            key: wire_field(record_type, key, value)
            for key, value in fields.items()
            if value is not None
        }
        copy = Copy(name, record_type, wired, parent)
        self.copies[name] = copy
        self.pending.add(name)
        return copy

    def write(self, copy: Copy, name: str, value: Any) -> None:
        """Set one field and mark it unsent."""
        copy.fields[name] = wire_field(copy.type, name, value)
        self.mark(copy, name)

    def write_file(self, copy: Copy, name: str, data: bytes) -> None:
        """Set a field to a file and mark it unsent; the upload puts a receipt in its place."""
        key = f"unsent/{self.mint()}"
        self.files[key] = data
        value = {"fileChecksum": key, "size": len(data)}
        copy.fields[name] = {"value": value, "type": "ASSETID"}
        self.mark(copy, name)

    def file(self, copy: Copy, name: str) -> bytes | None:
        """The bytes of the file in a field, None if there is none."""
        value = copy.get(name)
        return self.files.get(str(value["fileChecksum"])) if isinstance(value, dict) else None

    def mark(self, copy: Copy, name: str) -> None:
        """Mark a field as one that must be sent."""
        copy.dirty.add(name)
        self.pending.add(copy.name)

    def raise_tokens(self, copy: Copy, names: Iterable[str]) -> None:
        """Raise the tokens of the named fields natively and mark the map unsent."""
        risen = tokens.raised(copy.tokens, copy.type, names, self.token_time, self.replica_id)
        self.write(copy, TOKENS, tokens.write(risen))

    def change(self, copy: Copy, values: Json) -> None:
        """Edit fields as the app does: values, their tokens, and the modification date."""
        for name, value in values.items():
            self.write(copy, name, value)
        names = set(values)
        if copy.type == "Reminder":
            self.write(copy, "LastModifiedDate", self.now_ms)
            names.add("LastModifiedDate")
        if any(tokens.key_of(copy.type, name) for name in names):
            self.raise_tokens(copy, names)

    def doom(self, copy: Copy) -> None:
        """Hard-delete at the next upload; a record that was never sent just vanishes."""
        if copy.tag is None:
            self.drop(copy.name)
            return
        copy.doomed = True
        copy.dirty.clear()
        self.pending.add(copy.name)

    def drop(self, name: str) -> None:
        """Forget a record that no longer exists."""
        self.copies.pop(name, None)
        self.pending.discard(name)

    def forget(self, name: str) -> None:
        """Forget a record that the server no longer has, and unsent work that hangs on it."""
        self.drop(name)
        for other in [self.copies[waiting] for waiting in self.pending if waiting in self.copies]:
            if other.get("ParentReminder") == name and not other.doomed:
                self.change(other, {"ParentReminder": None})
            elif other.tag is None and name in map(other.get, ("Reminder", "Alarm", "List")):
                self.forget(other.name)
