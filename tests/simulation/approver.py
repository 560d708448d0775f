"""Somebody who decides what the machine asks: lets go what is held, and try what was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.core.actions import Hold
from sync.cycle.report import Report
from sync.errors import UsageError
from tests.simulation.chance import Crash

if TYPE_CHECKING:
    from tests.simulation.history import History


class Approver:
    """One person, who decides for whichever machine's turn it is."""

    def __init__(self, history: History) -> None:
        self._h = history
        self._unparked: set[str] = set()
        """Machines of which what was refused was let be tried again."""
        self._last: dict[str, list[Hold]] = {}
        """By machine what was held when that was last let go: to say so again changes nothing."""

    def decide(self, report: Report) -> bool:
        """Do as a person what is waited for, if this one does; whether there was anything."""
        if "approves" not in self._h.story.traits or not (report.held or report.parked):
            return False
        machine = self._h.machine
        try:
            unparked = self._unpark()
            return self._let_go(report) or unparked
        except Crash:  # whether that was written or not, it was wanted
            machine.stop()
            machine.errors.append("crash")
            self._h.revive()
            self._approves(report, [one.id for one in report.held])
            return True

    def sees(self, report: Report) -> None:
        """Where something else is held now, what was let go is over: it may come once more."""
        name = self._h.machine.name
        if report.held != self._last.get(name):
            self._last.pop(name, None)

    def late(self, report: Report | None) -> None:
        """Let go what this report, the last one, says is held, whatever came since."""
        if report is not None and report.held:
            with self._h.trouble.looking():
                if self._let_go(report):
                    self._h.verdict.struck["approval"] += 1

    def _unpark(self) -> bool:
        """Let what was refused be tried again, once; whether there was any."""
        machine = self._h.machine
        outbox, name = machine.store.outbox, machine.name
        parked = [] if name in self._unparked else outbox.parked()
        self._unparked |= {name} if parked else set()
        with machine.store.commit("unpark"):
            for intent in parked:
                outbox.unpark(intent.seq)
        return bool(parked)

    def _let_go(self, report: Report) -> bool:
        """Let go ahead what is held; whether there was any that was not let go just before."""
        name = self._h.machine.name
        if report.held == self._last.get(name):
            return False
        self._last[name] = [*report.held]
        keys = [hold.id for hold in report.held]
        keys += [str(name.title) for name in report.names.values() if name.title]
        try:
            approved = self._h.machine.engine.approve(keys)
        except UsageError as refused:
            if self._h.trouble.away is None:
                raise
            self._h.tale.tell(f"person: approves, and is told {refused.message}")
            return False
        self._h.tale.tell(f"person: approves {[hold.id for hold in approved]}")
        self._approves(report, [hold.id for hold in approved])
        return bool(approved)

    def _approves(self, report: Report, ids: list[str]) -> None:
        self._h.witness.approves(self._h.trouble.retract(report, ids))
