"""Decides which reminders a query asks for, and in which pages, from what ``GET /reminders`` says.

    list=NAME           by name or id          parent=ID          the subtasks of one
    done=true|false     or completed=          flagged=true|false
    tag=NAME            whatever the case      text=WORDS         in title or notes, as they stand
    q=WORDS             words in title, notes and tags, by their beginnings, in any order
    due_after=WHEN      due then or later      due_before=WHEN    due earlier than that
    smart=NAME          a smart list, see ``daemon.query.smart``
    limit=N             a page of so many; ``next`` in the answer is the ``cursor=`` of the next

WHEN is a date, or a date and time with or without offset. So ``due_after`` and ``due_before``
of neighbouring days meet without overlap; all day means from the beginning of the day.

A cursor names the last reminder of a page and not its number, so that a page neither repeats nor
leaves out what was there all the time, whatever comes and goes meanwhile.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from daemon.query.smart import SMART
from sync.errors import UsageError

__all__ = ["FILTERS", "LIMIT_MAX", "Filters", "Key", "cursor_of", "read_filters"]

FILTERS = (
    *("list", "parent", "done", "completed", "flagged", "tag", "text", "q", "due_after"),
    *("due_before", "smart", "limit", "cursor"),
)
LIMIT_MAX = 1000

Key = tuple[str | float | int, ...]
"""By what reminders are put in order: of texts and numbers, always the same ones at a place."""

_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_WHEN = "a date such as 2026-03-02, or 2026-03-02T14:30+01:00"

_CONDITIONS: Mapping[str, str] = {
    "list": "(r.list_name = ? OR r.list_id = ?)",
    "parent": "r.parent_id = ?",
    "done": "r.done = ?",
    "flagged": "r.flagged = ?",
    "tag": """EXISTS (SELECT 1 FROM json_each(r.tag_ids) e JOIN tag t ON t.id = e.value
        WHERE casefold(t.name) = ?)""",
}
"""What each says in SQL; ``r`` is a row of ``shown_reminder``."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What SQL can decide (``where`` with its ``parameters``), and what it cannot (``passes``).

    ``smart`` names a smart list, ``words`` are looked for in the index; both decide the order.
    ``after`` is the key that a page comes after, ``limit`` how long it may be (``None``: all).
    """

    where: str = ""
    parameters: tuple[Any, ...] = ()
    text: str = ""
    due_after: datetime | None = None
    due_before: datetime | None = None
    smart: str | None = None
    words: str | None = None
    limit: int | None = None
    after: Key | None = None

    def passes(self, reminder: Mapping[str, Any], zone: tzinfo) -> bool:
        """Whether it has the words and is due in time; without an offset, ``zone`` is meant."""
        if self.text and not any(
            self.text in (reminder[key] or "").casefold() for key in ("title", "notes")
        ):
            return False
        if self.due_after is None and self.due_before is None:
            return True
        if reminder["due"] is None:
            return False
        due = _aware(datetime.fromisoformat(reminder["due"]), zone)
        if self.due_after is not None and due < _aware(self.due_after, zone):
            return False
        return self.due_before is None or due < _aware(self.due_before, zone)

    @property
    def order(self) -> str:
        """What the key of a reminder consists of; a cursor of another order is refused."""
        return "time" if self.smart else "words" if self.words else "place"


def read_filters(given: Sequence[tuple[str, str]]) -> Filters:
    """The filters in a query's (name, value) pairs; raises UsageError naming the wrong one."""
    query = _once_each(given)
    if "completed" in query:
        if "done" in query:
            raise UsageError("`done` and `completed` are the same, and both are given")
        query["done"] = query.pop("completed")
    conditions: list[str] = []
    parameters: list[Any] = []
    for name in [name for name in _CONDITIONS if name in query]:
        conditions.append(_CONDITIONS[name])
        parameters += _parameters(name, query[name])
    if "smart" in query:
        if query["smart"] not in SMART:
            raise _wrong("smart", query["smart"], " or ".join(SMART))
        conditions.append("NOT r.done")
    words = query.get("q")
    if words is not None and not words.strip():
        raise _wrong("q", words, "the words to look for")
    found = Filters(
        where=f"WHERE {' AND '.join(conditions)}" if conditions else "",
        parameters=tuple(parameters),
        text=query.get("text", "").casefold(),
        due_after=_read("due_after", query.get("due_after"), _moment, _WHEN),
        due_before=_read("due_before", query.get("due_before"), _moment, _WHEN),
        smart=query.get("smart"),
        words=words,
        limit=_read("limit", query.get("limit"), _count, f"a number from 1 to {LIMIT_MAX}"),
    )
    return _after(found, query.get("cursor"))


def cursor_of(order: str, key: Key) -> str:
    """What names the last reminder of a page, for whoever asks for the next one."""
    return base64.urlsafe_b64encode(json.dumps([order, *key]).encode()).decode().rstrip("=")


def _after(filters: Filters, cursor: str | None) -> Filters:
    if cursor is None:
        return filters
    try:
        data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        order, *key = json.loads(data)
    except (binascii.Error, ValueError, TypeError):
        order, key = None, []
    if order != filters.order or not _is_key(order, key):
        raise _wrong("cursor", cursor, "what the page before gave as `next`, with the same filters")
    return replace(filters, after=tuple(key))


_KEYS: Mapping[str, tuple[type, ...]] = {
    "time": (float, str, str),
    "words": (int, str, str, int, str),
    "place": (str, str, int, str),
}
"""The types in a key of each order."""


def _is_key(order: str, key: Sequence[Any]) -> bool:
    return tuple(map(type, key)) == _KEYS[order]


def _once_each(given: Sequence[tuple[str, str]]) -> dict[str, str]:
    query: dict[str, str] = {}
    for name, value in given:
        if name not in FILTERS:
            raise UsageError(f"unknown filter `{name[:40]}`", f"there are {', '.join(FILTERS)}")
        if name in query:
            raise UsageError(f"`{name}` is given twice")
        query[name] = value
    return query


def _parameters(name: str, value: str) -> tuple[Any, ...]:
    match name:
        case "list":
            return value, value.upper()
        case "parent":
            return (value.upper(),)
        case "tag":
            return (value.removeprefix("#").casefold(),)
        case _:
            return (_read(name, value, _truth, "true or false"),)


def _read(name: str, value: str | None, read: Callable[[str], Any], wanted: str) -> Any:
    if value is None:
        return None
    try:
        return read(value)
    except (ValueError, KeyError):
        raise _wrong(name, value, wanted) from None


def _wrong(name: str, value: str, wanted: str) -> UsageError:
    return UsageError(f"`{name}`: {value[:40]!r} is not understood", f"write {wanted}")


def _truth(value: str) -> bool:
    return _WORDS[value.lower()]


def _count(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= LIMIT_MAX):
        raise ValueError(value)
    return int(value[:9])


def _moment(value: str) -> datetime:
    # A plus sign that nobody escaped arrives as a space.
    return datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)


def _aware(moment: datetime, zone: tzinfo) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
