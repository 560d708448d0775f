"""Speaks HTTP over a Unix socket; apart, for what it imports takes longer than to see a socket."""

from __future__ import annotations

import http.client
import socket as sockets
from pathlib import Path

__all__ = ["Connection", "connected"]


class Connection(http.client.HTTPConnection):
    """A connection to who listens on ``path``; ``timeout`` in seconds, ``None`` waits for ever."""

    def __init__(self, path: Path, timeout: float | None) -> None:
        super().__init__("daemon", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect; raises OSError, also for a path that is too long to be a socket's."""
        self.sock = sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def connected(path: Path, timeout: float | None) -> Connection:
    """A connection that stands; raises OSError."""
    connection = Connection(path, timeout)
    try:
        connection.connect()
    except OSError:
        connection.close()
        raise
    return connection
