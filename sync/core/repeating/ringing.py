"""Decides when a reminder rings, as a phone would, and which rings a person is to be told of now.

    it has                          it rings
    date alarms                     at each of them, and not at the due date for its own sake
    a due time and no date alarm    at the due time
    an all-day date, no date alarm  at the hour for all-day reminders, if there is one
    early reminders                 also so long before that moment

An hour that the clocks skip is the one after it, one that comes twice is the first of both. What
was missed is told once, with its latest moment; nothing is told that was over before the reminder
was there, or that a person has dismissed on another device.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from store.model import AllDay, Due, Early, Floating, Unit, Zoned

__all__ = ["Bells", "Dated", "Outlook", "Ring", "outlook", "rings_of"]

_STEPS = {
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class Dated:
    """What of an open reminder can ring.

    ``alarms`` are the moments of all its date alarms, that of the due date among them if there is
    one. ``created`` and ``dismissed`` are Unix seconds; 0 where they are not known.
    """

    id: str
    due: Due | None = None
    alarms: frozenset[Floating | Zoned] = frozenset()
    early: frozenset[Early] = frozenset()
    created: float = 0.0
    dismissed: float = 0.0


@dataclass(frozen=True, slots=True)
class Ring:
    """A reminder rings ``at`` (Unix seconds).

    ``moment`` tells its rings apart: an instant, or what a clock on the wall shows where the
    reminder means that, so that travelling does not make a second ring of one.
    """

    reminder: str
    moment: str
    at: float

    @property
    def key(self) -> tuple[str, str]:
        """By which it is remembered that it was told."""
        return self.reminder, self.moment


@dataclass(frozen=True, slots=True)
class Bells:
    """``here`` is where the person is, ``all_day`` the hour for all-day reminders or ``None``.

    Only what rang after ``since`` (Unix seconds), and no longer than ``missed_s`` ago, is told.
    """

    here: tzinfo
    all_day: time | None = time(9)
    missed_s: float = 86400.0
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """``show`` has one ring of each reminder that is to be told now, the earliest first.

    ``told`` are the keys of all rings that this tells of. ``next_at`` (Unix seconds) is when to
    look again, ``None`` where nothing will ever ring.
    """

    show: tuple[Ring, ...] = ()
    told: tuple[tuple[str, str], ...] = ()
    next_at: float | None = None


def outlook(
    dated: Iterable[Dated], told: Container[tuple[str, str]], now: float, bells: Bells
) -> Outlook:
    """What is to be told at ``now`` (Unix seconds), given the keys that were ``told`` before."""
    show: list[Ring] = []
    keys: list[tuple[str, str]] = []
    following: list[float] = []
    for one in dated:
        rings = rings_of(one, bells)
        following += [ring.at for ring in rings if ring.at > now]
        fresh = _fresh(one, rings, told, now, bells)
        if fresh:
            show.append(fresh[-1])
            keys += [ring.key for ring in fresh]
    show.sort(key=lambda ring: (ring.at, ring.reminder))
    return Outlook(tuple(show), tuple(keys), min(following, default=None))


def _fresh(
    one: Dated, rings: list[Ring], told: Container[tuple[str, str]], now: float, bells: Bells
) -> list[Ring]:
    """The rings up to now that are news, in order."""
    after = max(bells.since, now - bells.missed_s, one.created, one.dismissed)
    past = [ring for ring in rings if ring.at <= now]
    known = [place for place, ring in enumerate(past) if ring.key in told]
    # What comes before a ring that was told is no news.
    return [ring for ring in past[known[-1] + 1 if known else 0 :] if ring.at > after]


def rings_of(one: Dated, bells: Bells) -> list[Ring]:
    """All moments at which a reminder rings, each once and in order."""
    found = {ring.moment: ring for ring in _rings(one, bells)}
    return sorted(found.values(), key=lambda ring: (ring.at, ring.moment))


def _rings(one: Dated, bells: Bells) -> Iterator[Ring]:
    moments: list[Floating | Zoned] = list(one.alarms)
    start = _start(one.due, bells)
    if not moments and start is not None:
        moments = [start]
    if start is not None:
        moments += [early for each in one.early if (early := _before(start, each, bells))]
    for moment in moments:
        at = _instant(moment, bells)
        if at is not None:
            yield Ring(one.id, _named(moment, at), at)


def _start(due: Due | None, bells: Bells) -> Floating | Zoned | None:
    """The moment that a due date stands for; ``None``: it has none that rings."""
    if isinstance(due, AllDay):
        return None if bells.all_day is None else Floating(datetime.combine(due.day, bells.all_day))
    return due


def _before(start: Floating | Zoned, early: Early, bells: Bells) -> Floating | Zoned | None:
    """So long before: minutes and hours as time passes, days and more by the calendar."""
    try:
        if early.unit in _STEPS:
            zone = _zone_of(start, bells)
            there = (
                start.wall.replace(tzinfo=zone).astimezone(UTC) - early.count * _STEPS[early.unit]
            )
            wall = there.astimezone(zone).replace(tzinfo=None)
        else:
            wall = start.wall - relativedelta(**{f"{early.unit.value}s": early.count})  # type: ignore[arg-type]
    except (OverflowError, ValueError):
        return None
    return Zoned(wall, start.zone) if isinstance(start, Zoned) else Floating(wall)


def _instant(moment: Floating | Zoned, bells: Bells) -> float | None:
    """In Unix seconds; ``None`` for a day beyond all calendars."""
    try:
        return moment.wall.replace(tzinfo=_zone_of(moment, bells)).astimezone(UTC).timestamp()
    except (OverflowError, ValueError):
        return None


def _zone_of(moment: Floating | Zoned, bells: Bells) -> tzinfo:
    """Its own zone; that of the person where it means none, or one that is not known here."""
    if isinstance(moment, Floating):
        return bells.here
    try:
        return ZoneInfo(moment.zone)
    except (KeyError, ValueError, OSError):
        return bells.here


def _named(moment: Floating | Zoned, at: float) -> str:
    if isinstance(moment, Floating):
        return moment.wall.isoformat(timespec="seconds")
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
