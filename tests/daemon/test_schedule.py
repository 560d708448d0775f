"""Polls by the clock, and clocks that jump."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from daemon.running.schedule import Clocks, ClockWatch, Drift, Schedule
from tests.daemon.fakes import PATIENCE_S


@contextmanager
def running(schedule: Schedule) -> Iterator[Schedule]:
    schedule.start()
    try:
        yield schedule
    finally:
        schedule.stop()


def test_it_calls_again_and_again() -> None:
    calls: queue.Queue[None] = queue.Queue()
    with running(Schedule(0.05, lambda: calls.put(None))):
        for _ in range(3):
            calls.get(timeout=PATIENCE_S)


def test_the_next_run_is_one_interval_away_give_or_take_a_tenth() -> None:
    with running(Schedule(1000, lambda: None)) as schedule:
        next_run = schedule.next_run()
        assert next_run is not None
        assert 890 < next_run - time.time() < 1110
        schedule.change(10)
        changed = schedule.next_run()
        assert changed is not None
        assert changed - time.time() < 12


def test_a_plan_for_a_far_future_is_made_anew_after_a_jump() -> None:
    with running(Schedule(60, lambda: None)) as schedule:
        scheduler: Any = schedule._scheduler
        job = scheduler.get_job("reminders")
        # What a clock that was set back by an hour leaves behind.
        job.modify(next_run_time=job.next_run_time + timedelta(hours=1))
        schedule.replan()
        next_run = schedule.next_run()
        assert next_run is not None
        assert next_run - time.time() < 70


def test_a_clock_that_jumps_or_a_machine_that_sleeps_is_noticed_once() -> None:
    drift = Drift(Clocks(running=0, elapsed=0, wall=1000))
    assert drift.noticed(Clocks(30, 30, 1030)) is None
    assert drift.noticed(Clocks(60, 60, -2540)) == "the clock was set by -3600 s"
    assert drift.noticed(Clocks(90, 90, -2510)) is None
    assert drift.noticed(Clocks(120, 7320, 4720)) == "the machine slept for 7200 s"
    assert drift.noticed(Clocks(150, 7350, 4750)) is None
    assert drift.noticed(Clocks(180, 7380, 4781.5)) is None  # slewed


def test_the_watch_tells_what_was_noticed() -> None:
    readings = [Clocks(0, 0, 0), Clocks(30, 30, 30), Clocks(60, 660, 660), Clocks(90, 690, 690)]
    heard: queue.Queue[str] = queue.Queue()
    ended: queue.Queue[bool] = queue.Queue()
    for is_end in (False, False, False, True):
        ended.put(is_end)
    watch = ClockWatch(heard.put, read=lambda: readings.pop(0), wait=lambda _: ended.get())
    watch.start()
    watch.stop()
    assert list(heard.queue) == ["the machine slept for 600 s"]
