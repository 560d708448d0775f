"""Holds what the daemon says about itself, for readers in other threads, and tells them of changes.

The loop writes, the control socket reads. A listener is called in the loop's thread and must
return at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from daemon.running.feed import Event, Feed
from daemon.running.lasting import Pause
from daemon.running.steps import Progress
from sync.core.actions import Hold, HoldKind
from sync.cycle.report import AMISS, FOR_A_PERSON, Report

__all__ = ["Board", "Event", "State", "Status", "state_after"]


class State(StrEnum):
    """In one word, how the daemon is."""

    OK = "ok"
    SYNCING = "syncing"
    PAUSED = "paused"
    OFFLINE = "offline"
    ATTENTION = "attention"
    SIGN_IN = "sign-in"


@dataclass(frozen=True, slots=True)
class Status:
    """The daemon at one moment; times are Unix seconds.

    ``reason`` is a sentence where ``state`` needs one. ``problems`` are what the last cycle could
    not do, ``config_problem`` why a changed config is not in use, ``watch_problem`` why changes
    of files are seen only by the timer. While there is a ``pause`` nothing goes by itself.
    ``progress`` is how far the work under way is.
    """

    state: State = State.SYNCING
    reason: str = "starting"
    last_success: float | None = None
    next_run: float | None = None
    problems: tuple[str, ...] = ()
    config_problem: str | None = None
    watch_problem: str | None = None
    pause: Pause | None = None
    progress: Progress | None = None


# The hold that stands for the whole folder: it is not there, or not the one expected.
_NO_FOLDER = HoldKind.FILE, "folder"

Listener = Callable[[Event], None]


class Board:
    """The present ``Status``, and those who want to hear of changes.

    ``process`` is what no other process of this profile is called: it is in the ids of events.
    """

    def __init__(self, process: str = "0") -> None:
        self._lock = threading.Lock()
        self._status = Status()
        self._listeners: list[Listener] = []
        self._feed = Feed(process)

    @property
    def status(self) -> Status:
        """The status now."""
        with self._lock:
            return self._status

    def change(self, **changes: Any) -> None:
        """Replace fields of the status; a new state or reason is told to all listeners."""
        with self._lock:
            before, self._status = self._status, replace(self._status, **changes)
            after = self._status
        if (before.state, before.reason) != (after.state, after.reason):
            self.tell(state_event(after))

    def tell(self, event: Event) -> None:
        """Pass an event to all listeners, and keep it for a while."""
        with self._lock:
            kept = self._feed.add(event)
            listeners = list(self._listeners)
        for listener in listeners:
            listener(kept)

    @contextmanager
    def listening(self, listener: Listener, after: str | None = None) -> Iterator[Sequence[Event]]:
        """Tell ``listener`` of events while the context lasts.

        It yields what came before: all ``after`` the event of that id; or how things stand now,
        which ``missed`` precedes where that event is not known any more.
        """
        with self._lock:
            self._listeners.append(listener)
            missed = None if after is None else self._feed.since(after)
            now = state_event(self._status)
        gap = () if after is None else (Event("missed", {"schema": 1}),)
        try:
            yield (*gap, now) if missed is None else missed
        finally:
            with self._lock:
                self._listeners.remove(listener)


def state_event(status: Status) -> Event:
    """The event that says in which state the daemon is."""
    data = {"schema": 1, "state": status.state.value, "reason": status.reason}
    return Event("state", data)


def state_after(report: Report) -> tuple[State, str]:
    """The state, and its reason, after a cycle that came to its end."""
    for hold in report.held:
        if (hold.kind, hold.id) == _NO_FOLDER:
            return State.ATTENTION, hold.reason
    waiting = [hold for hold in report.held if hold.kind in FOR_A_PERSON]
    if waiting:
        return State.ATTENTION, f"waits for you: {_reasons(waiting)}"
    amiss = [hold for hold in report.held if hold.kind in AMISS]
    if amiss:
        return State.ATTENTION, _reasons(amiss)
    if report.open_conflicts:
        return State.ATTENTION, f"{_count(report.open_conflicts, 'conflict')} to look at"
    if report.problems:
        return State.ATTENTION, report.problems[0]
    if report.parked:
        return State.ATTENTION, f"{_count(report.parked, 'change')} refused by iCloud"
    return State.OK, ""


def _reasons(held: Sequence[Hold]) -> str:
    """The first reason; and for how many the others are, not counting those of the same."""
    others = sum(hold.reason != held[0].reason for hold in held)
    return held[0].reason + f" (and {others} more)" * bool(others)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
