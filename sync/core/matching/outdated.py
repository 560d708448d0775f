"""What a line says that it said before: in a version of its file that somebody brought back. Pure.

Such a value is nobody's edit. The base is set back to it, so that what came after it shows as a
change of iCloud's, and is written into the file once more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from store.model import Field, Reminder, Value
from sync.core.merging.lift import PLACE, overlay

__all__ = ["outdated"]

Shown = Callable[[Reminder], Reminder]


def outdated(
    said: Reminder,
    base: Mapping[Field, Value],
    earlier: Mapping[Field, Collection[Value]],
    shown: Shown,
    newer: Reminder | None = None,
) -> dict[Field, Value]:
    """The fields in which a line says what it said ``earlier``, with the value of then.

    ``newer`` is the line in the version that stood there before, where that is known: what it
    does not have from the base either, is an edit.
    """
    found: dict[Field, Value] = {}
    for name, values in earlier.items():
        if name in PLACE or name not in base or name in said.opaque:
            continue
        now = said.value(name)
        agreed = _as_shown(name, base[name], shown)
        if now == agreed or (newer is not None and newer.value(name) != agreed):
            continue
        alike = [value for value in values if _as_shown(name, value, shown) == now]
        if alike:
            found[name] = alike[0]
    return found


def _as_shown(name: Field, value: Value, shown: Shown) -> Value:
    return shown(overlay(Reminder(""), {name: value})).value(name)
