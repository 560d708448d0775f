"""Makes the OpenAPI document of the table of operations. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from daemon.apidoc.acting import ACTING
from daemon.apidoc.looking import LOOKING
from daemon.apidoc.operation import Keys, Operation
from daemon.apidoc.ricloud import RICLOUD
from daemon.apidoc.schemas import ERROR, PLACES, SCHEMAS, STATUSES

__all__ = ["OPERATIONS", "openapi"]

OPERATIONS: Sequence[Operation] = (*LOOKING, *ACTING, *RICLOUD)

Schema = dict[str, Any]

_ANY_REQUEST = (400, 401, 405, 500)
_KINDS: Mapping[str, Schema] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "whole": {"type": "integer"},
    "flag": {"type": "boolean"},
    "moment": {"type": "string", "format": "date-time"},
    "texts": {"type": "array", "items": {"type": "string"}},
    "objects": {"type": "array", "items": {"type": "object"}},
    "any": {},
}
_ABOUT = (
    "Over the Unix socket, for its owner; over TCP with `Authorization: Token ...`. Every answer "
    'is a JSON object with `"schema": 1`, and members are only ever added.'
)


def openapi(version: str) -> Schema:
    """The document, for the programme's ``version``."""
    paths: dict[str, Schema] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "remindersd", "version": version, "description": _ABOUT},
        "servers": [{"url": "http://127.0.0.1:8474", "description": "as `control.listen` says"}],
        "security": [{"token": []}, {}],
        "paths": paths,
        "components": {
            "schemas": {
                **{name: _object(keys) for name, keys in SCHEMAS.items()},
                "Error": {
                    "type": "object",
                    "properties": {"schema": _kind("whole"), "error": _object(ERROR)},
                    "required": ["schema", "error"],
                },
            },
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`Token` and what `remindersd token` prints",
                }
            },
        },
    }


def _operation(operation: Operation) -> Schema:
    told: Schema = {
        "operationId": _id_of(operation),
        "summary": operation.summary,
        "tags": [operation.section],
        "responses": _responses(operation),
    }
    if operation.more:
        told["description"] = operation.more
    parameters = [
        *(_place(name) for name in re.findall(r"{(\w+)}", operation.path)),
        *(
            {"name": one.name, "in": "query", "description": one.meaning, "schema": _kind(one.kind)}
            for one in operation.query
        ),
        *([_IDEMPOTENCY] if operation.keyed else []),
    ]
    if parameters:
        told["parameters"] = parameters
    if operation.body:
        schema = _object(operation.body, operation.needed) | {"additionalProperties": False}
        content = {"application/json": {"schema": schema}}
        told["requestBody"] = {"required": bool(operation.needed), "content": content}
    return told


_IDEMPOTENCY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Granted once; asked again within a day, it is answered with the same.",
    "schema": {"type": "string", "maxLength": 200},
}


def _responses(operation: Operation) -> Schema:
    schema = _object({"schema": "whole: 1", **operation.answer})
    if operation.media != "application/json":
        schema = {"type": "string"}
    elif not operation.answer:
        schema = {"type": "object"}
    content = {operation.media: {"schema": schema}}
    well = {"description": operation.summary, "content": content}
    told: Schema = {str(operation.status): well}
    if operation.dry_status is not None:
        told[str(operation.dry_status)] = {**well, "description": "With `dry_run`: what would be."}
    too_large = (413,) if operation.body is not None else ()
    for status in sorted({*operation.statuses, *_ANY_REQUEST, *too_large}):
        error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
        told[str(status)] = {"description": STATUSES[status], "content": error}
    return told


def _object(keys: Keys, needed: Sequence[str] | None = None) -> Schema:
    """``needed`` are the members that have to be there: all but those that may be missing."""
    properties = {name.removesuffix("?"): _member(text) for name, text in keys.items()}
    if needed is None:
        needed = [name for name in keys if not name.endswith("?")]
    required = [name for name in properties if name in needed]
    return {"type": "object", "properties": properties} | (
        {"required": required} if required else {}
    )


def _member(text: str) -> Schema:
    kind, _, meaning = text.partition(": ")
    return {**_kind(kind), "description": meaning}


def _kind(kind: str) -> Schema:
    if kind.endswith("?"):
        inner = _kind(kind[:-1])
        if "$ref" in inner:
            return {"anyOf": [inner, {"type": "null"}]}
        return {**inner, "type": [inner["type"], "null"]}
    if kind.endswith("{}"):
        return {"type": "object", "additionalProperties": _kind(kind[:-2])}
    if kind in _KINDS:
        return dict(_KINDS[kind])
    if kind in SCHEMAS:
        return {"$ref": f"#/components/schemas/{kind}"}
    return {"type": "array", "items": _kind(kind.removesuffix("s"))}


def _place(name: str) -> Schema:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": PLACES[name],
        "schema": {"type": "string"},
    }


def _id_of(operation: Operation) -> str:
    words = re.sub(r"[^a-z]+", " ", f"{operation.method} {operation.path}".lower()).split()
    return words[0] + "".join(map(str.title, words[1:]))
