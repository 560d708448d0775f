"""Decides when what is amiss is said again in the log: at once when it is news, else once a day.

In numbers, and without what a person wrote: the log is not for that.
"""

from __future__ import annotations

import logging

from daemon.state import State
from sync.cycle.report import AMISS, FOR_A_PERSON, Report
from sync.errors import RemindersdError

__all__ = ["AGAIN_S", "Notices"]

AGAIN_S = 86400.0

_log = logging.getLogger(__name__)


class Notices:
    """What was last said of each subject, and when, in monotonic seconds."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[str, float]] = {}

    def is_due(self, subject: str, sentence: str, now: float) -> bool:
        """Whether ``sentence`` is to be said; if so it counts as said."""
        last = self._said.get(subject)
        if last is not None and last[0] == sentence and now - last[1] < AGAIN_S:
            return False
        self._said[subject] = sentence, now
        return True

    def over(self, subject: str) -> None:
        """Nothing is amiss any more; the next time is news."""
        self._said.pop(subject, None)

    def trust(self, warning: str | None, now: float) -> None:
        """A sign-in that ends soon is said in time."""
        if warning is None:
            self.over("trust")
        elif self.is_due("trust", warning, now):
            _log.warning("%s", warning)

    def failed(self, state: State, error: RemindersdError, now: float) -> None:
        """A cycle did not go through."""
        way_out = f" ({error.hint})" if error.hint else ""
        if self.is_due("cycle", error.message, now):
            _log.warning("%s: %s%s", state, error.message, way_out)

    def went_through(self, before: State, after: State, report: Report) -> None:
        """What waits after a cycle is not what waited before it."""
        if after is State.ATTENTION:
            _log.warning(
                "attention: %d held back, %d in conflict, %d refused by iCloud, %d other problems: "
                "see `remindersd status`",
                sum(hold.kind in FOR_A_PERSON or hold.kind in AMISS for hold in report.held),
                *(report.open_conflicts, report.parked, len(report.problems)),
            )
        elif before is State.ATTENTION:
            _log.info("nothing waits any more")
