"""The order in which lines that are new to a file are put in: that in which a device shows them.

By hand it is the list's own order, then age. Which other ways of sorting there are is not known;
words that are plain enough are taken at their word, all others mean by hand. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, time

from store.model import AllDay, Priority, Reminder

__all__ = ["ranks"]

_IMPORTANCE = (Priority.HIGH, Priority.MEDIUM, Priority.LOW, Priority.NONE)
_UNNAMED = 1 << 20  # behind all that the list's own order names

Key = Callable[[Reminder], tuple[object, ...]]


def ranks(
    style: str | None,
    order: Sequence[str],
    members: Mapping[str, Reminder],
    created_ms: Mapping[str, int],
) -> dict[str, tuple[int, int]]:
    """The rank of each of a list's reminders, by its id; ``order`` may name strangers."""
    by_hand = {id: (place, 0) for place, id in enumerate(order) if id in members}
    for id in members.keys() - by_hand.keys():
        by_hand[id] = (_UNNAMED, created_ms.get(id, 0))
    key = _keys(created_ms).get((style or "").casefold())
    if key is None:
        return by_hand
    found = sorted(members, key=lambda id: (key(members[id]), by_hand[id], id))
    return {id: (place, 0) for place, id in enumerate(found)}


def _keys(created_ms: Mapping[str, int]) -> dict[str, Key]:
    def age(one: Reminder) -> tuple[object, ...]:
        return (created_ms.get(one.id, 0),)

    return {
        "duedate": _due,
        "priority": lambda one: (_IMPORTANCE.index(one.priority),),
        "title": lambda one: (one.title.casefold(),),
        "creationdate": age,
    }


def _due(one: Reminder) -> tuple[object, ...]:
    """By the clock on the wall, all-day first; what is not due comes last."""
    match one.due:
        case None:
            return (1, date.max, time.max)
        case AllDay(day):
            return (0, day, time.min)
        case timed:
            return (0, timed.wall.date(), timed.wall.time())
