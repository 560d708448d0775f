"""The row of what sets an alarm off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from store.model import AtTime, Floating, Place, Zoned

__all__ = ["TriggerRow"]


@dataclass(frozen=True, slots=True)
class TriggerRow:
    """A decoded trigger; ``kind`` is the wire's: ``Date``, ``Location``, or another.

    One by date rings ``at`` a moment of its own, or at ``clock`` in ``zone`` (``None``: wherever
    one is) on the due day; one by location at ``place``. What could not be read is ``None``.
    """

    id: str
    alarm_id: str
    record_name: str
    kind: str = ""
    at: Floating | Zoned | None = None
    clock: time | None = None
    zone: str | None = None
    place: Place | None = None
    deleted: bool = False

    def alarm(self, day: date | None) -> AtTime | Place | None:
        """The alarm that it stands for, if that can be said; ``day`` is the due day."""
        if self.at is not None:
            return AtTime(self.at)
        if self.clock is None or day is None:
            return self.place
        wall = datetime.combine(day, self.clock)
        return AtTime(Zoned(wall, self.zone) if self.zone else Floating(wall))
