"""Decides what the notice of a reminder says, and what its buttons mean; pure.

Done            the reminder is ticked
In 10 minutes   it is due then, to the minute
In 1 hour       the same
Tomorrow        the next day, at the hour of all-day reminders

Of many at once there is one notice, which names them in what it is about, so that its buttons work
after a restart, too. It cannot tick: it does not show all that one press would tick.

Show each       a notice of each in the place of the one
All in 1 hour   each is due then; so with tomorrow
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from daemon.reminding.desktop import Button, Notice
from sync.cycle.ringing import Remindable

__all__ = ["DONE", "EACH", "TOGETHER", "Pair", "ids_of", "notices_of", "until_of"]

TOGETHER = 5  # more than so many at once are one notice
DONE = "done"
EACH = "each"

Pair = tuple[Remindable, float]
"""A reminder, and the Unix seconds at which it rings, or rang."""

_MANY = "many"  # begins what a notice of many is about; no reminder's id has a line break
_AT_MOST = 20  # notices of their own that one press shows

_LATER = {"10-minutes": timedelta(minutes=10), "1-hour": timedelta(hours=1)}
_TOMORROW = "tomorrow"
_CATEGORY = "x-remindersd.due"
_LINES = 8  # of a notice of many

_BUTTONS = (
    Button(DONE, "Done"),
    Button("10-minutes", "In 10 minutes"),
    Button("1-hour", "In 1 hour"),
    Button(_TOMORROW, "Tomorrow"),
)
_LOOK = Button(EACH, "Show each")
_ALL = (_LOOK, Button("1-hour", "All in 1 hour"), Button(_TOMORROW, "All tomorrow"))


def notices_of(
    pairs: Sequence[Pair], here: tzinfo, now: float, *, can_act: bool = True, opened: bool = False
) -> list[Notice]:
    """What is shown of what rings: one notice of more than ``TOGETHER``, until it is ``opened``."""
    if len(pairs) > TOGETHER and not opened:
        return [_combined(pairs, here, now, can_act=can_act)]
    each = [_notice_of(one, at, here, now, can_act=can_act) for one, at in pairs[:_AT_MOST]]
    left = pairs[_AT_MOST:]
    return [*each, *(notices_of(left, here, now, can_act=can_act) if left else ())]


def ids_of(about: str) -> tuple[str, ...]:
    """The reminders of a notice, by what it is about."""
    first, *ids = about.split("\n")
    return tuple(ids) if first == _MANY and ids else (about,)


def _notice_of(one: Remindable, at: float, here: tzinfo, now: float, *, can_act: bool) -> Notice:
    words = [one.list, _said(at, here, now)]
    return Notice(
        one.dated.id,
        _title(one),
        " · ".join(word for word in words if word),
        _BUTTONS if can_act and one.may_edit else (),
        category=_CATEGORY,
    )


def _combined(pairs: Sequence[Pair], here: tzinfo, now: float, *, can_act: bool) -> Notice:
    """One notice of many, where each of its own would bury the desktop."""
    lines = [f"{_said(at, here, now)} {_title(one)}" for one, at in pairs]
    left = len(lines) - _LINES
    if left > 0:
        lines[_LINES:] = [f"and {left} more"]
    title = f"{len(pairs)} reminders are due"
    about = "\n".join((_MANY, *(one.dated.id for one, _ in pairs)))
    buttons = _ALL if can_act and any(one.may_edit for one, _ in pairs) else (_LOOK,)
    return Notice(about, title, "\n".join(lines), buttons, category=_CATEGORY)


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
