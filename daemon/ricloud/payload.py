"""Decides what a poll's payload asks for.

``since`` and ``until`` may stand in the payload, for those of its data types that have a date, or
in an object in the place of one type's name, for that one alone:

    {"data_types": ["icpl.photos"], "since": "2026-01-01T00:00:00Z"}
    {"data_types": [{"id": "icpl.photos", "since": "2026-01-01T00:00:00Z"}, "fmip.devices"]}
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from daemon.ricloud.mistakes import Mistake, invalid
from daemon.ricloud.reading import is_text
from sync.polls.asked import DataQuery, PollRequest
from sync.polls.desk import ALL, DATED

__all__ = ["request_in"]

_PARTS = ("info_types", "data_types", "files")
_BOUNDS = ("since", "until")

Bounds = tuple[datetime | None, datetime | None]


def request_in(payload: Mapping[str, Any]) -> PollRequest:
    """What a payload asks for; raises Mistake for what it cannot mean.

    A type or a file that nobody knows fits, too: it is the poll that does not find it.
    """
    for name in payload:
        if name not in (*_PARTS, *_BOUNDS):
            raise _unknown(f"payload.{name[:40]}", (*_PARTS, *_BOUNDS))
    if not any(part in payload for part in _PARTS):
        raise invalid("payload", "empty", f"`payload` asks for nothing: give {', '.join(_PARTS)}")
    given = {part: _list(payload, part) for part in _PARTS}
    bounds = _bounds(payload, "payload")
    if bounds != (None, None) and not any(map(_is_dated, given["data_types"])):
        name = next(name for name in _BOUNDS if name in payload)
        kinds = ", ".join(sorted(DATED))
        raise invalid(f"payload.{name}", "nothing-to-filter", f"there is none of {kinds} to filter")
    queries = [
        _query(item, f"payload.data_types[{number}]", bounds)
        for number, item in enumerate(given["data_types"])
    ]
    return PollRequest(
        info_types=_texts(given["info_types"], "payload.info_types"),
        data_types=tuple(queries),
        files=_texts(given["files"], "payload.files"),
    )


def _list(payload: Mapping[str, Any], part: str) -> list[Any]:
    value = payload.get(part)
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid(f"payload.{part}", "not-a-list", f"`payload.{part}` must be a list")
    return value


def _texts(values: list[Any], place: str) -> tuple[str, ...]:
    for number, value in enumerate(values):
        if not is_text(value):
            name = f"{place}[{number}]"
            raise invalid(name, "not-a-string", f"`{name}` must be a string")
    return tuple(values)


def _is_dated(item: Any) -> bool:
    """Whether a data type, named or in an object, has the date that filters compare with."""
    name = item.get("id") if isinstance(item, dict) else item
    return isinstance(name, str) and (name in DATED or name == ALL)


def _query(item: Any, place: str, outer: Bounds) -> DataQuery:
    since, until = outer if _is_dated(item) else (None, None)
    if isinstance(item, dict):
        for name in item:
            if name not in ("id", *_BOUNDS):
                raise _unknown(f"{place}.{name[:40]}", ("id", *_BOUNDS))
        inner = _bounds(item, place)
        since, until = inner[0] or since, inner[1] or until
        item = item.get("id")
        place = f"{place}.id"
    if not is_text(item):
        raise invalid(place, "not-a-string", f"`{place}` must be a string")
    return DataQuery(str(item), since, until)


def _bounds(content: Mapping[str, Any], place: str) -> Bounds:
    since, until = (_moment(content.get(name), f"{place}.{name}") for name in _BOUNDS)
    return since, until


def _moment(value: Any, name: str) -> datetime | None:
    """A date, or a date and time; in UTC where no offset says otherwise."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        message = f"`{name}` must be a date and time such as 2026-03-02T14:30:00Z"
        raise invalid(name, "not-a-datetime", message) from None


def _unknown(name: str, known: tuple[str, ...]) -> Mistake:
    return invalid(name, "unknown", f"unknown parameter `{name}`; there is {', '.join(known)}")
