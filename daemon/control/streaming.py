"""Tells whoever listens on the socket what happens, as server-sent events, and waits for nobody.

Who names the last event that came (``Last-Event-ID``) goes on after it. Who does not read is cut
off when too much waits, or when nothing could be sent for a while, and can come again. A line
without meaning now and then keeps what is in between from taking the connection for dead.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from starlette.requests import Request as Asked
from starlette.responses import Response, StreamingResponse

from daemon.running.feed import Event
from daemon.running.state import Board
from store.raw import dumps

__all__ = ["CUT", "HEARTBEAT_S", "Streams"]

CUT = "cut"
"""The member of a connection's state that ends it at once, whatever is still to be sent."""

BEHIND_MAX = 256  # events that a reader may be behind
HEARTBEAT_S = 15.0
_BEAT = b": still here\n\n"


class Streams:
    """The streams of one server; for its thread alone."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._open: set[asyncio.Queue[Event | None]] = set()
        self._ended = False

    def end(self) -> None:
        """Let every stream end."""
        self._ended = True
        for stream in self._open:
            stream.put_nowait(None)

    def response(self, asked: Asked) -> Response:
        """A stream for whoever asked."""
        after = asked.headers.get("last-event-id")
        cut: Callable[[], None] = asked.scope.get("state", {}).get(CUT, _nothing)
        return StreamingResponse(
            self._stream(after or None, cut),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )

    async def _stream(self, after: str | None, cut: Callable[[], None]) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Event | None] = asyncio.Queue()

        def put(event: Event) -> None:
            if queue.qsize() < BEHIND_MAX:
                queue.put_nowait(event)
            else:
                cut()

        def hear(event: Event) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(put, event)

        self._open.add(queue)
        try:
            with self._board.listening(hear, after) as before:
                earlier = deque(before)
                while not self._ended:
                    event = earlier.popleft() if earlier else await _next(queue)
                    if event is None:
                        break
                    yield _BEAT if event is _STILL else _line(event)
        finally:
            self._open.discard(queue)


_STILL = Event("")


async def _next(queue: asyncio.Queue[Event | None]) -> Event | None:
    """The next event, or that there is still none."""
    try:
        return await asyncio.wait_for(queue.get(), HEARTBEAT_S)
    except TimeoutError:
        return _STILL


def _line(event: Event) -> bytes:
    id = b"id: %s\n" % event.id.encode() if event.id else b""
    return b"%sevent: %s\ndata: %s\n\n" % (id, event.name.encode(), dumps(event.data))


def _nothing() -> None:
    """No connection to cut."""
