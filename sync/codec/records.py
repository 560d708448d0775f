"""Turns wire records into the values that are merged; what cannot be read becomes opaque.

Decoding never fails: a field that is there but makes no sense is named in ``opaque`` (where it is
one that is merged) and told in ``problems``, and everything else of the record is still read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from store.model import Completion, Done, Due, Early, Field, ListInfo, Priority
from store.rows.reminder import ReminderRow
from sync.codec import fields
from sync.codec.blob import Undecodable, unpacked
from sync.codec.children import (
    RemoteAlarm,
    RemoteAttachment,
    RemoteTag,
    RemoteTrigger,
    decode_alarm,
    decode_attachment,
    decode_hashtag,
    decode_trigger,
)
from sync.codec.colors import decode_color
from sync.codec.dates import due_from_fields
from sync.codec.document import read_text
from sync.codec.early import FIELD as EARLY
from sync.codec.early import read_early
from sync.codec.reading import Reading, Record, change_tag_of, id_of, is_deleted, linked_id, name_of
from sync.codec.repeats import RemoteRule, decode_rule, repeat_of

__all__ = [
    "RemoteAlarm",
    "RemoteAttachment",
    "RemoteList",
    "RemoteRule",
    "RemoteTag",
    "RemoteTrigger",
    "decode_alarm",
    "decode_attachment",
    "decode_hashtag",
    "decode_list",
    "decode_reminder",
    "decode_rule",
    "decode_trigger",
    "done_of",
    "due_of",
    "list_id_of",
    "priority_of",
    "repeat_of",
]


@dataclass(frozen=True, slots=True)
class RemoteList:
    """A list or group; ``order`` is the manual order, which may name strangers and miss members.

    ``color`` is the raw JSON text, ``sorting`` the service's word, ``linked`` whether the list is
    one of the account's own (``None``: not said). A name that cannot be read is
    ``""`` with a problem.
    """

    record_name: str
    change_tag: str
    deleted: bool
    info: ListInfo
    order: tuple[str, ...] = ()
    color: str | None = None
    sorting: str | None = None
    linked: bool | None = None
    problems: tuple[str, ...] = ()


def decode_reminder(record: Record) -> ReminderRow:
    """Read a ``Reminder`` record; fields that are not there have their default values.

    It is the mirror's row at once: most records of an account are reminders.
    """
    reading = Reading(record)
    none: tuple[str, ...] = ()
    alarm_ids = reading.field(_ids, "AlarmIDs", none, Field.ALARMS)
    tag_ids = reading.field(_ids, "HashtagIDs", none, Field.TAGS)
    attachment_ids = reading.field(_ids, "AttachmentIDs", none, Field.URLS)
    rule_ids = reading.field(_ids, "RecurrenceRuleIDs", none, Field.REPEAT)
    no_early: frozenset[Early] = frozenset()
    early = reading.field(read_early, EARLY, no_early, Field.ALARMS)
    title = reading.field(_document, "TitleDocument", "", Field.TITLE)
    notes = reading.field(_document, "NotesDocument", "", Field.NOTES)
    done = reading.field(done_of, "Completed", None, Field.DONE)
    name = name_of(record)
    return ReminderRow(
        id=fields.bare_id(name),
        record_name=name,
        change_tag=change_tag_of(record),
        title=title,
        notes=notes,
        done=done is not None,
        completed_at_ms=None if done is None else done.at_ms,
        due=reading.get(lambda: due_of(record), None, Field.DUE),
        priority=reading.field(priority_of, "Priority", Priority.NONE, Field.PRIORITY),
        flagged=reading.field(fields.flag, "Flagged", False, Field.FLAGGED),
        list_id=reading.get(lambda: list_id_of(record), "", Field.LIST),
        parent_id=reading.field(linked_id, "ParentReminder", None, Field.PARENT),
        recurring=bool(rule_ids),
        alarm_ids=alarm_ids,
        early=early,
        tag_ids=tag_ids,
        attachment_ids=attachment_ids,
        rule_ids=rule_ids,
        deleted=is_deleted(record, reading),
        created_ms=reading.get(lambda: _time(record, "CreationDate", "created"), None),
        modified_ms=reading.get(lambda: _time(record, "LastModifiedDate", "modified"), None),
        start_ms=reading.field(fields.timestamp_ms, "StartDate", None),
        imported=reading.field(fields.flag, "Imported", False),
        opaque=frozenset(reading.opaque),  # last: filled by the lines above
        problems="; ".join(reading.problems),
    )


def decode_list(record: Record, order_file: bytes | None = None) -> RemoteList:
    """Read a ``List`` record, list or group; ``order_file`` is the file that a long order is in."""
    reading = Reading(record)
    name = reading.field(fields.plain_text, "Name", None)
    if name is None:
        reading.problems.append("the list has no name that can be read")
    info = ListInfo(
        id=id_of(record),
        name=name or "",
        is_group=reading.field(fields.flag, "IsGroup", False),
        group=reading.field(linked_id, "ParentList", None),
        color=reading.get(lambda: decode_color(fields.text(record, "Color")), ""),
        emblem=reading.field(fields.text, "BadgeEmblem", None) or "",
    )
    return RemoteList(
        record_name=name_of(record),
        change_tag=change_tag_of(record),
        deleted=is_deleted(record, reading),
        info=info,
        order=reading.get(lambda: _order(record, order_file), ()),
        color=reading.field(fields.text, "Color", None),
        sorting=reading.field(fields.text, "SortingStyle", None),
        linked=reading.field(_said, "IsLinkedToAccount", None),
        problems=tuple(reading.problems),
    )


def _said(record: Record, name: str) -> bool | None:
    number = fields.integer(record, name)
    return None if number is None else bool(number)


def done_of(record: Record, key: str = "Completed") -> Done:
    """Open, or when it was completed; a completion date on an open reminder means nothing."""
    if not fields.flag(record, key):
        return None
    return Completion(at_ms=fields.timestamp_ms(record, "CompletionDate"))


def due_of(record: Record) -> Due | None:
    """The due date by its three fields."""
    return due_from_fields(
        fields.timestamp_ms(record, "DueDate"),
        fields.flag(record, "AllDay"),
        fields.text(record, "TimeZone"),
    )


def priority_of(record: Record, key: str = "Priority") -> Priority:
    """One of four; the service numbers them 0, 9, 5 and 1, other writers what lies between."""
    match fields.integer(record, key):
        case None | 0:
            return Priority.NONE
        case 1 | 2 | 3 | 4:
            return Priority.HIGH
        case 5:
            return Priority.MEDIUM
        case 6 | 7 | 8 | 9:
            return Priority.LOW
        case other:
            raise Undecodable(f"the priority {other} means nothing")


def _document(record: Record, name: str) -> str:
    data = fields.blob(record, name)
    return "" if data is None else read_text(data)


def list_id_of(record: Record) -> str:
    """The list by its reference, else by the record's place in the sharing hierarchy."""
    target = fields.reference(record, "List")
    if target is None:
        target = fields.parent_name(record)
    if target is None:
        raise Undecodable("the reminder names no list")
    return fields.bare_id(target)


def _ids(record: Record, name: str) -> tuple[str, ...]:
    return tuple(map(fields.bare_id, fields.strings(record, name)))


def _order(record: Record, file: bytes | None) -> tuple[str, ...]:
    """``ReminderIDs``: a string of JSON, an array of ids with or without their type."""
    raw: str | bytes | None = fields.text(record, "ReminderIDs")
    if not raw and file is not None:
        raw = unpacked(file)
    if not raw:
        return ()
    try:
        ids = json.loads(raw)
    except (ValueError, RecursionError):
        ids = None
    if not isinstance(ids, list) or not all(isinstance(item, str) for item in ids):
        raise Undecodable("the manual order of the list cannot be read")
    return tuple(fields.bare_id(item) for item in ids)


def _time(record: Record, name: str, stamp: str) -> int | None:
    """A time that the client set, else the service's own."""
    own = fields.timestamp_ms(record, name)
    envelope = record.get(stamp)
    if own is not None or not isinstance(envelope, Mapping):
        return own
    value = envelope.get("timestamp")
    return value if isinstance(value, int) else None
