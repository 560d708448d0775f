"""Servers that outlive their test: starting and stopping one takes longer than most tests.

A server is lent to one world at a time; the next test that needs one gets it for its own.

Requests of our own client to it take the short way (``shortened``): the same application, called
in the same thread, without a socket. Where a fault is to spoil a connection it is a real one.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

import httpx
from starlette import routing
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.app import create_app
from sandbox.serve import Server
from sandbox.world import World
from sync.remote import client
from sync.remote.endpoint import Endpoint, is_apple_host
from sync.remote.redirect import redirect_transport

# The same hundred paths for each world: to compile them anew was half of what making one takes.
routing.compile_path = cache(routing.compile_path)  # type: ignore[assignment]


class _Lent:
    """A server on a port of its own, and what it serves now."""

    app: ASGIApp
    world: World

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
_serving: dict[str, _Lent] = {}


@contextmanager
def serving(world: World) -> Iterator[str]:
    """Serve ``world`` while the context lasts; yields the origin's URL."""
    lent = _free.pop() if _free else _Lent()
    lent.app, lent.world = create_app(world), world
    _serving[lent.url] = lent
    try:
        yield lent.url
    finally:
        del _serving[lent.url]
        _free.append(lent)


@contextmanager
def shortened() -> Iterator[None]:
    """Let our client's requests to served worlds take the short way: a fifth of a rig's time."""
    with patch.object(client, "redirect_transport", _ShortWay):
        yield


class _ShortWay(httpx.BaseTransport):
    """Answers requests for Apple from the world at ``endpoint``; others go as they always do."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._origin = endpoint.origin
        self._endpoint = endpoint

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        lent = _serving.get(self._origin)
        if lent is None or lent.world.faults.http or not is_apple_host(request.url.host):
            return self._network.handle_request(request)
        return _called(lent.app, request)

    @cached_property
    def _network(self) -> httpx.BaseTransport:
        """Made when first wanted, which it seldom is: its TLS takes longer than many a test."""
        return redirect_transport(self._endpoint)

    def close(self) -> None:
        if "_network" in self.__dict__:
            self._network.close()


def _called(app: ASGIApp, request: httpx.Request) -> httpx.Response:
    path, _, query = request.url.raw_path.partition(b"?")
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "root_path": "",
        "query_string": query,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 1),
    }
    waiting: list[Message] = [{"type": "http.request", "body": request.read(), "more_body": False}]
    said: list[Message] = []

    async def receive() -> Message:
        return waiting.pop()

    async def send(message: Message) -> None:
        said.append(message)

    _finish(app(scope, receive, send))  # type: ignore[arg-type]
    body = b"".join(message.get("body", b"") for message in said[1:])
    return httpx.Response(
        said[0]["status"], headers=said[0]["headers"], stream=httpx.ByteStream(body)
    )


def _finish(running: Coroutine[Any, Any, None]) -> None:
    """Run to the end what never waits: without a fault the sandbox answers at once."""
    try:
        running.send(None)
    except StopIteration:
        return
    running.close()
    raise AssertionError("the sandbox waits for something that only a server can give")
