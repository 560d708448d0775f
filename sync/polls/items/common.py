"""What all items share: stable ids, times in the API's forms, and words of untrusted JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

from sync.codec.blob import Undecodable

__all__ = [
    "integer",
    "is_within",
    "item_id",
    "listed",
    "number",
    "object_of",
    "readable",
    "rfc3339",
    "word",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FAR_MS = 250_000_000_000_000  # the years that a date can have, and some more are refused
_BEYOND = 2**63
_OBJECT = (dict, Mapping)  # what JSON gives first: asking an abstract class takes far longer
T = TypeVar("T")


def item_id(*parts: str) -> str:
    """16 hex digits that are the same for the same thing for ever."""
    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def moment(ms: int | None) -> datetime | None:
    """Unix milliseconds as an aware moment; ``None`` for what no calendar has."""
    if ms is None or not -_FAR_MS < ms < _FAR_MS:
        return None
    try:
        return _EPOCH + timedelta(milliseconds=ms)
    except OverflowError:
        return None


def rfc3339(ms: int | None, *, digits: int = 0) -> str | None:
    """``2020-09-18T12:32:17Z``, cut to whole seconds, or with six ``digits`` after them."""
    at = moment(ms)
    if at is None:
        return None
    return at.replace(tzinfo=None).isoformat(timespec="microseconds" if digits else "seconds") + "Z"


def is_within(at: datetime | None, since: datetime | None, until: datetime | None) -> bool:
    """Strictly later than ``since`` and earlier than ``until``; without a date only if neither."""
    if at is None:
        return since is None and until is None
    return (since is None or at > since) and (until is None or at < until)


def readable(read: Callable[[Mapping[str, Any], str], T], record: Any, name: str) -> T | None:
    """A field of a record, ``None`` where it makes no sense: polls write nothing back."""
    try:
        return read(record, name)
    except Undecodable:
        return None


def word(value: object) -> str | None:
    """Text that says something and that SQLite can hold."""
    if not isinstance(value, str) or not value:
        return None
    return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def number(value: object) -> float | None:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= _BEYOND:
        return None
    return None if value != value else float(value)


def integer(value: object) -> int | None:
    """A whole number of 64 bits."""
    found = number(value)
    return None if found is None or not isinstance(value, int | float) else int(value)


def object_of(value: object) -> Mapping[str, Any]:
    """A JSON object; an empty one for anything else."""
    return value if isinstance(value, _OBJECT) else {}


def listed(value: object) -> list[Mapping[str, Any]]:
    """The JSON objects of a list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
