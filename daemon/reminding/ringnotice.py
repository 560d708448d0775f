"""Decides what the notice of a reminder says, and what its buttons mean; pure.

Done            the reminder is ticked
In 10 minutes   it is due then, to the minute
In 1 hour       the same
Tomorrow        the next day, at the hour of all-day reminders
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from daemon.reminding.desktop import Button, Notice
from sync.cycle.ringing import Remindable

__all__ = ["BUTTONS", "DONE", "MISSED", "combined", "notice_of", "until_of"]

MISSED = "missed"  # what the one notice of many is about; no reminder's id
DONE = "done"

_LATER = {"10-minutes": timedelta(minutes=10), "1-hour": timedelta(hours=1)}
_TOMORROW = "tomorrow"
_CATEGORY = "x-remindersd.due"
_LINES = 8  # of a notice of many

BUTTONS = (
    Button(DONE, "Done"),
    Button("10-minutes", "In 10 minutes"),
    Button("1-hour", "In 1 hour"),
    Button(_TOMORROW, "Tomorrow"),
)


def notice_of(
    one: Remindable, at: float, here: tzinfo, now: float, *, can_act: bool = True
) -> Notice:
    """The notice of one reminder that rings, or rang, ``at`` (Unix seconds)."""
    words = [one.list, _said(at, here, now)]
    return Notice(
        one.dated.id,
        _title(one),
        " · ".join(word for word in words if word),
        BUTTONS if can_act else (),
        category=_CATEGORY,
    )


def combined(pairs: Sequence[tuple[Remindable, float]], here: tzinfo, now: float) -> Notice:
    """One notice of many, where each of its own would bury the desktop."""
    lines = [f"{_said(at, here, now)} {_title(one)}" for one, at in pairs]
    left = len(lines) - _LINES
    if left > 0:
        lines[_LINES:] = [f"and {left} more"]
    title = f"{len(pairs)} reminders are due"
    return Notice(MISSED, title, "\n".join(lines), category=_CATEGORY)


def until_of(key: str, now: float, here: tzinfo) -> str | None:
    """What a snooze button means ``here``, as a moment or a day in ISO 8601; else ``None``."""
    moment = datetime.fromtimestamp(now, UTC)
    if key in _LATER:
        # Files say minutes; rounded down it would ring too early.
        later = moment + _LATER[key] + timedelta(seconds=59)
        return later.replace(second=0, microsecond=0).astimezone(here).isoformat()
    if key == _TOMORROW:
        return (moment.astimezone(here).date() + timedelta(days=1)).isoformat()
    return None


def _title(one: Remindable) -> str:
    return " ".join(one.title.split()) or "(no title)"


def _said(at: float, here: tzinfo, now: float) -> str:
    """The time of the day, with the day where it is another one."""
    moment, today = (datetime.fromtimestamp(each, UTC).astimezone(here) for each in (at, now))
    days = (today.date() - moment.date()).days
    when = f"{moment:%H:%M}"
    if days == 0:
        return when
    return f"yesterday {when}" if days == 1 else f"{moment:%Y-%m-%d} {when}"
