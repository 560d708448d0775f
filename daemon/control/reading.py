"""What the control socket answers of the mirror: reminders, lists, runs, and what waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any

from starlette.requests import Request as Asked
from starlette.responses import Response

from daemon.query.answers import Answers
from daemon.query.filters import read_filters
from daemon.replies import failure, json_answer, no_query
from sync.errors import UsageError

__all__ = ["Reading"]

RUNS_MAX = 1000

Document = dict[str, Any]
Handler = Callable[[Asked], Awaitable[Response]]


class Reading:
    """The resources that only read, over one ``Answers``."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.reading: dict[str, Handler] = {
            "/lists": _plain(answers.lists),
            "/reminders": self._reminders,
            "/reminders/{key}": self._reminder,
            "/today": self._today,
            "/conflicts": _plain(answers.conflicts),
            "/held": _plain(answers.held),
            "/parked": _plain(answers.parked),
            "/restorable": _plain(answers.restorable),
            "/runs": self._runs,
            "/runs/{id}": self._run,
            "/changes": self._changes,
        }

    async def _reminders(self, asked: Asked) -> Response:
        filters = read_filters(asked.query_params.multi_items())
        return json_answer(await asyncio.wrap_future(self._answers.reminders(filters)))

    async def _today(self, asked: Asked) -> Response:
        no_query(asked, "limit", "cursor")
        filters = read_filters([*asked.query_params.multi_items(), ("smart", "today")])
        return json_answer(await asyncio.wrap_future(self._answers.reminders(filters)))

    async def _reminder(self, asked: Asked) -> Response:
        no_query(asked)
        key = asked.path_params["key"]
        return json_answer(await asyncio.wrap_future(self._answers.reminder(key)))

    async def _runs(self, asked: Asked) -> Response:
        no_query(asked, "limit", "before")
        limit = _number(asked, "limit", RUNS_MAX) or 50
        before = _number(asked, "before")
        return json_answer(await asyncio.wrap_future(self._answers.runs(limit, before)))

    async def _run(self, asked: Asked) -> Response:
        no_query(asked)
        given = asked.path_params["id"]
        number = int(given[:18]) if given.isascii() and given.isdigit() else 0
        found = await asyncio.wrap_future(self._answers.run(number))
        if found is None:
            return failure(404, "not-found", f"there is no run {given[:100]}", "see /runs")
        return json_answer(found)

    async def _changes(self, asked: Asked) -> Response:
        no_query(asked, "of")
        key = asked.query_params.get("of", "")
        if not key:
            raise UsageError("`of` must name a reminder or list", "by its id, ^r-... or title")
        return json_answer(await asyncio.wrap_future(self._answers.changes(key)))


def _plain(read: Callable[[], Future[Document]]) -> Handler:
    """Answers with what ``read`` gives; nothing can be asked of it."""

    async def handle(asked: Asked) -> Response:
        no_query(asked)
        return json_answer(await asyncio.wrap_future(read()))

    return handle


def _number(asked: Asked, name: str, most: int | None = None) -> int | None:
    given = asked.query_params.get(name)
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:18]) <= (most or 10**17)):
        up_to = f"from 1 to {most}" if most is not None else "from 1"
        raise UsageError(f"`{name}` must be a number {up_to}")
    return int(given[:18])
