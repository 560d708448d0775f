"""Completing a reminder that repeats: one occurrence is done, and the series goes on. Pure.

The app advances the original and leaves a completed copy; so do we, from a tick in a file. A tick
is a command, not a value: it is written down once as an ``Occurrence`` (id and due date name it)
before the line is set back, and stands there until iCloud has it. The copy's id is made from the
series and the due date alone, so that no occurrence can ever be done twice.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from store.model import AllDay, Due, Floating, Reminder, Rule, Zoned
from sync.core.repeating.recurrence import advance, next_due

__all__ = ["Occurrence", "copy_id", "occurrence_of", "when"]

_NAMESPACE = uuid.UUID("6c1d2f0a-4a53-5f0e-9a6b-0e5f3b7c2d18")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The occurrence of ``id`` that was due at ``due`` (see ``when``) is done; the series goes on.

    ``copy`` is the id of the completed copy that stays behind.
    """

    id: str
    due: str
    next_due: Due
    next_repeat: Rule
    copy: str


def occurrence_of(reminder: Reminder) -> Occurrence | None:
    """What completing the reminder as it stands means; ``None`` if it was the last time.

    Only for one that repeats by a rule that can be said and has a due date; raises ValueError
    for others.
    """
    if not isinstance(reminder.repeat, Rule) or reminder.due is None:
        raise ValueError("it does not repeat by a rule that we know")
    following = next_due(reminder.repeat, reminder.due)
    if following is None:
        return None
    return Occurrence(
        id=reminder.id,
        due=when(reminder.due),
        next_due=following,
        next_repeat=advance(reminder.repeat),
        copy=copy_id(reminder.id, reminder.due),
    )


def copy_id(id: str, due: Due) -> str:
    """The id of the copy that an occurrence leaves: the same whoever asks, however often."""
    return str(uuid.uuid5(_NAMESPACE, f"{id} {when(due)}")).upper()


def when(due: Due) -> str:
    """A due date as text that tells occurrences of one series apart."""
    match due:
        case AllDay(day):
            return day.isoformat()
        case Floating(wall):
            return wall.isoformat()
        case Zoned(wall, zone):
            return f"{wall.isoformat()}[{zone}]"
