"""Reads the date alarms of a reminder, and keeps them on its due date when the phone edits it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.device import moment
from sandbox.device.moment import Moment
from sandbox.device.own import Copy, Own
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
    token = reminder.tokens.get("dueDate") if ids else None
    for identity in ids:
        alarm = own.by_id("Alarm", identity)
        trigger = own.by_id("AlarmTrigger", str(alarm.get("TriggerID"))) if alarm else None
        if alarm is None or trigger is None or trigger.get("Type") != "Date":
            continue
        if alarm.get("Deleted") or trigger.get("Deleted"):
            continue
        nonce = alarm.get(NONCE)
        fits = token is not None and nonce and abs(nonce - token.nonce) < _TOLERANCE
        yield DateAlarm(alarm, trigger, _when(trigger), bool(nonce) and not fits)


def _when(trigger: Copy) -> Moment | None:
    try:
        return moment.from_components(trigger.get("DateComponentsData"))
    except ValueError:
        return None


def settle(own: Own, reminder: Copy) -> None:
    """Make the date alarms agree with the due date: one if it is timed, else none.

    Moves an alarm in place, raises the due tokens and writes the nonce anew, since a raised
    token orphans every date alarm that still carries the old nonce.
    """
    due = due_of(reminder)
    tied = [alarm for alarm in date_alarms(own, reminder) if alarm.tied]
    kept = tied[:1] if due is not None and not due.all_day else []
    for extra in tied[len(kept) :]:
        own.doom(extra.trigger)
        own.doom(extra.alarm)
    lost = {extra.alarm.id for extra in tied[len(kept) :]}
    ids = [identity for identity in reminder.ids("AlarmIDs") if identity not in lost]
    alarm = kept[0].alarm if kept else None
    if due is not None and not due.all_day:
        if kept:
            own.write(kept[0].trigger, "DateComponentsData", moment.to_components(due))
        else:
            alarm = _create(own, reminder, due)
            ids.append(alarm.id)
    own.write(reminder, "AlarmIDs", ids)
    own.raise_tokens(reminder, DUE_FIELDS)
    if alarm is not None:
        own.write(alarm, NONCE, reminder.tokens["dueDate"].nonce)


def _create(own: Own, reminder: Copy, due: Moment) -> Copy:
    identity, trigger = own.mint(), own.mint()
    alarm = own.add(
        "Alarm",
        {
            "AlarmUID": identity,
            "TriggerID": trigger,
            "Reminder": reminder.name,
            "Imported": 0,
            "Deleted": 0,
        },
        reminder.name,
        f"Alarm/{identity}",
    )
    own.add(
        "AlarmTrigger",
        {
            "Type": "Date",
            "Alarm": alarm.name,
            "DateComponentsData": moment.to_components(due),
            "Imported": 0,
            "Deleted": 0,
        },
        alarm.name,
        f"AlarmTrigger/{trigger}",
    )
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
