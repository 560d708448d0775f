"""Due dates between their three wire fields, the components of an alarm, and ``Due``.

What the three fields mean together (docs/wire.md, dates):

    case      AllDay  TimeZone   DueDate (Unix milliseconds)
    Zoned     0       IANA name  the instant
    Floating  0       none       the wall clock's time read as if it were UTC
    AllDay    1       none       midnight of the day read as if it were UTC
    None      0       none       none, or a value that stands for none

A wall time that a zone skips (clocks go forward) is moved on by the skipped hour, and one that it
has twice (clocks go back) is the first of the two, unless its ``fold`` is 1: reading the second
one sets that, so that writing it again gives the same instant.
"""

from __future__ import annotations

import json
import plistlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from store.model import AllDay, Due, Floating, Zoned
from sync.codec.blob import Undecodable

__all__ = [
    "LATEST_MS",
    "NEVER_MS",
    "Components",
    "components_from_due",
    "due_from_fields",
    "fields_from_due",
    "read_components",
]

NEVER_MS = -62135596800000
"""The year 1; this and anything before it stands for "not set"."""

LATEST_MS = 253402300799999
"""The end of the year 9999; values beyond it have been captured and mean nothing."""

_EPOCH = datetime(1970, 1, 1)
_MILLISECOND = timedelta(milliseconds=1)
_BROKEN_ARCHIVE = (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError)
_PARTS = ("year", "month", "day", "hour", "minute", "second")


@dataclass(frozen=True, slots=True)
class Components:
    """When a date alarm rings, as far as its data says so; ``zone`` is an IANA name or None."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    zone: str | None = None

    def due(self, day: date | None = None) -> Due | None:
        """The moment as a ``Due``; ``day`` completes components that have a time alone.

        ``None`` when they name no moment, with ``day`` or without.
        """
        try:
            if self.year is not None and self.month is not None and self.day is not None:
                day = date(self.year, self.month, self.day)
            if day is None or self.hour is None:
                return None if day is None else AllDay(day)
            clock = (self.hour, self.minute or 0, self.second or 0)
            wall = datetime(day.year, day.month, day.day, *clock)
        except (ValueError, OverflowError):
            return None
        return Zoned(wall, self.zone) if self.zone else Floating(wall)

    def clock(self) -> time | None:
        """The time of components that name one alone, for whichever day it is due."""
        if self.hour is None or (self.year is not None and self.day is not None):
            return None
        try:
            return time(self.hour, self.minute or 0, self.second or 0)
        except ValueError:
            return None


def due_from_fields(due_ms: int | None, all_day: bool, time_zone: str | None) -> Due | None:
    """The due date that the three fields say; ``None`` for none and for values out of range.

    Raises ``Undecodable`` for a time zone that is not known here: the instant is known then, but
    not what the clock on the wall shows.
    """
    if due_ms is None or not NEVER_MS < due_ms <= LATEST_MS:
        return None
    as_utc = _EPOCH + due_ms * _MILLISECOND
    if all_day:
        # The date as it stands in UTC, which is what devices show; never by way of a local time.
        return AllDay(as_utc.date())
    if not time_zone:
        return Floating(as_utc)
    zone = _zone(time_zone)
    try:
        wall = as_utc.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        return None
    return Zoned(wall, time_zone)


def fields_from_due(due: Due) -> tuple[int, bool, str | None]:
    """``DueDate`` in Unix milliseconds, ``AllDay`` and ``TimeZone`` for ``due``.

    Raises ``Undecodable`` for a zone that is not known here, whose instant cannot be told, and
    for what lies outside the years that the fields can say.
    """
    try:
        due_ms, all_day, zone = _fields(due)
    except OverflowError:
        due_ms = NEVER_MS
    if due_ms <= NEVER_MS or due_ms > LATEST_MS:
        raise Undecodable("the due date is out of range")
    return due_ms, all_day, zone


def _fields(due: Due) -> tuple[int, bool, str | None]:
    match due:
        case AllDay(day):
            return _as_utc_ms(datetime(day.year, day.month, day.day)), True, None
        case Floating(wall):
            return _as_utc_ms(wall), False, None
        case Zoned(wall, zone):
            instant = wall.replace(tzinfo=_zone(zone)).astimezone(UTC)
            return _as_utc_ms(instant.replace(tzinfo=None)), False, zone


def components_from_due(due: Floating | Zoned) -> bytes:
    """``DateComponentsData`` as JSON with all keys; the zone is left out when ``due`` floats.

    A wall time that its zone skips is written as the one that ``DueDate`` means, so that the
    alarm and the due date show the same.
    """
    settled = due_from_fields(*fields_from_due(due))
    wall = settled.wall if isinstance(settled, Floating | Zoned) else due.wall
    parts: dict[str, Any] = {"era": 1, **{part: getattr(wall, part) for part in _PARTS}}
    if isinstance(due, Zoned):
        parts["timeZone"] = {"identifier": due.zone}
    return json.dumps(parts, separators=(",", ":")).encode()


def read_components(data: bytes) -> Components:
    """The components in either form: JSON, or a keyed archive (binary property list).

    Raises ``Undecodable`` for anything else.
    """
    if data.startswith(b"bplist00"):
        return _from_archive(data)
    try:
        parts = json.loads(data)
    except (ValueError, RecursionError):
        raise Undecodable("the alarm's date is neither JSON nor a keyed archive") from None
    if not isinstance(parts, dict):
        raise Undecodable("the alarm's date is not an object")
    zone = parts.get("timeZone")
    name = zone.get("identifier") if isinstance(zone, dict) else None
    return _components(parts, "", name)


def _from_archive(data: bytes) -> Components:
    try:
        archive = plistlib.loads(data, fmt=plistlib.FMT_BINARY)
        objects = archive["$objects"]
        root = objects[archive["$top"]["root"].data]
        zone = _followed(objects, root.get("NS.timezone"))
        name = _followed(objects, zone.get("NS.name")) if isinstance(zone, dict) else None
        return _components(root, "NS.", name)
    except _BROKEN_ARCHIVE:
        raise Undecodable("the alarm's keyed archive is damaged") from None


def _followed(objects: list[Any], value: object) -> Any:
    """What a reference in an archive points at; a value that is none stands for itself."""
    return objects[value.data] if isinstance(value, plistlib.UID) else value


def _components(parts: Mapping[str, Any], prefix: str, zone: object) -> Components:
    year, month, day, hour, minute, second = (_number(parts.get(prefix + part)) for part in _PARTS)
    name = zone if isinstance(zone, str) and zone else None
    return Components(year, month, day, hour, minute, second, name)


def _number(value: object) -> int | None:
    """A component; the archive's undefined (the largest integer) and oddities count as unset."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 9999:
        return None
    return value


def _as_utc_ms(wall: datetime) -> int:
    return (wall - _EPOCH) // _MILLISECOND


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Undecodable(f"the time zone {name!r} is not known here") from None
