"""Decides which reminders a query asks for, from the parameters of ``GET /reminders``.

    list=NAME           done=true|false        flagged=true|false
    text=WORDS          in title or notes, whatever the case
    due_after=WHEN      due then or later      due_before=WHEN   due earlier than that

WHEN is a date, or a date and time with or without offset. So ``due_after`` and ``due_before``
of neighbouring days meet without overlap; all day means from the beginning of the day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sync.errors import UsageError

__all__ = ["FILTERS", "Filters", "read_filters"]

FILTERS = ("list", "done", "flagged", "text", "due_after", "due_before")

_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True)
class Filters:
    """What SQL can decide (``where`` with its ``parameters``), and what it cannot (``passes``)."""

    where: str = ""
    parameters: tuple[Any, ...] = ()
    text: str = ""
    due_after: datetime | None = None
    due_before: datetime | None = None

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


def read_filters(given: Sequence[tuple[str, str]]) -> Filters:
    """The filters in a query's (name, value) pairs; raises UsageError naming the wrong one."""
    query: dict[str, str] = {}
    for name, value in given:
        if name not in FILTERS:
            raise UsageError(f"unknown filter `{name}`", f"there are {', '.join(FILTERS)}")
        if name in query:
            raise UsageError(f"`{name}` is given twice")
        query[name] = value
    conditions: list[str] = []
    parameters: list[Any] = []
    if "list" in query:
        conditions.append("list = ?")
        parameters.append(query["list"])
    for name in ("done", "flagged"):
        if name in query:
            conditions.append(f"{name} = ?")
            parameters.append(_read(name, query[name], _truth, "true or false"))
    when = "a date such as 2026-03-02, or 2026-03-02T14:30+01:00"
    return Filters(
        where=f"WHERE {' AND '.join(conditions)}" if conditions else "",
        parameters=tuple(parameters),
        text=query.get("text", "").casefold(),
        due_after=_read("due_after", query.get("due_after"), _moment, when),
        due_before=_read("due_before", query.get("due_before"), _moment, when),
    )


def _read(name: str, value: str | None, read: Callable[[str], Any], wanted: str) -> Any:
    if value is None:
        return None
    try:
        return read(value)
    except (ValueError, KeyError):
        raise UsageError(f"`{name}`: {value[:40]!r} is not understood", f"write {wanted}") from None


def _truth(value: str) -> bool:
    return _WORDS[value.lower()]


def _moment(value: str) -> datetime:
    # A plus sign that nobody escaped arrives as a space.
    return datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)


def _aware(moment: datetime, zone: tzinfo) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
