"""Answers `records/query` for the pseudo types that the Reminders container has."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from sandbox.cloud.fields import Json
from sandbox.cloud.modify import RequestError
from sandbox.cloud.record import StoredRecord, wire
from sandbox.cloud.zone import MAX_PAGE, Zone

_CHILDREN: Final = frozenset({"Alarm", "Attachment", "Hashtag", "RecurrenceRule"})


@dataclass(frozen=True, slots=True)
class QueryPage:
    """A page of results; `marker` continues it, None at the end."""

    records: list[Json]
    marker: str | None


def query(
    zone: Zone,
    asked: object,
    *,
    limit: int = MAX_PAGE,
    marker: str | None = None,
    remap: bool = True,
    desired_keys: Collection[str] | None = None,
) -> QueryPage:
    """Run the `query` object of a request.

    `reminderList` (filters List, includeCompleted, LookupValidatingReference), `Lists` and
    `SearchIndexes` (indexName = Account) can be asked for; soft-deleted records are in the
    answer. Raises RequestError FIELD_NOT_QUERYABLE for any other type, BAD_REQUEST for a
    malformed query and for a marker of another query.
    """
    if not isinstance(asked, Mapping) or not isinstance(asked.get("recordType"), str):
        raise RequestError("query must be an object with a recordType")
    filters = equalities(asked)
    match asked["recordType"]:
        case "reminderList":
            found = _reminders(zone, filters)
        case "Lists":
            found = _of_type(zone, "List")
        case "SearchIndexes":
            found = _of_type(zone, "Account") if filters.get("indexName") == "Account" else []
        case other:
            raise RequestError(f"Type is not marked indexable: {other}", "FIELD_NOT_QUERYABLE")
    start = start_of(marker, asked)
    end = start + max(1, min(limit, MAX_PAGE))
    zone_id = zone.zone_id
    page = [
        wire(record, zone_id, remap=remap, desired_keys=desired_keys) for record in found[start:end]
    ]
    return QueryPage(page, marker_at(end, asked) if end < len(found) else None)


def equalities(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What a query filters by, values by field name. RequestError for other than EQUALS."""
    filters: dict[str, Any] = {}
    entries = asked.get("filterBy") or []
    if not isinstance(entries, list):
        raise RequestError("filterBy must be a list")
    for entry in entries:
        match entry:
            case {"comparator": "EQUALS", "fieldName": str(name), "fieldValue": {"value": value}}:
                filters[name] = value
            case _:
                raise RequestError("filterBy takes EQUALS with fieldName and fieldValue only")
    return filters


def _of_type(zone: Zone, record_type: str) -> list[StoredRecord]:
    return [record for record in zone.records.values() if record.record_type == record_type]


def _reminders(zone: Zone, filters: Mapping[str, Any]) -> list[StoredRecord]:
    """Reminders of one list, and with LookupValidatingReference what hangs on them."""
    target = filters.get("List")
    if not isinstance(target, Mapping):
        return []
    reminders = [
        record
        for record in _of_type(zone, "Reminder")
        if _target(record, "List") == target.get("recordName")
        and (filters.get("includeCompleted") or not _number(record, "Completed"))
    ]
    if not filters.get("LookupValidatingReference"):
        return reminders
    return [*reminders, *_linked(zone, {record.name for record in reminders})]


def _linked(zone: Zone, reminders: set[str]) -> Iterator[StoredRecord]:
    """Children of these reminders, then the triggers of their alarms."""
    children = [
        record
        for record in zone.records.values()
        if record.record_type in _CHILDREN and _target(record, "Reminder") in reminders
    ]
    yield from children
    alarms = {record.name for record in children if record.record_type == "Alarm"}
    for trigger in _of_type(zone, "AlarmTrigger"):
        if _target(trigger, "Alarm") in alarms:
            yield trigger


def _target(record: StoredRecord, field: str) -> str | None:
    held = record.fields.get(field)
    return str(held["value"]["recordName"]) if held and held["type"] == "REFERENCE" else None


def _number(record: StoredRecord, field: str) -> int:
    held = record.fields.get(field)
    return int(held["value"]) if held else 0


def marker_at(offset: int, asked: Mapping[str, Any]) -> str:
    """The marker that continues a query at an offset."""
    return base64.b64encode(offset.to_bytes(4, "big") + _digest(asked)).decode()


def start_of(marker: str | None, asked: Mapping[str, Any]) -> int:
    """The offset of a marker, 0 for none. RequestError for one of another query."""
    if marker is None:
        return 0
    try:
        packed = base64.b64decode(marker, validate=True)
    except (binascii.Error, ValueError):
        packed = b""
    if packed[4:] != _digest(asked):
        raise RequestError("Invalid continuation format")
    return int.from_bytes(packed[:4], "big")


def _digest(asked: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).digest()[:8]
