"""What can be asked of the polls, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sync.errors import RemindersdError

__all__ = [
    "CannotPoll",
    "DataQuery",
    "Item",
    "PollError",
    "PollOutcome",
    "PollRequest",
    "PollResult",
    "Progress",
    "unheard",
]

Item = dict[str, Any]
"""One thing of a data type, as JSON has it; docs/polls.md names the attributes."""

Progress = Callable[[str, int, int | None], None]
"""Told of a target, how far its poll is, and how far it goes where that is known."""


def unheard(_target: str, _done: int, _total: int | None) -> None:
    """The progress that nobody watches."""


class CannotPoll(RemindersdError):
    """One target of a poll cannot be had, for the reason given; ``code`` is the API's word."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.code = code


@dataclass(frozen=True, slots=True)
class DataQuery:
    """A data type by its ``id``, and aware moments; what is not later or earlier is left out."""

    id: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PollRequest:
    """What one poll asks for; everything empty is a poll that comes to nothing."""

    info_types: tuple[str, ...] = ()
    data_types: tuple[DataQuery, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PollResult:
    """One result; ``type`` is ``json``, or for a file its extension in lower case.

    ``content`` is the bytes, or the path of a private file that is whoever asked's from now on.
    """

    identifier: str
    type: str
    content: bytes | Path


@dataclass(frozen=True, slots=True)
class PollError:
    """``target``, a data type, info type or file id, could not be had: the code and a sentence."""

    target: str
    error: str
    message: str


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """What came of a poll: what could be had, and what could not and why."""

    results: tuple[PollResult, ...]
    errors: tuple[PollError, ...]
