"""Puts the edits of one reminder together: one operation of its own, and those around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from store.model import Reminder
from sync.codec import fields, operations
from sync.codec.edits import first_fields
from sync.codec.operations import Change, Context, Edit, Group, Rank, Records, Wire

__all__ = ["created", "updated"]

Record = Mapping[str, Any]

_FIRST_KEYS = (
    *("allDay", "completed", "completionDate", "creationDate", "deleted", "dueDate", "flagged"),
    *("list", "notesDocument", "parentReminder", "priority", "timeZone", "titleDocument"),
)


def created(
    ctx: Context,
    reminder: Reminder,
    records: Records,
    edits: Sequence[Edit],
    change: Change,
    former: Record,
) -> Group:
    """The creation of the reminder, with ``edits`` for what hangs on it.

    It goes before all that hangs on it, a rule too: what is referred to comes first. ``former`` is
    what was there under its name before: its texts and tokens go on.
    """
    name = f"Reminder/{reminder.id}"
    in_list = operations.record_name("List", reminder.list, records)
    parent = reminder.parent and operations.record_name("Reminder", reminder.parent, records)
    keys = (*_FIRST_KEYS, *(key for edit in edits for key in edit.keys))
    wire: Wire = {
        **first_fields(ctx, reminder, former),
        "List": operations.reference(ctx, in_list),
        "ResolutionTokenMap": operations.token_map(
            ctx, fields.text(former, "ResolutionTokenMap"), keys
        ),
    }
    if parent:
        wire["ParentReminder"] = operations.reference(ctx, parent)
    for edit in edits:
        wire |= edit.fields
    return Group(
        operations=(
            operations.create(name, wire, parent=in_list),
            *(operation for edit in edits for operation in (*edit.before, *edit.after)),
        ),
        rank=Rank.SUBTASK if parent else Rank.REMINDER,
        change=change,
        creates=frozenset({name}).union(*(edit.creates for edit in edits)),
        needs=frozenset({in_list, parent} if parent else {in_list}),
    )


def updated(ctx: Context, record: Record, edits: Sequence[Edit], change: Change) -> Group:
    """The update of the reminder ``record``, with what every update carries."""
    wire: Wire = {}
    for edit in edits:
        wire |= edit.fields
    old = fields.text(record, "ResolutionTokenMap")
    wire["LastModifiedDate"] = operations.timestamp(ctx.now_ms)
    wire["ResolutionTokenMap"] = operations.token_map(
        ctx, old, [key for edit in edits for key in edit.keys]
    )
    parent = next((edit.parent for edit in edits if edit.parent is not None), None)
    return Group(
        operations=(
            *(operation for edit in edits for operation in edit.before),
            operations.update(record, "Reminder", wire, parent),
            *(operation for edit in edits for operation in edit.after),
        ),
        rank=Rank.UPDATE,
        change=change,
        creates=frozenset().union(*(edit.creates for edit in edits)),
        needs=frozenset().union(*(edit.needs for edit in edits)),
    )
