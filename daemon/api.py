"""The resources of the control socket: what each request reads or asks for, and its errors.

Every answer is one JSON object with ``"schema": 1``; a failure has ``error`` with ``code``,
``message`` and ``hint``. Handlers only read and enqueue; the work is the loop's.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as Asked
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from daemon.answers import COUNTS, Answers, NoMirror, instant
from daemon.config import Config
from daemon.filters import read_filters
from daemon.loop import Request, Stopping
from daemon.state import Board, Event
from sync.actions import Hold
from sync.errors import (
    AccountUnusable,
    BadResponse,
    Busy,
    NetworkError,
    RemindersdError,
    ServiceError,
    SignInNeeded,
    Throttled,
    UsageError,
    WrongPassword,
)

__all__ = ["BODY_MAX", "Api"]

BODY_MAX = 64 * 1024  # bytes
RUNS_MAX = 1000
# Events that a reader may be behind before it is cut off; it can come again.
BEHIND_MAX = 256

Document = dict[str, Any]

_STATUSES: tuple[tuple[type[RemindersdError], int], ...] = (
    (UsageError, 400),
    (Busy, 409),
    (Stopping, 503),
    (Throttled, 429),
    (NetworkError, 503),
    (SignInNeeded, 403),
    (WrongPassword, 403),
    (AccountUnusable, 403),
    (BadResponse, 502),
    (ServiceError, 502),
)


@dataclass(frozen=True, slots=True)
class _Body:
    """A request's JSON object, and what may stand in it."""

    content: Mapping[str, Any]

    def flag(self, name: str) -> bool:
        value = self.content.get(name, False)
        if not isinstance(value, bool):
            raise UsageError(f"`{name}` in the body must be true or false")
        return value

    def texts(self, name: str) -> list[str]:
        value = self.content.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise UsageError(f"`{name}` in the body must be a list of strings")
        return value


class Api:
    """The application. ``ask`` passes a request to the loop, ``config`` gives the one in use."""

    def __init__(
        self,
        board: Board,
        answers: Answers,
        ask: Callable[[Request], Any],
        config: Callable[[], Config],
    ) -> None:
        self._board = board
        self._answers = answers
        self._ask = ask
        self._config = config
        self._streams: set[asyncio.Queue[Event | None]] = set()
        self._closing = False
        reading = {
            "/status": self._status,
            "/lists": self._lists,
            "/reminders": self._reminders,
            "/reminders/{id}": self._reminder,
            "/conflicts": self._conflicts,
            "/held": self._held,
            "/runs": self._runs,
            "/events": self._events,
        }
        doing = {"/sync": self._sync, "/approve": self._approve}
        self.app = Starlette(
            routes=[
                *(Route(path, handler, methods=["GET"]) for path, handler in reading.items()),
                *(Route(path, handler, methods=["POST"]) for path, handler in doing.items()),
            ],
            exception_handlers={
                RemindersdError: _refused,
                NoMirror: _no_mirror,
                HTTPException: _no_such_thing,
                Exception: _bug,
            },
        )
        self._paths = ", ".join([*reading, *doing])
        self.app.state.paths = self._paths

    def end_streams(self) -> None:
        """Let every event stream end; called in the server's thread."""
        self._closing = True
        for stream in self._streams:
            stream.put_nowait(None)

    # ---- reading

    async def _status(self, asked: Asked) -> Response:
        _no_query(asked)
        config, status = self._config(), self._board.status
        try:
            counts: Document = await asyncio.wrap_future(self._answers.counts())
        except NoMirror:
            counts = dict.fromkeys(COUNTS)
        return _json(
            {
                "schema": 1,
                "state": status.state.value,
                "reason": status.reason,
                "profile": config.profile,
                "account": config.account.apple_id,
                "region": config.account.region,
                "endpoint": config.account.endpoint,
                "folder": str(config.folder),
                "last_success": _instant(status.last_success),
                "next_run": _instant(status.next_run),
                **counts,
                "polls": {},
                "problems": list(status.problems),
                "config_problem": status.config_problem,
                "watch_problem": status.watch_problem,
            }
        )

    async def _lists(self, asked: Asked) -> Response:
        _no_query(asked)
        return _json(await asyncio.wrap_future(self._answers.lists()))

    async def _reminders(self, asked: Asked) -> Response:
        filters = read_filters(asked.query_params.multi_items())
        return _json(await asyncio.wrap_future(self._answers.reminders(filters)))

    async def _reminder(self, asked: Asked) -> Response:
        _no_query(asked)
        id = asked.path_params["id"]
        found = await asyncio.wrap_future(self._answers.reminder(id))
        if found is None:
            return _failure(404, "not-found", f"there is no reminder {id}", "see /reminders")
        return _json(found)

    async def _conflicts(self, asked: Asked) -> Response:
        _no_query(asked)
        return _json(await asyncio.wrap_future(self._answers.conflicts()))

    async def _held(self, asked: Asked) -> Response:
        _no_query(asked)
        return _json(await asyncio.wrap_future(self._answers.held()))

    async def _runs(self, asked: Asked) -> Response:
        _no_query(asked, "limit")
        given = asked.query_params.get("limit", "50")
        if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= RUNS_MAX):
            raise UsageError(f"`limit` must be a number from 1 to {RUNS_MAX}")
        return _json(await asyncio.wrap_future(self._answers.runs(int(given))))

    async def _events(self, asked: Asked) -> Response:
        _no_query(asked)
        if "text/event-stream" not in asked.headers.get("accept", ""):
            return _failure(
                406,
                "not-acceptable",
                "/events is a stream",
                "ask for it with the header `Accept: text/event-stream`",
            )
        return StreamingResponse(
            self._stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def _stream(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Event | None] = asyncio.Queue()

        def put(event: Event) -> None:
            queue.put_nowait(event if queue.qsize() < BEHIND_MAX else None)

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
                        orjson.dumps(event.data),
                    )
                    event = await queue.get()
        finally:
            self._streams.discard(queue)

    # ---- asking the loop

    async def _sync(self, asked: Asked) -> Response:
        body = await _body(asked, "approve", "plan_only")
        request = Request(approve=body.flag("approve"), plan_only=body.flag("plan_only"))
        if request.approve and request.plan_only:
            raise UsageError("`approve` and `plan_only` in the body exclude each other")
        report = await asyncio.wrap_future(self._ask(request))
        return _json(report.document())

    async def _approve(self, asked: Asked) -> Response:
        body = await _body(asked, "keys")
        approved: list[Hold] = await asyncio.wrap_future(
            self._ask(Request(keys=body.texts("keys")))
        )
        found = [
            {"id": hold.id, "kind": str(hold.kind), "reason": hold.reason} for hold in approved
        ]
        return _json({"schema": 1, "approved": found})


