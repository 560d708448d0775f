"""Says of each worker when it last moved, so that one that hangs can be told from one that waits.

A worker that waits for work is asked to answer; one that works shows it by each step. What waits
for another worker is excused meanwhile: that one is looked at itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sync.cycle.observing.ahead import worker

__all__ = ["LOOP_S", "POLL_S", "READING_S", "SOCKET_S", "Ask", "Pulse", "Pulses"]

# How long a worker may go without a step: a request to iCloud, a large file, a look at the whole
# mirror are one.
LOOP_S = 300.0
SOCKET_S = 60.0
READING_S = 300.0
POLL_S = 600.0

Ask = Callable[[Callable[[], None]], object]
"""Has the worker call what it is given, as soon as it comes to it; must return at once."""


class Pulse:
    """One worker: ``allowance_s`` is how long it may go without a step."""

    def __init__(
        self, name: str, ask: Ask, allowance_s: float, monotonic: Callable[[], float]
    ) -> None:
        self.name = name
        self.allowance_s = allowance_s
        self.beats = 0
        self.threads: set[int] = set()
        self._ask = ask
        self._monotonic = monotonic
        self._last = monotonic()
        self._is_asked = False
        self._excuses = 0

    def beat(self) -> None:
        """The worker moves; called in its thread."""
        self._last = self._monotonic()
        self.beats += 1
        self.threads.add(worker())

    def ask(self) -> None:
        """Have it answer, unless it owes an answer still."""
        if not self._is_asked:
            self._is_asked = True
            self._ask(self._answer)

    def forgive(self) -> None:
        """Count from now."""
        self._last = self._monotonic()

    def still_s(self) -> float:
        """For how long it has not moved, in seconds; 0 while it is excused."""
        return 0.0 if self._excuses else max(0.0, self._monotonic() - self._last)

    @contextmanager
    def excused(self) -> Iterator[None]:
        """It waits for another worker while the context lasts."""
        self._excuses += 1
        try:
            yield
        finally:
            self.beat()
            self._excuses -= 1

    def _answer(self) -> None:
        self._is_asked = False
        self.beat()


class Pulses:
    """All workers that are watched; any thread may use it. ``monotonic`` gives seconds."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._all: list[Pulse] = []

    def add(self, name: str, ask: Ask, allowance_s: float) -> Pulse:
        """Watch one more."""
        pulse = Pulse(name, ask, allowance_s, self._monotonic)
        with self._lock:
            self._all.append(pulse)
        return pulse

    def drop(self, pulse: Pulse) -> None:
        """Watch it no more."""
        with self._lock:
            self._all = [one for one in self._all if one is not pulse]

    @contextmanager
    def watched(self, name: str, ask: Ask, allowance_s: float) -> Iterator[Pulse]:
        """Watch one while the context lasts."""
        pulse = self.add(name, ask, allowance_s)
        try:
            yield pulse
        finally:
            self.drop(pulse)

    def step(self, _name: str = "") -> None:
        """The worker of this thread moves, if it is watched; a step of any kind will do."""
        own = self._of_this_thread()
        if own is not None:
            own.beat()

    @contextmanager
    def excused(self) -> Iterator[None]:
        """The worker of this thread, if it is watched, waits for another one."""
        own = self._of_this_thread()
        if own is None:
            yield
            return
        with own.excused():
            yield

    def all(self) -> list[Pulse]:
        """Those that are watched now."""
        with self._lock:
            return list(self._all)

    def beats(self) -> int:
        """How often anything moved."""
        return sum(pulse.beats for pulse in self.all())

    def _of_this_thread(self) -> Pulse | None:
        me = worker()
        return next((pulse for pulse in self.all() if me in pulse.threads), None)
