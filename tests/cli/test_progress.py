"""What takes more than a second shows how far it is; what does not, and a pipe, shows nothing."""

from __future__ import annotations

import io
import sys
import threading
from typing import Any

import pytest

from daemon.cli import progress
from daemon.cli.common import Globals
from daemon.cli.progress import cycle_bar, following_cycle, progress_bar
from daemon.running.steps import Steps
from sync.errors import NetworkError

STEPS = ("engine:pull", *["commit:page:before", "commit:page:after"] * 12)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Standard error as a terminal; in a test, since pytest takes its own between the phases."""
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    return shown


def test_steps_come_to_a_phase_and_a_count() -> None:
    counted = Steps()
    changed = [counted.step(name) for name in STEPS]
    assert (counted.said(), changed.count(True)) == ("reading iCloud, 12 pages", 13)
    counted.step("engine:write")
    assert counted.said() == "writing files"
    counted.step("commit:written:after")
    assert counted.said() == "writing files, 1 file"


def test_a_short_cycle_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    with cycle_bar(clock=lambda: 5.0) as step:
        for name in STEPS:
            step(name)
    assert terminal.getvalue() == ""


def test_a_long_one_shows_what_it_does_and_takes_it_away(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    times = iter(range(1000))
    with cycle_bar(clock=lambda: float(next(times))) as step:
        for name in STEPS:
            step(name)
    shown = terminal.getvalue()
    assert "reading iCloud, 12 pages" in shown
    assert shown.endswith("\x1b[2K")


def test_a_pipe_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    piped = io.StringIO()
    monkeypatch.setattr(sys, "stderr", piped)
    with cycle_bar(clock=iter(range(1000)).__next__) as step, progress_bar() as show:
        step("engine:pull")
        show("photos", 1, 2)
    assert piped.getvalue() == ""


def test_how_far_the_daemon_is_is_shown_too(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, looked = on_terminal(monkeypatch), threading.Event()
    monkeypatch.setattr(progress, "_AFTER_S", 0.0)
    monkeypatch.setattr(progress, "_LOOK_EVERY_S", 0.0)
    told = iter([{"progress": None}, {"progress": {"said": "writing files, 7 files", "done": 7}}])

    def answer(*_asked: object, **_options: object) -> dict[str, Any]:
        found = next(told, None)
        if found is None:
            looked.set()
            raise NetworkError("it ends")
        return found

    monkeypatch.setattr(Globals, "ask", answer)
    with following_cycle(Globals()):
        assert looked.wait(60)
    assert "writing files, 7 files" in terminal.getvalue()


def test_a_poll_shows_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    with progress_bar() as show:
        for done in range(1, 4):
            show("photos", done, 4)
    shown = terminal.getvalue()
    assert "photos" in shown
    assert "75%" in shown
    assert "/s" in shown
