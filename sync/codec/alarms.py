"""Decides which alarm records are made, moved and removed when a due date or the alarms change.

The apps show the earliest alarm in place of the due date, and notify by alarms alone, so a timed
due date always has one of its own: the date alarm at its moment. All others say something
themselves, and what is wanted of them is a set of values.

    due becomes      its own alarm there         what happens to it
    timed            yes, or one at the new due  it moves to the new moment
    timed            no                          an alarm and its trigger are created
    none, all-day    yes                         it is removed

    another alarm is                             what happens to it
    wanted, or not known to be unwanted          it stays; ``along``: it moves by as much
    not wanted                                   it is removed

Each date alarm that stays while the token of the due date rises gets the nonce of the new one, or
devices drop it. Alarms of other kinds, those that cannot be read, and records that nothing in
``AlarmIDs`` names are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from store.model import Alarm, AllDay, AtTime, Due, Floating, Place, Zoned
from sync.codec import fields, operations
from sync.codec.blob import Undecodable
from sync.codec.children import RemoteTrigger, decode_alarm, decode_trigger
from sync.codec.dates import components_from_due
from sync.codec.operations import Context, Records, Wire
from sync.codec.places import place_fields
from sync.codec.reading import id_of, name_of
from sync.core.alarms import day_of, is_at

__all__ = ["AlarmPlan", "Wanted", "alarm_plan", "first_alarms"]

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AlarmPlan:
    """``ids`` are the new ``AlarmIDs``, ``None`` if they stay; ``operations`` follow the update."""

    ids: tuple[str, ...] | None = None
    operations: tuple[Wire, ...] = ()
    creates: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What shall be: the due date was ``old`` and becomes ``new``, ``nonce`` is that of its token.

    ``extras`` are the alarms that shall be there beside its own, ``None`` for those that are;
    ``along``: they move with it, for the whole series goes on.
    """

    old: Due | None
    new: Due | None
    nonce: float
    extras: frozenset[Alarm] | None = None
    along: bool = False


@dataclass(frozen=True, slots=True)
class _There:
    """A live alarm with its trigger; ``says`` is the alarm as a value, if it can be said."""

    alarm: Record
    trigger: Record
    decoded: RemoteTrigger
    says: AtTime | Place | None

    @property
    def is_dated(self) -> bool:
        return self.decoded.kind == "Date"

    def is_at(self, due: Due | None) -> bool:
        return isinstance(self.says, AtTime) and is_at(due, self.says.at)


def first_alarms(
    ctx: Context, reminder: str, due: Due | None, extras: frozenset[Alarm], nonce: float
) -> AlarmPlan:
    """The alarms of a new reminder of that record name: its due date's own, and ``extras``."""
    alarms: list[Alarm] = [AtTime(due)] if isinstance(due, Floating | Zoned) else []
    return _made(ctx, reminder, [*alarms, *_in_order(extras)], nonce)


def alarm_plan(ctx: Context, record: Record, records: Records, wanted: Wanted) -> AlarmPlan:
    """What has to happen to the alarms of the reminder ``record``, by the tables above.

    Raises ``Undecodable`` where the alarm that would have to move cannot be read.
    """
    raw_ids = fields.strings(record, "AlarmIDs")
    there = _live_alarms(record, records, raw_ids, wanted.old)
    own = _own(there, wanted)
    unwanted = [each for each in there if each not in own and _is_unwanted(each, wanted)]
    is_timed = isinstance(wanted.new, Floating | Zoned)
    gone = unwanted if is_timed else [*own, *unwanted]
    said = {each.says for each in there if each not in own}
    new: list[Alarm] = _in_order((wanted.extras or frozenset()) - said)
    if wanted.old != wanted.new and isinstance(wanted.new, Floating | Zoned) and not own:
        if any(each.is_dated and each.decoded.components is None for each in there):
            raise Undecodable("the alarm of the due date cannot be read")
        new.insert(0, AtTime(wanted.new))
    made = _made(ctx, name_of(record), new, wanted.nonce)
    changed = [operation for each in there for operation in _change(each, own, gone, wanted)]
    if not gone and not new:
        return AlarmPlan(operations=tuple(changed))
    lost = {id_of(each.alarm) for each in gone}
    kept = tuple(raw for raw in raw_ids if fields.bare_id(raw) not in lost)
    return AlarmPlan(
        ids=(*kept, *(made.ids or ())),
        operations=(*made.operations, *changed),
        creates=made.creates,
    )


