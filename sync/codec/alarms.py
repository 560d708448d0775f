"""Decides what becomes of a reminder's date alarms when its due date changes.

The apps show the earliest alarm in place of the due date, and notify by alarms alone, so a timed
due date always has one and it moves along:

    due becomes      date alarms there           what happens
    timed            one or more at the old due  those move to the new moment
    timed            only at other moments       the first one moves
    timed            none                        an alarm and its trigger are created
    none             any                         all are removed
    all-day          any, the old was all-day    each moves by as many days
    all-day          any, the old was not        all are removed

Each date alarm that stays gets the nonce of the new due date, or devices drop it. Alarms of other
kinds, and records that nothing in ``AlarmIDs`` names, are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from store.model import AllDay, Due, Floating, Zoned
from sync.codec import fields, operations
from sync.codec.blob import Undecodable
from sync.codec.children import RemoteTrigger, decode_alarm, decode_trigger
from sync.codec.dates import components_from_due, fields_from_due
from sync.codec.operations import Context, Records, Wire
from sync.codec.reading import id_of, name_of

__all__ = ["UNCHANGED", "AlarmPlan", "follow_due", "new_date_alarm"]

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AlarmPlan:
    """``ids`` are the new ``AlarmIDs``, ``None`` if they stay; ``operations`` follow the update."""

    ids: tuple[str, ...] | None = None
    operations: tuple[Wire, ...] = ()
    creates: frozenset[str] = frozenset()


UNCHANGED = AlarmPlan()


@dataclass(frozen=True, slots=True)
class _DateAlarm:
    alarm: Record
    trigger: Record
    decoded: RemoteTrigger

    def moment(self, day: date | None) -> Due | None:
        return self.decoded.components.due(day) if self.decoded.components else None


def new_date_alarm(ctx: Context, reminder: str, due: Floating | Zoned, nonce: float) -> AlarmPlan:
    """An alarm at ``due`` for the reminder of that record name; ``ids`` is the new one's alone."""
    alarm_id, trigger_id = ctx.mint().upper(), ctx.mint().upper()
    alarm, trigger = f"Alarm/{alarm_id}", f"AlarmTrigger/{trigger_id}"
    alarm_fields = {
        "AlarmUID": operations.string(alarm_id),
        "TriggerID": operations.string(trigger_id),
        "Reminder": operations.reference(ctx, reminder),
        "DueDateResolutionTokenAsNonce": operations.double(nonce),
        "Imported": operations.integer(0),
        "Deleted": operations.integer(0),
    }
    trigger_fields = {
        "Type": operations.string("Date"),
        "Alarm": operations.reference(ctx, alarm),
        "DateComponentsData": operations.octets(components_from_due(due)),
        "Imported": operations.integer(0),
        "Deleted": operations.integer(0),
    }
    return AlarmPlan(
        ids=(alarm_id,),
        operations=(
            operations.create(alarm, alarm_fields, parent=reminder),
            operations.create(trigger, trigger_fields, parent=alarm),
        ),
        creates=frozenset({alarm, trigger}),
    )


def follow_due(
    ctx: Context, record: Record, records: Records, old: Due | None, new: Due | None, nonce: float
) -> AlarmPlan:
    """What has to happen to the alarms of the reminder ``record``, by the table above.

    Raises ``Undecodable`` where the alarm that would have to move cannot be read.
    """
    raw_ids = fields.strings(record, "AlarmIDs")
    there = _date_alarms(record, records, raw_ids)
    match old, new:
        case AllDay(before), AllDay(after):
            return AlarmPlan(operations=_shifted(there, after - before, nonce))
        case _, None | AllDay():
            return _removed(there, raw_ids)
        case _, Floating() | Zoned() if there:
            return AlarmPlan(operations=_moved(there, old, new, nonce))
        case _, Floating() | Zoned():
            made = new_date_alarm(ctx, name_of(record), new, nonce)
            return AlarmPlan((*raw_ids, *(made.ids or ())), made.operations, made.creates)


def _date_alarms(record: Record, records: Records, raw_ids: tuple[str, ...]) -> list[_DateAlarm]:
    """The live date alarms that the reminder names, in its order."""
    order = {fields.bare_id(raw): place for place, raw in enumerate(raw_ids)}
    found = []
    for alarm in records.alarms_of(id_of(record)):
        trigger = records.trigger_of(alarm)
        if trigger is None or id_of(alarm) not in order or decode_alarm(alarm).deleted:
            continue
        decoded = decode_trigger(trigger)
        if decoded.kind == "Date" and not decoded.deleted:
            found.append(_DateAlarm(alarm, trigger, decoded))
    return sorted(found, key=lambda each: order[id_of(each.alarm)])


def _removed(there: list[_DateAlarm], raw_ids: tuple[str, ...]) -> AlarmPlan:
    """Gone for good, the trigger first, for it refers to the alarm."""
    if not there:
        return UNCHANGED
    gone = {id_of(each.alarm) for each in there}
    deletions = [
        deletion
        for each in there
        for deletion in (
            operations.delete(each.trigger, "AlarmTrigger"),
            operations.delete(each.alarm, "Alarm"),
        )
    ]
    kept = tuple(raw for raw in raw_ids if fields.bare_id(raw) not in gone)
    return AlarmPlan(ids=kept, operations=tuple(deletions))


def _moved(
    there: list[_DateAlarm], old: Due | None, new: Floating | Zoned, nonce: float
) -> tuple[Wire, ...]:
    day = _day(old)
    moving = [each for each in there if old and _same_moment(each.moment(day), old)]
    if not moving:
        moving = [each for each in there if each.decoded.components is not None][:1]
    if not moving:
        raise Undecodable("the alarm of the due date cannot be read")
    return tuple(
        operation
        for each in there
        for operation in _rewritten(each, new if each in moving else None, nonce)
    )


def _shifted(there: list[_DateAlarm], by: timedelta, nonce: float) -> tuple[Wire, ...]:
    """Each alarm that names a full moment of its own moves; one with a time alone need not."""
    found: list[Wire] = []
    for each in there:
        match each.moment(None):
            case Floating(wall):
                found += _rewritten(each, Floating(_later(wall, by)), nonce)
            case Zoned(wall, zone):
                found += _rewritten(each, Zoned(_later(wall, by), zone), nonce)
            case _:
                found += _rewritten(each, None, nonce)
    return tuple(found)


def _later(wall: datetime, by: timedelta) -> datetime:
    try:
        return wall + by
    except OverflowError:
        raise Undecodable("the alarm of the due date would be out of range") from None


def _rewritten(each: _DateAlarm, to: Floating | Zoned | None, nonce: float) -> list[Wire]:
    """The alarm with its nonce, and its trigger where it has to move."""
    nonce_field = {"DueDateResolutionTokenAsNonce": operations.double(nonce)}
    changed = [operations.update(each.alarm, "Alarm", nonce_field)]
    if to is not None:
        data = {"DateComponentsData": operations.octets(components_from_due(to))}
        changed.append(operations.update(each.trigger, "AlarmTrigger", data))
    return changed


def _day(due: Due | None) -> date | None:
    match due:
        case None:
            return None
        case AllDay(day):
            return day
        case Floating(wall) | Zoned(wall):
            return wall.date()


def _same_moment(one: Due | None, other: Due) -> bool:
    """Whether both are at the same second; alarms say no smaller parts."""
    if one is None or isinstance(one, Zoned) != isinstance(other, Zoned):
        return False
    try:
        return fields_from_due(one)[0] // 1000 == fields_from_due(other)[0] // 1000
    except Undecodable:
        return False
