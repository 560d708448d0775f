"""Writes a reminder as a todo.txt line, and says what would be read back from it."""

from __future__ import annotations

from dataclasses import replace

from store.model import AllDay, Due, Field, Floating, OtherRule, Priority, Reminder, Repeat, Zoned
from sync.core.repeating.recurrence import from_words
from sync.local.dates import FLOATING
from sync.local.projection import project

from .taskline import UNSAID, read_rec, write_rec
from .words import is_tag, write_title

__all__ = ["LETTERS", "due_values", "rec_of", "render", "shown"]

LETTERS = {Priority.HIGH: "A", Priority.MEDIUM: "B", Priority.LOW: "C", Priority.NONE: ""}


def shown(reminder: Reminder, home_zone: str) -> Reminder:
    """The reminder as a line shows it: what ``parse`` reads back after ``render``.

    Notes and links are always opaque: the format has no place for them. So are rules that end.
    """
    value = project(reminder, home_zone, UNSAID)
    if value.repeat is not None and rec_of(value.repeat) is None:
        value = replace(value, repeat=None, opaque=value.opaque | {Field.REPEAT})
    if value.tags:
        value = replace(value, tags=frozenset(tag for tag in value.tags if is_tag(f"@{tag}")))
    return value


def render(
    reminder: Reminder,
    block: str,
    home_zone: str,
    *,
    parent: str = "",
) -> str:
    """The line, without a line end; ``block`` and ``parent`` are ids or empty.

    A completed task keeps its rule on the line, should it be reopened.
    """
    value = shown(reminder, home_zone)
    day, at, zone = due_values(value.due, home_zone)
    done, letter, rec = value.done, LETTERS[value.priority], rec_of(reminder.repeat)
    words = (
        "x" if done else "",
        done.day.isoformat() if done and done.day else "",
        f"({letter})" if letter and not done else "",
        write_title(value.title),
        *(f"@{tag}" for tag in sorted(value.tags)),
        f"due:{day}" if day else "",
        f"at:{at}" if at else "",
        f"tz:{zone}" if zone else "",
        f"rec:{rec}" if rec else "",
        "flag:1" if value.flagged else "",
        f"pri:{letter}" if letter and done else "",
        f"id:{block}" if block else "",
        f"p:{parent}" if parent else "",
    )
    return " ".join(word for word in words if word)


def rec_of(repeat: Repeat) -> str | None:
    """The value of ``rec:``, or ``None`` if it cannot say the repetition or there is none."""
    rule = from_words(repeat.words) if isinstance(repeat, OtherRule) else repeat
    if rule is None or read_rec(write_rec(rule)) != rule:
        return None
    return write_rec(rule)


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
