"""What the line of a conflict copy has to say to the one that stands in the file. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from store.model import Field, Reminder, Value
from sync.core.merging.lift import PLACE, overlay

__all__ = ["what_the_copy_says"]


def what_the_copy_says(
    copy: Reminder,
    here: Reminder,
    base: Mapping[Field, Value],
    earlier: Mapping[Field, Collection[Value]],
    shown: Callable[[Reminder], Reminder],
) -> dict[Field, Value]:
    """The fields in which the copy says something else that may be an edit, with what it says.

    A value that is agreed on, or is known to be of ``earlier``, is none. Whether any other was
    typed there, or is older than what is known here, nothing tells: a person has to.
    """
    unsaid = {*PLACE, Field.IMAGES, *copy.opaque, *here.opaque}
    said: dict[Field, Value] = {}
    for name in set(Field) - unsaid:
        known = [*earlier.get(name, ()), *([base[name]] if name in base else [])]
        theirs = copy.value(name)
        if theirs != here.value(name) and theirs not in [
            _as_shown(name, value, shown) for value in known
        ]:
            said[name] = theirs
    return said


def _as_shown(name: Field, value: Value, shown: Callable[[Reminder], Reminder]) -> Value:
    return shown(overlay(Reminder(""), {name: value})).value(name)
