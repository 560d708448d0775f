"""Repeating: rules as words and back, and when the next occurrence is. Pure.

The words are those that Obsidian's Tasks plugin reads (rrule's English): ``every 2 weeks``,
``every month for 10 times``, ``every year until March 3, 2027``. A rule that they cannot say is
not made into something near it here; what to do then is the caller's decision.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time
from typing import Literal

from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule

from store.model import AllDay, Due, Floating, Frequency, Rule, Zoned

__all__ = ["advance", "from_words", "next_due", "to_words"]

_UNITS = {
    Frequency.DAILY: "day",
    Frequency.WEEKLY: "week",
    Frequency.MONTHLY: "month",
    Frequency.YEARLY: "year",
}
_FREQUENCIES = {unit: frequency for frequency, unit in _UNITS.items()}
_KINDS: dict[Frequency, Literal[0, 1, 2, 3]] = {
    Frequency.DAILY: DAILY,
    Frequency.WEEKLY: WEEKLY,
    Frequency.MONTHLY: MONTHLY,
    Frequency.YEARLY: YEARLY,
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_WORDS = re.compile(
    r"every\s+(?:(?P<interval>\d{1,4})\s+)?(?P<unit>day|week|month|year)s?"
    r"(?:\s+for\s+(?P<count>\d{1,4})\s+times?)?"
    r"(?:\s+until\s+(?P<month>[A-Za-z]+)\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4}))?",
    re.IGNORECASE,
)
_FAR = relativedelta(years=400)  # every rule comes round in four hundred years, leap days too


def to_words(rule: Rule) -> str:
    """The rule in words."""
    unit = _UNITS[rule.frequency]
    every = f"every {unit}" if rule.interval == 1 else f"every {rule.interval} {unit}s"
    times = "" if rule.count is None else f" for {rule.count} time{'' if rule.count == 1 else 's'}"
    until = ""
    if rule.until is not None:
        until = f" until {_MONTHS[rule.until.month - 1]} {rule.until.day}, {rule.until.year}"
    return every + times + until


def from_words(words: str) -> Rule | None:
    """The rule that the words say, or ``None`` if they say more or something else."""
    match = _WORDS.fullmatch(words.strip())
    if match is None:
        return None
    interval = int(match["interval"] or 1)
    count = None if match["count"] is None else int(match["count"])
    if interval < 1 or count == 0:
        return None
    until = None
    if match["month"] is not None:
        until = _day(match["year"], match["month"], match["day"])
        if until is None:
            return None
    return Rule(_FREQUENCIES[match["unit"].lower()], interval, count, until)


def _day(year: str, month: str, day: str) -> date | None:
    names = [name.lower() for name in _MONTHS]
    try:
        return date(int(year), names.index(month.lower()) + 1, int(day))
    except ValueError:
        return None


def next_due(rule: Rule, due: Due) -> Due | None:
    """When it is due after ``due`` was done; ``None`` if that was the last time.

    Counted by the clock on the wall, so that nine o'clock stays nine o'clock through summer time;
    a day that a month does not have is passed over, as calendars do.
    """
    if rule.count is not None and rule.count <= 1:
        return None
    wall = datetime.combine(due.day, time()) if isinstance(due, AllDay) else due.wall
    wall = wall.replace(fold=0)
    try:
        last = wall + _FAR
    except (OverflowError, ValueError):
        last = datetime.max
    dates = rrule(_KINDS[rule.frequency], dtstart=wall, interval=rule.interval, until=last)
    following = dates.after(wall)
    if following is None or (rule.until is not None and following.date() > rule.until):
        return None
    match due:
        case AllDay():
            return AllDay(following.date())
        case Floating():
            return Floating(following)
        case Zoned(zone=zone):
            return Zoned(following, zone)


def advance(rule: Rule) -> Rule:
    """The rule as it stands after one more time was done."""
    return rule if rule.count is None else replace(rule, count=rule.count - 1)
