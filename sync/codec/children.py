"""Turns the records that hang on a reminder into values: alarms, triggers, tags, attachments.

As in ``records``, decoding never fails: a part that cannot be read is empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from store.model import AtTime, Floating, Place, Zoned
from sync.codec import fields
from sync.codec.assets import FILE, asset_value, mark_of
from sync.codec.blob import Undecodable, from_base64
from sync.codec.dates import Components, read_components
from sync.codec.places import read_place
from sync.codec.reading import Reading, Record, id_of, is_deleted, linked_id

__all__ = [
    "RemoteAlarm",
    "RemoteAssignment",
    "RemoteAttachment",
    "RemoteTag",
    "RemoteTrigger",
    "decode_alarm",
    "decode_assignment",
    "decode_attachment",
    "decode_hashtag",
    "decode_trigger",
]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True, slots=True)
class RemoteAlarm:
    """An alarm; ``nonce`` ties a date alarm to the due date, 0.0 ties it to nothing.

    ``acknowledged_ms`` is when it was dismissed, in Unix milliseconds.
    """

    id: str
    reminder_id: str
    trigger_id: str
    nonce: float = 0.0
    acknowledged_ms: int | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class RemoteTrigger:
    """What sets an alarm off: ``kind`` is the wire's, ``Date``, ``Location`` or another.

    ``components`` only for the first and ``place`` only for the second, if they can be read.
    """

    id: str
    alarm_id: str
    kind: str
    components: Components | None = None
    place: Place | None = None
    deleted: bool = False

    def alarm(self, day: date | None) -> AtTime | Place | None:
        """The alarm that it stands for, if that can be said; ``day`` is the due day."""
        at = self.components.due(day) if self.components else None
        return AtTime(at) if isinstance(at, Floating | Zoned) else self.place


@dataclass(frozen=True, slots=True)
class RemoteTag:
    """One tag of one reminder, without its ``#``."""

    id: str
    reminder_id: str
    name: str
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class RemoteAttachment:
    """What is attached to a reminder; ``kind`` is the wire's: ``URL``, ``Image``, or another.

    ``uti`` is Apple's name for its type, ``file_size`` in bytes, ``width`` and ``height`` in
    pixels; ``file_mark`` tells its file from the next one; ``None`` is not known, or none. ``url``
    only for the kind ``URL``.
    """

    id: str
    reminder_id: str
    kind: str
    url: str | None = None
    uti: str | None = None
    file_name: str | None = None
    file_size: int | None = None
    width: int | None = None
    height: int | None = None
    file_mark: str | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class RemoteAssignment:
    """Whose a reminder of a shared list is; participants by the wire's identifiers."""

    id: str
    reminder_id: str
    assignee: str | None = None
    originator: str | None = None
    status: int | None = None
    assigned_ms: int | None = None
    deleted: bool = False


def decode_alarm(record: Record) -> RemoteAlarm:
    """Read an ``Alarm`` record; a part that cannot be read is empty."""
    reading = Reading(record)
    return RemoteAlarm(
        id=id_of(record),
        reminder_id=reading.field(linked_id, "Reminder", None) or "",
        trigger_id=fields.bare_id(reading.field(fields.text, "TriggerID", None) or ""),
        nonce=float(reading.field(fields.number, "DueDateResolutionTokenAsNonce", None) or 0),
        acknowledged_ms=reading.field(fields.timestamp_ms, "AcknowledgedDate", None),
        deleted=is_deleted(record, reading),
    )


def decode_trigger(record: Record) -> RemoteTrigger:
    """Read an ``AlarmTrigger`` record; a part that cannot be read is empty."""
    reading = Reading(record)
    kind = reading.field(fields.text, "Type", None) or ""
    return RemoteTrigger(
        id=id_of(record),
        alarm_id=reading.field(linked_id, "Alarm", None) or "",
        kind=kind,
        components=reading.get(lambda: _components(record), None) if kind == "Date" else None,
        place=reading.get(lambda: read_place(record), None) if kind == "Location" else None,
        deleted=is_deleted(record, reading),
    )


def decode_hashtag(record: Record) -> RemoteTag:
    """Read a ``Hashtag`` record; the name comes as text or, from some writers, as base64."""
    reading = Reading(record)
    name = reading.field(fields.plain_text, "Name", None) or ""
    return RemoteTag(
        id=id_of(record),
        reminder_id=reading.field(linked_id, "Reminder", None) or "",
        name=name.removeprefix("#"),
        deleted=is_deleted(record, reading),
    )


def decode_attachment(record: Record) -> RemoteAttachment:
    """Read an ``Attachment`` record; a part that cannot be read is empty."""
    reading = Reading(record)
    kind = reading.field(fields.text, "Type", None) or ""
    file = asset_value(record, FILE)
    return RemoteAttachment(
        id=id_of(record),
        reminder_id=reading.field(linked_id, "Reminder", None) or "",
        kind=kind,
        url=reading.get(lambda: _url(record), None) if kind == "URL" else None,
        uti=reading.field(fields.text, "UTI", None),
        file_name=reading.field(fields.plain_text, "FileName", None),
        file_size=reading.field(fields.integer, "FileSize", None),
        width=reading.field(fields.integer, "Width", None),
        height=reading.field(fields.integer, "Height", None),
        file_mark=None if file is None else mark_of(record, file),
        deleted=is_deleted(record, reading),
    )


def decode_assignment(record: Record) -> RemoteAssignment:
    """Read an ``Assignment`` record; a part that cannot be read is empty."""
    reading = Reading(record)
    owner = reading.field(linked_id, "Reminder", None)
    named = reading.field(fields.text, "OwningReminderIdentifier", None)
    return RemoteAssignment(
        id=id_of(record),
        reminder_id=owner or fields.bare_id(named or ""),
        assignee=reading.field(fields.plain_text, "EncryptedAssigneeIdentifier", None),
        originator=reading.field(fields.plain_text, "EncryptedOriginatorIdentifier", None),
        status=reading.field(fields.integer, "Status", None),
        assigned_ms=reading.field(fields.timestamp_ms, "AssignedDate", None),
        deleted=is_deleted(record, reading),
    )


def _url(record: Record) -> str | None:
    """The address: it may come back as base64 without saying so, which never has a scheme."""
    written = fields.text(record, "URL")
    if not written or _SCHEME.match(written):
        return written or None
    try:
        decoded = from_base64(written).decode("utf-8")
    except (Undecodable, UnicodeDecodeError):
        return written
    return decoded if _SCHEME.match(decoded) else written


def _components(record: Record) -> Components | None:
    data = fields.blob(record, "DateComponentsData")
    return None if data is None else read_components(data)
