"""Starts our commands as processes of an ordinary user, waits for what they do, and ends them."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.children import start

__all__ = ["DEADLINE_S", "Done", "Process", "until"]

DEADLINE_S = 60.0  # for what takes a second or two on an idle machine
END_S = 60.0
LOOK_S = 0.05  # between two looks

T = TypeVar("T")


def until(is_so: Callable[[], T], *, deadline_s: float = DEADLINE_S) -> T:
    """Look again and again until ``is_so()`` gives something true, and return it.

    What it asserts or does not find is "not yet"; after ``deadline_s`` the last of that is raised.
    """
    deadline = time.monotonic() + deadline_s
    while True:
        try:
            if found := is_so():
                return found
            failure: Exception = AssertionError(f"still {found!r} after {deadline_s:g} s")
        except (AssertionError, LookupError, OSError) as error:
            failure = error
        if time.monotonic() > deadline:
            raise failure
        time.sleep(LOOK_S)


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


class Process:
    """``remindersd ARGUMENTS`` as a process; its standard error is appended to ``log``.

    ``program`` is what Python is told before the arguments.
    """

    def __init__(
        self,
        arguments: tuple[str, ...],
        environment: Mapping[str, str],
        log: Path,
        program: tuple[str, str] = ("-m", "daemon"),
    ):
        self.log = log
        with log.open("ab") as errors:
            streams = subprocess.PIPE, subprocess.PIPE, errors.fileno()
            self._child = start((*program, *arguments), environment, streams)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._child.poll() is None

    def first_line(self) -> str:
        """The first line of its standard output; raises AssertionError if it ends without one."""
        assert self._child.stdout is not None
        line: bytes = self._child.stdout.readline()
        assert line, f"it ended without a word: {self.said()}"
        return line.decode()

    def said(self) -> str:
        """Everything on its standard error so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._child.send_signal(number)

    def done(self, typed: str = "", deadline_s: float = DEADLINE_S) -> Done:
        """Wait for its end, with ``typed`` on its standard input."""
        try:
            out, _ = self._child.communicate(typed.encode(), timeout=deadline_s)
        finally:
            self.kill()
        return Done(self._child.wait(), out.decode(), self.said())

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, and return its exit code; one that does not end fails the test."""
        self.send(number)
        return self.done(deadline_s=END_S).code

    def kill(self) -> None:
        """End it at once, whatever it does, if it has not ended."""
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()
