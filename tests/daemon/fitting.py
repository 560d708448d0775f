"""Holds each answer of the control socket that a test gets against what OpenAPI says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from daemon.apidoc.openapi import OPERATIONS, openapi
from daemon.apidoc.operation import Operation

_LARGEST = 64 * 1024  # what is larger has the same things in it, only more of them


@contextmanager
def fitting(app: Starlette) -> Iterator[None]:
    """Look at all that ``app`` answers while the context lasts; what did not fit fails its end."""
    misfits: list[str] = []
    app.add_middleware(_Look, misfits=misfits)
    yield
    if misfits:
        raise AssertionError("\n".join(misfits))


def misfits_of(method: str, path: str, status: int, document: Any) -> list[str]:
    """What of an answer is not as OpenAPI says; nothing of a path that it does not know."""
    found = next((one for one in OPERATIONS if _is_of(one, method, path)), None)
    if found is None or not found.answer:
        return []
    name = f"{method} {found.path}"
    validator = _validators(found.method, found.path).get(str(status))
    if validator is None:
        return [f"{name}: status {status} is not told of: {document}"]
    errors = validator.iter_errors(document)
    return [f"{name} {status}: {one.json_path}: {one.message}" for one in errors]


class _Look:
    def __init__(self, app: ASGIApp, misfits: list[str]) -> None:
        self._app = app
        self._misfits = misfits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, body, is_json = 0, b"", False

        async def heard(message: Message) -> None:
            nonlocal status, body, is_json
            if message["type"] == "http.response.start":
                status = message["status"]
                is_json = (b"content-type", b"application/json") in message["headers"]
            elif is_json and len(body) <= _LARGEST:
                body += message.get("body", b"")
                if not message.get("more_body") and len(body) <= _LARGEST:
                    found = misfits_of(scope["method"], scope["path"], status, orjson.loads(body))
                    self._misfits.extend(found)
            await send(message)

        await self._app(scope, receive, heard)


def _is_of(operation: Operation, method: str, path: str) -> bool:
    pattern = re.sub(r"{\w+}", "[^/]+", operation.path)
    return operation.method == method and re.fullmatch(pattern, path) is not None


@cache
def _validators(method: str, path: str) -> dict[str, Draft202012Validator]:
    """By status what fits, and nothing more than is told of."""
    document = _closed(openapi("0"))
    responses = document["paths"][path][method.lower()]["responses"]
    return {
        status: Draft202012Validator(
            {**one["content"]["application/json"]["schema"], "components": document["components"]},
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )
        for status, one in responses.items()
    }


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: _closed(one) for name, one in schema.items()}
    is_object = told.get("type") == "object" and isinstance(told.get("properties"), dict)
    return {"additionalProperties": False, **told} if is_object else told
