"""Reads JSON the lenient way Apple's services do, whatever its content type, and writes it."""

from __future__ import annotations

import json
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request


async def json_object(request: Request) -> dict[str, Any]:
    """Return the request's JSON object, {} for an empty body or `null`.

    Raises HTTPException 400 for anything else.
    """
    text = await request.body()
    try:
        document = orjson.loads(text) if text.strip() else None
    except orjson.JSONDecodeError as error:
        raise HTTPException(400, "the body is not JSON") from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise HTTPException(400, "the body is not a JSON object")
    return document


def encoded(value: object) -> bytes:
    """`value` as JSON; half a surrogate pair, which UTF-8 cannot hold, is spelled as an escape."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value).encode("ascii")


def decoded(data: bytes) -> Any:
    """The value of some JSON, halves of surrogate pairs and all. Raises ValueError."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(data)
