"""Reading a file's words as values: where a file says the same as a known value, it means it.

A file can say less than iCloud knows: no seconds, the day of a completion but not its instant, no
blank at the end of a note. So a value read from a file is *lifted* to the known value that would
be written like that, first the remote's, then the base's; only what is left differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from store.model import Completion, Field, Reminder, Value

__all__ = ["PLACE", "as_reminder", "lift", "overlay"]

PLACE = (Field.LIST, Field.PARENT, Field.SECTION)  # where a line stands is not said in words
SETS = (Field.TAGS, Field.URLS, Field.ALARMS, Field.IMAGES)


def overlay(reminder: Reminder, values: Mapping[Field, Value]) -> Reminder:
    """The reminder with these fields replaced."""
    new = {name.value: one for name, one in values.items() if one != reminder.value(name)}
    if not new:
        return reminder  # a copy is slow
    return replace(reminder, **new)  # type: ignore[arg-type]  # a Field names its own type


def as_reminder(id: str, values: Mapping[Field, Value]) -> Reminder:
    """Field values as a reminder; what is missing is opaque."""
    missing = frozenset(name for name in Field if name not in values)
    return replace(overlay(Reminder(id), values), opaque=missing)


def lift(
    seen: Reminder, shown: Callable[[Reminder], Reminder], *known: Reminder | None
) -> Reminder:
    """``seen`` with each field replaced by the first known value that a file would show alike.

    A value that no line can say is shown as nothing, so nothing means it.
    """
    lifted: dict[Field, Value] = {}
    for whole in known:
        if whole is None:
            continue
        words = shown(whole)
        skipped = {*PLACE, *lifted, *whole.opaque, *seen.opaque}
        for name in Field:
            if name not in skipped and _same(seen.value(name), words.value(name)):
                lifted[name] = whole.value(name)
            elif name not in skipped and name in SETS:
                lifted[name] = _carry(seen, name, whole, shown)
    return overlay(seen, lifted)


def _carry(
    seen: Reminder, name: Field, whole: Reminder, shown: Callable[[Reminder], Reminder]
) -> Value:
    """What a line says of a set, each element lifted, and those beside it that no line can say."""
    said, known = seen.value(name), whole.value(name)
    assert isinstance(said, frozenset)
    assert isinstance(known, frozenset)
    lifted = said
    for element in known - said:
        words = shown(overlay(whole, {name: frozenset({element})})).value(name)
        assert isinstance(words, frozenset)
        if words <= said:
            lifted = (lifted - words) | {element}
    return lifted


def _same(seen: Value, shown: Value) -> bool:
    if isinstance(seen, Completion) and isinstance(shown, Completion) and seen.day is None:
        return True  # a tick without a date says only that it is done
    return seen == shown
