"""Decides what the log says of a cycle; what is amiss at once when it is news, else once a day.

In numbers, and without what a person wrote, which goes to a logger of its own: see
``daemon.process.log``.
"""

from __future__ import annotations

import logging

from daemon.process.log import TITLES, facts
from daemon.running.state import State
from sync.cycle.report import AMISS, FOR_A_PERSON, Report
from sync.errors import RemindersdError

__all__ = ["AGAIN_S", "CycleLog"]

AGAIN_S = 86400.0

_COUNTED = ("pulled", "pushed", "rendered", "files", "requests")

_log = logging.getLogger(__name__)
_titles = logging.getLogger(TITLES)


class CycleLog:
    """What was last said of each subject, and when, in monotonic seconds."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[str, float]] = {}
        self._problems: frozenset[str] = frozenset()

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
            counts = facts(
                run=report.run,
                held=sum(hold.kind in FOR_A_PERSON or hold.kind in AMISS for hold in report.held),
                conflicts=report.open_conflicts,
                parked=report.parked,
                problems=len(report.problems),
            )
            _log.warning("something needs you: see `remindersd status`%s", counts)
        elif before is State.ATTENTION:
            _log.info("nothing needs you any more%s", facts(run=report.run))

    def done(self, report: Report, took_s: float) -> None:
        """What a cycle did, if it did anything; ``run`` is its number in the journal."""
        for notice in report.notices:
            _log.warning("%s%s", notice, facts(run=report.run))
        if not report.idle:
            counts = {name: getattr(report, name) for name in _COUNTED}
            told = facts(run=report.run, trigger=report.trigger, **counts, took_s=took_s)
            _log.info("synced%s", told)
        for sentence in (*report.changes, *(hold.reason for hold in report.new_holds)):
            _titles.info("%s%s", sentence, facts(run=report.run))
        for problem in report.problems:
            if problem not in report.notices and problem not in self._problems:
                _titles.warning("%s%s", problem, facts(run=report.run))
        self._problems = frozenset(report.problems)
