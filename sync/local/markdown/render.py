"""Writes a reminder as lines, and says what would be read back from them."""

from __future__ import annotations

from collections.abc import Sequence

from store.model import (
    AllDay,
    Due,
    Floating,
    Priority,
    Reminder,
    Zoned,
)
from sync.local.dates import FLOATING
from sync.local.projection import project

from .notes import quote
from .taskline import read_fields, split
from .tokens import escape, is_tag

__all__ = ["CHILD_INDENT", "SYMBOLS", "due_words", "render", "shown", "write_title"]

SYMBOLS = {Priority.HIGH: "⏫", Priority.MEDIUM: "🔼", Priority.LOW: "🔽", Priority.NONE: ""}
CHILD_INDENT = 4


def shown(reminder: Reminder, home_zone: str) -> Reminder:
    """The reminder as a file shows it: what ``parse`` reads back after ``render``."""
    return project(reminder, home_zone)


def render(
    reminder: Reminder,
    block: str,
    home_zone: str,
    *,
    indent: str = "",
    bullet: str = "-",
    tags: Sequence[str] = (),
    unit: str | None = None,
) -> list[str]:
    """The task line and its notes' lines, without line ends; ``block`` may be empty.

    Names in ``tags`` that could not be read back as a tag are left out. Notes are indented by
    ``unit`` more than the task: by default four spaces, or as many as the bullet needs.
    """
    value = shown(reminder, home_zone)
    clock, day = due_words(value.due, home_zone)
    done = value.done
    words = (
        f"{indent}{bullet} [{' ' if done is None else 'x'}]",
        write_title(value.title),
        "🚩" if value.flagged else "",
        *(f"#{tag}" for tag in tags if is_tag(f"#{tag}")),
        f"⏰ {clock}" if clock else "",
        SYMBOLS[value.priority],
        f"📅 {day}" if day else "",
        f"✅ {done.day.isoformat()}" if done and done.day else "",
        f"^{block}" if block else "",
    )
    line = " ".join(word for word in words if word)
    return [
        line,
        *quote(value.notes, indent + (unit or " " * max(CHILD_INDENT, len(bullet) + 1)) + ">"),
    ]


def due_words(due: Due | None, home_zone: str) -> tuple[str, str]:
    """The words behind ⏰ and behind 📅; each may be empty. The zone is left out at home."""
    match due:
        case AllDay(day):
            return "", day.isoformat()
        case Floating(wall):
            return f"{wall:%H:%M} {FLOATING}", wall.date().isoformat()
        case Zoned(wall, zone):
            suffix = "" if zone == home_zone else f" {zone}"
            return f"{wall:%H:%M}{suffix}", wall.date().isoformat()
        case None:
            return "", ""


def write_title(title: str) -> str:
    """``title`` (already clean) with as few backslashes as make it read back the same."""
    written = escape(title)
    line = split(f"- [ ] {written}")
    if line is not None and not line.tokens and read_fields(line, "UTC").title == title:
        return written
    return escape(title, everything=True)
