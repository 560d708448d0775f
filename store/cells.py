"""Turns decoded rows into the cells of their tables, and back.

What SQL cannot hold must not stop a page: a lone surrogate in a title, note or name becomes
U+FFFD, a number beyond 64 bits is unknown. An opaque title or note is NULL, read as its default.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from store.model import Field, Priority
from store.raw import dumps, loads
from store.rows import (
    AlarmRow,
    AttachmentRow,
    DecodedRow,
    Kind,
    ListRow,
    ReminderRow,
    RuleRow,
    TagRow,
)
from store.values import from_json, iso, to_json

__all__ = [
    "COLUMNS",
    "Cells",
    "alarm_from",
    "attachment_from",
    "cells_of",
    "kind_and_subject",
    "list_from",
    "reminder_from",
    "rule_from",
    "tag_from",
]

Cells = Sequence[Any]

COLUMNS: dict[Kind, tuple[str, ...]] = {
    "reminder": (
        *("record_name", "id", "change_tag", "deleted", "title", "notes", "done"),
        *("completed_at_ms", "due", "priority", "flagged", "list_id", "parent_id", "recurring"),
        *("created_ms", "modified_ms", "opaque", "problems", "tag_ids", "attachment_ids"),
        *("rule_ids", "due_iso"),
    ),
    "list": (
        *("record_name", "id", "change_tag", "deleted", "name", "is_group", "group_id"),
        *("reminder_order", "color", "read_only", "problems"),
    ),
    "alarm": (
        *("record_name", "id", "reminder_id", "trigger_id", "trigger_kind", "at", "nonce"),
        "deleted",
    ),
    "tag": ("record_name", "id", "reminder_id", "name"),
    "attachment": (
        *("record_name", "id", "reminder_id", "kind", "url", "uti", "file_name", "file_size"),
        *("width", "height", "deleted"),
    ),
    "rule": (
        *("record_name", "id", "reminder_id", "frequency", "interval", "count", "until_ms"),
        *("other", "deleted"),
    ),
}
"""The columns of each kind's table, which has the kind's name; the record's name is the first."""


def kind_and_subject(row: DecodedRow | None) -> tuple[Kind, str | None]:
    """What a decoded row is, and the id of the reminder or list that it tells about."""
    match row:
        case ReminderRow():
            return "reminder", row.id
        case ListRow():
            return "list", row.id
        case AlarmRow():
            return "alarm", row.reminder_id
        case TagRow():
            return "tag", row.reminder_id
        case AttachmentRow():
            return "attachment", row.reminder_id
        case RuleRow():
            return "rule", row.reminder_id
        case None:
            return "other", None


def cells_of(name: str, row: DecodedRow) -> Cells:
    """The cells of ``row``, decoded from the record ``name``, as ``COLUMNS`` orders them."""
    match row:
        case ReminderRow():
            return _reminder(name, row)
        case ListRow():
            return _list(name, row)
        case AlarmRow():
            return _alarm(name, row)
        case TagRow():
            return name, row.id, row.reminder_id, _text(row.name)
        case AttachmentRow():
            return _attachment(name, row)
        case RuleRow():
            return _rule(name, row)


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _some_text(text: str | None) -> str | None:
    return None if text is None else _text(text)


def _whole(number: int | None) -> int | None:
    return number if number is not None and -(2**63) <= number < 2**63 else None


def _ids(ids: tuple[str, ...]) -> str:
    return dumps(ids).decode() if ids else _NO_IDS


def _ids_from(text: str) -> tuple[str, ...]:
    return () if text == _NO_IDS else tuple(loads(text))


_NO_IDS = "[]"


def _reminder(name: str, row: ReminderRow) -> Cells:
    return (
        name,
        row.id,
        row.change_tag,
        row.deleted,
        None if Field.TITLE in row.opaque else _text(row.title),
        None if Field.NOTES in row.opaque else _text(row.notes),
        row.done,
        _whole(row.completed_at_ms),
        None if row.due is None else to_json(row.due),
        row.priority.value,
        row.flagged,
        row.list_id,
        row.parent_id,
        row.recurring,
        _whole(row.created_ms),
        _whole(row.modified_ms),
        ",".join(sorted(row.opaque)),
        row.problems,
        _ids(row.tag_ids),
        _ids(row.attachment_ids),
        _ids(row.rule_ids),
        iso(row.due),
    )


