"""Reads and writes due moments: all-day, timed in a zone, or floating.

The text form is `2026-03-02`, `2026-03-02T14:30[Europe/Paris]` or `2026-03-02T14:30`.
"""

from __future__ import annotations

import base64
import binascii
import json
import plistlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_FORM = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?))?(?:\[([^\]]+)\])?")
_EPOCH = datetime(1970, 1, 1)
_UNSET_BELOW = -62135596800000
_UNSET_ABOVE = 253402300799000
_UNDEFINED = 9223372036854775807
_UNREADABLE = (
    binascii.Error,
    plistlib.InvalidFileException,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
)
_PARTS = ("year", "month", "day", "hour", "minute", "second")


@dataclass(frozen=True, slots=True)
class Moment:
    """A wall-clock moment; `zone` is an IANA name or None, and None for all-day ones."""

    wall: datetime
    all_day: bool
    zone: str | None

    def __str__(self) -> str:
        if self.all_day:
            return self.wall.strftime("%Y-%m-%d")
        clock = "%Y-%m-%dT%H:%M:%S" if self.wall.second else "%Y-%m-%dT%H:%M"
        return self.wall.strftime(clock) + (f"[{self.zone}]" if self.zone else "")

    @property
    def millis(self) -> int:
        """The DueDate value: an instant if zoned, else the wall clock read as UTC; ms."""
        if self.zone:
            return round(self.wall.replace(tzinfo=ZoneInfo(self.zone)).timestamp() * 1000)
        return round((self.wall - _EPOCH).total_seconds() * 1000)


def parse(text: str) -> Moment:
    """Read the text form. Raises ValueError naming the text and the accepted forms."""
    match = _FORM.fullmatch(text)
    if match is None or (match[3] and not match[2]):
        raise ValueError(
            f"due {text!r} is none of 2026-03-02, 2026-03-02T14:30, 2026-03-02T14:30[Europe/Paris]"
        )
    day, clock, zone = match.groups()
    if zone:
        _check_zone(zone)
    return Moment(datetime.fromisoformat(f"{day}T{clock or '00:00'}"), clock is None, zone)


def from_fields(millis: object, all_day: object, zone: object) -> Moment | None:
    """Return the moment that DueDate (ms), AllDay and TimeZone say; None when unset.

    Raises ValueError for a time zone that does not exist.
    """
    if not isinstance(millis, int) or not _UNSET_BELOW < millis < _UNSET_ABOVE:
        return None
    wall = _EPOCH + timedelta(milliseconds=millis)
    if all_day:
        return Moment(datetime(wall.year, wall.month, wall.day), True, None)
    if not isinstance(zone, str) or not zone:
        return Moment(wall, False, None)
    _check_zone(zone)
    local = wall.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    return Moment(local.replace(tzinfo=None), False, zone)


def to_components(moment: Moment) -> str:
    """Write DateComponentsData: base64 of JSON with all keys, the zone left out if floating."""
    parts: dict[str, Any] = {"era": 1}
    parts |= {name: getattr(moment.wall, name) for name in _PARTS}
    if moment.zone:
        parts["timeZone"] = {"identifier": moment.zone}
    return base64.b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode("ascii")


def from_components(value: object, day: datetime | None = None) -> Moment | None:
    """Read DateComponentsData, JSON or keyed archive; None when it names no calendar day.

    A time alone is that time on `day`.

    Raises ValueError when it is neither form.
    """
    try:
        data = base64.b64decode(str(value), validate=True)
        parts = _archived(data) if data.startswith(b"bplist00") else json.loads(data)
        return _assembled(parts, day)
    except _UNREADABLE as error:
        raise ValueError(f"unreadable date components: {error}") from error


def _assembled(parts: Mapping[str, Any], on: datetime | None) -> Moment | None:
    year, month, day, *clock = (parts.get(name) for name in _PARTS)
    if on is not None and year is month is day is None and clock[0] is not None:
        year, month, day = on.year, on.month, on.day
    if year is None or month is None or day is None:
        return None
    zone = (parts.get("timeZone") or {}).get("identifier")
    if zone:
        _check_zone(zone)
    all_day = clock[0] is None
    hour, minute, second = (int(part or 0) for part in clock)
    wall = datetime(int(year), int(month), int(day), hour, minute, second)
    return Moment(wall, all_day, None if all_day else zone)


def _archived(data: bytes) -> dict[str, Any]:
    archive = plistlib.loads(data, fmt=plistlib.FMT_BINARY)
    objects = archive["$objects"]
    root = objects[archive["$top"]["root"].data]
    parts = {name: root.get(f"NS.{name}") for name in _PARTS}
    parts = {name: None if number == _UNDEFINED else number for name, number in parts.items()}
    zone = objects[root["NS.timezone"].data] if "NS.timezone" in root else None
    if isinstance(zone, dict):
        parts["timeZone"] = {"identifier": objects[zone["NS.name"].data]}
    return parts


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"time zone {name!r} does not exist") from error
