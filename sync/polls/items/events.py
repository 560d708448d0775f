"""Calendar: what an event says, and the items ``mme_calendar.event`` that are made of it.

Wire facts: docs/wire-services.md, "Calendar".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from store.polled.rows import CalendarEvent
from sync.polls.items.common import is_within, item_id, word

__all__ = ["event_item", "is_event_within", "read_event"]


def read_event(event: Mapping[str, Any], calendars: Mapping[str, str]) -> CalendarEvent | None:
    """What an event says; ``calendars`` names them by their id. ``None`` without an id or a start.

    Each occurrence of an event that repeats has a row of its own.
    """
    uid, start = word(event.get("guid")), _wall(event.get("startDate"))
    if uid is None or start is None:
        return None
    calendar_id = word(event.get("pGuid")) or ""
    all_day = event.get("allDay") is True
    zone = None if all_day else word(event.get("tz"))
    zone = None if _zone(zone) is None else zone
    begin = _said(start, zone, all_day=all_day)
    end = _wall(event.get("endDate"))
    return CalendarEvent(
        id=item_id("mme_calendar.event", calendar_id, uid, begin),
        uid=uid,
        calendar=calendars.get(calendar_id),
        title=word(event.get("title")),
        start=begin,
        end=None if end is None else _said(end, zone, all_day=all_day),
        all_day=all_day,
        zone=zone,
        location=word(event.get("location")),
        day=start.date().isoformat(),
    )


def event_item(event: CalendarEvent) -> dict[str, Any]:
    """The item of an event."""
    return {
        "id": event.id,
        "data_type": "mme_calendar.event",
        "uid": event.uid,
        "calendar": event.calendar,
        "title": event.title,
        "start": event.start,
        "end": event.end,
        "all_day": event.all_day,
        "zone": event.zone,
        "location": event.location,
    }


def is_event_within(
    event: CalendarEvent, since: datetime | None, until: datetime | None, home: tzinfo
) -> bool:
    """Whether it begins later than ``since`` and earlier than ``until``.

    A day, or a time without a zone, is taken to be in the zone ``home``.
    """
    start = datetime.fromisoformat(event.start) if event.start else None
    if start is not None and start.tzinfo is None:
        start = start.replace(tzinfo=home)
    return is_within(start, since, until)


def _wall(value: object) -> datetime | None:
    """The time on the wall of ``[20260302, 2026, 3, 2, 14, 30, 870]``."""
    if not isinstance(value, list) or len(value) < 6:
        return None
    try:
        return datetime(*(int(part) for part in value[1:6]))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None


def _said(wall: datetime, zone: str | None, *, all_day: bool) -> str:
    if all_day:
        return date.isoformat(wall.date())
    found = _zone(zone)
    if found is None:
        return wall.isoformat()
    said = wall.replace(tzinfo=found).isoformat()
    return said.replace("+00:00", "Z") if zone in ("UTC", "GMT") else said


def _zone(name: str | None) -> tzinfo | None:
    """The zone of that name; ``None`` where it is unknown: the time floats."""
    if name is None:
        return None
    if name in ("UTC", "GMT"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None
