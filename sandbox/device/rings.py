"""Makes and shows the alarms that a person sets beside the due date: other times, early, places."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sandbox.device import alarms, moment
from sandbox.device.edits import reminder_with
from sandbox.device.moment import Moment
from sandbox.device.own import Copy, Json, Own

EARLY: Final = "DueDateDeltaAlertsData"
_ALERTS: Final = "dueDateDeltaAlerts"
_UNITS: Final = ("minute", "hour", "day", "week", "month")
_PROXIMITY: Final = {1: "arriving", 2: "leaving"}
_FORM: Final = re.compile(r"(\d+) (minute|hour|day|week|month)s? before")
_VERSION: Final = 20230430
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ShownAlarm:
    """An alarm on screen: `says` is the moment, "1 day before", or the place with its radius.

    `own`: it belongs to the due date. `acknowledged`: when it was dismissed.
    """

    id: str
    says: str
    own: bool = False
    acknowledged: datetime | None = None


def add_at(own: Own, identity: str, when: str) -> str:
    """Set an alarm at a moment, in the form of due dates; returns its bare UUID."""
    reminder, at = reminder_with(own, identity), moment.parse(when)
    if at.all_day:
        raise ValueError(f"an alarm rings at a time, and {when!r} names none")
    trigger = {"Type": "Date", "DateComponentsData": moment.to_components(at)}
    alarm = alarms.create(own, reminder, trigger)
    own.write(alarm, alarms.NONCE, 1.0)  # tied: settling writes the right one
    return _named(own, reminder, alarm)


def add_place(own: Own, identity: str, place: Json) -> str:
    """Set an alarm at a place; `place` has the fields of its trigger. Returns its bare UUID."""
    reminder = reminder_with(own, identity)
    frame: Json = {"Type": "Location", "LocationUID": own.mint(), "ReferenceFrameString": "1"}
    return _named(own, reminder, alarms.create(own, reminder, {**frame, **place}))


def _named(own: Own, reminder: Copy, alarm: Copy) -> str:
    own.write(reminder, "AlarmIDs", [*reminder.ids("AlarmIDs"), alarm.id])
    own.change(reminder, {})
    alarms.settle(own, reminder)
    return alarm.id


def add_early(own: Own, identity: str, words: str, account: str) -> str:
    """Set an early reminder, "1 day before"; returns its identifier."""
    reminder, form = reminder_with(own, identity), _FORM.fullmatch(words)
    if form is None:
        raise ValueError(f"{words!r} is not of the form '15 minutes before'")
    alert: Json = {
        "identifier": own.mint(),
        "creationDate": own.token_time,
        "dueDateDeltaUnit": _UNITS.index(form[2]),
        "dueDateDeltaCount": -int(form[1]),
        "minimumSupportedAppVersion": 0,
    }
    head: Json = {"reminderIdentifier": reminder.id, "accountIdentifier": account}
    payload = _payload(reminder) or {**head, "minimumSupportedVersion": _VERSION}
    _write_early(own, reminder, {**payload, _ALERTS: [*payload.get(_ALERTS, []), alert]})
    return str(alert["identifier"])


def remove(own: Own, identity: str, which: str) -> None:
    """Take an alarm or an early reminder off. Raises LookupError if it is not there."""
    reminder = reminder_with(own, identity)
    payload = _payload(reminder)
    alerts = payload.get(_ALERTS, [])
    kept = [alert for alert in alerts if alert.get("identifier") != which]
    if len(kept) < len(alerts):
        _write_early(own, reminder, {**payload, _ALERTS: kept})
        return
    alarm = _alarm(own, reminder, which)
    trigger = own.by_id("AlarmTrigger", str(alarm.get("TriggerID")))
    if trigger is not None:
        own.doom(trigger)
    own.doom(alarm)
    ids = [other for other in reminder.ids("AlarmIDs") if other != which]
    own.write(reminder, "AlarmIDs", ids)
    own.change(reminder, {})
    alarms.settle(own, reminder)


def acknowledge(own: Own, identity: str, which: str) -> None:
    """Dismiss an alarm that rang."""
    alarm = _alarm(own, reminder_with(own, identity), which)
    own.write(alarm, "AcknowledgedDate", own.now_ms)


def _alarm(own: Own, reminder: Copy, which: str) -> Copy:
    alarm = own.by_id("Alarm", which)
    if alarm is None or which not in reminder.ids("AlarmIDs"):
        raise LookupError(f"the reminder has no alarm {which}")
    return alarm


def _write_early(own: Own, reminder: Copy, payload: Json) -> None:
    text = json.dumps(payload, separators=(",", ":"))
    own.change(reminder, {EARLY: base64.b64encode(text.encode()).decode("ascii")})


def move_along(own: Own, reminder: Copy, before: Moment, after: Moment) -> None:
    """Move the alarms at other times with an occurrence, by the clock on the wall."""
    by = after.wall - before.wall
    for found in _others(own, reminder, before):
        at = moment.from_components(found.trigger.get("DateComponentsData"))
        if at is not None:
            there = replace(at, wall=at.wall + by)
            own.write(found.trigger, "DateComponentsData", moment.to_components(there))


def _others(own: Own, reminder: Copy, due: Moment | None) -> Iterator[alarms.DateAlarm]:
    for found in alarms.date_alarms(own, reminder):
        if found.when is not None and not alarms.is_at(due, found.when):
            yield found


def shown(own: Own, reminder: Copy, due: Moment | None) -> tuple[ShownAlarm, ...]:
    """Return the alarms that ring, early ones last; what a device drops is not among them."""
    dated = {found.alarm.id: found for found in alarms.date_alarms(own, reminder)}
    entries = []
    for identity in reminder.ids("AlarmIDs"):
        alarm = own.by_id("Alarm", identity)
        trigger = own.by_id("AlarmTrigger", str(alarm.get("TriggerID"))) if alarm else None
        if alarm is None or trigger is None or alarm.get("Deleted") or trigger.get("Deleted"):
            continue
        dismissed = alarm.get("AcknowledgedDate")
        at = _EPOCH + timedelta(milliseconds=dismissed) if dismissed else None
        found = dated.get(identity)
        if found is None:
            entries.append(ShownAlarm(identity, _place(trigger), acknowledged=at))
        elif found.when is not None and not found.stale:
            is_own = alarms.is_at(due, found.when)
            entries.append(ShownAlarm(identity, str(found.when), is_own, at))
    return (*entries, *_early(reminder))


def _place(trigger: Copy) -> str:
    if trigger.get("Type") != "Location":
        return str(trigger.get("Type"))
    where = ", ".join(filter(None, (trigger.get("Title"), trigger.get("Address"))))
    at = f"{trigger.get('Latitude')},{trigger.get('Longitude')}"
    return f"{_PROXIMITY.get(trigger.get('Proximity'))} {where} ({at}, {trigger.get('Radius')} m)"


def _early(reminder: Copy) -> Iterator[ShownAlarm]:
    for alert in _payload(reminder).get(_ALERTS, []):
        unit, count = alert.get("dueDateDeltaUnit"), alert.get("dueDateDeltaCount")
        if isinstance(unit, int) and unit in range(len(_UNITS)) and isinstance(count, int):
            plural = "" if abs(count) == 1 else "s"
            when = "before" if count < 0 else "after"
            words = f"{abs(count)} {_UNITS[unit]}{plural} {when}"
            yield ShownAlarm(str(alert.get("identifier")), words)


def _payload(reminder: Copy) -> Json:
    written = reminder.get(EARLY)
    if not written:
        return {}
    try:
        payload = json.loads(base64.b64decode(str(written)))
    except (ValueError, binascii.Error):
        return {}
    return payload if isinstance(payload, dict) else {}
