"""Decides what a change of the due date and of the alarms writes: they share ids and a nonce."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from store.model import Alarm, AllDay, Due, Early, Field, Floating, Reminder, Value, Zoned
from sync.codec import fields, operations, tokens
from sync.codec.alarms import AlarmPlan, Wanted, alarm_plan, first_alarms
from sync.codec.dates import fields_from_due
from sync.codec.early import early_edit, first_early
from sync.codec.operations import Context, Edit, Records, Wire
from sync.codec.records import due_of

__all__ = ["alarms_edit", "due_edit", "due_fields", "first_alarms_edit"]

Record = Mapping[str, Any]

_DUE_KEYS = ("dueDate", "timeZone", "allDay")


def due_edit(
    ctx: Context,
    record: Record,
    changes: Mapping[Field, Value],
    records: Records,
    *,
    along: bool = False,
) -> Edit | None:
    """The three fields together, and the alarms, whose nonce is that of the raised token.

    ``along``: the alarms move by as much. Those that ``changes`` want are seen to here.
    """
    old, due = due_of(record), _new_due(record, changes)
    if old == due:
        return None
    old_map = fields.text(record, "ResolutionTokenMap")
    raised = tokens.bump(old_map, _DUE_KEYS, ctx.now_ms / 1000, ctx.replica_id)
    wanted = Wanted(old, due, tokens.nonce(raised), _extras(changes), along)
    plan = alarm_plan(ctx, record, records, wanted)
    return _with_alarms(Edit(due_fields(due), _DUE_KEYS), plan)


def alarms_edit(
    ctx: Context, record: Record, changes: Mapping[Field, Value], records: Records
) -> Edit | None:
    """The alarms that ``changes`` want, beside the due date's own; early ones are a field."""
    value = changes[Field.ALARMS]
    assert isinstance(value, frozenset)
    early = early_edit(ctx, record, _early(value), records)
    due = due_of(record)
    if due != _new_due(record, changes):
        return early  # the rest goes with the due date
    nonce = tokens.nonce(fields.text(record, "ResolutionTokenMap"))
    wanted = Wanted(due, due, nonce, _extras(changes))
    plan = alarm_plan(ctx, record, records, wanted)
    return early if plan.ids is None else _with_alarms(early or Edit(), plan)


def first_alarms_edit(ctx: Context, reminder: Reminder, records: Records, former: Record) -> Edit:
    """The alarms of a new reminder, its due date's own among them.

    ``former`` is what was there under its name before, whose tokens go on.
    """
    old_map = fields.text(former, "ResolutionTokenMap")
    first_map = tokens.bump(old_map, ("dueDate",), ctx.now_ms / 1000, ctx.replica_id)
    name, extras = f"Reminder/{reminder.id}", reminder.alarms - _early(reminder.alarms)
    plan = first_alarms(ctx, name, reminder.due, extras, tokens.nonce(first_map))
    early = first_early(ctx, reminder.id, _early(reminder.alarms), records)
    return _with_alarms(early, plan) if plan.ids else early


def due_fields(due: Due | None) -> Wire:
    """The three fields of a due date."""
    due_ms, all_day, zone = (None, False, None) if due is None else fields_from_due(due)
    return {
        "DueDate": operations.timestamp(due_ms),
        "TimeZone": operations.string(zone),
        "AllDay": operations.integer(all_day),
    }


def _with_alarms(edit: Edit, plan: AlarmPlan) -> Edit:
    whole = replace(edit, after=plan.operations, creates=plan.creates)
    if plan.ids is None:
        return whole
    wire = {**edit.fields, "AlarmIDs": operations.strings(plan.ids)}
    return replace(whole, fields=wire, keys=(*edit.keys, "alarmIDs"))


def _new_due(record: Record, changes: Mapping[Field, Value]) -> Due | None:
    value = changes[Field.DUE] if Field.DUE in changes else due_of(record)
    return value if isinstance(value, AllDay | Floating | Zoned) else None


def _extras(changes: Mapping[Field, Value]) -> frozenset[Alarm] | None:
    """The wanted alarms that have records, ``None`` where nothing is wanted of them."""
    value = changes.get(Field.ALARMS)
    if not isinstance(value, frozenset):
        return None
    return frozenset(one for one in value if not isinstance(one, str | Early))


def _early(value: frozenset[Any]) -> frozenset[Early]:
    return frozenset(one for one in value if isinstance(one, Early))
