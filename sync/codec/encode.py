"""Turns wanted changes of reminders and lists into groups of operations that reach devices.

What makes a write reach them: texts are edited within their document, the resolution token of
every field that changes is raised and no other, a timed due date has its alarm, an update carries
the change tag of what was seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from store.model import Field, Floating, Reminder, Value, Zoned
from sync.codec import fields, operations, tokens
from sync.codec.alarms import UNCHANGED, new_date_alarm
from sync.codec.blob import Undecodable
from sync.codec.edits import edit_of, first_fields
from sync.codec.lists import create_list, delete_list, move_list, rename_list
from sync.codec.operations import Change, Context, Group, NoRecords, Rank, Records, Wire
from sync.codec.reading import id_of

__all__ = [
    "Change",
    "Context",
    "Group",
    "NoRecords",
    "Rank",
    "Records",
    "create_list",
    "create_reminder",
    "delete_list",
    "delete_reminder",
    "move_list",
    "rename_list",
    "undelete_reminder",
    "update_reminder",
]

Record = Mapping[str, Any]

_FIRST_KEYS = (
    *("allDay", "completed", "completionDate", "creationDate", "deleted", "dueDate", "flagged"),
    *("list", "notesDocument", "parentReminder", "priority", "timeZone", "titleDocument"),
)
_NO_RECORDS = NoRecords()


def create_reminder(ctx: Context, reminder: Reminder, records: Records = _NO_RECORDS) -> Group:
    """The reminder with every field that devices expect, and the alarm of a timed due date.

    Raises ``Undecodable`` for a reminder with fields that could not be read, ``ValueError`` for
    text that no document can carry.
    """
    if reminder.opaque:
        raise Undecodable("a reminder that could not be read in full is not created anew")
    name = f"Reminder/{reminder.id}"
    in_list = operations.record_name("List", reminder.list, records)
    parent = reminder.parent and operations.record_name("Reminder", reminder.parent, records)
    is_timed = isinstance(reminder.due, Floating | Zoned)
    keys = (*_FIRST_KEYS, "alarmIDs") if is_timed else _FIRST_KEYS
    map_json = tokens.bump(None, keys, ctx.now_ms / 1000, ctx.replica_id)
    plan = UNCHANGED
    if isinstance(reminder.due, Floating | Zoned):
        plan = new_date_alarm(ctx, name, reminder.due, tokens.nonce(map_json))
    wire = {
        **first_fields(ctx, reminder),
        "List": operations.reference(ctx, in_list),
        "ResolutionTokenMap": operations.string(map_json),
    }
    if plan.ids:
        wire["AlarmIDs"] = operations.strings(plan.ids)
    if parent:
        wire["ParentReminder"] = operations.reference(ctx, parent)
    return Group(
        operations=(operations.create(name, wire, parent=in_list), *plan.operations),
        rank=Rank.SUBTASK if parent else Rank.REMINDER,
        change=Change("create", reminder.id, frozenset(Field)),
        creates=frozenset({name}) | plan.creates,
        needs=frozenset({in_list, parent} if parent else {in_list}),
    )


def update_reminder(
    ctx: Context, record: Record, changes: Mapping[Field, Value], records: Records
) -> Group:
    """The update that brings ``record``, as last seen, to the values in ``changes``.

    Fields that already have their value are left out; with none left the group has no operations.
    Raises ``Undecodable`` where what is there cannot be read and so must not be written over, and
    ``ValueError`` for a value that its field cannot hold or a record without a change tag.
    """
    edits = [
        edit
        for name in Field
        if name in changes
        and (edit := edit_of(ctx, record, name, changes[name], records)) is not None
    ]
    change = Change("update", id_of(record), frozenset(changes))
    if not edits:
        return Group((), Rank.UPDATE, change)
    wire: Wire = {}
    keys: list[str] = []
    for edit in edits:
        wire |= edit.fields
        keys += edit.keys
    parent = next((edit.parent for edit in edits if edit.parent is not None), None)
    follow_ups = [operation for edit in edits for operation in edit.alarms.operations]
    return Group(
        operations=(_updated(ctx, record, wire, keys, parent), *follow_ups),
        rank=Rank.UPDATE,
        change=change,
        creates=frozenset().union(*(edit.alarms.creates for edit in edits)),
        needs=frozenset().union(*(edit.needs for edit in edits)),
    )


def delete_reminder(ctx: Context, record: Record) -> Group:
    """The soft deletion that the apps make: it can be taken back for some weeks."""
    is_subtask = fields.reference(record, "ParentReminder") is not None
    rank = Rank.DELETE_SUBTASK if is_subtask else Rank.DELETE_REMINDER
    return _marked(ctx, record, "delete", rank)


def undelete_reminder(ctx: Context, record: Record) -> Group:
    """Take a soft deletion back."""
    return _marked(ctx, record, "undelete", Rank.UPDATE)


def _marked(ctx: Context, record: Record, kind: str, rank: Rank) -> Group:
    change = Change(kind, id_of(record))
    wanted = kind == "delete"
    if fields.flag(record, "Deleted") == wanted:
        return Group((), rank, change)
    wire = {"Deleted": operations.integer(wanted)}
    return Group((_updated(ctx, record, wire, ["deleted"], None),), rank, change)


def _updated(ctx: Context, record: Record, wire: Wire, keys: list[str], parent: str | None) -> Wire:
    """The update of a reminder, with what every update carries."""
    old = fields.text(record, "ResolutionTokenMap")
    common = {
        "LastModifiedDate": operations.timestamp(ctx.now_ms),
        "ResolutionTokenMap": operations.token_map(ctx, old, keys),
    }
    return operations.update(record, "Reminder", wire | common, parent)
