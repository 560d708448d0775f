"""Reads JSON bodies the lenient way Apple's services do, whatever their content type says."""

from __future__ import annotations

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
