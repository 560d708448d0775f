"""Completes one occurrence of a repeating reminder, as the app does, and reads what repeats it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule

from sandbox.device import alarms, crdt, document, edits, rings
from sandbox.device.moment import Moment
from sandbox.device.own import Copy, Json, Own

_NAMES: Final = ("daily", "weekly", "monthly", "yearly")
_FREQUENCIES: Final[tuple[Literal[0, 1, 2, 3], ...]] = (DAILY, WEEKLY, MONTHLY, YEARLY)
_MINUTE_MS: Final = 60_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def rule_of(own: Own, reminder: Copy) -> Copy | None:
    """Return the first rule that the reminder names and that exists.

    A softly deleted one still repeats on a phone; only a hard deletion ends that.
    """
    rules = (
        own.by_id("RecurrenceRule", identity) for identity in reminder.ids("RecurrenceRuleIDs")
    )
    return next((rule for rule in rules if rule is not None), None)


def shown(rule: Copy) -> str:
    """Return a rule as "weekly/2/": frequency, interval, and its end.

    The end is nothing, how often it is still due ("weekly/2/5"), or EndDate as an instant
    ("weekly/2/2026-03-14T13:29Z"), with a comma between if it is both.
    """
    number = rule.get("Frequency")
    known = isinstance(number, int) and 0 <= number < len(_NAMES)
    frequency = _NAMES[number] if known else f"frequency {number}"
    ends = [str(rule.get("OccurrenceCount"))] if rule.get("OccurrenceCount") else []
    if isinstance(until := rule.get("EndDate"), int):
        ends.append(f"{_EPOCH + timedelta(milliseconds=until):%Y-%m-%dT%H:%M}Z")
    return f"{frequency}/{rule.get('Interval') or 1}/{','.join(ends)}"


def complete(own: Own, identity: str, when: float | datetime | None) -> str:
    """Tick off the occurrence that is due; returns the bare UUID of what is then completed.

    The reminder itself moves on to its next due date and a completed copy stays; the last
    occurrence is completed in place. Raises ValueError for what does not repeat.
    """
    original = edits.reminder_with(own, identity)
    rule, due = rule_of(own, original), alarms.due_of(original)
    if rule is None or due is None:
        raise ValueError(f"the reminder {identity} does not repeat")
    following = _following(rule, due)
    if following is None:
        edits.complete(own, identity, when)
        return identity
    copy = _copied(own, original)
    edits.complete(own, copy.id, when)
    _advance(own, original, due, following)
    if rule.get("OccurrenceCount"):
        own.change(rule, {"OccurrenceCount": rule.get("OccurrenceCount") - 1})
    return copy.id


def _following(rule: Copy, due: Moment) -> Moment | None:
    """Return the next occurrence by the clock on the wall, None after the last."""
    if rule.get("OccurrenceCount") == 1:
        return None
    kind = _FREQUENCIES[rule.get("Frequency")]
    wall = rrule(kind, dtstart=due.wall, interval=rule.get("Interval") or 1).after(due.wall)
    following = replace(due, wall=wall) if wall is not None else None
    until = rule.get("EndDate")
    if following is None or until is None:
        return following
    # The end is the last day at the due time, less a minute.
    return following if following.millis <= until + _MINUTE_MS else None


def _copied(own: Own, original: Copy) -> Copy:
    """Make a copy without alarms, rule, tags and attachments, with texts of its own."""
    names = ("List", "ParentReminder", "DueDate", "TimeZone", "AllDay", "Flagged", "Priority")
    fields: Json = {name: original.get(name) for name in names}
    for name in ("TitleDocument", "NotesDocument"):
        if original.get(name) is not None:
            text = document.decode(str(original.get(name))).text
            fields[name] = document.encode(crdt.fresh(text, own.replica))
    stamps = {"CreationDate": own.now_ms, "LastModifiedDate": own.now_ms}
    fields |= {**stamps, "Completed": 0, "Deleted": 0, "Imported": 0}
    copy = own.add("Reminder", fields, original.parent)
    own.raise_tokens(copy, fields)
    return copy


def _advance(own: Own, original: Copy, due: Moment, following: Moment) -> None:
    own.change(original, {})
    own.write(original, "DueDate", following.millis)
    if original.get("StartDate") is not None:
        moved = original.get("StartDate") + following.millis - due.millis
        own.change(original, {"StartDate": moved})
    rings.move_along(own, original, due, following)
    alarms.settle(own, original, due)