def _live_alarms(
    record: Record, records: Records, raw_ids: Sequence[str], due: Due | None
) -> list[_There]:
    """The live alarms that the reminder names, in its order, each with its trigger."""
    order = {fields.bare_id(raw): place for place, raw in enumerate(raw_ids)}
    found = []
    for alarm in records.alarms_of(id_of(record)):
        trigger = records.trigger_of(alarm)
        if trigger is None or id_of(alarm) not in order or decode_alarm(alarm).deleted:
            continue
        decoded = decode_trigger(trigger)
        if not decoded.deleted:
            found.append(_There(alarm, trigger, decoded, decoded.alarm(day_of(due))))
    return sorted(found, key=lambda each: order[id_of(each.alarm)])


def _own(there: Sequence[_There], wanted: Wanted) -> list[_There]:
    """The alarms that belong to the due date; else those that already are where it goes."""
    own = [each for each in there if each.is_at(wanted.old)]
    return own or [each for each in there if each.is_at(wanted.new)]


def _is_unwanted(each: _There, wanted: Wanted) -> bool:
    return wanted.extras is not None and each.says is not None and each.says not in wanted.extras


def _change(
    each: _There, own: Sequence[_There], gone: Sequence[_There], wanted: Wanted
) -> list[Wire]:
    """What happens to one alarm that is there."""
    if each in gone:  # for good, the trigger first, for it refers to the alarm
        return [
            operations.delete(each.trigger, "AlarmTrigger"),
            operations.delete(each.alarm, "Alarm"),
        ]
    if wanted.old == wanted.new or not each.is_dated:
        return []
    nonce = {"DueDateResolutionTokenAsNonce": operations.double(wanted.nonce)}
    changed = [operations.update(each.alarm, "Alarm", nonce)]
    to = wanted.new if each in own else _shifted(each, wanted)
    if isinstance(to, Floating | Zoned):
        data = {"DateComponentsData": operations.octets(components_from_due(to))}
        changed.append(operations.update(each.trigger, "AlarmTrigger", data))
    return changed


def _shifted(each: _There, wanted: Wanted) -> Floating | Zoned | None:
    """Where an alarm goes that moves along; one with a time alone need not."""
    at = each.decoded.alarm(None)
    if not wanted.along or wanted.old is None or wanted.new is None or not isinstance(at, AtTime):
        return None
    by = _wall(wanted.new) - _wall(wanted.old)
    match at.at:
        case Floating(wall):
            return Floating(_later(wall, by))
        case Zoned(wall, zone):
            return Zoned(_later(wall, by), zone)


def _later(wall: datetime, by: timedelta) -> datetime:
    try:
        return wall + by
    except OverflowError:
        raise Undecodable("the alarm of the due date would be out of range") from None


def _made(ctx: Context, reminder: str, alarms: Sequence[Alarm], nonce: float) -> AlarmPlan:
    """The creation of ``alarms`` for the reminder of that record name."""
    plans = [_new(ctx, reminder, alarm, nonce) for alarm in alarms]
    return AlarmPlan(
        ids=tuple(id for plan in plans for id in plan.ids or ()),
        operations=tuple(operation for plan in plans for operation in plan.operations),
        creates=frozenset().union(*(plan.creates for plan in plans)),
    )


def _new(ctx: Context, reminder: str, said: Alarm, nonce: float) -> AlarmPlan:
    alarm_id, trigger_id = ctx.mint().upper(), ctx.mint().upper()
    alarm, trigger = f"Alarm/{alarm_id}", f"AlarmTrigger/{trigger_id}"
    alarm_fields = {
        "AlarmUID": operations.string(alarm_id),
        "TriggerID": operations.string(trigger_id),
        "Reminder": operations.reference(ctx, reminder),
    }
    if isinstance(said, AtTime):
        # An alarm by place has none, as the apps write it: nothing ties it to the due date.
        alarm_fields["DueDateResolutionTokenAsNonce"] = operations.double(nonce)
    links = {"Imported": operations.integer(0), "Deleted": operations.integer(0)}
    where = {**_trigger_fields(ctx, said), "Alarm": operations.reference(ctx, alarm)}
    return AlarmPlan(
        ids=(alarm_id,),
        operations=(
            operations.create(alarm, {**alarm_fields, **links}, parent=reminder),
            operations.create(trigger, {**where, **links}, parent=alarm),
        ),
        creates=frozenset({alarm, trigger}),
    )


def _trigger_fields(ctx: Context, said: Alarm) -> Wire:
    match said:
        case AtTime(at):
            return {
                "Type": operations.string("Date"),
                "DateComponentsData": operations.octets(components_from_due(at)),
            }
        case Place():
            return place_fields(said, ctx.mint().upper())
        case _:
            raise ValueError("an early reminder has no alarm of its own")


def _in_order(alarms: frozenset[Alarm]) -> list[Alarm]:
    return sorted(alarms, key=repr)


def _wall(due: Due) -> datetime:
    return datetime.combine(due.day, time()) if isinstance(due, AllDay) else due.wall
