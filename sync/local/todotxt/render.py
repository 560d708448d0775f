"""Writes a reminder as a todo.txt line, and says what would be read back from it."""

from __future__ import annotations

from collections.abc import Sequence

from store.model import AllDay, Due, Floating, Priority, Reminder, Zoned
from sync.local.dates import FLOATING
from sync.local.projection import project
from sync.local.text import clean_title

from .taskline import UNSAID
from .words import is_tag, write_title

__all__ = ["LETTERS", "due_values", "render", "shown"]

LETTERS = {Priority.HIGH: "A", Priority.MEDIUM: "B", Priority.LOW: "C", Priority.NONE: ""}


def shown(reminder: Reminder, home_zone: str) -> Reminder:
    """The reminder as a line shows it: what ``parse`` reads back after ``render``.

    Notes are always opaque: the format has no place for them.
    """
    return project(reminder, home_zone, UNSAID)


def render(
    reminder: Reminder,
    block: str,
    home_zone: str,
    *,
    tags: Sequence[str] = (),
    parent: str = "",
) -> str:
    """The line, without a line end; ``block`` and ``parent`` are ids or empty.

    Names in ``tags`` that could not be read back as a tag are left out.
    """
    value = shown(reminder, home_zone)
    day, at, zone = due_values(value.due, home_zone)
    done, letter = value.done, LETTERS[value.priority]
    words = (
        "x" if done else "",
        done.day.isoformat() if done and done.day else "",
        f"({letter})" if letter and not done else "",
        write_title(value.title),
        *(f"@{tag}" for tag in tags if is_tag(f"@{tag}") and clean_title(tag) == tag),
        f"due:{day}" if day else "",
        f"at:{at}" if at else "",
        f"tz:{zone}" if zone else "",
        "flag:1" if value.flagged else "",
        f"pri:{letter}" if letter and done else "",
        f"id:{block}" if block else "",
        f"p:{parent}" if parent else "",
    )
    return " ".join(word for word in words if word)


def due_values(due: Due | None, home_zone: str) -> tuple[str, str, str]:
    """The values of ``due:``, ``at:`` and ``tz:``; each may be empty. Home goes unsaid."""
    match due:
        case AllDay(day):
            return day.isoformat(), "", ""
        case Floating(wall):
            return wall.date().isoformat(), f"{wall:%H%M}", FLOATING
        case Zoned(wall, zone):
            return wall.date().isoformat(), f"{wall:%H%M}", "" if zone == home_zone else zone
        case None:
            return "", "", ""
