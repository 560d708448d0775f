"""What each field of a reminder adds to its update or creation: wire fields, tokens, and more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from store.model import (
    Alarm,
    AllDay,
    Completion,
    Done,
    Due,
    Field,
    Floating,
    OtherRule,
    Priority,
    Reminder,
    Rule,
    Value,
    Zoned,
)
from sync.codec import document, fields, operations
from sync.codec.attached import LINKS, TAGS, repeat_edit, set_edit
from sync.codec.blob import to_base64
from sync.codec.operations import Context, Edit, Records, Wire
from sync.codec.reading import id_of, linked_id
from sync.codec.records import done_of, due_of, list_id_of, priority_of, repeat_of
from sync.codec.timing import alarms_edit, due_edit, due_fields

__all__ = ["edit_of", "first_fields"]

Record = Mapping[str, Any]

_PRIORITY_NUMBER = {Priority.NONE: 0, Priority.LOW: 9, Priority.MEDIUM: 5, Priority.HIGH: 1}
_NOON = time(12, tzinfo=UTC)
_HALF_DAY_ANYWHERE_MS = 26 * 3600 * 1000  # twelve hours, and zones up to UTC+14


def first_fields(ctx: Context, reminder: Reminder, former: Record) -> Wire:
    """The fields of a new reminder, but for its links and tokens; nothing where nothing is set.

    ``former`` is the record that was there under its name before, empty where none was.
    """
    wire = {
        "TitleDocument": operations.string(_first(ctx, former, "TitleDocument", reminder.title)),
        "NotesDocument": operations.string(_first(ctx, former, "NotesDocument", reminder.notes)),
        **_done_fields(reminder.done, ctx.now_ms),
        **due_fields(reminder.due),
        "Flagged": operations.integer(reminder.flagged),
        "Priority": operations.integer(_PRIORITY_NUMBER[reminder.priority]),
        "Deleted": operations.integer(0),
        "Imported": operations.integer(0),
        "CreationDate": operations.timestamp(ctx.now_ms),
        "LastModifiedDate": operations.timestamp(ctx.now_ms),
    }
    return {name: value for name, value in wire.items() if value["value"] is not None}


def edit_of(
    ctx: Context, record: Record, name: Field, changes: Mapping[Field, Value], records: Records
) -> Edit | None:
    """What the field adds to the update; ``None`` if the record already says its value.

    ``changes`` are all that are wanted, for the end of a series is at the due time. Raises
    ``Undecodable`` where what is there cannot be read, ``ValueError`` for a value that the field
    cannot hold.
    """
    value = changes[name]
    match name, value:
        case Field.TITLE, str():
            return _text_edit(ctx, record, "TitleDocument", value)
        case Field.NOTES, str():
            return _text_edit(ctx, record, "NotesDocument", value)
        case Field.DONE, None | Completion():
            return _done_edit(ctx, record, value)
        case Field.DUE, None | AllDay() | Floating() | Zoned():
            edit = due_edit(ctx, record, changes, records)
            return edit if Field.REPEAT in changes else _end_kept(ctx, record, edit, value, records)
        case Field.PRIORITY, Priority():
            return _priority_edit(record, value)
        case Field.FLAGGED, bool():
            return _flag_edit(record, value)
        case Field.TAGS, frozenset():
            tags = records.hashtags_of(id_of(record))
            return set_edit(ctx, record, TAGS, _texts(value), tags)
        case Field.URLS, frozenset():
            return set_edit(
                ctx, record, LINKS, _texts(value), records.attachments_of(id_of(record))
            )
        case Field.REPEAT, None | Rule() | OtherRule():
            return repeat_edit(ctx, record, value, records, _new_due(record, changes))
        case Field.ALARMS, frozenset():
            return alarms_edit(ctx, record, changes, records)
        case Field.LIST, str():
            return _list_edit(ctx, record, value, records)
        case Field.PARENT, None | str():
            return _parent_edit(ctx, record, value, records)
        case Field.SECTION, "":
            return None  # the list says who is in which
        case _:
            raise ValueError(f"the field {name} cannot hold a {type(value).__name__}")


def _texts(value: frozenset[str | Alarm]) -> frozenset[str]:
    return frozenset(one for one in value if isinstance(one, str))


def _text_edit(ctx: Context, record: Record, name: str, text: str) -> Edit | None:
    old = fields.blob(record, name) or b""
    if document.read_text(old) == text:
        return None
    key = name[0].lower() + name[1:]
    new = document.edit(old, text, ctx.replica)
    return Edit({name: operations.string(to_base64(new))}, (key,))


def _done_edit(ctx: Context, record: Record, done: Done) -> Edit | None:
    if _same_done(done_of(record), done):
        return None
    return Edit(_done_fields(done, ctx.now_ms), ("completed", "completionDate"))


def _end_kept(
    ctx: Context, record: Record, edit: Edit | None, due: Due | None, records: Records
) -> Edit | None:
    """The change of a due date with what keeps the series' last day: its end is at the due time."""
    if edit is None:
        return None
    repeat = repeat_of(record, records.rules_of(id_of(record)), due_of(record))
    moved = repeat_edit(ctx, record, repeat, records, due) if isinstance(repeat, Rule) else None
    return edit if moved is None else replace(edit, before=moved.before)


