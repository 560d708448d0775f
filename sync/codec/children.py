"""Turns the records that hang on a reminder into values: alarms, their triggers, tags.

As in ``records``, decoding never fails: a part that cannot be read is empty.
"""

from __future__ import annotations

from dataclasses import dataclass

from sync.codec import fields
from sync.codec.dates import Components, read_components
from sync.codec.reading import Reading, Record, id_of, is_deleted, linked_id

__all__ = [
    "RemoteAlarm",
    "RemoteTag",
    "RemoteTrigger",
    "decode_alarm",
    "decode_hashtag",
    "decode_trigger",
]


@dataclass(frozen=True, slots=True)
class RemoteAlarm:
    """An alarm; ``nonce`` ties a date alarm to the due date, 0.0 ties it to nothing."""

    id: str
    reminder_id: str
    trigger_id: str
    nonce: float = 0.0
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class RemoteTrigger:
    """What sets an alarm off; ``components`` only for the kind ``Date``, if they can be read."""

    id: str
    alarm_id: str
    kind: str
    components: Components | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class RemoteTag:
    """One tag of one reminder, without its ``#``."""

    id: str
    reminder_id: str
    name: str
    deleted: bool = False


def decode_alarm(record: Record) -> RemoteAlarm:
    """Read an ``Alarm`` record; a part that cannot be read is empty."""
    reading = Reading()
    return RemoteAlarm(
        id=id_of(record),
        reminder_id=reading.get(lambda: linked_id(record, "Reminder"), None) or "",
        trigger_id=fields.bare_id(
            reading.get(lambda: fields.text(record, "TriggerID"), None) or ""
        ),
        nonce=float(
            reading.get(lambda: fields.number(record, "DueDateResolutionTokenAsNonce"), None) or 0
        ),
        deleted=is_deleted(record, reading),
    )


def decode_trigger(record: Record) -> RemoteTrigger:
    """Read an ``AlarmTrigger`` record; a part that cannot be read is empty."""
    reading = Reading()
    kind = reading.get(lambda: fields.text(record, "Type"), None) or ""
    return RemoteTrigger(
        id=id_of(record),
        alarm_id=reading.get(lambda: linked_id(record, "Alarm"), None) or "",
        kind=kind,
        components=reading.get(lambda: _components(record), None) if kind == "Date" else None,
        deleted=is_deleted(record, reading),
    )


def decode_hashtag(record: Record) -> RemoteTag:
    """Read a ``Hashtag`` record; the name comes as text or, from some writers, as base64."""
    reading = Reading()
    name = reading.get(lambda: fields.plain_text(record, "Name"), None) or ""
    return RemoteTag(
        id=id_of(record),
        reminder_id=reading.get(lambda: linked_id(record, "Reminder"), None) or "",
        name=name.removeprefix("#"),
        deleted=is_deleted(record, reading),
    )


def _components(record: Record) -> Components | None:
    data = fields.blob(record, "DateComponentsData")
    return None if data is None else read_components(data)