def reminder_from(cells: Cells) -> ReminderRow:
    """The reminder that ``cells`` hold."""
    due: Any = None if cells[8] is None else from_json(Field.DUE, cells[8])
    return ReminderRow(
        record_name=cells[0],
        id=cells[1],
        change_tag=cells[2],
        deleted=bool(cells[3]),
        title=cells[4] or "",
        notes=cells[5] or "",
        done=bool(cells[6]),
        completed_at_ms=cells[7],
        due=due,
        priority=Priority(cells[9]),
        flagged=bool(cells[10]),
        list_id=cells[11],
        parent_id=cells[12],
        recurring=bool(cells[13]),
        created_ms=cells[14],
        modified_ms=cells[15],
        opaque=frozenset(map(Field, cells[16].split(","))) if cells[16] else frozenset(),
        problems=cells[17],
        tag_ids=_ids_from(cells[18]),
        attachment_ids=_ids_from(cells[19]),
        rule_ids=_ids_from(cells[20]),
    )


def _list(name: str, row: ListRow) -> Cells:
    return (
        name,
        row.id,
        row.change_tag,
        row.deleted,
        _text(row.name),
        row.is_group,
        row.group_id,
        dumps(row.order).decode(),
        row.color,
        row.read_only,
        row.problems,
    )


def list_from(cells: Cells) -> ListRow:
    """The list or group that ``cells`` hold."""
    return ListRow(
        record_name=cells[0],
        id=cells[1],
        change_tag=cells[2],
        deleted=bool(cells[3]),
        name=cells[4],
        is_group=bool(cells[5]),
        group_id=cells[6],
        order=tuple(loads(cells[7])),
        color=cells[8],
        read_only=bool(cells[9]),
        problems=cells[10],
    )


def _alarm(name: str, row: AlarmRow) -> Cells:
    return (
        name,
        row.id,
        row.reminder_id,
        row.trigger_id,
        row.trigger_kind,
        row.at,
        row.nonce,
        row.deleted,
    )


def alarm_from(cells: Cells) -> AlarmRow:
    """The alarm that ``cells`` hold."""
    return AlarmRow(
        record_name=cells[0],
        id=cells[1],
        reminder_id=cells[2],
        trigger_id=cells[3],
        trigger_kind=cells[4],
        at=cells[5],
        nonce=cells[6],
        deleted=bool(cells[7]),
    )


def tag_from(cells: Cells) -> TagRow:
    """The hashtag that ``cells`` hold."""
    return TagRow(record_name=cells[0], id=cells[1], reminder_id=cells[2], name=cells[3])


def _attachment(name: str, row: AttachmentRow) -> Cells:
    return (
        name,
        row.id,
        row.reminder_id,
        _text(row.kind),
        _some_text(row.url),
        _some_text(row.uti),
        _some_text(row.file_name),
        _whole(row.file_size),
        _whole(row.width),
        _whole(row.height),
        row.deleted,
    )


def attachment_from(cells: Cells) -> AttachmentRow:
    """The attachment that ``cells`` hold."""
    return AttachmentRow(
        record_name=cells[0],
        id=cells[1],
        reminder_id=cells[2],
        kind=cells[3],
        url=cells[4],
        uti=cells[5],
        file_name=cells[6],
        file_size=cells[7],
        width=cells[8],
        height=cells[9],
        deleted=bool(cells[10]),
    )


def _rule(name: str, row: RuleRow) -> Cells:
    numbers = (row.frequency, row.interval, row.count, row.until_ms)
    whole = _whole(row.interval)
    return (
        name,
        row.id,
        row.reminder_id,
        _whole(row.frequency),
        1 if whole is None else whole,
        _whole(row.count),
        _whole(row.until_ms),
        # A rule of which a part did not fit is not understood either.
        row.other or any(number != _whole(number) for number in numbers),
        row.deleted,
    )


def rule_from(cells: Cells) -> RuleRow:
    """The recurrence rule that ``cells`` hold."""
    return RuleRow(
        record_name=cells[0],
        id=cells[1],
        reminder_id=cells[2],
        frequency=cells[3],
        interval=cells[4],
        count=cells[5],
        until_ms=cells[6],
        other=bool(cells[7]),
        deleted=bool(cells[8]),
    )
