"""Feeds systemd's watchdog as long as every worker moves, from a thread that does nothing else.

    every worker moves         WATCHDOG=1, and all are asked to answer until the next look
    one has not for too long   nothing is sent: systemd ends the process and starts it again
    starting or stopping       EXTEND_TIMEOUT_USEC, if anything has moved since the last look

The time of a start or a stop is thus extended by progress alone. A watchdog that overslept, since
the process was frozen, judges nobody by the time that it missed.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue

from daemon.running.pulse import Pulses
from daemon.systemd.notify import Notifier, Phase

__all__ = ["LOOK_S", "Watchdog"]

LOOK_S = 15.0
"""Between two looks while starting and stopping, or less where the watchdog wants more."""

EXTENSION_S = 60.0

_FEEDS = 3  # in the time that systemd allows
_STDERR = 2

_log = logging.getLogger(__name__)


class Watchdog:
    """Watches ``pulses`` and tells ``notifier``; ``environment`` says what systemd wants.

    Call ``stopping`` when the end begins, also from a signal handler.
    """

    def __init__(
        self,
        pulses: Pulses,
        notifier: Notifier,
        environment: Mapping[str, str] = os.environ,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pulses = pulses
        self._notifier = notifier
        self._monotonic = monotonic
        self._allowed_s = _allowed_s(environment)
        self._told: SimpleQueue[bool] = SimpleQueue()  # reentrant, as an Event is not
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
        self._last_look = monotonic()
        self._beats = 0
        self._hanging: tuple[str, ...] = ()

    @property
    def every_s(self) -> float | None:
        """Seconds between two looks; ``None``: none is needed just now."""
        fed_s = None if self._allowed_s is None else self._allowed_s / _FEEDS
        if self._notifier.phase is Phase.RUNNING:
            return fed_s
        return LOOK_S if fed_s is None else min(LOOK_S, fed_s)

    def start(self) -> None:
        """Begin, if anybody is there to be told."""
        if not self._notifier.is_heard:
            return
        if self._allowed_s is not None:
            # What systemd sends to who hangs then says where; names of functions, and no values.
            faulthandler.enable(_STDERR)
        self._thread.start()

    def stopping(self) -> None:
        """The end has begun, though a cycle may still be under way."""
        self._told.put(False)

    def then(self, stop: Callable[[], None]) -> Callable[[], None]:
        """``stop``, and systemd hears of it at once."""

        def both() -> None:
            self.stopping()
            stop()

        return both

    def stop(self) -> None:
        """End."""
        if self._thread.ident is not None:
            self._told.put(True)
            self._thread.join()

    def look(self) -> None:
        """Look at all workers once, and tell what follows."""
        now = self._monotonic()
        slept_s, self._last_look = now - self._last_look, now
        if self.every_s is not None and slept_s > 2 * self.every_s:
            for pulse in self._pulses.all():
                pulse.forgive()
        hanging = [one for one in self._pulses.all() if one.still_s() > one.allowance_s]
        self._say(tuple(f"{one.name} has not moved for {one.still_s():.0f} s" for one in hanging))
        if not hanging:
            if self._allowed_s is not None:
                self._notifier.alive()
            if self._notifier.phase is not Phase.RUNNING and self._has_moved():
                self._notifier.extend(EXTENSION_S)
        for pulse in self._pulses.all():
            pulse.ask()

    def _has_moved(self) -> bool:
        before, self._beats = self._beats, self._pulses.beats()
        return self._beats != before

    def _say(self, hanging: tuple[str, ...]) -> None:
        if hanging and not self._hanging:
            _log.error("watchdog: %s", "; ".join(hanging))
            self._notifier.status(f"hangs: {hanging[0]}")
        self._hanging = hanging

    def _run(self) -> None:
        while True:
            try:
                is_end = self._told.get(timeout=self.every_s)
            except Empty:
                self.look()
                continue
            if is_end:
                return
            self._notifier.stopping()
            self.look()


def _allowed_s(environment: Mapping[str, str]) -> float | None:
    """How long systemd waits between two feeds, in seconds; ``None``: it does not watch us."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    try:
        usec = int(environment.get("WATCHDOG_USEC", ""))
    except ValueError:
        return None
    return usec / 1e6 if usec > 0 else None
