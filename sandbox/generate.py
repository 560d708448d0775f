"""Writes any number of reminders straight into a zone, for scale; the same ones each time."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.cloud.zone import Zone
from sandbox.device import crdt, document, moment, tokens
from sandbox.device.alarms import NONCE
from sandbox.device.moment import Moment
from sandbox.device.own import TOKENS, wire_field

_LISTS = ("Inbox", "Errands", "Work", "Home", "Reading", "Garden", "Someday", "Travel")
_VERBS = ("Buy", "Call", "Write", "Read", "Fix", "Plan", "Check", "Send", "Order", "Clean")
_THINGS = ("the report", "milk 🥛", "Zoë", "the bike", "café tables", "slides", "the roof", "tyres")
_ZONES = ("Europe/Berlin", "America/Toronto", "Asia/Tokyo")
_PRIORITIES = (0, 0, 0, 1, 5, 9)
_NOTES = tuple(f"Note {number}\nsecond line — naïve" for number in range(1, 41))
_TOKENED = {
    "Reminder": (
        "TitleDocument",
        "NotesDocument",
        "List",
        "Completed",
        "CompletionDate",
        "Deleted",
        "CreationDate",
        "LastModifiedDate",
        "Flagged",
        "Priority",
        "AllDay",
        "DueDate",
        "TimeZone",
        "AlarmIDs",
        "ParentReminder",
    ),
    "List": ("Name",),
}
_BLANK_TIME = -0.5
_BATCH = 190
_YEAR = 365 * 86400

Json = dict[str, Any]


def generate(zone: Zone, count: int, now: float) -> None:
    """Write `count` reminders over eight lists, with notes, dates, alarms and priorities.

    `now` is in seconds since 1970. Raises RuntimeError if the zone refuses a record.
    """
    writer = _Writer(now)
    batch = [writer.list(name) for name in _LISTS]
    for index in range(count):
        batch.extend(writer.reminder(index))
        if len(batch) >= _BATCH:
            _send(zone, batch)
            batch = []
    _send(zone, batch)


def _send(zone: Zone, batch: list[Json]) -> None:
    for item in zone.modify(batch, by="D0", desired_keys=()):
        if "serverErrorCode" in item:
            raise RuntimeError(f"generate: {item['recordName']}: {item['reason']}")


class _Writer:
    """Makes create operations; every random choice comes from one fixed seed."""

    def __init__(self, now: float) -> None:
        self._now = now
        self._random = random.Random(20260301)
        self._replica_id = self._mint()
        self._replica = uuid.UUID(self._replica_id).bytes
        self._lists: list[str] = []
        # Twenty thousand of either would take most of the time allowed.
        self._texts: dict[str, str] = {}
        self._maps: dict[str, str] = {}

    def list(self, name: str) -> Json:
        record_name = f"List/{self._mint()}"
        self._lists.append(record_name)
        fields = {"Name": name, "Count": 0, "IsGroup": 0, "Deleted": 0, "Imported": 0}
        return self._create("List", record_name, fields, None, self._now)

    def reminder(self, index: int) -> Iterator[Json]:
        """Yield the reminder, and an alarm with its trigger if it is timed."""
        choose = self._random.choice
        born = self._now - self._random.randrange(_YEAR)
        holder = self._lists[index % len(self._lists)]
        name, alarm = f"Reminder/{self._mint()}", self._mint()
        due = self._due(index)
        timed = due is not None and not due.all_day
        done = index % 5 == 0
        fields = {
            "TitleDocument": self._text(f"{choose(_VERBS)} {choose(_THINGS)} {index + 1}"),
            "NotesDocument": self._text(choose(_NOTES)) if index % 3 == 0 else None,
            "List": holder,
            "Completed": int(done),
            "CompletionDate": int(self._now - index % 90 * 86400) * 1000 if done else None,
            "Deleted": 0,
            "CreationDate": int(born * 1000),
            "LastModifiedDate": int(born * 1000),
            "Flagged": int(index % 11 == 0),
            "Priority": choose(_PRIORITIES),
            "AllDay": int(due is not None and due.all_day),
            "DueDate": due.millis if due else None,
            "TimeZone": due.zone if due else None,
            "AlarmIDs": [alarm] if timed else [],
            "Imported": 0,
        }
        yield self._create("Reminder", name, fields, holder, born)
        if due is not None and timed:
            yield from self._alarm(name, alarm, due, born)

    def _alarm(self, reminder: str, identity: str, due: Moment, born: float) -> Iterator[Json]:
        trigger = self._mint()
        nonce = self._token(born).nonce
        links = {"AlarmUID": identity, "TriggerID": trigger, "Reminder": reminder, NONCE: nonce}
        alarm = f"Alarm/{identity}"
        yield self._create("Alarm", alarm, links, reminder, born)
        fields = {
            "Type": "Date",
            "Alarm": alarm,
            "DateComponentsData": moment.to_components(due),
        }
        yield self._create("AlarmTrigger", f"AlarmTrigger/{trigger}", fields, alarm, born)

    def _due(self, index: int) -> Moment | None:
        day = datetime.fromtimestamp(self._now, UTC).replace(tzinfo=None, second=0, microsecond=0)
        wall = day.replace(hour=8 + index % 10, minute=15 * (index % 4))
        wall += timedelta(days=self._random.randrange(-60, 120))
        match index % 6:
            case 0 | 1:
                return Moment(wall.replace(hour=0, minute=0), True, None)
            case 2:
                return Moment(wall, False, self._random.choice(_ZONES))
            case 3 if index % 4 == 1:
                return Moment(wall, False, None)
        return None

    def _create(
        self, record_type: str, name: str, fields: Json, parent: str | None, born: float
    ) -> Json:
        wired = {
            key: wire_field(record_type, key, value)
            for key, value in fields.items()
            if value is not None
        }
        if record_type in _TOKENED:
            held = self._token_map(record_type, self._token(born))
            wired[TOKENS] = wire_field(record_type, TOKENS, held)
        record: Json = {"recordName": name, "recordType": record_type, "fields": wired}
        if parent:
            record["parent"] = {"recordName": parent}
        return {"operationType": "create", "record": record}

    def _text(self, text: str) -> str:
        if text not in self._texts:
            self._texts[text] = document.encode(crdt.fresh(text, self._replica))
        return self._texts[text]

    def _token_map(self, record_type: str, token: tokens.Token) -> str:
        """Write the map for all fields of a generated record; they were all set at once."""
        if record_type not in self._maps:
            fields = _TOKENED[record_type]
            blank = tokens.raised({}, record_type, fields, _BLANK_TIME, token.replica)
            self._maps[record_type] = tokens.write(blank)
        return self._maps[record_type].replace(repr(_BLANK_TIME), repr(token.time))

    def _token(self, born: float) -> tokens.Token:
        return tokens.Token(1, born - tokens.APPLE_EPOCH, self._replica_id)

    def _mint(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4)).upper()
