"""Remembers the events of the calendars, window by window."""

from __future__ import annotations

from collections.abc import Sequence

from store.connection import Connection, json_array
from store.polled.rows import CalendarEvent
from store.polled.seen import Seen

__all__ = ["Calendar"]


class Calendar:
    """Events by their id."""

    def __init__(self, connection: Connection) -> None:
        self._events: Seen[CalendarEvent] = Seen(
            connection, "calendar_event", CalendarEvent, ("id",)
        )

    def replace(
        self,
        events: Sequence[CalendarEvent],
        window: tuple[str, str],
        now_ms: int,
        last_ms: int | None,
    ) -> None:
        """All events that begin on the days of ``window`` (ISO dates, both included)."""
        self._events.put(events, now_ms)
        missing = "day BETWEEN ? AND ? AND id NOT IN (SELECT value FROM json_each(?))"
        ids = json_array(event.id for event in events)
        self._events.lose(missing, (*window, ids), now_ms, last_ms)

    def events(self, window: tuple[str, str]) -> list[CalendarEvent]:
        """The events that are there and begin on the days of ``window``, in their order."""
        rows = self._events.rows("gone_ms IS NULL AND day BETWEEN ? AND ?", window)
        return sorted(rows, key=lambda row: (row.day or "", row.start or "", row.id))
