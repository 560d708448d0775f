"""Says what came of cycles: to board and listeners, the log, the service manager, the tally.

It decides nothing of when the next cycle runs. A pause, while there is one, is the state whatever
else is; what waits then is in the counts of /status.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from daemon.running.cyclelog import CycleLog
from daemon.running.feed import Event
from daemon.running.happened import Happened, ended
from daemon.running.lasting import Pause
from daemon.running.outcome import Failure, Outcome
from daemon.running.requests import Surroundings
from daemon.running.state import State, state_after
from daemon.running.steps import Steps
from daemon.running.troubles import Trouble
from store.db import Store
from sync.cycle.gauge import Phase
from sync.cycle.report import Report
from sync.errors import RemindersdError

__all__ = ["Reporting"]

_log = logging.getLogger(__name__)

# Steps of a cycle that come only where something is read, written or sent.
_WORKS = ("commit:page:", "commit:walk:", "commit:identities:", "commit:send:", "swap:", "image:")

# For the service manager, where a state needs no reason.
_SENTENCES = defaultdict(
    str,
    {
        State.OK: "iCloud and the files say the same",
        State.SYNCING: "making iCloud and the files say the same",
    },
)

Lend = Callable[[Callable[[Store], Any]], Any]


class Reporting:
    """For the loop's thread alone; ``lend`` lets it look at the mirror."""

    def __init__(self, around: Surroundings, lend: Lend) -> None:
        self._around = around
        self._happened = Happened(lend)
        self._begun: str | None = None  # the trigger of a cycle that was told to have begun
        self._cycle_log = CycleLog()
        self._silent: str | None = None  # the trigger of a cycle of which nothing was told yet
        self._steps = Steps(around.monotonic)
        known = around.lasting.known
        around.board.change(last_success=known.last_success, pause=known.pause)
        if known.pause is not None:
            self.say(State.PAUSED, known.pause.sentence)

    # ---- pausing

    @property
    def pause(self) -> Pause | None:
        """The pause that there is now."""
        return self._around.board.status.pause

    def paused(self, pause: Pause | None) -> None:
        """There is a pause from now on, or none any more; raises OSError if it would not last."""
        self._around.lasting.paused(pause)
        self._around.board.change(pause=pause)
        _log.info("%s", "going on again" if pause is None else f"paused {pause.sentence}")
        if pause is not None:
            self.say(State.PAUSED, pause.sentence)
        elif self._around.board.status.state is State.PAUSED:
            self.say(State.SYNCING, "")

    # ---- what came of it

    def begins(self, trigger: str, *, is_asked: bool) -> None:
        """A cycle begins; unless somebody asked for it, that is told when it has work to do."""
        self._silent = trigger
        if is_asked:
            self._began()

    def stepped(self, name: str) -> None:
        """The cycle, or another work, comes to a step of that name."""
        if self._steps.step(name):
            self._around.board.change(progress=self._steps.progress())
        if self._silent is not None and name.startswith(_WORKS):
            self._began()

    def gauged(self, phase: Phase, done: int, total: int | None) -> None:
        """So much of what is worked on is done."""
        if self._steps.gauge(phase, done, total):
            self._around.board.change(progress=self._steps.progress())

    def rests(self) -> None:
        """Nothing is under way any more."""
        self._steps = Steps(self._around.monotonic)
        if self._around.board.status.progress is not None:
            self._around.board.change(progress=None)

    def _began(self) -> None:
        trigger, self._silent = self._silent, None
        self._begun = trigger
        board = self._around.board
        if board.status.state is State.OK:
            self.say(State.SYNCING, "")
        board.tell(Event("run", {"schema": 1, "phase": "started", "trigger": trigger}))

    def succeeded(self, report: Report, now: float, took_s: float) -> None:
        """A cycle came to its end; ``now`` is monotonic."""
        around, board, self._silent = self._around, self._around.board, None
        self._cycle_log.over("cycle")
        wall = around.wall()
        trust = around.trust(wall)
        self._cycle_log.trust(trust, now)
        around.tally.succeeded(report, took_s)
        with suppress(OSError):  # a full disk is told of by what the cycles meet of it
            around.lasting.succeeded(wall, news=not report.idle)
        board.change(last_success=wall, problems=tuple(report.problems))
        board.tell(Event("cycle", report.document()))
        begun, self._begun = self._begun is not None, None
        for event in self._happened.events_of(report, begun=begun):
            board.tell(event)
        self._cycle_log.done(report, took_s)
        state, reason = state_after(report)
        if (state, reason) != (board.status.state, board.status.reason):
            self._cycle_log.went_through(board.status.state, state, report)
        self.say(state, reason, told="see `remindersd status`")
        around.heard(Outcome(trust=trust))

    def failed(self, error: RemindersdError, trouble: Trouble, now: float, took_s: float) -> None:
        """A cycle ended with ``error``; ``now`` is monotonic."""
        self._silent = None
        self._around.tally.failed(error.code, took_s)
        begun, self._begun = self._begun, None
        if begun is not None:
            self._around.board.tell(ended(begun, None, "failed"))
        self._cycle_log.failed(trouble.state, error, now)
        self.say(trouble.state, error.message)
        self._around.heard(Outcome(Failure.of(error, trouble.state)))

    def say(self, state: State, reason: str, told: str | None = None) -> None:
        """``told`` is for the service manager, where a reason may quote what a person wrote."""
        pause = self.pause
        if pause is not None:
            state, reason, told = State.PAUSED, pause.sentence, None
        self._around.board.change(state=state, reason=reason)
        sentence = (told or reason) if reason else _SENTENCES[state]
        self._around.notifier.status(f"{state}: {sentence}" if sentence else state)

    def ended(self) -> None:
        """The loop ends: what is known of it is written down."""
        with suppress(OSError):  # the next start knows a little less
            self._around.lasting.write()

    def next_run(self, times: Sequence[float | None]) -> None:
        """When the next cycle is, by the earliest of these Unix times."""
        known = [at for at in times if at is not None]
        self._around.board.change(next_run=min(known, default=None))
