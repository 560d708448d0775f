"""One event of a calendar, the days on which it repeats, and how Apple writes it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sandbox.cloud.fields import Json
from sandbox.names import uuid_of

FREQUENCIES: Final = ("daily", "weekly", "monthly", "yearly")
YEARS: Final = range(1900, 2200)
"""The years in which there are events; no arithmetic leaves the calendar from there."""

_MOST: Final = 10_000  # occurrences, of a rule without an end


@dataclass(frozen=True, slots=True)
class Event:
    """An event; `start` and `end` are times on the wall, in `zone` or, without one, wherever it is.

    An all-day one begins at midnight and ends at the midnight after its last day. `every` is how
    often `frequency` repeats; `count` and `until` end it, and without a frequency neither counts.
    """

    uid: str
    calendar: str
    title: str
    start: datetime
    end: datetime
    zone: str | None = None
    all_day: bool = False
    location: str = ""
    description: str = ""
    frequency: str | None = None
    every: int = 1
    count: int | None = None
    until: date | None = None

    def within(self, first: date, last: date, home: str) -> Iterator[datetime]:
        """The starts of the occurrences that touch these days, both included, seen from `home`."""
        begin = datetime.combine(first, datetime.min.time())
        end = datetime.combine(last, datetime.min.time()) + timedelta(days=1)
        length = self.end - self.start
        for start in self._starts():
            shown = self.at_home(start, home)
            if shown >= end + timedelta(days=1):  # a zone can put a later one before this one
                return
            if shown < end and (shown + length > begin or shown >= begin):
                yield start

    def at_home(self, moment: datetime, home: str) -> datetime:
        """A time on the event's wall as the time on the wall of the zone `home`."""
        if self.zone is None or self.all_day:
            return moment
        there = moment.replace(tzinfo=ZoneInfo(self.zone))
        return there.astimezone(ZoneInfo(home)).replace(tzinfo=None)

    def _starts(self) -> Iterator[datetime]:
        if self.frequency is None:
            yield self.start
            return
        seen = 0
        for number in range(_MOST):
            start = self._repeated(number * self.every)
            if start is None:
                continue
            if seen == self.count or (self.until is not None and start.date() > self.until):
                return
            seen += 1
            yield start

    def _repeated(self, steps: int) -> datetime | None:
        """The start so many steps on; None where a month has no such day, or time ends."""
        months = self.start.month - 1 + steps * (12 if self.frequency == "yearly" else 1)
        try:
            if self.frequency in ("daily", "weekly"):
                return self.start + timedelta(days=steps * (7 if self.frequency == "weekly" else 1))
            return self.start.replace(year=self.start.year + months // 12, month=months % 12 + 1)
        except (ValueError, OverflowError):
            return None


def wire_event(event: Event, start: datetime, home: str) -> Json:
    """One occurrence as Apple writes it: times on the event's wall, and on that of `home`."""
    end = start + (event.end - event.start)
    stamp = datetime(2026, 1, 5, 8, 0)
    repeats = event.frequency is not None
    # Each occurrence has a name of its own.
    suffix = f"__{start:%Y%m%dT%H%M%S}" if repeats and start != event.start else ""
    return {
        "guid": event.uid + suffix,
        "pGuid": event.calendar,
        "etag": hashlib.sha256(repr(event).encode()).hexdigest()[:16],
        "title": event.title,
        "location": event.location,
        "description": event.description,
        "url": "",
        "tz": None if event.all_day else event.zone,
        "allDay": event.all_day,
        "duration": int((event.end - event.start).total_seconds() // 60),
        "startDate": written(start),
        "endDate": written(end, is_end=True),
        "localStartDate": written(event.at_home(start, home)),
        "localEndDate": written(event.at_home(end, home), is_end=True),
        "createdDate": written(stamp),
        "lastModifiedDate": written(stamp),
        "recurrence": f"{event.uid}*MME-RID" if repeats else None,
        "recurrenceMaster": repeats and not suffix,
        "recurrenceException": False,
        "extendedDetailsAreIncluded": True,
        "hasAttachments": False,
        "readOnly": False,
        "transparent": False,
        "birthdayIsYearlessBday": False,
        "birthdayShowAsCompany": False,
        "shouldShowJunkUIWhenAppropriate": False,
        "icon": 0,
        "alarms": [],
        "invitees": [],
        "attachments": [],
    }


def wire_rule(event: Event) -> Json:
    """The rule of an event that repeats."""
    return {
        "guid": f"{event.uid}*MME-RID",
        "pGuid": event.uid,
        "freq": event.frequency,
        "interval": event.every,
        "count": event.count,
        "until": None if event.until is None else event.until.strftime("%Y%m%dT235959Z"),
    }


def written(moment: datetime, *, is_end: bool = False) -> list[int]:
    """A time on the wall: the day as a number, its parts, and minutes from midnight (or to it)."""
    minutes = moment.hour * 60 + moment.minute
    day = int(moment.strftime("%Y%m%d"))
    left = (1440 - minutes) % 1440 if is_end else minutes
    return [day, moment.year, moment.month, moment.day, moment.hour, moment.minute, left]


def sample_events(now_s: float, home: str, work: str) -> list[Event]:
    """The events of a fresh account: in a zone, all day, wherever one is, and one every week."""
    today = datetime.combine(datetime.fromtimestamp(now_s, UTC).date(), datetime.min.time())

    def at(days: int, hours: float = 0) -> datetime:
        return today + timedelta(days=days, hours=hours)

    return [
        Event(
            _uid("Dentist"),
            home,
            "Dentist",
            at(1, 14.5),
            at(1, 15.5),
            "Europe/London",
            location="12 Market Street",
        ),
        Event(_uid("Ada's birthday"), home, "Ada's birthday", at(3), at(4), all_day=True),
        Event(_uid("Run"), home, "Run", at(0, 7), at(0, 7.5), frequency="daily", count=10),
        Event(
            _uid("Team call"),
            work,
            "Team call",
            at(-56, 9.5),
            at(-56, 10),
            "America/New_York",
            frequency="weekly",
        ),
    ]


def _uid(seed: str) -> str:
    return uuid_of(f"event/{seed}")