async def _body(asked: Asked, *keys: str) -> _Body:
    """The body, which may be missing; raises UsageError naming what is wrong in it."""
    data = bytearray()
    async for chunk in asked.stream():
        data += chunk
        if len(data) > BODY_MAX:
            raise HTTPException(413)
    if not data.strip():
        return _Body({})
    try:
        content = json.loads(data)
    except json.JSONDecodeError as error:
        raise UsageError(
            f"the body is not JSON: {error.msg} in line {error.lineno}, column {error.colno}"
        ) from None
    except (UnicodeDecodeError, RecursionError):
        raise UsageError("the body is not JSON") from None
    if not isinstance(content, dict):
        raise UsageError("the body must be a JSON object", 'such as {"approve": true}')
    for key in content:
        if key not in keys:
            raise UsageError(f"unknown key `{key[:40]}` in the body", f"there is {', '.join(keys)}")
    return _Body(content)


def _no_query(asked: Asked, *known: str) -> None:
    for name in asked.query_params:
        if name not in known:
            there_is = f"there is {', '.join(known)}" if known else "there are none here"
            raise UsageError(f"unknown parameter `{name[:40]}`", there_is)


def _instant(seconds: float | None) -> str | None:
    return None if seconds is None else instant(seconds)


def _json(
    document: Document, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(orjson.dumps(document), status, headers, "application/json")


def _failure(
    status: int, code: str, message: str, hint: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    error = {"code": code, "message": message, "hint": hint}
    return _json({"schema": 1, "error": error}, status, headers)


async def _refused(asked: Asked, error: Exception) -> Response:
    assert isinstance(error, RemindersdError)
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    wait_s = error.retry_after_s if isinstance(error, Throttled) else None
    headers = {"Retry-After": str(int(wait_s) + 1)} if wait_s is not None else None
    return _failure(status, error.code, error.message, error.hint, headers)


async def _no_mirror(asked: Asked, error: Exception) -> Response:
    return _failure(503, "no-mirror", str(error), "try again in a moment")


async def _no_such_thing(asked: Asked, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    method, path = asked.method, asked.url.path[:200]
    match error.status_code:
        case 404:
            return _failure(404, "not-found", f"there is no {path}", asked.app.state.paths)
        case 405:
            allowed = (error.headers or {}).get("Allow", "")
            message = f"{path} does not know {method}"
            return _failure(405, "method", message, f"use {allowed}", error.headers)
        case 413:
            return _failure(413, "too-large", f"the body is larger than {BODY_MAX} bytes")
        case other:
            return _failure(other, "error", error.detail)


async def _bug(asked: Asked, error: Exception) -> Response:
    # No text of it: nobody has checked what is in there. It is in the log of a verbose daemon.
    return _failure(500, "bug", f"this is a bug: {type(error).__name__}")
