"""Starts our commands as processes of an ordinary user, waits for what they do, and ends them."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

__all__ = ["DEADLINE_S", "Done", "Process", "until"]

DEADLINE_S = 60.0  # for what takes a second or two on an idle machine
END_S = 20.0
LOOK_S = 0.05  # between two looks

REPOSITORY = Path(__file__).parents[2]

_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP = 1, 24
_OVERRIDES = (1, 2)  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: root's way past file modes
_LIBC = ctypes.CDLL(None, use_errno=True)  # loaded now: little is safe between fork and exec

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
    """``remindersd ARGUMENTS`` as a process; its standard error is appended to ``log``."""

    def __init__(self, arguments: tuple[str, ...], environment: Mapping[str, str], log: Path):
        self.log = log
        parent = os.getpid()
        with log.open("ab") as errors:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", "daemon", *arguments],
                env=environment,
                cwd=REPOSITORY,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                preexec_fn=lambda: _be_ordinary(parent),
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._popen.poll() is None

    def first_line(self) -> str:
        """The first line of its standard output; raises AssertionError if it ends without one."""
        assert self._popen.stdout is not None
        line = self._popen.stdout.readline()
        assert line, f"it ended without a word: {self.said()}"
        return line.decode()

    def said(self) -> str:
        """Everything on its standard error so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._popen.send_signal(number)

    def done(self, typed: str = "", deadline_s: float = DEADLINE_S) -> Done:
        """Wait for its end, with ``typed`` on its standard input."""
        try:
            out, _ = self._popen.communicate(typed.encode(), timeout=deadline_s)
        finally:
            self.kill()
        return Done(self._popen.returncode, out.decode(), self.said())

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, and return its exit code; one that does not end fails the test."""
        self.send(number)
        return self.done(deadline_s=END_S).code

    def kill(self) -> None:
        """End it at once, whatever it does, if it has not ended."""
        self._popen.kill()
        self._popen.wait()
        for pipe in (self._popen.stdin, self._popen.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()


def _be_ordinary(parent: int) -> None:
    """In the new process: die with the tests, and be bound by file modes even as root."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    for capability in _OVERRIDES:
        _LIBC.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # refused where there is none to drop
    if os.getppid() != parent:
        os._exit(1)
