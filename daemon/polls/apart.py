"""Has what pyicloud speaks asked in a process of its own, which ends when nobody asks any more.

pyicloud, and what that loads, takes a quarter of the memory of a daemon that has nothing to do, and
is needed a few seconds a day.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import Any, TypeVar

from daemon.polls.helper import CALL, DONE, FAILED, Errand
from sync.errors import RemindersdError
from sync.machine import told
from sync.polls.around import Meanwhile
from sync.polls.asked import Progress
from sync.remote.account import Account
from sync.remote.limiter import Limiter

__all__ = ["LINGER_S", "Apart"]

LINGER_S = 15.0
"""Who polls one service often polls another: so long a helper waits for the next question."""

_END_S = 5.0

T = TypeVar("T")
Calls = Mapping[str, Callable[..., Any]]


class _Gone(RemindersdError):
    """A helper ended before it had answered."""


class Apart:
    """``Ask`` for the account whose session is in ``directory``; any thread may use it.

    ``wait`` sleeps so many seconds, in the thread of whoever asked.
    """

    def __init__(
        self,
        account: Account,
        directory: Path,
        limiter: Limiter,
        wait: Callable[[float], None],
        start: Callable[[], Helper] | None = None,
    ) -> None:
        self._account = account
        self._directory = directory
        self._start = start or Helper
        self._calls: Calls = {
            "sleep": wait,
            "wait": limiter.wait,
            "succeeded": limiter.succeeded,
            "refused": limiter.refused,
            "unreached": limiter.unreached,
        }
        self._idle: list[Helper] = []
        self._busy: list[Helper] = []
        self._is_closed = False
        self._lock = threading.Lock()

    def __call__(self, key: str, work: Callable[[Any, Meanwhile], T], progress: Progress) -> T:
        """Carry out ``work`` over there; raises what it raises, and RemindersdError."""
        errand = Errand(self._account, self._directory, key, work)
        calls = {**self._calls, "progress": progress}
        try:
            said, value = self._carried_out(errand, calls, self._taken())
        except _Gone:  # while it waited, perhaps; to ask is no harm
            if self._is_closed:
                raise
            said, value = self._carried_out(errand, calls, self._begun())
        if said == DONE:
            found: T = value
            return found
        if said == FAILED:
            raise value
        raise RuntimeError(f"{value} in the process that asks {key}")

    def close(self) -> None:
        """End all of them, those that are being asked too."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
            for helper in self._busy:
                helper.kill()
        for helper in idle:
            helper.end()

    def _carried_out(self, errand: Errand, calls: Calls, helper: Helper) -> tuple[str, Any]:
        with self._lock:
            is_late = self._is_closed
            if not is_late:
                self._busy.append(helper)
        if is_late:  # nobody would end it any more
            helper.end()
            raise _gone()
        try:
            answer = helper.carry_out(errand, calls)
        except BaseException:
            self._put_back(helper, is_well=False)
            raise
        self._put_back(helper, is_well=True)
        return answer

    def _taken(self) -> Helper:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self._begun()

    def _begun(self) -> Helper:
        try:
            return self._start()
        except OSError as error:
            raise told(error) or _not_begun(error) from error

    def _put_back(self, helper: Helper, *, is_well: bool) -> None:
        with self._lock:
            self._busy.remove(helper)
            stays = is_well and not self._is_closed
            if stays:
                self._idle.append(helper)
        if not stays:
            helper.end()
            return
        timer = threading.Timer(LINGER_S, self._retire, [helper, helper.errands])
        timer.daemon = True
        timer.start()

    def _retire(self, helper: Helper, errands: int) -> None:
        """End it, unless it has been asked since."""
        with self._lock:
            if helper not in self._idle or helper.errands != errands:
                return
            self._idle.remove(helper)
        helper.end()


class Helper:
    """One process; for one thread at a time."""

    def __init__(self) -> None:
        self.errands = 0
        self._line, there = Pipe()
        fd = there.fileno()
        # What it imports is what we have imported, wherever it is started.
        around = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, "-P", "-m", "daemon.polls.helper", str(fd)]
        nowhere = subprocess.DEVNULL
        with there:
            self._process = subprocess.Popen(
                command,
                env=around,
                pass_fds=[fd],
                stdin=nowhere,
                stdout=nowhere,
                stderr=nowhere,
                process_group=0,  # what a terminal says to the daemon is not for it
            )

    def carry_out(self, errand: Errand, calls: Calls) -> tuple[str, Any]:
        """What it said of ``errand``; while it is at it, it is answered with ``calls``."""
        self.errands += 1
        said, value = self._said_to(errand)
        while said == CALL:
            name, args = value
            said, value = self._said_to(_answer(calls[name], args))
        return said, value

    def kill(self) -> None:
        """End it in the middle of what it does; from any thread."""
        self._process.kill()

    def end(self) -> None:
        """Hang up, and see that it goes."""
        self._line.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_S)
            return
        self._process.kill()
        self._process.wait()

    def _said_to(self, what: object) -> tuple[str, Any]:
        try:
            self._line.send(what)
            said, value = self._line.recv()
        except (EOFError, OSError):  # also where it ended in the middle of a sentence
            raise _gone() from None
        return said, value


def _gone() -> _Gone:
    return _Gone(
        "the process that asks iCloud beside the daemon has ended",
        "it is started again when it is needed next; restart the daemon after an upgrade",
    )


def _not_begun(error: OSError) -> RemindersdError:
    return RemindersdError(
        f"the process that asks iCloud beside the daemon cannot be started: {error.strerror}",
        "close other programs, or raise the limit of processes (`ulimit -u`)",
    )


def _answer(call: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, RemindersdError | None]:
    try:
        return call(*args), None
    except RemindersdError as error:
        return None, error
