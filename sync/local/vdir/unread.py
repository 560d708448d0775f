"""Finds what makes fields of a VTODO opaque: properties that cannot be read, or are there twice."""

from __future__ import annotations

from collections.abc import Sequence

from store.model import Field
from sync.local.tasks import Unread
from sync.local.unread import contradict, is_no, left_alone

from .content import Content

__all__ = ["unread_in"]

_KEYS = (
    (Field.TITLE, ("SUMMARY",)),
    (Field.NOTES, ("DESCRIPTION",)),
    (Field.DUE, ("DUE", "DURATION")),
    (Field.DONE, ("STATUS", "COMPLETED")),
    (Field.PRIORITY, ("PRIORITY",)),
    (Field.REPEAT, ("RRULE", "RDATE", "EXDATE", "EXRULE")),
)
_WHAT = {
    Field.DUE: "due date that can be read",
    Field.PRIORITY: "priority from 0 to 9",
    Field.REPEAT: "repetition that can be read",
}


def unread_in(own: Sequence[Content], opaque: frozenset[Field]) -> tuple[Unread, ...]:
    """What cannot be read among the VTODO's ``own`` properties, where a field is ``opaque``."""
    found = []
    for field, keys in _KEYS:
        there = [one for one in own if one.key in keys] if field in opaque else []
        twice = [one for one in there if sum(one.key == each.key for each in there) > 1]
        if twice:
            said = contradict(_words(one) for one in twice)
        elif there:
            said = is_no(_words(there[0]), _WHAT[field])
        else:
            continue
        found.append(Unread((twice or there)[0].start, left_alone(field, said)))
    return tuple(found)


def _words(one: Content) -> str:
    return f"{one.name}{one.params}:{one.value}"
