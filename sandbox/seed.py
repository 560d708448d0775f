"""Fills a pretend account: a family's reminders, made on the phone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.cloud.zone import Zone
from sandbox.device.phone import ACCOUNT, Phone

__all__ = ["seed"]

_DAY = 86400


@dataclass(frozen=True, slots=True)
class Item:
    """A reminder to make. Days count from today; `at` is "HH:MM" or "HH:MM[Zone]"."""

    title: str
    notes: str = ""
    day: int | None = None
    at: str = ""
    priority: int = 0
    flagged: bool = False
    age: int = 3
    done: int | None = None
    """Days ago it was ticked off."""
    tags: tuple[str, ...] = ()
    url: str = ""
    repeats: tuple[int, int] | None = None
    """(Frequency: 0 daily, 1 weekly, 2 monthly, 3 yearly; Interval)."""
    subtasks: tuple[Item, ...] = ()


_REMINDERS = (
    Item("Call the dentist", "Ask about:\n- the crown\n- an appointment for Léo", 1, "09:30"),
    Item("Renew passports", "Photos are in the blue folder.", 20, priority=1, flagged=True, age=40),
    Item("Water the plants", day=0, at="08:00", repeats=(1, 1)),
    Item("Pay Müller's invoice — 240 €", day=-2, priority=1, age=12),
    Item("Look up the name of that café", age=90),
    Item("Take vitamins", day=0, at="07:15", done=0, age=1),
    Item("Change the clocks", day=-200, done=200, age=230),
)
_GROCERIES = (
    Item("Milk"),
    Item("🥑 Avocados", "3, not too ripe"),
    Item("Crème fraîche"),
    Item("Bread (the dark one)", flagged=True),
    Item("Coffee", "Ethiopian if they have it\nelse the usual", tags=("market",)),
    Item("Eggs", done=1),
    Item("Käse & Brötchen", done=2),
    Item("Olive oil", done=35, age=40),
)
_WORK = (
    Item("Send the quarterly report", "To Ines and Jörg", 3, "17:00[Europe/Berlin]", 1, True),
    Item(
        "Prepare the Toronto call", "Agenda:\n\n1. budget\n2. hiring", 1, "09:30[America/Toronto]"
    ),
    Item("Review Ana's pull request", day=0, priority=5, url="https://example.org/review/412"),
    Item("Book the meeting room", day=6, at="10:00[Europe/Berlin]", priority=9),
    Item("Expenses for March", day=-4, priority=5, age=20),
    Item("Read the chapter on clocks #later", "A # in a title is only text.", age=60),
    Item("Hand in the slides", day=-9, at="12:00[Europe/Berlin]", done=9, age=25),
)
_HOME = (
    Item(
        "Paint the hallway",
        "Colour: RAL 1013",
        9,
        priority=5,
        age=15,
        subtasks=(Item("Buy masking tape"), Item("Move the shoe rack", done=1)),
    ),
    Item("Fix the dripping tap", 'Washer 1/2"\nTools: C:\\tools\\list.txt', priority=9),
    Item("Swap winter tyres", day=30, age=100),
    Item("👨‍👩‍👧 Family photo for Grandma", day=12),
    Item("Descale the kettle", done=3, age=10),
    Item("Old: cancel the landline", done=420, age=430),
)
_TRAVEL = (
    Item("Check in for the flight", "Booking ABC123", 14, "06:40[Europe/Lisbon]", 1, True),
    Item("Buy a plug adapter 🔌", day=10),
    Item("日本旅行の計画", "京都 → 奈良 → 大阪"),
    Item("Ask Zoë to feed the cat", day=13, at="18:00"),
)
_BIRTHDAYS = (
    Item("Oma Käthe 🎂", day=45, repeats=(3, 1), age=300),
    Item("Gift for Łukasz", "Something with 🚲, max. 30 €", 8, tags=("gift",)),
)


def seed(phone: Phone, zone: Zone, now: float) -> None:
    """Fill the zone through the phone's own edits; dates are relative to `now` (since 1970).

    Documents, tokens, alarms and nonces are therefore a device's. What no phone edit makes (the
    account record, a smart list, a type from the future) is written beside them.
    """
    phone.offline = True
    phone.create_list("Reminders")
    phone.create_list("Groceries", color="green")
    phone.create_list("Work", color="red")
    phone.create_list("Family", is_group=True)
    phone.create_list("Home", "Family", color="brown")
    phone.create_list("Travel", "Family", color="orange")
    phone.create_list("Birthdays 🎂", "Family", color="purple")
    _fill(phone, "Reminders", _REMINDERS, now)
    groceries = _fill(phone, "Groceries", _GROCERIES, now)
    _fill(phone, "Work", _WORK, now)
    _fill(phone, "Home", _HOME, now)
    _fill(phone, "Travel", _TRAVEL, now)
    _fill(phone, "Birthdays 🎂", _BIRTHDAYS, now)
    phone.order_list("Groceries", reversed(groceries))
    phone.offline = False
    phone.sync()
    _write_foreign(phone, zone, groceries[0])
    phone.sync()


def _fill(phone: Phone, list_name: str, items: tuple[Item, ...], now: float) -> list[str]:
    made = [_make(phone, list_name, item, now, None) for item in items]
    for parent, item in zip(made, items, strict=True):
        for subtask in item.subtasks:
            _make(phone, list_name, subtask, now, parent)
    return made


def _make(phone: Phone, list_name: str, item: Item, now: float, parent: str | None) -> str:
    identity = phone.create(
        list_name,
        item.title,
        notes=item.notes,
        due=_due(item, now),
        priority=item.priority,
        flagged=item.flagged,
        parent=parent,
        tags=item.tags,
        created=now - item.age * _DAY,
    )
    if item.repeats:
        frequency, interval = item.repeats
        rule = {"Frequency": frequency, "Interval": interval, "OccurrenceCount": 0}
        phone.attach(identity, "RecurrenceRule", {**rule, "FirstDayOfTheWeek": 0})
    if item.url:
        phone.attach(identity, "Attachment", {"Type": "URL", "URL": item.url, "UTI": "public.url"})
    if item.done is not None:
        phone.complete(identity, now - item.done * _DAY)
    return identity


def _due(item: Item, now: float) -> str | None:
    if item.day is None:
        return None
    day = (datetime.fromtimestamp(now, UTC) + timedelta(days=item.day)).date().isoformat()
    return f"{day}T{item.at}" if item.at else day


def _write_foreign(phone: Phone, zone: Zone, milk: str) -> None:
    """Write what a client must keep without understanding it, some of it to the reminder `milk`."""
    held = zone.lookup([f"Reminder/{milk}", f"List/{_list_id(phone, 'Groceries')}"])
    future = {"FieldFromTheFuture": {"type": "STRING", "value": '{"shelf":"dairy"}'}}
    badge = {"BadgeEmblem": {"type": "STRING", "value": '{"Emoji":"🛒"}'}}
    operations = [
        _create("Account", ACCOUNT, _account(phone)),
        _create("SmartList", "5A1D0000-0000-4000-8000-0000000051A7", _smart_list()),
        _create("Moodboard", "B0A2D000-0000-4000-8000-0000000B0A2D", _unknown(milk)),
        _update(held[0], future),
        _update(held[1], badge),
    ]
    for item in zone.modify(operations, by="D0"):
        if "serverErrorCode" in item:
            raise RuntimeError(f"seed: {item['recordName']}: {item['reason']}")


def _list_id(phone: Phone, name: str) -> str:
    return next(entry.id for entry in phone.lists() if entry.name == name)


def _create(record_type: str, identity: str, fields: dict[str, Any]) -> dict[str, Any]:
    name = f"{record_type}/{identity}"
    record = {"recordName": name, "recordType": record_type, "fields": fields}
    return {"operationType": "create", "record": record}


def _update(held: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    record = {key: held[key] for key in ("recordName", "recordType", "recordChangeTag")}
    return {"operationType": "update", "record": {**record, "fields": fields}}


def _account(phone: Phone) -> dict[str, Any]:
    return {
        "Name": {"type": "STRING", "value": "iCloud", "isEncrypted": True},
        "PersonIDSalt": {"type": "STRING", "value": "6D1F6C2A9B"},
        "ListIDs": {"type": "STRING_LIST", "value": [entry.id for entry in phone.lists()]},
    }


def _smart_list() -> dict[str, Any]:
    return {
        "SmartListType": {"type": "STRING", "value": "com.apple.reminders.smartlist.flagged"},
        "Deleted": {"type": "INT64", "value": 0},
    }


def _unknown(reminder: str) -> dict[str, Any]:
    target = {"recordName": f"Reminder/{reminder}", "action": "NONE"}
    return {
        "Weights": {"type": "DOUBLE_LIST", "value": [0.25, 0.75]},
        "Payload": {"type": "ENCRYPTED_BYTES", "value": "AAECAwQ=", "isEncrypted": True},
        "Subject": {"type": "REFERENCE", "value": target},
        "Layout": {"type": "STRING", "value": json.dumps({"columns": 3})},
    }
