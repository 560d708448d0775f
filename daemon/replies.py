"""What an answer of the control socket looks like, good or bad, and what a body may say.

Every answer is one JSON object with ``"schema": 1``; a failure has ``error`` with ``code``,
``message`` and ``hint``, names the place, and never quotes an unexpected exception.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match, Route

from daemon.query.answers import NoMirror
from daemon.running.requests import Stopping
from store.raw import dumps
from sync.errors import (
    AccountUnusable,
    BadResponse,
    Busy,
    CannotResolve,
    CannotRestore,
    CannotUndo,
    CannotWrite,
    KeyTaken,
    NetworkError,
    NoSuchReminder,
    RemindersdError,
    ServiceError,
    SignInNeeded,
    Throttled,
    UsageError,
    WrongPassword,
)

__all__ = ["BODY_MAX", "HANDLERS", "Body", "failure", "json_answer", "no_query", "read_body"]

BODY_MAX = 1024 * 1024  # bytes: notes may be long

_STATUSES: tuple[tuple[type[RemindersdError], int], ...] = (
    (CannotWrite, 409),
    (KeyTaken, 422),
    (NoSuchReminder, 404),
    (UsageError, 400),
    (Busy, 409),
    (CannotResolve, 409),
    (CannotRestore, 409),
    (CannotUndo, 409),
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
class Body:
    """A request's JSON object, and what may stand in it."""

    content: Mapping[str, Any]

    def flag(self, name: str) -> bool:
        """True or false; false where it is missing."""
        value = self.content.get(name, False)
        if not isinstance(value, bool):
            raise UsageError(f"`{name}` in the body must be true or false")
        return value

    def text(self, name: str) -> str:
        """A string that has to be there."""
        value = self.content.get(name)
        if not isinstance(value, str) or not value:
            raise UsageError(f"`{name}` in the body must be a string")
        return value

    def number(self, name: str) -> int | None:
        """A whole number from 1, or ``None`` where it is missing."""
        value = self.content.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise UsageError(f"`{name}` in the body must be a number from 1")
        return value

    def texts(self, name: str) -> list[str]:
        """A list of strings; empty where it is missing."""
        value = self.content.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise UsageError(f"`{name}` in the body must be a list of strings")
        return value


async def read_body(asked: Request, *keys: str) -> Body:
    """The body, which may be missing; raises UsageError naming what is wrong in it."""
    data = bytearray()
    async for chunk in asked.stream():
        data += chunk
        if len(data) > BODY_MAX:
            raise HTTPException(413)
    if not data.strip():
        return Body({})
    try:
        content = json.loads(data)
    except json.JSONDecodeError as error:
        raise UsageError(
            f"the body is not JSON: {error.msg} in line {error.lineno}, column {error.colno}"
        ) from None
    except (ValueError, RecursionError):  # bytes that are no text, a number of 5,000 digits
        raise UsageError("the body is not JSON") from None
    if not isinstance(content, dict):
        raise UsageError("the body must be a JSON object", 'such as {"approve": true}')
    for key in content:
        if key not in keys:
            raise UsageError(f"unknown key `{key[:40]}` in the body", f"there is {', '.join(keys)}")
    return Body(content)


def no_query(asked: Request, *known: str) -> None:
    """Raise UsageError for a parameter that is not ``known``."""
    for name in asked.query_params:
        if name not in known:
            there_is = f"there is {', '.join(known)}" if known else "there are none here"
            raise UsageError(f"unknown parameter `{name[:40]}`", there_is)


def json_answer(
    document: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A document."""
    return Response(dumps(document), status, headers, "application/json")


def failure(
    status: int, code: str, message: str, hint: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """An error document."""
    error = {"code": code, "message": message, "hint": hint}
    return json_answer({"schema": 1, "error": error}, status, headers)


async def _refused(asked: Request, error: Exception) -> Response:
    assert isinstance(error, RemindersdError)
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    wait_s = error.retry_after_s if isinstance(error, Throttled) else None
    headers = {"Retry-After": str(int(wait_s) + 1)} if wait_s is not None else None
    return failure(status, error.code, error.message, error.hint, headers)


async def _no_mirror(asked: Request, error: Exception) -> Response:
    return failure(503, "no-mirror", str(error), "try again in a moment")


async def _no_such_thing(asked: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    method, path = asked.method, asked.scope["path"][:200]
    match error.status_code:
        case 404:
            return failure(404, "not-found", f"there is no {path}", asked.app.state.paths)
        case 405:
            allowed = _methods(asked)
            message = f"{path} does not know {method}"
            return failure(405, "method", message, f"use {allowed}", {"Allow": allowed})
        case 413:
            message = f"the body is larger than {BODY_MAX} bytes"
            return failure(413, "too-large", message, "write so long a text into the file itself")
        case other:
            return failure(other, "error", error.detail)


def _methods(asked: Request) -> str:
    """What a path knows: more than one route may be for it."""
    routes = [route for route in asked.app.routes if isinstance(route, Route)]
    there = [route for route in routes if route.matches(asked.scope)[0] is not Match.NONE]
    return ", ".join(sorted({name for route in there for name in route.methods or ()}))


async def _gone(asked: Request, error: Exception) -> Response:
    return failure(400, "cut", "the request was cut short")  # nobody reads it


async def _bug(asked: Request, error: Exception) -> Response:
    # No text of it: nobody has checked what is in there. It is in the log of a verbose daemon.
    return failure(500, "bug", f"this is a bug: {type(error).__name__}")


HANDLERS = {
    RemindersdError: _refused,
    NoMirror: _no_mirror,
    HTTPException: _no_such_thing,
    ClientDisconnect: _gone,
    Exception: _bug,
}
"""What the application answers for each exception, by starlette's rules."""
