"""Says a value as a person writes it: times in ISO 8601, rules and alarms in words, ids by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from daemon.wording.instants import instant
from store.model import AllDay, Completion, Field, Floating, OtherRule, Rule, Value, Zoned
from store.values import iso

if TYPE_CHECKING:
    from store.polled.states import PollState

__all__ = ["IDS", "poll_entry", "said"]

IDS = (Field.LIST, Field.PARENT, "group")
"""The fields whose values are ids."""


def poll_entry(state: PollState | None) -> dict[str, str | None]:
    """How the last poll of a service ended; all ``None`` where there was none."""
    if state is None:
        return dict.fromkeys(("last_try", "last_success", "error", "message"))
    succeeded_ms = state.succeeded_ms
    return {
        "last_try": instant(state.tried_ms / 1000),
        "last_success": None if succeeded_ms is None else instant(succeeded_ms / 1000),
        "error": state.error,
        "message": state.message,
    }


def said(field: object, value: Value, titles: Mapping[str, str]) -> str | bool | None:
    """A value that lost or won; of what a person knows by its name, that name."""
    name = titles.get(str(value)) if field in IDS else None
    return _plain(value) if name is None else name


def _plain(value: Value) -> str | bool | None:
    """A value as a person writes it: due dates and completion in ISO 8601, rules in words."""
    match value:
        case AllDay() | Floating() | Zoned():
            return iso(value)
        case Completion(at_ms=int() as at_ms):
            return instant(at_ms / 1000)
        case Completion(day=day):
            return True if day is None else day.isoformat()
        case bool() | None:
            return value
        case Rule():
            from sync.core.repeating.recurrence import to_words

            return to_words(value)
        case OtherRule(words=words):
            return words
        case frozenset():
            # Imported here: most of what is asked of a daemon has none.
            from sync.cycle.planning.sentences import member

            return ", ".join(sorted(map(member, value)))
        case _:
            return str(value)
