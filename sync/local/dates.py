"""Reads and writes dates, times and zones as a task line says them.

Minutes are the finest that a line can say. A line names a zone only if it is not the home zone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from store.model import AllDay, Completion, Done, Due, Floating, Zoned

__all__ = ["FLOATING", "as_due", "clean_due", "day_of", "is_known_zone", "is_zone"]
__all__ += ["means_zone", "read_day", "read_moment"]
__all__ += ["read_time", "same_instant", "settled_done", "shown_done"]

FLOATING = "floating"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+/-]*")
_AREA = re.compile(
    r"(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/"
)
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:(?:T|[ \t]+)(\d{1,2}:\d{2})(?::\d{2})?)?", re.ASCII)


@lru_cache(maxsize=1024)
def is_zone(word: str) -> bool:
    """Whether ``word`` is an IANA zone name that can stand on a line."""
    if not _ZONE.fullmatch(word):
        return False
    try:
        ZoneInfo(word)
    except (KeyError, ValueError, OSError):  # unknown; malformed; a folder of zones
        return False
    return True


def is_known_zone(word: str | None) -> bool:
    """Whether a zone word can be read; none at all says the home zone."""
    return word is None or word == FLOATING or is_zone(word)


def means_zone(word: str) -> bool:
    """Whether a word behind a time is meant as its zone, be there such a zone or not."""
    return word == FLOATING or is_zone(word) or _AREA.match(word) is not None


def read_day(text: str) -> date | None:
    """The day that ``YYYY-MM-DD`` says, or ``None`` if there is no such day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """The time that ``H:MM`` or ``HH:MM`` says, or ``None`` if there is no such time."""
    hour, _, minute = text.partition(":")
    try:
        return time(int(hour), int(minute))
    except ValueError:
        return None


def read_moment(text: str) -> tuple[date, time | None] | None:
    """The day, and the time if there is one, that ``YYYY-MM-DD[ HH:MM]`` says."""
    found = _MOMENT.fullmatch(text.strip(" \t"))
    if found is None:
        return None
    day = read_day(found[1])
    at = read_time(found[2]) if found[2] else None
    if day is None or (found[2] and at is None):
        return None
    return day, at


def as_due(day: date, at: time | None, zone: str | None, home_zone: str) -> Due:
    """The due value of a line's day, time and zone word."""
    if at is None:
        return AllDay(day)
    wall = datetime.combine(day, at)
    return Floating(wall) if zone == FLOATING else Zoned(wall, zone or home_zone)


def clean_due(due: Due | None, home_zone: str) -> Due | None:
    """``due`` to the minute. ``ValueError`` if no line can say it: its zone has no IANA name."""
    match due:
        case Floating(wall):
            return Floating(_to_minute(wall))
        case Zoned(wall, zone):
            if zone != home_zone and not is_zone(zone):
                raise ValueError(f"a line cannot name the time zone {zone!r}")
            return Zoned(_to_minute(wall), zone)
        case _:
            return due


def day_of(done: Completion, home_zone: str) -> date | None:
    """The day of a completion, in the home zone, as far as it is known."""
    if done.day is not None or done.at_ms is None:
        return done.day
    try:
        return (_EPOCH + timedelta(milliseconds=done.at_ms)).astimezone(ZoneInfo(home_zone)).date()
    except OverflowError:  # a clock that was far off; that it is done is what counts
        return None


def same_instant(one: Zoned, other: Zoned) -> bool:
    """Whether both are due in the same minute, by clocks in whichever zones."""
    if not (is_zone(one.zone) and is_zone(other.zone)):
        return one == other
    here, there = (
        _to_minute(due.wall).replace(tzinfo=ZoneInfo(due.zone)).astimezone(UTC)
        for due in (one, other)
    )
    return here == there


def shown_done(done: Done, home_zone: str) -> Done:
    """A completion as a file shows it: the day at most."""
    return None if done is None else Completion(day=day_of(done, home_zone))


def settled_done(current: Done, wanted: Done) -> Done:
    """What a line says of completion after it was asked to say ``wanted``.

    A person's tick without a date stays without one, and a known day is not forgotten.
    """
    if current is None or wanted is None or (current.day and wanted.day):
        return wanted
    return current


def _to_minute(wall: datetime) -> datetime:
    return wall.replace(second=0, microsecond=0, tzinfo=None, fold=0)
