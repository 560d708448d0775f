"""Who else is there all the while: an open web page, a bar that looks, one that never reads."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

__all__ = ["Crowd"]

# What the web page asks for when something has happened, whichever of its pages is open.
SIGHTS = (
    *("/status", "/lists", "/today", "/conflicts", "/held", "/parked", "/runs?limit=100"),
    *("/account", "/devices", "/photos", "/reminders?list=Errands", "/metrics"),
)
EVENTS = b"GET /events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n"
BAR_S = 2.0  # between two looks of the bar
LOOKED_AT = 3  # every so many events
TIRED = 150  # events after which the page is loaded again


class Crowd:
    """Threads that ask at ``address`` with ``token``, and at ``path``, until they are to stop."""

    def __init__(self, address: str, token: str, path: Path) -> None:
        self.heard = 0  # events
        self.asked = 0  # requests
        self.wrong: list[str] = []  # what was answered amiss
        self._address, self._path = address, path
        self._headers = {"Authorization": f"Token {token}"}
        self._over = threading.Event()
        self._latest = ""
        self._threads = [
            threading.Thread(target=self._lasting, args=(part,), daemon=True)
            for part in (self._page, self._bar)
        ]
        self._deaf: socket.socket | None = None

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)
        self.come_deaf(False)

    def come_deaf(self, comes: bool = True) -> None:
        """Somebody asks for events and never reads one; the one of before has gone."""
        if self._deaf is not None:
            self._deaf.close()
            self._deaf = None
        if comes:
            self._deaf = socket.socket(socket.AF_UNIX)
            self._deaf.connect(str(self._path))
            self._deaf.sendall(
                b"GET /events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n"
            )

    def metrics(self) -> str:
        """What Prometheus is told."""
        return self._look("/metrics").decode()

    def _lasting(self, part: Callable[[], None]) -> None:
        while not self._over.is_set():
            # Cut off, or frozen for as long as a laptop sleeps: it comes again, as a page does.
            with suppress(OSError, http.client.HTTPException):
                part()
            self._over.wait(0.2)

    def _page(self) -> None:
        """Loaded once: hears of something and looks at one thing after the other."""
        with closing(self._connection()) as connection:
            headers = self._headers | {"Accept": "text/event-stream"}
            if self._latest:
                headers["Last-Event-ID"] = self._latest
            connection.request("GET", "/events", headers=headers)
            for number, line in enumerate(connection.getresponse()):
                if self._over.is_set() or number > 4 * TIRED:
                    return
                if line.startswith(b"id: "):
                    self._latest = line[4:].strip().decode()
                    self.heard += 1
                    if self.heard % LOOKED_AT == 0:
                        self._look(SIGHTS[self.heard // LOOKED_AT % len(SIGHTS)])

    def _bar(self) -> None:
        """A bar of the desktop: each look is a connection of its own, as a small program makes."""
        while not self._over.wait(BAR_S):
            self._look("/status")

    def _look(self, path: str) -> bytes:
        with closing(self._connection()) as connection:
            connection.request("GET", path, headers=self._headers)
            answer = connection.getresponse()
            body = answer.read()
            self.asked += 1
            if answer.status != 200:
                self.wrong.append(f"{path}: {answer.status} {_told(body)}")
            return body

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._address, timeout=60)


def _told(body: bytes) -> Any:
    with suppress(ValueError):
        return json.loads(body)["error"]["message"]
    return body[:200]
