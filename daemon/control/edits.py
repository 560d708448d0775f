"""Reminders made, changed and deleted over the socket: what a request may say, and who does it.

    POST   /reminders          a new one, in words (`text`) or by fields
    PATCH  /reminders/{key}    other values, `done`, `snooze`, another `list`
    DELETE /reminders/{key}    as if its line were deleted
    PATCH, DELETE /reminders   the same for all of `keys`, in one go

A key is a short id, a UUID or the beginning of a title. The answer comes when the lines stand in
their files; the cycle that sends them begins then. With the header ``Idempotency-Key`` a request is
granted once, and answered with the same for a day.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request as Asked
from starlette.responses import Response
from starlette.routing import Route

from daemon.acting.wanted import CHANGING, MAKING
from daemon.acting.writing import Wish, granted
from daemon.replies import json_answer, no_query, read_body
from daemon.running.requests import Cycler, Request
from sync.errors import UsageError

__all__ = ["Edits"]

KEY_MAX = 200


class Edits:
    """The resources that change reminders; ``ask`` passes a request to the loop."""

    def __init__(self, ask: Callable[[Request], Any]) -> None:
        self._ask = ask
        self.routes = [
            Route("/reminders", self._make, methods=["POST"]),
            Route("/reminders", self._change_all, methods=["PATCH"]),
            Route("/reminders", self._drop_all, methods=["DELETE"]),
            Route("/reminders/{key}", self._change, methods=["PATCH"]),
            Route("/reminders/{key}", self._drop, methods=["DELETE"]),
        ]

    async def _make(self, asked: Asked) -> Response:
        content = await _content(asked, *MAKING)
        return await self._grant(asked, Wish("add", content, dry_run=_dry(content)), 201)

    async def _change(self, asked: Asked) -> Response:
        content = await _content(asked, *CHANGING)
        return await self._grant(asked, _changing(content, [asked.path_params["key"]]))

    async def _change_all(self, asked: Asked) -> Response:
        content = await _content(asked, "keys", *CHANGING)
        return await self._grant(asked, _changing(content, _keys(content)))

    async def _drop(self, asked: Asked) -> Response:
        content = await _content(asked)
        keys = [asked.path_params["key"]]
        return await self._grant(asked, Wish("delete", {}, keys, dry_run=_dry(content)))

    async def _drop_all(self, asked: Asked) -> Response:
        content = await _content(asked, "keys")
        return await self._grant(asked, Wish("delete", {}, _keys(content), dry_run=_dry(content)))

    async def _grant(self, asked: Asked, wish: Wish, status: int = 200) -> Response:
        wish = replace(wish, key=_idempotency_key(asked))

        def work(engine: Cycler) -> dict[str, Any]:
            return granted(engine, wish, time.sleep)

        told: dict[str, Any] = await asyncio.wrap_future(self._ask(Request(work=work)))
        return json_answer(told, 200 if wish.dry_run else status)


async def _content(asked: Asked, *names: str) -> dict[str, Any]:
    no_query(asked)
    return dict((await read_body(asked, *names, "dry_run")).content)


def _changing(content: dict[str, Any], keys: Sequence[str]) -> Wish:
    dry_run = _dry(content)
    changes = {name: value for name, value in content.items() if name != "keys"}
    return Wish(_verb(changes), changes, keys, dry_run=dry_run)


def _verb(changes: dict[str, Any]) -> str:
    """What such a change is called in `log`."""
    match sorted(changes):
        case ["done"]:
            return "done" if changes["done"] else "reopen"
        case ["snooze"]:
            return "snooze"
        case ["list"]:
            return "move"
    return "edit"


def _idempotency_key(asked: Asked) -> str:
    key = asked.headers.get("idempotency-key", "")
    if len(key) > KEY_MAX or not key.isprintable():
        raise UsageError(f"the Idempotency-Key is longer than {KEY_MAX} characters, or no text")
    return key


def _dry(content: dict[str, Any]) -> bool:
    dry_run = content.pop("dry_run", False)
    if not isinstance(dry_run, bool):
        raise UsageError("`dry_run` must be true or false")
    return dry_run


def _keys(content: dict[str, Any]) -> list[str]:
    keys = content.pop("keys", None)
    if not isinstance(keys, list) or not keys or not all(isinstance(one, str) for one in keys):
        raise UsageError("`keys` must be a list of reminders", "by their r-... ids or titles")
    return keys
