"""What takes more than a second shows how far it is; what does not, and a pipe, shows nothing."""

from __future__ import annotations

import io
import re
import sys
import threading
from dataclasses import asdict
from typing import Any

import pytest

from daemon.cli import progress
from daemon.cli.common import Globals
from daemon.cli.progress import Watch, cycle_bar, following_cycle, progress_bar
from daemon.running.steps import Progress, Steps
from sync.cycle.gauge import Phase
from sync.errors import NetworkError


class Clock:
    """Each look at it takes ``tick_s``."""

    def __init__(self, tick_s: float) -> None:
        self.now = 0.0
        self._tick_s = tick_s

    def __call__(self) -> float:
        self.now += self._tick_s
        return self.now


def work(watch: Steps | Watch) -> None:
    """A first read of 1,200 records, and 90 of 100 changes that are sent."""
    watch.step("engine:pull")
    for page in range(12):
        watch.gauge(Phase.PULL, 100 * (page + 1), None)
    watch.step("engine:push")
    for request in range(10):
        watch.gauge(Phase.SEND, 10 * request, 100)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch, columns: int = 120) -> Terminal:
    """Standard error as a terminal; in a test, since pytest takes its own between the phases."""
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(columns))
    return shown


def test_what_is_told_comes_to_a_phase_a_count_a_rate_and_the_time_left() -> None:
    clock = Clock(0.0)
    steps = Steps(clock)
    assert (steps.step("commit:page:after"), steps.progress()) == (False, Progress("beginning"))
    assert steps.step("engine:pull")
    steps.gauge(Phase.PULL, 400, None)
    assert steps.progress() == Progress("reading iCloud, 400 records", 400)
    clock.now += 4.0
    assert steps.progress() == Progress("reading iCloud, 400 records", 400, rate=100.0)
    steps.gauge(Phase.SEND, 0, 100)  # what follows has a rate of its own
    assert steps.progress() == Progress("sending to iCloud, 0 of 100 changes", 0, 100)
    clock.now += 5.0
    steps.gauge(Phase.SEND, 20, 100)
    now = steps.progress()
    assert (now.said, now.rate, now.left_s) == ("sending to iCloud, 20 of 100 changes", 4.0, 20.0)
    steps.gauge(Phase.SEND, 120, 100)  # more came than were counted
    assert steps.progress().left_s == 0.0


def test_what_goes_faster_than_anybody_can_look_is_told_now_and_then() -> None:
    clock = Clock(0.0)
    steps = Steps(clock)
    assert steps.gauge(Phase.READ, 0, 9)
    assert not steps.gauge(Phase.READ, 1, 9)
    clock.now += 0.2
    assert steps.gauge(Phase.READ, 2, 9)
    assert steps.gauge(Phase.WRITE, 0, 1)


def test_a_short_cycle_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    with cycle_bar(clock=lambda: 5.0) as watch:
        work(watch)
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_long_one_shows_what_it_does_and_takes_it_away(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = on_terminal(monkeypatch, columns)
    with cycle_bar(clock=Clock(1.0)) as watch:
        work(watch)
    shown = terminal.getvalue()
    assert "sending to iCloud, 90 of 100 changes" in shown
    assert re.search(r"90%,\s+[\d.]+/s,\s+\d+\s+seconds?\s+left", shown)
    assert shown.endswith("\x1b[2K")


def test_what_is_silent_for_long_is_shown_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    clock = Clock(0.0)
    with cycle_bar(clock=clock) as watch:
        watch.step("engine:commit")
        clock.now += 1.0
        assert terminal.getvalue() == ""
        watch.look()  # as a timer does it
    assert "planning" in terminal.getvalue()


def test_of_what_nobody_knows_how_much_it_is_no_time_left_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = on_terminal(monkeypatch)
    with cycle_bar(clock=Clock(1.0)) as watch:
        watch.gauge(Phase.WRITE, 7, 7)
        for records in range(100, 500, 100):
            watch.gauge(Phase.PULL, records, None)
    last = terminal.getvalue().rpartition("reading iCloud, ")[2]
    assert last.startswith("400 records, ")
    assert "/s" in last
    assert "left" not in last
    assert "%" not in last


def test_a_pipe_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    piped = io.StringIO()
    monkeypatch.setattr(sys, "stderr", piped)
    with cycle_bar(clock=Clock(1.0)) as watch, progress_bar() as show:
        work(watch)
        show("photos", 1, 2)
    assert piped.getvalue() == ""


def test_how_far_the_daemon_is_is_shown_too(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, looked = on_terminal(monkeypatch), threading.Event()
    monkeypatch.setattr(progress, "_AFTER_S", 0.0)
    monkeypatch.setattr(progress, "_LOOK_EVERY_S", 0.0)
    now = Progress("writing files, 7 of 28 files", 7, 28, 3.5, 6.0)
    told = iter([{"progress": None}, {"progress": asdict(now)}])

    def answer(*_asked: object, **_options: object) -> dict[str, Any]:
        found = next(told, None)
        if found is None:
            looked.set()
            raise NetworkError("it ends")
        return found

    monkeypatch.setattr(Globals, "ask", answer)
    with following_cycle(Globals()):
        assert looked.wait(60)
    assert "writing files, 7 of 28 files, 25%, 3.5/s, 6 seconds left" in terminal.getvalue()


def test_a_poll_shows_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    with progress_bar() as show:
        for done in range(1, 4):
            show("photos", done, 4)
    shown = terminal.getvalue()
    assert "photos" in shown
    assert "75%" in shown
    assert "/s" in shown
