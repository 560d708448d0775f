"""Decides when polls happen, and notices when the clocks no longer agree on what time it is.

The scheduler plans by the wall clock: set back an hour it would be silent for an hour, and asleep
it does not know how long. So three clocks are compared now and then; when they part, all is
planned anew and the loop is told. Jobs do nothing but enqueue.
"""

# mypy: allow-untyped-calls
# (APScheduler 3 has no types)

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

__all__ = ["ClockWatch", "Clocks", "Drift", "PollClock", "Schedule", "read_clocks"]

JITTER = 0.1  # of the interval, so that not all clients in the world ask at once
LOOK_EVERY_S = 30.0
SLACK_S = 5.0  # what the clocks may part by between two looks; slewing stays far below

_POLL = "reminders"


class Schedule:
    """Calls ``enqueue`` every ``every_s`` seconds, more or less, from a thread of its own."""

    def __init__(self, every_s: float, enqueue: Callable[[], None]) -> None:
        self._every_s = every_s
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_job(enqueue, self._trigger(), id=_POLL)

    def start(self) -> None:
        """Begin; the first call comes after one interval."""
        self._scheduler.start()

    def stop(self) -> None:
        """End, without waiting for a call under way."""
        self._scheduler.shutdown(wait=False)

    def change(self, every_s: float) -> None:
        """Use another interval, counted from now."""
        self._every_s = every_s
        self.replan()

    def replan(self) -> None:
        """Count the interval from now, whatever the clock said before."""
        self._scheduler.reschedule_job(_POLL, trigger=self._trigger())

    def next_run(self) -> float | None:
        """When the next call is planned, in Unix seconds."""
        job = self._scheduler.get_job(_POLL)
        planned = getattr(job, "next_run_time", None)
        return None if planned is None else float(planned.timestamp())

    def _trigger(self) -> IntervalTrigger:
        return IntervalTrigger(seconds=self._every_s, timezone=UTC, jitter=self._every_s * JITTER)


class PollClock:
    """Calls ``due`` with the name of a service whenever it is to be polled, from its own thread.

    Runs that were missed, while the machine slept or was off, are one run.
    """

    def __init__(self, due: Callable[[str], None]) -> None:
        self._due = due
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Begin, with nothing planned."""
        self._scheduler.start()

    def stop(self) -> None:
        """End, without waiting for a call under way."""
        self._scheduler.shutdown(wait=False)

    def plan(self, name: str, every_s: float | None, first_at: float) -> None:
        """Call every ``every_s`` seconds, more or less, from the Unix time ``first_at`` on.

        ``None``: never.
        """
        if every_s is None:
            if self._scheduler.get_job(name) is not None:
                self._scheduler.remove_job(name)
            return
        self._scheduler.add_job(
            self._due,
            IntervalTrigger(seconds=every_s, timezone=UTC, jitter=every_s * JITTER),
            args=[name],
            id=name,
            next_run_time=datetime.fromtimestamp(first_at, UTC),
            replace_existing=True,
        )

    def again(self, name: str, in_s: float) -> None:
        """Call in so many seconds, and from then on as planned; nothing for what is not planned."""
        if self._scheduler.get_job(name) is not None:
            at = datetime.now(UTC) + timedelta(seconds=in_s)
            self._scheduler.modify_job(name, next_run_time=at)

    def next_run(self, name: str) -> float | None:
        """When the next call is planned, in Unix seconds."""
        planned = getattr(self._scheduler.get_job(name), "next_run_time", None)
        return None if planned is None else float(planned.timestamp())


@dataclass(frozen=True, slots=True)
class Clocks:
    """One moment on three clocks, in seconds.

    ``running`` does not count sleep (CLOCK_MONOTONIC), ``elapsed`` does (CLOCK_BOOTTIME), and
    ``wall`` can be set to anything (CLOCK_REALTIME).
    """

    running: float
    elapsed: float
    wall: float


def read_clocks() -> Clocks:
    """What the clocks say now."""
    return Clocks(time.monotonic(), time.clock_gettime(time.CLOCK_BOOTTIME), time.time())


class Drift:
    """Compares each reading of the clocks with the one before."""

    def __init__(self, first: Clocks) -> None:
        self._last = first

    def noticed(self, now: Clocks) -> str | None:
        """What happened since the last reading, as a sentence; ``None``: time just passed."""
        last, self._last = self._last, now
        elapsed_s = now.elapsed - last.elapsed
        asleep_s = elapsed_s - (now.running - last.running)
        jumped_s = (now.wall - last.wall) - elapsed_s
        if asleep_s > SLACK_S:
            return f"the machine slept for {asleep_s:.0f} s"
        if abs(jumped_s) > SLACK_S:
            return f"the clock was set by {jumped_s:+.0f} s"
        return None


class ClockWatch:
    """Looks at the clocks from a thread of its own and calls ``on_drift`` with a sentence.

    ``wait(seconds)`` is true when it is time to end.
    """

    def __init__(
        self,
        on_drift: Callable[[str], None],
        read: Callable[[], Clocks] = read_clocks,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        self._on_drift = on_drift
        self._read = read
        self._ended = threading.Event()
        self._wait = wait or self._ended.wait
        self._drift = Drift(read())
        self._thread = threading.Thread(target=self._run, name="clocks", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._wait(LOOK_EVERY_S):
            sentence = self._drift.noticed(self._read())
            if sentence is not None:
                self._on_drift(sentence)
