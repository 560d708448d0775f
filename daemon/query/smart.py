"""Decides which time a phone shows of a reminder, and which smart lists it is in. Pure.

A phone shows the earliest alarm where there are any, else the due date (docs/wire.md, dates). So
that is the time that a reminder is listed with, and by. Which list it is in:

    today       open, and due today or earlier, or shown with such a day
    overdue     open, and the due time (all day: the day) has passed; without one, the time shown
    scheduled   open, with a due date or an alarm at some moment
    flagged     open, with a flag

Times are ISO 8601; one without an offset is on the wall of the account's time zone, and a date
alone is the whole day there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

__all__ = ["SMART", "Ring", "Times", "instant_of", "is_in", "times_of"]

SMART = ("today", "overdue", "scheduled", "flagged")

_DAY = 10  # characters of a date alone


@dataclass(frozen=True, slots=True)
class Ring:
    """An alarm at a moment; ``zone`` is whose wall it is on where ``at`` has no offset."""

    at: str
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Times:
    """The due date, the time that a phone shows, and its instant (Unix seconds)."""

    due: str | None = None
    shown: str | None = None
    at: float | None = None


def times_of(due: str | None, rings: Sequence[Ring], home: tzinfo) -> Times:
    """What is shown of a reminder that is due then and rings at those moments."""
    if rings:
        moments = [_moment(one, home) for one in rings]
        said, first = min(moments, key=lambda pair: pair[1].timestamp())
        return Times(due, said, first.timestamp())
    return Times(due, due, None if due is None else instant_of(due, home))


def _moment(ring: Ring, home: tzinfo) -> tuple[str, datetime]:
    """When it rings, as a text and as a moment."""
    at = datetime.fromisoformat(ring.at)
    if at.tzinfo is not None:
        return ring.at, at
    zone = _zone(ring.zone)
    if zone is None:
        return ring.at, at.replace(tzinfo=home)
    return at.replace(tzinfo=zone).isoformat(), at.replace(tzinfo=zone)


def instant_of(text: str, home: tzinfo) -> float:
    """A moment in Unix seconds; a date alone is its begin."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=home)).timestamp()


def is_in(smart: str, times: Times, *, flagged: bool, now: datetime) -> bool:
    """Whether an open reminder is in a smart list; ``now`` is in the account's time zone."""
    match smart:
        case "flagged":
            return flagged
        case "scheduled":
            return times.shown is not None
        case "overdue":
            return _is_over(times, now)
        case "today":
            return _is_today(times, now)
    raise ValueError(f"{smart} is no smart list")


def _is_over(times: Times, now: datetime) -> bool:
    said = times.due or times.shown
    if said is None or now.tzinfo is None:
        return False
    if len(said) == _DAY:
        return date.fromisoformat(said) < now.date()
    return _due_at(times, now.tzinfo) < now.timestamp()


def _is_today(times: Times, now: datetime) -> bool:
    if times.at is None or now.tzinfo is None:
        return False
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo).timestamp()
    return min(_due_at(times, now.tzinfo), times.at) < tomorrow


def _due_at(times: Times, home: tzinfo) -> float:
    """The instant of the due date; without one, that of the time shown."""
    at = math.inf if times.at is None else times.at
    return at if times.due is None else instant_of(times.due, home)


def _zone(name: str | None) -> tzinfo | None:
    try:
        return None if name is None else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
