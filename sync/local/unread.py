"""Says in words that something on a line looks like a field, cannot be read, and what follows.

Each format finds such words itself; the sentences are the same for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from store.model import Field

from .dates import read_day

__all__ = ["contradict", "is_no", "left_alone", "wrong_in"]

_LONGEST = 60  # characters of a file that are repeated in a sentence
_DAY_LENGTH = len("2026-03-02")
_CALLED = {
    Field.TITLE: "title",
    Field.NOTES: "notes",
    Field.DONE: "completion",
    Field.DUE: "due date",
    Field.PRIORITY: "priority",
    Field.REPEAT: "repetition",
    Field.ALARMS: "alarms",
}
_PLURAL = frozenset({Field.ALARMS, Field.NOTES})


def is_no(words: str, what: str) -> str:
    """That these words are not what they look like."""
    return f"{_quoted(words)} is no {what}"


def contradict(words: Iterable[str]) -> str:
    """That these words say different things of what there is one of."""
    *others, last = map(_quoted, words)
    return f"{', '.join(others)} and {last} contradict each other"


def left_alone(field: Field, said: str) -> str:
    """The whole sentence: what was ``said`` of the words, and what becomes of the field."""
    are, they = ("are", "they") if field in _PLURAL else ("is", "it")
    name = _CALLED[field]
    return f"{said}; the {name} {are} left as {they} {are} in iCloud until {they} can be read"


def wrong_in(moment: str) -> str:
    """What an unreadable ``YYYY-MM-DD[ HH:MM]`` is not."""
    return "date" if read_day(moment.strip(" \t")[:_DAY_LENGTH]) is None else "time"


def _quoted(words: str) -> str:
    plain = "".join(char if char.isprintable() else " " for char in words)
    return f"“{plain if len(plain) <= _LONGEST else plain[:_LONGEST] + '…'}”"
