"""Servers that outlive their test: starting and stopping one takes longer than most tests.

A server is lent to one world at a time; the next test that needs one gets it for its own.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.app import create_app
from sandbox.serve import Server
from sandbox.world import World


class _Lent:
    """A server on a port of its own, and what it serves now."""

    app: ASGIApp

    def __init__(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        # A head and a body are two writes: held back for the first one's receipt, that is 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        ready = threading.Event()
        server = Server(self, ready.set)
        run = threading.Thread(target=server.run, args=([listener],), daemon=True)
        run.start()
        assert ready.wait(30), "the server did not start"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


_free: list[_Lent] = []


@contextmanager
def serving(world: World) -> Iterator[str]:
    """Serve ``world`` while the context lasts; yields the origin's URL."""
    lent = _free.pop() if _free else _Lent()
    lent.app = create_app(world)
    try:
        yield lent.url
    finally:
        _free.append(lent)
