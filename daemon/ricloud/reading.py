"""Reads what stands in a request of the ricloud API; whatever does not fit is named.

The official client sends no Content-Type, and the word ``null`` where it has nothing to say.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request as Asked

from daemon.ricloud.mistakes import Mistake, invalid

__all__ = [
    "Paging",
    "Wish",
    "is_text",
    "object_in",
    "read_object",
    "read_query",
    "text_in",
    "wish_in",
]

BODY_MAX = 1024 * 1024  # bytes: thousands of file ids
LIMIT, LIMIT_MAX = 10, 1000

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wish:
    """A sign-in that is asked for; ``user``, ``type`` and ``identifier`` say of what source."""

    user: str
    type: str
    identifier: str
    password: str
    code: str | None
    choice: str | None

    def __repr__(self) -> str:  # whatever shows it, the password stays
        return f"Wish(user={self.user!r}, identifier={self.identifier!r})"


@dataclass(frozen=True, slots=True)
class Paging:
    """Which part of a list is asked for, by how many and by the ids around it."""

    limit: int = LIMIT
    after: str | None = None
    before: str | None = None


async def read_object(asked: Asked, *known: str) -> Object:
    """The body, a JSON object or nothing, with no key but ``known``; raises Mistake."""
    data = bytearray()
    async for chunk in asked.stream():
        data += chunk
        if len(data) > BODY_MAX:
            raise Mistake(413, "too-large", f"the body is larger than {BODY_MAX} bytes")
    if not data.strip():
        return {}
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise Mistake(400, "invalid-body", "the body is not JSON") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise Mistake(400, "invalid-body", "the body must be a JSON object")
    _only(content, known, "")
    return content


def object_in(content: Object, name: str, *known: str) -> Object:
    """The object under ``name``, which has to be there, with no key but ``known``, if any are."""
    inner = content.get(name)
    if inner is None:
        raise invalid(name, "missing", f"`{name}` is missing")
    if not isinstance(inner, dict):
        raise invalid(name, "not-an-object", f"`{name}` must be an object")
    if known:
        _only(inner, known, f"{name}.")
    return inner


def text_in(content: Object, path: str, *, needed: bool = True) -> str | None:
    """The text at the last name of the dotted ``path``; ``None`` where it need not be there."""
    value = content.get(path.rpartition(".")[2])
    if value is None and not needed:
        return None
    if value is None:
        raise invalid(path, "missing", f"`{path}` is missing")
    if not is_text(value):
        raise invalid(path, "not-a-string", f"`{path}` must be a string")
    return str(value)


def is_text(value: object) -> bool:
    """Whether it is a string with something in it, and without the half characters of JSON."""
    return (
        isinstance(value, str)
        and value != ""
        and not any("\ud800" <= character <= "\udfff" for character in value)
    )


def wish_in(content: Object) -> Wish:
    """What a body for /sessions asks for."""
    source = object_in(content, "source", "user", "type", "identifier")
    payload = object_in(content, "payload", "password", "code", "choice")
    names = ("source.user", "source.type", "source.identifier", "payload.password")
    user, kind, identifier = (text_in(source, path) or "" for path in names[:3])
    code = text_in(payload, "payload.code", needed=False)
    choice = text_in(payload, "payload.choice", needed=False)
    if code is not None and choice is not None:
        raise invalid("payload.choice", "with-code", "`code` and `choice` exclude each other")
    password = text_in(payload, names[3]) or ""
    return Wish(user, kind, identifier, password, code, choice)


def read_query(asked: Asked, filters: Collection[str]) -> tuple[Paging, dict[str, str]]:
    """Paging, and the values of the ``filters`` that are asked for; raises Mistake."""
    query = asked.query_params
    for name in query:
        if name not in filters and name not in ("limit", "after_id", "before_id"):
            there_is = ", ".join([*filters, "limit", "after_id", "before_id"])
            raise invalid(name[:40], "unknown", f"unknown parameter; there is {there_is}")
    given = query.get("limit", str(LIMIT))
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= LIMIT_MAX):
        raise invalid("limit", "out-of-range", f"`limit` must be a number from 1 to {LIMIT_MAX}")
    paging = Paging(int(given), query.get("after_id"), query.get("before_id"))
    return paging, {name: query[name] for name in filters if name in query}


def _only(content: Object, known: Collection[str], above: str) -> None:
    for key in content:
        if key not in known:
            name = f"{above}{key[:40]}"
            there_is = f"there is {', '.join(known)}" if known else "there is none"
            raise invalid(name, "unknown", f"unknown parameter `{name}`; {there_is}")
