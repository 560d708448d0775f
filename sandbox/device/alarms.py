"""Reads the date alarms of a reminder, and keeps its own one on the due date when that moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sandbox.device import moment
from sandbox.device.moment import Moment
from sandbox.device.own import Copy, Json, Own
from sandbox.device.tokens import DUE_FIELDS

NONCE = "DueDateResolutionTokenAsNonce"
STALE = "date alarm dropped: stale nonce"

_TOLERANCE = 1e-3
"""Seconds; a nonce is a double of twelve digits before the point."""


@dataclass(frozen=True, slots=True)
class DateAlarm:
    """A date alarm as shown: `when` None if its trigger names no day or cannot be read."""

    alarm: Copy
    trigger: Copy
    when: Moment | None
    stale: bool
    """Its nonce does not match the due date's token: devices drop it."""

    @property
    def tied(self) -> bool:
        """Whether it belongs to the due date; one without a nonce stands on its own."""
        return bool(self.alarm.get(NONCE))


def due_of(reminder: Copy) -> Moment | None:
    """Return the due moment. Raises ValueError for an unknown time zone."""
    return moment.from_fields(
        reminder.get("DueDate"), reminder.get("AllDay"), reminder.get("TimeZone")
    )


def date_alarms(own: Own, reminder: Copy) -> Iterator[DateAlarm]:
    """Yield the date alarms that the reminder's AlarmIDs name and that exist."""
    ids = reminder.ids("AlarmIDs")
    if not ids:
        return
    day = _due_day(reminder)
    token = reminder.tokens.get("dueDate")
    for identity in ids:
        alarm = own.by_id("Alarm", identity)
        trigger = own.by_id("AlarmTrigger", str(alarm.get("TriggerID"))) if alarm else None
        if alarm is None or trigger is None or trigger.get("Type") != "Date":
            continue
        if alarm.get("Deleted") or trigger.get("Deleted"):
            continue
        nonce = alarm.get(NONCE)
        fits = token is not None and nonce and abs(nonce - token.nonce) < _TOLERANCE
        yield DateAlarm(alarm, trigger, _when(trigger, day), bool(nonce) and not fits)


def _due_day(reminder: Copy) -> datetime | None:
    try:
        due = due_of(reminder)
    except ValueError:
        return None
    return due.wall if due else None


def _when(trigger: Copy, day: datetime | None) -> Moment | None:
    try:
        return moment.from_components(trigger.get("DateComponentsData"), day)
    except ValueError:
        return None


def is_at(due: Moment | None, when: Moment | None) -> bool:
    """Tell whether two moments are the same: one instant, or one wall clock without two zones."""
    if due is None or when is None or due.all_day or when.all_day:
        return False
    if due.zone and when.zone:
        return due.millis // 1000 == when.millis // 1000
    return due.wall.replace(microsecond=0) == when.wall.replace(microsecond=0)


def own_alarms(found: Sequence[DateAlarm], *dues: Moment | None) -> list[DateAlarm]:
    """Return the date alarms that belong to a due date that is, or was, one of `dues`.

    Without any at such a moment, it is the first that has gone stale: somebody moved the due
    date and left its alarm behind.
    """
    tied = [alarm for alarm in found if alarm.tied]
    there = [alarm for alarm in tied if any(is_at(due, alarm.when) for due in dues)]
    return there or [alarm for alarm in tied if alarm.stale][:1]


def settle(own: Own, reminder: Copy, *before: Moment | None) -> None:
    """Make the due date's own alarm agree with it: one if it is timed, else none.

    `before` is what the due date was. Moves the alarm in place, raises the due tokens and writes
    the nonce of every alarm that is tied anew, since a raised token orphans those with the old.
    """
    due = due_of(reminder)
    found = list(date_alarms(own, reminder))
    mine = own_alarms(found, due, *before)
    kept = mine[:1] if due is not None and not due.all_day else []
    for extra in mine[len(kept) :]:
        own.doom(extra.trigger)
        own.doom(extra.alarm)
    lost = {extra.alarm.id for extra in mine[len(kept) :]}
    ids = [identity for identity in reminder.ids("AlarmIDs") if identity not in lost]
    tied = [other.alarm for other in found if other.tied and other.alarm.id not in lost]
    if due is not None and not due.all_day:
        if kept:
            own.write(kept[0].trigger, "DateComponentsData", moment.to_components(due))
        else:
            trigger = {"Type": "Date", "DateComponentsData": moment.to_components(due)}
            tied.append(create(own, reminder, trigger))
            ids.append(tied[-1].id)
    own.write(reminder, "AlarmIDs", ids)
    own.raise_tokens(reminder, DUE_FIELDS)
    for alarm in tied:
        own.write(alarm, NONCE, reminder.tokens["dueDate"].nonce)


def create(own: Own, reminder: Copy, trigger: Json) -> Copy:
    """Make an alarm that `trigger` sets off; the reminder does not name it yet."""
    identity, other = own.mint(), own.mint()
    links: Json = {"AlarmUID": identity, "TriggerID": other, "Reminder": reminder.name}
    state: Json = {"Imported": 0, "Deleted": 0}
    alarm = own.add("Alarm", {**links, **state}, reminder.name, f"Alarm/{identity}")
    fields = {**trigger, "Alarm": alarm.name, **state}
    own.add("AlarmTrigger", fields, alarm.name, f"AlarmTrigger/{other}")
    return alarm


def belongings(own: Own, reminder: Copy) -> Iterator[Copy]:
    """Yield alarms and triggers of a reminder that have unsent edits or deletions."""
    for name in sorted(own.pending):
        copy = own.copies.get(name)
        if copy is None or copy.type not in ("Alarm", "AlarmTrigger"):
            continue
        alarm = own.copies.get(copy.get("Alarm") or copy.name)
        if alarm is not None and alarm.get("Reminder") == reminder.name:
            yield copy