def _new_due(record: Record, changes: Mapping[Field, Value]) -> Due | None:
    """When the reminder will be due."""
    value = changes[Field.DUE] if Field.DUE in changes else due_of(record)
    return value if isinstance(value, AllDay | Floating | Zoned) else None


def _priority_edit(record: Record, priority: Priority) -> Edit | None:
    if priority_of(record) == priority:
        return None
    return Edit({"Priority": operations.integer(_PRIORITY_NUMBER[priority])}, ("priority",))


def _flag_edit(record: Record, flagged: bool) -> Edit | None:
    if fields.flag(record, "Flagged") == flagged:
        return None
    return Edit({"Flagged": operations.integer(flagged)}, ("flagged",))


def _list_edit(ctx: Context, record: Record, to: str, records: Records) -> Edit | None:
    """A move: the reference, and the record's place in the sharing hierarchy with it."""
    if list_id_of(record) == to:
        return None
    name = operations.record_name("List", to, records)
    wire = {"List": operations.reference(ctx, name)}
    return Edit(wire, ("list",), parent=name, needs=frozenset({name}))


def _parent_edit(ctx: Context, record: Record, to: str | None, records: Records) -> Edit | None:
    if linked_id(record, "ParentReminder") == to:
        return None
    name = None if to is None else operations.record_name("Reminder", to, records)
    wire = {"ParentReminder": operations.reference(ctx, name)}
    return Edit(wire, ("parentReminder",), needs=frozenset({name} if name else ()))


def _first(ctx: Context, former: Record, name: str, text: str) -> str:
    old = fields.blob(former, name)
    new = document.edit(old, text, ctx.replica) if old else document.fresh(text, ctx.replica)
    return to_base64(new)


def _done_fields(done: Done, now_ms: int) -> Wire:
    return {
        "Completed": operations.integer(done is not None),
        "CompletionDate": operations.timestamp(
            None if done is None else _completed_ms(done, now_ms)
        ),
    }


def _completed_ms(done: Completion, now_ms: int) -> int:
    """The instant of a completion; of a day that is not today in UTC, its noon there.

    Noon in UTC is on that same day from UTC-11 to UTC+11, and a completion is never later than
    now.
    """
    if done.at_ms is not None:
        return done.at_ms
    if done.day is None or done.day == datetime.fromtimestamp(now_ms / 1000, UTC).date():
        return now_ms
    return min(now_ms, _noon_ms(done.day))


def _same_done(there: Done, wanted: Done) -> bool:
    """Whether ``there`` (with an instant at most) already says what is wanted (a day at most)."""
    if there is None or wanted is None or there.at_ms is None:
        return (there is None) == (wanted is None)
    if wanted.at_ms is not None:
        return there.at_ms == wanted.at_ms
    # Somewhere on earth the instant is on that day: then the day says nothing new.
    return wanted.day is None or abs(there.at_ms - _noon_ms(wanted.day)) <= _HALF_DAY_ANYWHERE_MS


def _noon_ms(day: date) -> int:
    return int(datetime.combine(day, _NOON).timestamp()) * 1000
