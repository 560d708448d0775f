"""Keeps the latest events under numbers, so that whoever was cut off can go on where that was.

The id of an event names the process and counts in it, such as ``19b3f0a2-17``. Who names one that
is no longer kept, or of a process that has ended, is told that something may have been missed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Event", "Feed"]

KEPT = 512


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, with a JSON document; one that tells how things stand has no id.

    state     the daemon is in another state, or for another reason
    run       a cycle began that has work to do, or one ended
    cycle     the whole report of a cycle, also of one with nothing to do
    reminder  a run changed a reminder, on either side
    conflict  both sides had changed a field; one value is shown, the other kept
    held      something waits for a person, or for time
    missed    what was asked for is not known any more: look at everything anew
    """

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    id: str = ""


class Feed:
    """The events of one process, called ``process``; for one thread, or under a lock."""

    def __init__(self, process: str) -> None:
        self._process = process
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._count = 0

    def add(self, event: Event) -> Event:
        """The event with its id, which is kept now."""
        self._count += 1
        kept = Event(event.name, event.data, f"{self._process}-{self._count}")
        self._events.append(kept)
        return kept

    def since(self, id: str) -> Sequence[Event] | None:
        """What came after the event with that id, or ``None`` where nobody can say."""
        process, _, number = id.rpartition("-")
        if process != self._process or not (number.isascii() and number.isdigit()):
            return None
        after = int(number[:18])
        first = self._count - len(self._events)
        if not first <= after <= self._count:
            return None
        return list(self._events)[after - first :]
