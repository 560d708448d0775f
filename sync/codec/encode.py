"""Turns wanted changes of reminders and lists into groups of operations that reach devices.

What makes a write reach them: texts are edited within their document, the resolution token of
every field that changes is raised and no other, a timed due date has its alarm, what hangs on a
reminder changes together with it, an update carries the change tag of what was seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from store.model import Field, Reminder, Value
from sync.codec import fields, operations
from sync.codec.assemble import created, updated
from sync.codec.attached import LINKS, TAGS, first_repeat, first_set
from sync.codec.blob import Undecodable
from sync.codec.edits import edit_of
from sync.codec.lists import create_list, delete_list, undelete_list, update_list
from sync.codec.occurrence import complete_occurrence
from sync.codec.operations import Change, Context, Edit, Group, NoRecords, Rank, Records
from sync.codec.reading import id_of
from sync.codec.timing import first_alarms_edit

__all__ = [
    "Change",
    "Context",
    "Group",
    "NoRecords",
    "Rank",
    "Records",
    "complete_occurrence",
    "create_list",
    "create_reminder",
    "delete_list",
    "delete_reminder",
    "undelete_list",
    "undelete_reminder",
    "update_list",
    "update_reminder",
]

Record = Mapping[str, Any]

_NO_RECORDS = NoRecords()
_NO_RECORD: Record = MappingProxyType({})


def create_reminder(
    ctx: Context,
    reminder: Reminder,
    records: Records = _NO_RECORDS,
    former: Record = _NO_RECORD,
) -> Group:
    """The reminder with all that devices expect: its tags, links, rule and alarms.

    ``former`` is the record of that name that is gone for good, if there was one. A device that
    missed its end takes this for a change of what it holds: a text made afresh would be merged
    into the old one, so that both are read, and tokens made afresh would lose against the old.

    Raises ``Undecodable`` for a reminder with fields that could not be read and for a repetition
    that is no ``Rule``, ``ValueError`` for text that no record can carry.
    """
    if reminder.opaque:
        raise Undecodable("a reminder that could not be read in full is not created anew")
    try:
        return _created(ctx, reminder, records, former)
    except Undecodable:  # what nobody can read any more is no base to go on from
        return _created(ctx, reminder, records, _NO_RECORD)


def _created(ctx: Context, reminder: Reminder, records: Records, former: Record) -> Group:
    name = f"Reminder/{reminder.id}"
    edits = (
        first_alarms_edit(ctx, reminder, records, former),
        first_set(ctx, name, TAGS, reminder.tags),
        first_set(ctx, name, LINKS, reminder.urls),
        first_repeat(ctx, name, reminder.repeat, reminder.due),
    )
    change = Change("create", reminder.id, frozenset(Field))
    return created(ctx, reminder, records, edits, change, former)


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
        if name in changes and (edit := edit_of(ctx, record, name, changes, records)) is not None
    ]
    change = Change("update", id_of(record), frozenset(changes))
    return updated(ctx, record, edits, change) if edits else Group((), Rank.UPDATE, change)


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
    edit = Edit({"Deleted": operations.integer(wanted)}, ("deleted",))
    return replace(updated(ctx, record, [edit], change), rank=rank)
