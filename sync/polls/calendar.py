"""Polls the calendars, one window of days at a time, for Apple gives no feed of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from store.db import Store
from sync.errors import BadResponse
from sync.polls.around import Around, Meanwhile
from sync.polls.asked import DataQuery, Item, Progress
from sync.polls.items.common import word
from sync.polls.items.events import event_item, is_event_within, read_event

__all__ = ["EVENTS", "SERVICE", "CalendarSource"]

SERVICE = "calendar"
EVENTS = "mme_calendar.events"
BACK_DAYS, AHEAD_DAYS = 31, 366
_LONGEST_DAYS = 3660

Window = tuple[date, date]


class CalendarSource:
    """The calendars of the account."""

    def __init__(self, around: Around) -> None:
        self._around = around

    def items(self, query: DataQuery, progress: Progress) -> list[Item]:
        """The events that begin within ``query``; without a bound from a month ago to a year on."""
        window = self._window(query)
        self.refresh(progress, window)
        days = window[0].isoformat(), window[1].isoformat()

        def read(store: Store) -> list[Item]:
            home = ZoneInfo(store.meta.get("home_zone") or "UTC")
            return [
                event_item(event)
                for event in store.calendar.events(days)
                if is_event_within(event, query.since, query.until, home)
            ]

        return self._around.mirror(read)

    def refresh(self, progress: Progress, window: Window | None = None) -> None:
        """Read what begins on the days of ``window``; raises RemindersdError."""
        first, last = window or self._window(DataQuery(EVENTS))
        around = self._around
        with around.recorded(SERVICE):
            last_ms, now_ms = around.last_success(SERVICE), around.now_ms()
            calendars, answer = around.ask("calendar", partial(_told, first, last))
            wire = answer.get("Event", []) if isinstance(answer, Mapping) else None
            if not isinstance(wire, list):
                raise BadResponse("Calendar answered without a list of events")
            names = _names(calendars)
            read = [read_event(event, names) for event in wire if isinstance(event, Mapping)]
            events = list({event.id: event for event in read if event is not None}.values())
            # At both ends a zone can put an event on a day that was not asked for.
            inner = first + timedelta(days=1), last - timedelta(days=1)
            days = inner[0].isoformat(), inner[1].isoformat()

            def keep(store: Store) -> None:
                with store.commit("poll-calendar"):
                    store.calendar.replace(events, days, now_ms, last_ms)
                    store.polls.succeeded(SERVICE, now_ms)

            around.mirror(keep)
            progress(EVENTS, len(events), len(events))

    def _window(self, query: DataQuery) -> Window:
        """The days that can hold what begins within ``query``, wherever on earth it does."""
        today = datetime.fromtimestamp(self._around.clock(), UTC).date()
        first, last = today - timedelta(days=BACK_DAYS), today + timedelta(days=AHEAD_DAYS)
        if query.since is not None:
            first = query.since.astimezone(UTC).date() - timedelta(days=1)
            last = max(last, first + timedelta(days=BACK_DAYS + AHEAD_DAYS))
        if query.until is not None:
            last = query.until.astimezone(UTC).date() + timedelta(days=1)
            first = min(first, last - timedelta(days=1)) if query.since is None else first
        return max(first, last - timedelta(days=_LONGEST_DAYS)), max(first, last)


def _told(first: date, last: date, service: Any, _: Meanwhile) -> tuple[Any, Any]:
    from sync.polls.services import address

    address(service, "calendar")
    calendar = service.calendar
    begin, end = (datetime(day.year, day.month, day.day) for day in (first, last))
    return calendar.get_calendars(), calendar.refresh_client(begin, end)


def _names(calendars: object) -> dict[str, str]:
    """What each calendar is called, by its id."""
    entries = calendars if isinstance(calendars, list) else []
    found = {}
    for entry in entries:
        if isinstance(entry, Mapping):
            guid, title = word(entry.get("guid")), word(entry.get("title"))
            if guid is not None and title is not None:
                found[guid] = title
    return found
