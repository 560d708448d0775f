"""Writes a reminder as lines, and says what would be read back from them."""

from __future__ import annotations

from dataclasses import replace

from store.model import (
    AllDay,
    Due,
    Floating,
    Priority,
    Reminder,
    Zoned,
)
from sync.local.dates import FLOATING
from sync.local.projection import project, words_of

from .alarms import alarms_on_line, place_line, places_in
from .images import image_line, is_image
from .notes import is_url, link_line, quote
from .taskline import read_fields, split
from .tokens import escape, is_tag

__all__ = [
    "CHILD_INDENT",
    "SYMBOLS",
    "child_bullet",
    "due_words",
    "render",
    "shown",
]
__all__ += ["shown", "write_title"]

SYMBOLS = {Priority.HIGH: "⏫", Priority.MEDIUM: "🔼", Priority.LOW: "🔽", Priority.NONE: ""}
CHILD_INDENT = 4


def shown(reminder: Reminder, home_zone: str) -> Reminder:
    """The reminder as a file shows it: what ``parse`` reads back after ``render``.

    Names that no tag, and addresses and paths that no link can have are left out of the sets.
    """
    value = project(reminder, home_zone)
    if not value.tags and not value.urls and not value.images:
        return value
    return replace(
        value,
        tags=frozenset(tag for tag in value.tags if is_tag(f"#{tag}")),
        urls=frozenset(url for url in value.urls if is_url(url)),
        images=frozenset(path for path in value.images if is_image(path)),
    )


def render(
    reminder: Reminder,
    block: str,
    home_zone: str,
    *,
    indent: str = "",
    bullet: str = "-",
    unit: str | None = None,
) -> list[str]:
    """The task line and those of its notes, links, places and images, without line ends.

    ``block`` may be empty.

    What stands beneath the task is indented by ``unit`` more: by default four spaces, or as many
    as the bullet needs. A completed task keeps its rule on the line, should it be reopened.
    """
    value = shown(reminder, home_zone)
    clock, day = due_words(value.due, home_zone)
    done, rule = value.done, words_of(reminder.repeat)
    below = indent + (unit or " " * max(CHILD_INDENT, len(bullet) + 1))
    lead = f"{below}{child_bullet(bullet)} "
    words = (
        f"{indent}{bullet} [{' ' if done is None else 'x'}]",
        write_title(value.title),
        "🚩" if value.flagged else "",
        *(f"#{tag}" for tag in sorted(value.tags)),
        f"⏰ {clock}" if clock else "",
        *alarms_on_line(value.alarms, home_zone),
        SYMBOLS[value.priority],
        f"🔁 {rule}" if rule else "",
        f"📅 {day}" if day else "",
        f"✅ {done.day.isoformat()}" if done and done.day else "",
        f"^{block}" if block else "",
    )
    line = " ".join(word for word in words if word)
    links = [link_line(url, lead) for url in sorted(value.urls)]
    places = [place_line(place, lead) for place in sorted(places_in(value.alarms), key=repr)]
    images = [image_line(path, lead) for path in sorted(value.images)]
    return [line, *quote(value.notes, f"{below}>"), *links, *places, *images]


def child_bullet(bullet: str) -> str:
    """The bullet of what stands beneath: what is numbered has plain ones."""
    return "-" if bullet[:-1] else bullet


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
