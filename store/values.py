"""Writes a field's value as JSON text and reads exactly that value back; says a due date in ISO.

text, identity   "buy milk"
done             null (open), {} (done, nobody knows when), {"at": ms}, {"day": "2026-03-02"}
due              null, {"day": ...}, {"wall": ...} (floating), {"wall": ..., "zone": ...}
priority         "none" | "low" | "medium" | "high"
flagged          true | false
tags, urls, images  ["errand", "green"], sorted
alarms           [{"at": {"wall": ...}}, {"before": 15, "unit": "minute"}, {"arriving": true,
                 "latitude": 52.5, "longitude": 13.4, "radius_m": 100.0, "title", "address"}]
repeat           null, {"every": "weekly", "interval": 2} (and "count", "until": "2027-03-03"),
                 {"words": "every week", "key": ...} where no words say it all
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from store.model import (
    Alarm,
    AllDay,
    AtTime,
    Completion,
    Due,
    Early,
    Field,
    Floating,
    Frequency,
    OtherRule,
    Place,
    Priority,
    Rule,
    Unit,
    Value,
    Zoned,
)
from store.raw import dumps, loads

__all__ = [
    "NO_VALUE",
    "NoValue",
    "from_json",
    "from_sql",
    "iso",
    "mapping_from_json",
    "mapping_to_json",
    "to_json",
    "to_sql",
]


class NoValue(Enum):
    """The type of ``NO_VALUE``."""

    NO_VALUE = "no value"


NO_VALUE: Final = NoValue.NO_VALUE
"""Nothing known at all, where ``None`` is a value (no due date, not done, at top level)."""


def to_json(value: Value) -> str:
    """``value`` as JSON text; equal values give equal text."""
    return dumps(_plain(value)).decode()


def from_json(name: str, text: str) -> Value:
    """The value of the field ``name`` in ``text``; a name that is no ``Field`` holds plain text.

    Raises ``ValueError`` for text that ``to_json`` does not write for that field.
    """
    # Titles and notes differ from one reminder to the next, everything else comes again.
    return _value(name, loads(text)) if name in _TEXTS else _remembered(name, text)


def to_sql(value: Value | NoValue) -> str | None:
    """``to_json``, with SQL's NULL for ``NO_VALUE``."""
    return None if isinstance(value, NoValue) else to_json(value)


def from_sql(name: str, text: str | None) -> Value | NoValue:
    """``from_json``, with ``NO_VALUE`` for SQL's NULL."""
    return NO_VALUE if text is None else from_json(name, text)


def mapping_to_json(values: Mapping[Field, Value]) -> str:
    """Several fields as one JSON object, in the order of ``Field``."""
    return dumps({name.value: _plain(values[name]) for name in Field if name in values}).decode()


def mapping_from_json(text: str) -> dict[Field, Value]:
    """The fields that ``mapping_to_json`` wrote."""
    return {Field(name): _value(name, plain) for name, plain in loads(text).items()}


def iso(due: Due | None) -> str | None:
    """``due`` in ISO 8601: an offset where it is zoned, a date alone all day, no offset floating.

    A wall time that the zone skips or has twice is read as the earlier offset, unless its
    ``fold`` says otherwise. A zone that this machine does not know gives no offset.
    """
    match due:
        case None:
            return None
        case AllDay(day):
            return day.isoformat()
        case Floating(wall):
            return wall.isoformat()
        case Zoned(wall, zone):
            return wall.replace(tzinfo=_zone(zone)).isoformat()


_TEXTS = frozenset({Field.TITLE, Field.NOTES})


@lru_cache(maxsize=4096)
def _remembered(name: str, text: str) -> Value:
    return _value(name, loads(text))


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


_SCALARS = (str, bool)


def _plain(value: Value | Alarm) -> Any:
    if value is None or type(value) in _SCALARS:
        return value
    match value:
        case Completion(at_ms, day):
            return _told(at=at_ms, day=_iso_day(day))
        case AllDay(day):
            return {"day": day.isoformat()}
        case Floating(wall):
            return _wall(wall)
        case Zoned(wall, zone):
            return _wall(wall) | {"zone": zone}
        case Priority():
            return value.value
        case frozenset():
            return sorted(map(_plain, value), key=dumps)
        case AtTime(at):
            return {"at": _plain(at)}
        case Early(count, unit):
            return {"before": count, "unit": unit.value}
        case Place():
            return {name: getattr(value, name) for name in Place.__slots__}
        case Rule(frequency, interval, count, until):
            return _told(
                every=frequency.value, interval=interval, count=count, until=_iso_day(until)
            )
        case OtherRule(words, key):
            return {"words": words, "key": key}
        case _:
            raise TypeError(f"{value!r} is no value of a field")


def _told(**parts: str | int | None) -> dict[str, str | int]:
    return {key: part for key, part in parts.items() if part is not None}


def _iso_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _wall(wall: datetime) -> dict[str, Any]:
    told: dict[str, Any] = {"wall": wall.isoformat()}
    # isoformat leaves the fold out: without it the second 02:30 of an autumn night is the first.
    return told | {"fold": 1} if wall.fold else told


def _value(name: str, plain: Any) -> Value:
    match name:
        case Field.DONE:
            return None if plain is None else _completion(plain)
        case Field.DUE:
            return None if plain is None else _due(plain)
        case Field.PRIORITY:
            return Priority(plain)
        case Field.TAGS | Field.URLS | Field.IMAGES:
            return _set(name, plain)
        case Field.ALARMS:
            return _alarms(plain)
        case Field.REPEAT:
            return None if plain is None else _rule(plain)
        case _:
            return _scalar(name, plain)


def _completion(plain: Any) -> Completion:
    return Completion(plain.get("at"), _day(plain.get("day")))


def _due(plain: Any) -> Due:
    if "day" in plain:
        return AllDay(date.fromisoformat(plain["day"]))
    wall = datetime.fromisoformat(plain["wall"]).replace(fold=plain.get("fold", 0))
    zone = plain.get("zone")
    return Floating(wall) if zone is None else Zoned(wall, zone)


def _set(name: str, plain: Any) -> frozenset[str]:
    if isinstance(plain, list) and all(isinstance(one, str) for one in plain):
        return frozenset(plain)
    raise ValueError(f"{name} cannot hold {plain!r}")


def _alarms(plain: Any) -> frozenset[Alarm]:
    if isinstance(plain, list):
        return frozenset(map(_alarm, plain))
    raise ValueError(f"{Field.ALARMS} cannot hold {plain!r}")


def _alarm(plain: Any) -> Alarm:
    match plain:
        case {"at": dict(at)}:
            moment = _due(at)
            if not isinstance(moment, AllDay):
                return AtTime(moment)
        case {"before": int(count), "unit": str(unit)}:
            return Early(count, Unit(unit))
        case {"arriving": bool(), "latitude": float(), "longitude": float()}:
            return Place(**plain)
    raise ValueError(f"{plain!r} is no alarm")


def _rule(plain: Any) -> Rule | OtherRule:
    match plain:
        case {"words": str(words), "key": str(key)}:
            return OtherRule(words, key)
        case {"every": every, "interval": int(interval)}:
            until = _day(plain.get("until"))
            return Rule(Frequency(every), interval, plain.get("count"), until)
        case _:
            raise ValueError(f"{Field.REPEAT} cannot hold {plain!r}")


def _scalar(name: str, plain: Any) -> str | bool | None:
    if plain is None or isinstance(plain, str | bool):
        return plain
    raise ValueError(f"{name} cannot hold {plain!r}")
