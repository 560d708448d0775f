"""Decides how one occurrence of a repeating reminder is completed, as the app does it.

Only the first open occurrence exists. Completing it moves the reminder itself on to the next one,
under its own identity, and leaves a completed copy behind; the service does neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from store.model import AllDay, Completion, Due, Field, Reminder, Rule
from sync.codec import fields, operations
from sync.codec.assemble import created, updated
from sync.codec.blob import Undecodable
from sync.codec.dates import fields_from_due
from sync.codec.edits import edit_of
from sync.codec.operations import Change, Context, Edit, Group, Rank, Records
from sync.codec.reading import id_of
from sync.codec.records import decode_reminder, due_of
from sync.codec.timing import due_edit

__all__ = ["complete_occurrence"]

Record = Mapping[str, Any]

_ADVANCED = frozenset({Field.DUE, Field.REPEAT})
_MILLISECOND = timedelta(milliseconds=1)


def complete_occurrence(
    ctx: Context,
    record: Record,
    records: Records,
    *,
    next_due: Due,
    next_repeat: Rule,
    copy_id: str,
    done_at_ms: int,
) -> Group:
    """Move ``record`` on to ``next_due``, and leave a copy that was done at ``done_at_ms``.

    One group, all or nothing. ``copy_id`` names the copy: sent twice, the second is refused as
    already existing, and where the copy is known already, or the reminder already is at
    ``next_due``, there is nothing to do; a copy that was deleted softly lives again. The copy has
    neither alarms nor rule nor tags; early reminders stay with the original, for they count from
    its due date, and its other alarms move along.

    Raises ``Undecodable`` where the reminder, its alarms or its rule cannot be read in full, and
    ``ValueError`` for one that is done, or due at no time, or has no change tag.
    """
    change = Change("complete-occurrence", id_of(record), _ADVANCED)
    old = due_of(record)
    if old is None:
        raise ValueError("a reminder without a due date has no occurrence to complete")
    there = records.get(f"Reminder/{copy_id}")
    if old == next_due or (there is not None and not fields.flag(there, "Deleted")):
        return Group((), Rank.UPDATE, change)
    last = decode_reminder(record).reminder()
    if last.opaque:
        raise Undecodable("a reminder that could not be read in full is not copied")
    if last.done is not None:
        raise ValueError("a reminder that is done has no occurrence to complete")
    done = replace(last, id=copy_id, done=Completion(at_ms=done_at_ms))
    copy = created(ctx, done, records, (), change, {})
    if there is not None:
        copy = _living_again(ctx, there, done, records, change)
    changes = {Field.DUE: next_due, Field.REPEAT: next_repeat}
    edits = [
        due_edit(ctx, record, changes, records, along=True),
        edit_of(ctx, record, Field.REPEAT, changes, records),
    ]
    edits.append(_start_edit(record, old, next_due))
    advance = updated(ctx, record, [edit for edit in edits if edit is not None], change)
    return Group(
        operations=(*copy.operations, *advance.operations),
        rank=Rank.UPDATE,
        change=change,
        creates=copy.creates | advance.creates,
        needs=copy.needs | advance.needs,
    )


def _living_again(
    ctx: Context, copy: Record, done: Reminder, records: Records, change: Change
) -> Group:
    """The copy that was deleted when the occurrence was taken back, completed anew."""
    edits = [Edit({"Deleted": operations.integer(0)}, ("deleted",))]
    ticked = edit_of(ctx, copy, Field.DONE, {Field.DONE: done.done}, records)
    return updated(ctx, copy, edits if ticked is None else [*edits, ticked], change)


def _start_edit(record: Record, old: Due, new: Due) -> Edit | None:
    """The start of the series' occurrence, which mirrors the due date or stays as far before it."""
    start_ms = fields.timestamp_ms(record, "StartDate")
    if start_ms is None:
        return None
    old_ms, new_ms = fields_from_due(old)[0], fields_from_due(new)[0]
    is_mirror = start_ms == old_ms
    # Otherwise it is the clock on the wall, which summer time does not move.
    by_ms = new_ms - old_ms if is_mirror else (_wall(new) - _wall(old)) // _MILLISECOND
    return Edit({"StartDate": operations.timestamp(start_ms + by_ms)}, ("startDate",))


def _wall(due: Due) -> datetime:
    return datetime.combine(due.day, time()) if isinstance(due, AllDay) else due.wall
