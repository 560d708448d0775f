"""Decides which alarms say something beside the due date, and which one belongs to it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from store.model import Alarm, AllDay, AtTime, Due, Early, Floating, Zoned

__all__ = ["day_of", "extra_alarms", "is_at"]


def extra_alarms(due: Due | None, alarms: Iterable[Alarm]) -> frozenset[Alarm]:
    """Those of ``alarms`` that say something beside the due date ``due``.

    The alarm at the due time belongs to it and moves with it; an early one counts from it, so
    without a due date it says nothing.
    """
    return frozenset(alarm for alarm in alarms if _says_more(due, alarm))


def day_of(due: Due | None) -> date | None:
    """The day of a due date by the clock on the wall: an alarm that says a time alone means it."""
    match due:
        case None:
            return None
        case AllDay(day):
            return day
        case Floating(wall) | Zoned(wall):
            return wall.date()


def _says_more(due: Due | None, alarm: Alarm) -> bool:
    match alarm:
        case AtTime(at):
            return not is_at(due, at)
        case Early():
            return due is not None
        case _:
            return True


def is_at(due: Due | None, at: Floating | Zoned) -> bool:
    """Whether ``at`` is the moment ``due``, to the second; an all-day date has no moment.

    That is the same instant, or the same time on the wall where not two zones speak against it:
    the wall time that an alarm says may be either of an hour that comes twice.
    """
    if not isinstance(due, Floating | Zoned):
        return False
    zones = {one.zone for one in (due, at) if isinstance(one, Zoned)}
    if len(zones) < 2:
        if _whole(due.wall) == _whole(at.wall):
            return True
        if not (isinstance(due, Zoned) and isinstance(at, Zoned)):
            return False
    one, other = _instant(due), _instant(at)
    return one is not None and one == other


def _instant(moment: Floating | Zoned) -> datetime | None:
    """The instant of a zoned moment, where its zone is known here."""
    if not isinstance(moment, Zoned):
        return None
    try:
        return _whole(moment.wall).replace(tzinfo=ZoneInfo(moment.zone)).astimezone(UTC)
    except (KeyError, ValueError, OSError, OverflowError):
        return None


def _whole(wall: datetime) -> datetime:
    return wall.replace(microsecond=0)
