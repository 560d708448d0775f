"""What a person decides on, over the socket: conflicts, and what iCloud refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request as Asked
from starlette.responses import Response

from daemon.query.decided import refused_entry, resolved_document
from daemon.replies import json_answer, read_body
from daemon.running.requests import Cycler, Request
from sync.cycle.asked.refused import Refused
from sync.cycle.asked.resolving import OTHER, SHOWN, Resolved
from sync.errors import UsageError

__all__ = ["Decisions"]

Handler = Callable[[Asked], Awaitable[Response]]


class Decisions:
    """The resources of decisions; ``ask`` passes a request to the loop."""

    def __init__(self, ask: Callable[[Request], Any]) -> None:
        self._ask = ask
        self.doing: dict[str, Handler] = {
            "/conflicts": self._resolve,
            "/conflicts/{number:int}": self._resolve,
            "/parked/retry": self._retry,
            "/parked/{number:int}/retry": self._retry,
            "/parked/{number:int}/drop": self._drop,
        }

    async def _resolve(self, asked: Asked) -> Response:
        one = asked.path_params.get("number")
        body = await read_body(asked, "take", *(() if one is not None else ("keys",)))
        take, keys = body.text("take"), [str(one)] if one is not None else body.texts("keys")
        if take not in (SHOWN, OTHER):
            raise UsageError(f"`take` in the body must be {SHOWN} or {OTHER}")
        told: list[Resolved] = await self._work(lambda engine: engine.resolve(keys, take))
        return json_answer(resolved_document(told))

    async def _retry(self, asked: Asked) -> Response:
        numbers = await _numbers(asked)
        told: list[Refused] = await self._work(lambda engine: engine.retry(numbers))
        return json_answer({"schema": 1, "retried": [refused_entry(one) for one in told]})

    async def _drop(self, asked: Asked) -> Response:
        numbers = await _numbers(asked)
        told: list[Refused] = await self._work(lambda engine: engine.drop(numbers))
        return json_answer({"schema": 1, "dropped": [refused_entry(one) for one in told]})

    async def _work(self, work: Callable[[Cycler], Any]) -> Any:
        return await asyncio.wrap_future(self._ask(Request(work=work)))


async def _numbers(asked: Asked) -> list[int]:
    await read_body(asked)
    number = asked.path_params.get("number")
    return [] if number is None else [number]
