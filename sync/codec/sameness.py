"""Says whether two copies of a record say the same, whichever call gave them.

Calls differ in the envelope that they put round a record, and a link to a file is a new one each
time; so what counts is the type, the change tag, what it hangs on, and the fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["fields_apart"]

Record = Mapping[str, Any]
_OF_THE_CALL = frozenset({"downloadURL", "downloadedData"})
_ENVELOPE = ("recordType", "recordChangeTag")


def fields_apart(mine: Record, theirs: Record) -> list[str]:
    """The names of what differs, fields first; empty where both say the same."""
    left, right = _fields(mine), _fields(theirs)
    apart = [
        name
        for name in sorted(left.keys() | right.keys())
        if _said(left.get(name)) != _said(right.get(name))
    ]
    apart += [name for name in _ENVELOPE if mine.get(name) != theirs.get(name)]
    return apart + ["parent"] * (_parent(mine) != _parent(theirs))


def _fields(record: Record) -> Record:
    fields = record.get("fields")
    return fields if isinstance(fields, Mapping) else {}


def _said(field: Any) -> Any:
    """A field without what the call that it came by put into it."""
    if not isinstance(field, Mapping):
        return field
    value = field.get("value")
    if isinstance(value, Mapping):
        value = {name: part for name, part in value.items() if name not in _OF_THE_CALL}
    elif isinstance(value, int | float):
        value = str(value)  # as some answers have it
    return {**field, "value": value}


def _parent(record: Record) -> Any:
    parent = record.get("parent")
    return parent.get("recordName") if isinstance(parent, Mapping) else None
