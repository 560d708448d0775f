"""Pausing and going on again, over the socket.

POST /pause    {until?}   nothing goes by itself until then, or until resumed
POST /resume              all goes by itself again, beginning with a cycle
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Protocol

from starlette.requests import Request as Asked
from starlette.responses import Response

from daemon.replies import json_answer, read_body
from daemon.running.lasting import Pause
from daemon.running.state import Board
from sync.errors import UsageError

__all__ = ["Pauses", "pause_document"]

Handler = Callable[[Asked], Awaitable[Response]]


class Pausable(Protocol):
    """What is needed of ``daemon.running.loop.Loop``."""

    def pause(self, until: float | None) -> Future[Any]:
        """Let nothing go by itself."""

    def go_on(self) -> Future[Any]:
        """Let all go by itself again."""


class Pauses:
    """The two resources over one loop, whose ``board`` says how it stands afterwards."""

    def __init__(self, loop: Pausable, board: Board) -> None:
        self._loop = loop
        self._board = board
        self.doing: dict[str, Handler] = {"/pause": self._pause, "/resume": self._resume}

    async def _pause(self, asked: Asked) -> Response:
        body = await read_body(asked, "until")
        until = None if "until" not in body.content else _moment(body.text("until"))
        await asyncio.wrap_future(self._loop.pause(until))
        return self._answer()

    async def _resume(self, asked: Asked) -> Response:
        await read_body(asked)
        await asyncio.wrap_future(self._loop.go_on())
        return self._answer()

    def _answer(self) -> Response:
        return json_answer({"schema": 1, "paused": pause_document(self._board.status.pause)})


def pause_document(pause: Pause | None) -> dict[str, Any] | None:
    """A pause as /status tells it, or ``None``."""
    return None if pause is None else pause.document()


def _moment(text: str) -> float:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise UsageError("`until` in the body must be a moment such as 2026-03-02T14:30:00+01:00")
    return at.timestamp()
