"""Between ``RecurrenceRule`` records and the repetitions that are merged.

What a rule says that ``Rule`` cannot hold (certain weekdays, an unknown frequency) makes it an
``OtherRule``: its nearest words, and a digest of all that it says.

``EndDate`` (docs/wire.md, tags, links and rules) is the last day at the due time, less one
minute; of an all-day reminder the last minute of that day. It is read and written as the due date
is: as an instant if that is zoned, else as if the clock on the wall showed UTC.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from store.model import AllDay, Due, Floating, Frequency, OtherRule, Repeat, Rule, Zoned
from sync.codec import fields, operations
from sync.codec.blob import Undecodable
from sync.codec.dates import due_from_fields, fields_from_due
from sync.codec.operations import Wire
from sync.codec.reading import Reading, Record, id_of, is_deleted, linked_id
from sync.core.repeating.recurrence import to_words

__all__ = [
    "PARTS",
    "RemoteRule",
    "decode_rule",
    "end_date_ms",
    "last_day",
    "repeat_of",
    "rule_fields",
]

_FREQUENCIES = (Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY, Frequency.YEARLY)
_NUMBERS = {frequency: number for number, frequency in enumerate(_FREQUENCIES)}
_MINUTE = timedelta(minutes=1)
_MINUTE_MS = 60_000

# How they are encoded is not known, so neither is the rest of their names: "...AsData" counts.
PARTS = (
    *("DaysOfTheWeek", "DaysOfTheMonth", "DaysOfTheYear", "WeeksOfTheYear", "MonthsOfTheYear"),
    "SetPositions",
)
"""What the names of fields begin with that say certain days."""
_NOT_SAID = frozenset(
    {"Reminder", "Imported", "Deleted", "CreationDate", "LastModifiedDate"}
    | {"ResolutionTokenMap", "MinimumSupportedVersion"}
)


@dataclass(frozen=True, slots=True)
class RemoteRule:
    """A recurrence rule; ``repeat`` is what of it is merged.

    The rest is as the record has it: ``frequency`` the wire's number, ``count`` times or up to
    ``until_ms`` (Unix milliseconds), ``None`` for no such end; ``other`` if it has parts that are
    not understood here.
    """

    id: str
    reminder_id: str
    repeat: Rule | OtherRule
    frequency: int | None = None
    interval: int = 1
    count: int | None = None
    until_ms: int | None = None
    other: bool = False
    deleted: bool = False


def decode_rule(record: Record, due: Due | None = None) -> RemoteRule:
    """Read a ``RecurrenceRule`` record; decoding never fails, what makes no sense is ``other``.

    ``due`` is the reminder's due date, which says how to read the end; without it that is read
    in UTC, which can be a day off.
    """
    reading = Reading(record)
    frequency = reading.field(fields.integer, "Frequency", None)
    interval = reading.field(fields.integer, "Interval", None)
    count = reading.field(fields.integer, "OccurrenceCount", None)
    until_ms = reading.field(fields.timestamp_ms, "EndDate", None)
    makes_sense = not reading.problems and (interval is None or interval >= 1)
    is_known = frequency is not None and 0 <= frequency < len(_FREQUENCIES)
    nearest = Rule(
        _FREQUENCIES[frequency] if frequency is not None and is_known else Frequency.DAILY,
        max(1, interval or 1),
        count if count and count > 0 else None,
        None if until_ms is None else last_day(until_ms, due),
    )
    other = not (makes_sense and is_known and (count or 0) >= 0) or _has_parts(record)
    return RemoteRule(
        id=id_of(record),
        reminder_id=reading.field(linked_id, "Reminder", None) or "",
        repeat=OtherRule(to_words(nearest), _digest([record])) if other else nearest,
        frequency=frequency,
        interval=nearest.interval,
        count=nearest.count,
        until_ms=until_ms,
        other=other,
        deleted=is_deleted(record, reading),
    )


def repeat_of(record: Record, rules: Iterable[Record], due: Due | None) -> Repeat:
    """How the reminder ``record`` repeats, given the rules that hang on it and its due date.

    A rule counts if the reminder names it and it is not deleted. Only one means anything; several
    are an ``OtherRule`` near the first. Raises ``Undecodable`` if the names cannot be read.
    """
    order = [fields.bare_id(raw) for raw in fields.strings(record, "RecurrenceRuleIDs")]
    live = {id_of(rule): rule for rule in rules if not is_deleted(rule, Reading(rule))}
    named = [live[identity] for identity in dict.fromkeys(order) if identity in live]
    if not named:
        return None
    first = decode_rule(named[0], due).repeat
    if len(named) == 1:
        return first
    return OtherRule(
        first.words if isinstance(first, OtherRule) else to_words(first), _digest(named)
    )


def rule_fields(rule: Rule, due: Due | None) -> Wire:
    """The fields that say ``rule`` of a reminder due at ``due``; no end clears the end there was.

    Raises ``Undecodable`` for an end that the fields cannot say.
    """
    until_ms = None if rule.until is None else end_date_ms(rule.until, due)
    return {
        "Frequency": operations.integer(_NUMBERS[rule.frequency]),
        "Interval": operations.integer(rule.interval),
        "OccurrenceCount": operations.integer(rule.count or 0),
        "EndDate": operations.timestamp(until_ms),
    }


def end_date_ms(until: date, due: Due | None) -> int:
    """``EndDate`` in Unix milliseconds for the last day ``until``.

    Raises ``Undecodable`` for a day out of range and for a time zone that is not known here.
    """
    match due:
        case None | AllDay():
            start_ms, _, _ = fields_from_due(AllDay(until))
            return start_ms + 24 * 60 * _MINUTE_MS - _MINUTE_MS
        case Floating(wall):
            at: Due = Floating(datetime.combine(until, wall.time()))
        case Zoned(wall, zone):
            at = Zoned(datetime.combine(until, wall.time()), zone)
    return fields_from_due(at)[0] - _MINUTE_MS


def last_day(until_ms: int, due: Due | None) -> date | None:
    """The last day that ``EndDate`` means; ``None`` out of range, which is no end.

    An end of another form than the one that devices write means the day that it is on.
    """
    zone = due.zone if isinstance(due, Zoned) else None
    try:
        read = due_from_fields(until_ms, False, zone)
    except Undecodable:
        read = due_from_fields(until_ms, False, None)
    if not isinstance(read, Floating | Zoned):
        return None
    day = read.wall.date()
    if not isinstance(due, Floating | Zoned) or day == date.max:
        return day
    # Due at midnight, the minute less is one of the day before.
    end = read.wall + _MINUTE
    return end.date() if end.time() == due.wall.time() else day


def _has_parts(record: Record) -> bool:
    return any(name.startswith(PARTS) for name in _said(record))


def _said(record: Record) -> Mapping[str, object]:
    """What the record says of the repetition: fields that have a value, without their types."""
    values = {
        str(name): wrapper.get("value") if isinstance(wrapper, Mapping) else wrapper
        for name, wrapper in fields.fields_of(record).items()
        if name not in _NOT_SAID
    }
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _digest(records: Sequence[Record]) -> str:
    said = [_said(record) for record in records]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
