"""The application on the control socket: its resources in their rooms, the status, the events.

Handlers only read and enqueue: what changes anything is done by the loop, in its own time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from daemon.accounts import Accounts
from daemon.answers import COUNTS, Answers, NoMirror
from daemon.config import Config
from daemon.decisions import Decisions
from daemon.doing import Doing
from daemon.edits import Edits
from daemon.polled import Polled
from daemon.reading import Reading
from daemon.replies import HANDLERS, json_answer, no_query
from daemon.requests import Request
from daemon.ricloud.routes import Ricloud
from daemon.state import Board, Event
from daemon.words import instant
from store.raw import dumps
from sync.errors import RemindersdError

__all__ = ["Api", "Told"]

# Events that a reader may be behind before it is cut off; it can come again.
BEHIND_MAX = 256

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """Resources that have rooms of their own."""

    ricloud: Ricloud
    polled: Polled
    accounts: Accounts


class Api:
    """The application. ``ask`` passes a request to the loop, ``config`` gives the one in use."""

    def __init__(
        self,
        board: Board,
        answers: Answers,
        ask: Callable[[Request], Any],
        config: Callable[[], Config],
        told: Told,
    ) -> None:
        self._board = board
        self._answers = answers
        self._config = config
        self._ricloud = ricloud = told.ricloud
        self._polled = told.polled
        self._accounts = accounts = told.accounts
        self._streams: set[asyncio.Queue[Event | None]] = set()
        self._closing = False
        reading = {
            "/status": self._status,
            "/events": self._events,
            **Reading(answers).reading,
            **accounts.reading,
        }
        doing = {
            **Doing(ask, config).doing,
            **Decisions(ask).doing,
            **told.polled.doing,
            **accounts.doing,
        }
        edits = Edits(ask)
        self.app = Starlette(
            routes=[
                *(Route(path, handler, methods=["GET"]) for path, handler in reading.items()),
                *(Route(path, handler, methods=["POST"]) for path, handler in doing.items()),
                *edits.routes,
                *ricloud.routes,
            ],
            exception_handlers=HANDLERS,
        )
        self.app.state.paths = ", ".join(dict.fromkeys([*reading, *doing, *ricloud.paths]))

    def end_streams(self) -> None:
        """Let every event stream and every wait end; called in the server's thread."""
        self._ricloud.end_waiting()
        self._closing = True
        for stream in self._streams:
            stream.put_nowait(None)

    # ---- reading

    async def _status(self, asked: Asked) -> Response:
        no_query(asked)
        config, status = self._config(), self._board.status
        try:
            counts: Document = await asyncio.wrap_future(self._answers.counts())
        except (NoMirror, RemindersdError):  # what is wrong with it is the loop's to say
            counts = dict.fromkeys((*COUNTS, "verified", "waiting"))
        return json_answer(
            {
                "schema": 1,
                "state": status.state.value,
                "reason": status.reason,
                "profile": config.profile,
                "account": config.account.apple_id,
                "sign_in": self._accounts.told(),
                "region": config.account.region,
                "endpoint": config.account.endpoint,
                "folder": str(config.folder),
                "last_success": _instant(status.last_success),
                "next_run": _instant(status.next_run),
                **counts,
                "polls": self._polled.document(),
                "problems": list(status.problems),
                "config_problem": status.config_problem,
                "watch_problem": status.watch_problem,
            }
        )

    async def _events(self, asked: Asked) -> Response:
        if "text/event-stream" not in asked.headers.get("accept", ""):
            return await self._ricloud.events(asked)
        no_query(asked)
        return StreamingResponse(
            self._stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def _stream(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Event | None] = asyncio.Queue()

        def put(event: Event) -> None:
            if queue.qsize() < BEHIND_MAX:
                queue.put_nowait(event)
            elif queue.qsize() == BEHIND_MAX:
                queue.put_nowait(None)

        def hear(event: Event) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(put, event)

        self._streams.add(queue)
        try:
            with self._board.listening(hear) as now:
                event: Event | None = now
                while event is not None and not self._closing:
                    yield b"event: %s\ndata: %s\n\n" % (
                        event.name.encode(),
                        dumps(event.data),
                    )
                    event = await queue.get()
        finally:
            self._streams.discard(queue)


def _instant(seconds: float | None) -> str | None:
    return None if seconds is None else instant(seconds)
