"""Tells systemd how the daemon is: the datagrams of sd_notify(3), without its library.

Without ``NOTIFY_SOCKET`` nothing happens. A message that cannot be delivered is dropped: the
service manager may be restarting, and that must not stop a sync.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable, Mapping
from enum import Enum, auto

__all__ = ["Notifier", "Phase"]

PATIENCE_S = 1.0  # for a manager that is behind with reading


class Phase(Enum):
    """What systemd takes the process to be doing; each has a time limit but the second."""

    STARTING = auto()
    RUNNING = auto()
    STOPPING = auto()


class Notifier:
    """Sends to the socket that ``environment`` names; ``monotonic_ns`` is CLOCK_MONOTONIC."""

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))
        self._monotonic_ns = monotonic_ns
        self._phase = Phase.STARTING

    @property
    def is_heard(self) -> bool:
        """Whether anybody is there to be told."""
        return self._address is not None

    @property
    def phase(self) -> Phase:
        """What was said last."""
        return self._phase

    def ready(self) -> None:
        """Started, or done with reloading."""
        if self._phase is Phase.STARTING:
            self._phase = Phase.RUNNING
        self._send("READY=1")

    def stopping(self) -> None:
        """On the way out; said once."""
        if self._phase is not Phase.STOPPING:
            self._phase = Phase.STOPPING
            self._send("STOPPING=1")

    def alive(self) -> None:
        """All that works moves."""
        self._send("WATCHDOG=1")

    def extend(self, seconds: float) -> None:
        """This start or stop needs so much more time, from now."""
        self._send(f"EXTEND_TIMEOUT_USEC={int(seconds * 1e6)}")

    def reloading(self) -> None:
        """Reading the config again; ``ready`` follows."""
        # systemd tells an old message from a new one by this time (Type=notify-reload).
        self._send(f"RELOADING=1\nMONOTONIC_USEC={self._monotonic_ns() // 1000}")

    def status(self, sentence: str) -> None:
        """What `systemctl status` shows."""
        self._send(f"STATUS={' '.join(sentence.split())}")

    def _send(self, message: str) -> None:
        if self._address is None:
            return
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender,
        ):
            sender.settimeout(PATIENCE_S)
            sender.sendto(message.encode(), self._address)


def _address(named: str) -> str | None:
    """A path, or ``@name`` for a socket in the abstract namespace; nothing else is known."""
    if named.startswith("@"):
        return "\0" + named[1:]
    return named if named.startswith("/") else None
