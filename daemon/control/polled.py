"""The resource that polls one service now, and how all of them stand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Protocol

from starlette.requests import Request as Asked
from starlette.responses import Response

from daemon.polls.documents import download_document, poll_document, query_of
from daemon.replies import json_answer, read_body
from sync.errors import UsageError
from sync.polls.asked import DataQuery, Item
from sync.polls.downloading import Downloaded

__all__ = ["Polled", "Polls"]

Handler = Callable[[Asked], Awaitable[Response]]


class Polls(Protocol):
    """Who polls; ``daemon.polls.polling.Polling`` is one."""

    def items(self, query: DataQuery) -> Future[list[Item]]:
        """All that a query asks for."""

    def download(self) -> Future[Downloaded]:
        """Bring the folder of photos up to date."""

    def document(self) -> dict[str, Any]:
        """How each service stands."""


class Polled:
    """``POST /poll {service, since?, until?}``: asks iCloud for news, and answers with all.

    ``POST /poll/download`` brings the folder of photos up to date.
    """

    def __init__(self, polls: Polls) -> None:
        self._polls = polls
        self.doing: dict[str, Handler] = {
            "/poll": self._poll,
            "/poll/download": self._download,
        }

    def document(self) -> dict[str, Any]:
        """How each service stands, for /status."""
        return self._polls.document()

    async def _poll(self, asked: Asked) -> Response:
        body = await read_body(asked, "service", "since", "until")
        since, until = (
            _moment(name, body.text(name)) if name in body.content else None
            for name in ("since", "until")
        )
        query = query_of(body.text("service"), since, until)
        items = await asyncio.wrap_future(self._polls.items(query))
        return json_answer(poll_document(query.id, items))

    async def _download(self, asked: Asked) -> Response:
        await read_body(asked)
        return json_answer(download_document(await asyncio.wrap_future(self._polls.download())))


def _moment(name: str, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise UsageError(f"`{name}` in the body must be a moment such as 2026-03-02T14:30:00Z")
    return at
