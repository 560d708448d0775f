"""What stands in a request to the phone; what does not fit is refused, in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.requests import Request

from sandbox.device.phone import Phone

Kinds = dict[str, tuple[type, ...]]
Handler = Callable[[Phone, Request, dict[str, Any]], Any]

OPTIONAL = (str, type(None))


class BadRequest(Exception):
    """A request that the phone cannot carry out; the text is the answer's one sentence."""


def body_of(raw: bytes) -> dict[str, Any]:
    """The JSON object of a request; nothing is an empty one."""
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    return body


def checked(body: dict[str, Any], allowed: Kinds, *required: str) -> dict[str, Any]:
    """The body, if it has no key but `allowed` ones, each of its kinds, and all `required`."""
    for key, value in body.items():
        if key not in allowed:
            raise BadRequest(f"unknown key {key!r}; accepted: {', '.join(allowed)}")
        if type(value) not in allowed[key]:
            names = " or ".join(kind.__name__ for kind in allowed[key])
            raise BadRequest(f"{key!r} must be {names}")
    missing = [key for key in required if key not in body]
    if missing:
        raise BadRequest(f"{missing[0]!r} is missing")
    return body


def flag(request: Request, name: str, default: bool) -> bool:
    """A parameter that is 0 or 1."""
    raw = request.query_params.get(name, "1" if default else "0")
    if raw not in ("0", "1"):
        raise BadRequest(f"{name}={raw} must be 0 or 1")
    return raw == "1"


def fresh(phone: Phone) -> Phone:
    """The phone, synced just now unless it is offline."""
    if not phone.offline:
        phone.sync()
    return phone


def when_of(body: dict[str, Any]) -> datetime | None:
    """The moment at `when`, if one is named."""
    raw = checked(body, {"when": (str,)}).get("when")
    when = datetime.fromisoformat(raw) if raw else None
    if when is not None and when.tzinfo is None:
        raise BadRequest("'when' needs an offset, such as 2026-03-02T14:30:00Z")
    return when
