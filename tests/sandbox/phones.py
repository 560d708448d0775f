"""What the phone tests share: a zone, a ticking clock, phones, and another client's writes."""

from __future__ import annotations

import base64
import json
from typing import Any

from sandbox.cloud.zone import Zone
from sandbox.device import schema
from sandbox.device.phone import Phone
from sandbox.device.view import ShownList, ShownReminder

START = 1767225600.0
"""2026-01-01T00:00:00Z, in seconds since 1970."""


class Clock:
    """A clock that moves on one second per look, or stands still."""

    def __init__(self, now: float = START, step: float = 1.0) -> None:
        self.now, self.step = now, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def zone_with_phones(count: int, clock: Clock | None = None) -> tuple[Zone, list[Phone]]:
    """Return a zone and phones that all know its one list, "Home"."""
    clock = clock or Clock()
    zone = Zone("_" + "0a" * 16, clock)
    phones = [Phone(zone, clock, device_id=f"D{number}") for number in range(1, count + 1)]
    phones[0].create_list("Home")
    for phone in phones:
        phone.sync()
    return zone, phones


def read(zone: Zone, name: str) -> dict[str, Any]:
    """Return a live record."""
    return zone.lookup([name])[0]


def value(zone: Zone, name: str, field: str) -> Any:
    """Return the value of a field of a live record, None if unset."""
    return read(zone, name)["fields"].get(field, {}).get("value")


def tokens(zone: Zone, name: str) -> dict[str, dict[str, Any]]:
    """Return the entries of a record's ResolutionTokenMap."""
    entries: dict[str, dict[str, Any]] = json.loads(value(zone, name, "ResolutionTokenMap"))["map"]
    return entries


def raised(zone: Zone, name: str, *keys: str) -> dict[str, Any]:
    """Return a ResolutionTokenMap field with these counters raised by one."""
    entries = tokens(zone, name)
    for key in keys:
        held = entries.get(key) or {
            "counter": 0,
            "replicaID": "0E6B2C1A-93D4-4F5E-8A7B-6C5D4E3F2A1B",
        }
        entries[key] = {
            **held,
            "counter": held["counter"] + 1,
            "modificationTime": START - 978307200 + 5000,
        }
    return {"type": "STRING", "value": json.dumps({"map": entries})}


def update(zone: Zone, writes: dict[str, dict[str, Any]]) -> None:
    """Write fields as another client would, in one atomic request that the server must accept."""
    operations = []
    for name, fields in writes.items():
        held = read(zone, name)
        record = {key: held[key] for key in ("recordName", "recordType", "recordChangeTag")}
        operations.append({"operationType": "update", "record": {**record, "fields": fields}})
    answers = zone.modify(operations)
    assert [item for item in answers if "serverErrorCode" in item] == []


def picture(phone: Phone) -> tuple[list[ShownList], list[ShownReminder]]:
    """Return all that a phone shows."""
    return phone.lists(), phone.reminders()


def settle(*phones: Phone) -> None:
    """Sync in turn until each has seen what the others sent."""
    for _ in range(2):
        for phone in phones:
            phone.sync()


def wrapped(string: Any) -> str:
    """Return a text's String message as a document value, whatever is wrong inside."""
    versioned = schema.versioned()
    version = versioned.Version(
        serializationVersion=0, minimumSupportedVersion=0, data=string.SerializeToString()
    )
    whole = versioned.Document(serializationVersion=0, version=[version])
    return base64.b64encode(whole.SerializeToString()).decode()
