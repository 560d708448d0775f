"""What a written field must look like: both spellings of the type names, and the checks."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Final

from sandbox.cloud.schema import SCHEMA, Kind

Json = dict[str, Any]
"""A decoded JSON object."""


class FieldError(Exception):
    """A field the service refuses with BAD_REQUEST; the text is the `reason` of the answer."""


_PLAIN_NAMES: Final = {
    "INT64": "NUMBER_INT64",
    "DOUBLE": "NUMBER_DOUBLE",
    "INT64_LIST": "NUMBER_INT64_LIST",
    "DOUBLE_LIST": "NUMBER_DOUBLE_LIST",
    "UNKNOWN_LIST": "EMPTY_LIST",
}
_REMAPPED_NAMES: Final = {plain: remapped for remapped, plain in _PLAIN_NAMES.items()}
_ASSETS: Final = frozenset({"ASSET", "ASSETID"})
_EXPECTED_SEALED: Final = "Invalid value, expected type ENCRYPTED_BYTES."
_NOT_BASE64: Final = "byte values must be base64 encoded"
_NOT_ENCRYPTED: Final = "Attempt to save encrypted data in non encrypted field type"


def wire_type(stored: str, *, remap: bool) -> str:
    """The spelling of a stored type name in answers, with or without `remapEnums`."""
    return stored if remap else _PLAIN_NAMES.get(stored, stored)


def canonical(record_type: str, name: str, raw: object, *, remap: bool) -> Json | None:
    """The field as the zone stores it, or None when the write clears it.

    `raw` is the wire form `{"value", "type"?, "isEncrypted"?}`; a null, and an object whose
    value is null or absent, clears. Raises FieldError for what the service answers with
    BAD_REQUEST: wrong type names, wrong JSON values, wrong encryption flags.
    """
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise FieldError(f"field '{name}' must be an object with a value")
    value = raw.get("value")
    if value is None:
        return None
    try:
        declared = _declared(raw.get("type"), remap=remap)
        flagged = raw.get("isEncrypted") is True
        known = SCHEMA.get(record_type, {}).get(name)
        if known is None:
            kind = Kind(declared or _guess(value), encrypted=flagged)
        else:
            kind = _agreed(known, declared, flagged)
        checked = _checked(kind.type, value)
    except FieldError as error:
        raise FieldError(f"field '{name}': {error}") from None
    stored = "UNKNOWN_LIST" if checked == [] else kind.type
    field: Json = {"value": checked, "type": stored}
    if kind.encrypted:
        field["isEncrypted"] = True
    return field


def _declared(name: object, *, remap: bool) -> str | None:
    """The remapped type name, None if left out; the other spelling's names are refused."""
    if name is None:
        return None
    if not isinstance(name, str):
        raise FieldError("type must be a string")
    foreign = _REMAPPED_NAMES if remap else _PLAIN_NAMES
    if name in foreign:
        raise FieldError(f"Invalid type {name}, expected {foreign[name]}")
    return name if remap else _REMAPPED_NAMES.get(name, name)


def _agreed(known: Kind, declared: str | None, flagged: bool) -> Kind:
    """The kind under which a write of a known field is stored, or FieldError."""
    if known.type == "ENCRYPTED_BYTES":
        spellings = {"ENCRYPTED_BYTES"} | ({"STRING", "BYTES"} if known.document else set())
        if declared is None or declared in spellings:
            return known
        raise FieldError(_EXPECTED_SEALED)
    if known.encrypted:
        return _agreed_secret(known, declared, flagged)
    if flagged or declared == "ENCRYPTED_BYTES":
        raise FieldError(_NOT_ENCRYPTED)
    same = declared in (None, known.type)
    if same or {declared, known.type} <= _ASSETS:
        return known
    if declared == "UNKNOWN_LIST" and known.type.endswith("_LIST"):
        return Kind(declared)
    raise _misfit(known.type)


def _agreed_secret(known: Kind, declared: str | None, flagged: bool) -> Kind:
    if declared is None:
        return known
    if declared == "ENCRYPTED_BYTES" and known.type == "STRING":
        # The service takes it; an iPhone then shows nothing (docs/wire.md, hashtag names).
        return Kind("ENCRYPTED_BYTES")
    if declared == known.type and flagged:
        return known
    plain_text = declared == known.type == "STRING"
    raise FieldError(_NOT_BASE64 if plain_text else _EXPECTED_SEALED)


def _guess(value: object) -> str:
    """The type of a field nobody declared, from its JSON value."""
    match value:
        case bool() | int():
            return "INT64"
        case float():
            return "DOUBLE"
        case str():
            return "STRING"
        case []:
            return "UNKNOWN_LIST"
        case list():
            return _guess(value[0]) + "_LIST"
        case {"recordName": _}:
            return "REFERENCE"
        case _:
            return "ASSETID"


def _checked(kind: str, value: Any) -> Any:
    """The value in its stored form; FieldError if the JSON does not fit the type."""
    check = _CHECKS.get(kind)
    if check is not None:
        return check(value)
    return _checked_list(kind, value) if kind.endswith("_LIST") else value


def _misfit(kind: str) -> FieldError:
    return FieldError(f"Invalid value, expected type {kind}.")


def _integer(kind: str, value: object) -> int:
    if isinstance(value, int) and -(1 << 63) <= value < 1 << 63:
        return value
    raise _misfit(kind)


def _int64(value: object) -> int:
    return int(value) if isinstance(value, bool) else _integer("INT64", value)


def _timestamp(value: object) -> int:
    if isinstance(value, bool):
        raise _misfit("TIMESTAMP")
    return _integer("TIMESTAMP", value)


def _double(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    raise _misfit("DOUBLE")


def _string(value: object) -> str:
    if isinstance(value, str):
        return value
    raise _misfit("STRING")


def _asset(value: object) -> Json:
    if isinstance(value, dict):
        return value
    raise _misfit("ASSETID")


def _checked_list(kind: str, value: Any) -> list[Any]:
    if not isinstance(value, list) or (kind == "UNKNOWN_LIST" and value):
        raise _misfit(kind)
    return [_checked(kind.removesuffix("_LIST"), item) for item in value]


def _base64(value: object) -> str:
    if not isinstance(value, str):
        raise FieldError(_NOT_BASE64)
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise FieldError(_NOT_BASE64) from None
    return value


def _reference(value: object) -> Json:
    if not isinstance(value, dict) or not isinstance(value.get("recordName"), str):
        raise _misfit("REFERENCE")
    action = value.get("action", "NONE")
    if action not in ("NONE", "VALIDATE"):
        raise FieldError(f"reference action {action!r} is not NONE or VALIDATE")
    return {"recordName": value["recordName"], "action": action}


_CHECKS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "INT64": _int64,
    "TIMESTAMP": _timestamp,
    "DOUBLE": _double,
    "STRING": _string,
    "BYTES": _base64,
    "ENCRYPTED_BYTES": _base64,
    "REFERENCE": _reference,
    "ASSET": _asset,
    "ASSETID": _asset,
}
"""How a value of a type is checked and brought into its stored form."""
