"""Runs a person's own commands when something happens: one after the other, in order.

A command gets one JSON document on its standard input, and nothing secret: what systemd hands to
the daemon alone is not passed on. No shell reads it. One that takes too long is killed with all
that it started; a failure is logged, and harms nothing else.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from store.raw import dumps

__all__ = ["LIMIT_S", "Hooks"]

LIMIT_S = 30.0

_OURS_ALONE = ("NOTIFY_SOCKET", "CREDENTIALS_DIRECTORY", "WATCHDOG_USEC", "WATCHDOG_PID")
_log = logging.getLogger(__name__)


class Hooks:
    """The commands by event, as ``commands`` has them when something happens."""

    def __init__(
        self,
        commands: Callable[[], Mapping[str, Sequence[str]]],
        environment: Mapping[str, str] = os.environ,
        limit_s: float = LIMIT_S,
    ) -> None:
        self._commands = commands
        self._environment = environment
        self._limit_s = limit_s
        self._gate = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None
        self._is_ended = False

    def has(self, event: str) -> bool:
        """Whether there is a command for ``event``."""
        return event in self._commands()

    def run(self, event: str, document: Mapping[str, object]) -> None:
        """Run the command for ``event``, if there is one, until it has ended or took too long."""
        command = self._commands().get(event)
        if command is None:
            return
        try:
            process = self._start(command, dumps(document))
        except (OSError, ValueError) as error:
            _log.warning("the hook for %s could not be run: %s", event, _why(error))
            return
        if process is None:
            return
        try:
            code = process.wait(self._limit_s)
            if code != 0 and not self._is_ended:
                _log.warning("the hook for %s failed: %s", event, _ended(code))
        except subprocess.TimeoutExpired:
            _log.warning("the hook for %s took more than %.0f s: killed", event, self._limit_s)
            _kill(process)
            process.wait()
        finally:
            with self._gate:
                self._running = None

    def stop(self) -> None:
        """Kill what runs, and run nothing more."""
        with self._gate:
            self._is_ended = True
            if self._running is not None:
                _kill(self._running)

    def _start(self, command: Sequence[str], data: bytes) -> subprocess.Popen[bytes] | None:
        environment = {k: v for k, v in self._environment.items() if k not in _OURS_ALONE}
        # In memory, so that a command that does not read holds nobody up.
        with open(os.memfd_create("hook"), "w+b") as given, self._gate:
            given.write(data)
            given.seek(0)
            if self._is_ended:
                return None
            self._running = subprocess.Popen(
                list(command),
                stdin=given,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )
            return self._running


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def _ended(code: int) -> str:
    return f"it was ended by signal {-code}" if code < 0 else f"it ended with {code}"
