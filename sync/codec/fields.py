"""Reads single fields out of a wire record, tolerantly, and the names of records.

A field is ``{"value": ..., "type": ...}``. Types come under two sets of names or not at all, so
a reader goes by what the value is: absent, ``null`` and value-less mean "not set" (``None``),
numbers may be strings, lists may have lost their element type. A value that is there but makes
no sense raises ``Undecodable`` naming the field: it is neither shown nor written over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeGuard

from sync.codec.blob import Undecodable, from_base64
from sync.codec.dates import LATEST_MS, NEVER_MS

__all__ = [
    "bare_id",
    "blob",
    "fields_of",
    "flag",
    "integer",
    "is_name",
    "number",
    "parent_name",
    "plain_text",
    "record_type_of",
    "reference",
    "strings",
    "text",
    "timestamp_ms",
    "type_of",
]

Record = Mapping[str, Any]

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_UNHEARD_OF = re.compile("[\0\ud800-\udfff]")
_TYPES = frozenset(
    {"Account", "Alarm", "AlarmTrigger", "Assignment", "Attachment", "Hashtag", "List"}
)
_TYPES |= {"ListSection", "RecurrenceRule", "Reminder", "SmartList", "cloudkit.share"}
_BYTES_TYPES = ("BYTES", "ENCRYPTED_BYTES")
_OBJECT = (dict, Mapping)  # what JSON gives first: asking an abstract class takes far longer
_BEYOND = 2**63  # fields hold 64 bits; infinity and "not a number" fail this too


def bare_id(record_name: str) -> str:
    """The identity in ``Reminder/UUID`` or a bare UUID; a UUID in upper case, else as it is."""
    bare = record_name.rpartition("/")[2]
    # Nearly all are in upper case already, whatever they are.
    return bare.upper() if not bare.isupper() and _UUID.fullmatch(bare) else bare


def record_type_of(record_name: str) -> str | None:
    """The type that a record's name says, for tombstones have no other; ``None`` for bare ones."""
    kind, slash, _ = record_name.partition("/")
    return kind if slash and kind else None


def type_of(record: Record) -> str:
    """Its type; where it says none that we know, the one in its name, if we know that.

    Else what it says itself, or "". No record changes its type: one that seems to is damaged, and
    what it was must not pass for gone.
    """
    said = record.get("recordType")
    if isinstance(said, str) and said in _TYPES:
        return said
    named = record_type_of(str(record.get("recordName")))
    if named in _TYPES or not is_name(said):
        return named or ""
    return said


def fields_of(record: Record) -> Mapping[str, Any]:
    """Every field with its wrapper, as it came; none where there should be some and is nonsense."""
    fields = record.get("fields")
    return fields if isinstance(fields, _OBJECT) else {}


def is_name(value: object) -> TypeGuard[str]:
    """Whether a record can be called so: text without NUL, which SQLite does not find again, and
    without half a character, which it does not hold."""
    if not isinstance(value, str) or not value:
        return False
    # Nearly every name is ASCII, and told apart at a third of the time of a search.
    return "\0" not in value if value.isascii() else not _UNHEARD_OF.search(value)


def parent_name(record: Record) -> str | None:
    """The record above this one in the sharing hierarchy, if the envelope says one."""
    parent = record.get("parent")
    name = parent.get("recordName") if isinstance(parent, _OBJECT) else None
    return name if is_name(name) else None


def text(record: Record, name: str) -> str | None:
    """A string field."""
    value = _value(record, name)
    if value is None or isinstance(value, str):
        return value
    raise _odd(name)


def plain_text(record: Record, name: str) -> str | None:
    """A string that is encrypted at rest: it may come back as base64 of UTF-8, and says so."""
    value = text(record, name)
    if value is None or _type(record, name) not in _BYTES_TYPES:
        return value
    try:
        return from_base64(value).decode("utf-8")
    except UnicodeDecodeError:
        raise _odd(name) from None


def integer(record: Record, name: str) -> int | None:
    """An integer field; truth values and numeric strings count."""
    value = _value(record, name)
    if value is None or (type(value) is int and abs(value) < _BEYOND):
        return value
    value = _numeric(value, name)
    if value is None or isinstance(value, int):
        return value
    if value.is_integer():
        return int(value)
    raise _odd(name)


def number(record: Record, name: str) -> int | float | None:
    """A numeric field, an ``int`` where it is written as one."""
    return _numeric(_value(record, name), name)


def _numeric(value: Any, name: str) -> int | float | None:
    if isinstance(value, str):
        value = _parsed(value, name)
    if value is None:
        return None
    if isinstance(value, int | float) and abs(value) < _BEYOND:
        return int(value) if isinstance(value, bool) else value
    raise _odd(name)


def flag(record: Record, name: str) -> bool:
    """An integer field that means yes or no; not set is no."""
    return bool(integer(record, name))


def timestamp_ms(record: Record, name: str) -> int | None:
    """Unix milliseconds; ``None`` for the values that stand for "not set" or mean nothing."""
    value = integer(record, name)
    return value if value is not None and NEVER_MS < value <= LATEST_MS else None


def blob(record: Record, name: str) -> bytes | None:
    """The bytes of a base64 field, whatever type it is declared as."""
    value = text(record, name)
    try:
        return None if value is None else from_base64(value)
    except Undecodable:
        raise _odd(name) from None


def reference(record: Record, name: str) -> str | None:
    """The record name that a reference points at."""
    value = _value(record, name)
    target = value.get("recordName") if isinstance(value, _OBJECT) else value
    if target is None or is_name(target):
        return target
    raise _odd(name)


def strings(record: Record, name: str) -> tuple[str, ...]:
    """A list of strings; not set is empty."""
    value = _value(record, name)
    if value is None:
        return ()
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise _odd(name)


def _value(record: Record, name: str) -> Any:
    try:
        return record["fields"][name]["value"]
    except (KeyError, TypeError):
        pass  # for the reason
    wrapper = fields_of(record).get(name)
    if wrapper is None or isinstance(wrapper, _OBJECT):
        return None
    raise _odd(name)


def _type(record: Record, name: str) -> object:
    wrapper = fields_of(record).get(name)
    return wrapper.get("type") if isinstance(wrapper, Mapping) else None


def _parsed(value: str, name: str) -> int | float:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    raise _odd(name)


def _odd(name: str) -> Undecodable:
    return Undecodable(f"the field {name} holds something unexpected")
