"""Fills a pretend iCloud with any number of lists and reminders, each with notes and token map.

The same ones each time. Every text is another one, so that nobody gains by remembering texts.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from sandbox.cloud.zone import Zone
from sandbox.device import crdt, document, moment, tokens
from sandbox.device.alarms import NONCE
from sandbox.device.moment import Moment
from sandbox.device.own import TOKENS, wire_field

__all__ = ["PAGE", "fill", "pages"]

PAGE = 200
NOW_S = 1_790_000_000.0
_TOKENED = (
    *("TitleDocument", "NotesDocument", "List", "Completed", "CompletionDate", "Deleted"),
    *("CreationDate", "LastModifiedDate", "Flagged", "Priority", "AllDay", "DueDate", "TimeZone"),
    *("AlarmIDs", "ParentReminder"),
)
_BATCH = 190
_YEAR_S = 365 * 86400
_ZONES = ("Europe/Berlin", "America/Toronto", "Asia/Tokyo")

Json = dict[str, Any]


def fill(zone: Zone, reminders: int, lists: int) -> None:
    """Write ``lists`` lists, and ``reminders`` reminders spread evenly over them."""
    writer = _Writer(lists)
    batch: list[Json] = list(writer.lists())
    for index in range(reminders):
        batch += writer.reminder(index)
        if len(batch) >= _BATCH:
            _send(zone, batch)
            batch = []
    _send(zone, batch)


def pages(zone: Zone) -> list[bytes]:
    """All answers of ``records/changes`` for a first pull, as bytes of JSON."""
    found: list[bytes] = []
    token, more = None, True
    while more:
        page = zone.changes(token, limit=PAGE)
        token, more = page.token, page.more
        answer = {"records": page.records, "syncToken": token, "moreComing": more}
        found.append(orjson.dumps(answer))
    return found


def _send(zone: Zone, batch: list[Json]) -> None:
    for start in range(0, len(batch), _BATCH):
        for item in zone.modify(batch[start : start + _BATCH], by="D0", desired_keys=()):
            if "serverErrorCode" in item:
                raise RuntimeError(f"{item['recordName']}: {item['reason']}")


class _Writer:
    """Makes create operations; every random choice comes from one fixed seed."""

    def __init__(self, lists: int) -> None:
        self._random = random.Random(20260301)
        self._replica_id = self._mint()
        self._replica = uuid.UUID(self._replica_id).bytes
        self._maps: dict[str, str] = {}
        self._lists = [f"List/{self._mint()}" for _ in range(lists)]

    def lists(self) -> Iterator[Json]:
        for number, name in enumerate(self._lists, 1):
            fields = {"Name": f"List {number:03}", "Count": 0, "IsGroup": 0, "Deleted": 0}
            yield self._create("List", name, fields, None, ("Name",))

    def reminder(self, index: int) -> Iterator[Json]:
        """The reminder; with an alarm and its trigger if it is timed, one of six."""
        holder = self._lists[index % len(self._lists)]
        name, alarm = f"Reminder/{self._mint()}", self._mint()
        due = self._due(index)
        timed = due is not None and not due.all_day
        born_ms = int(NOW_S - self._random.randrange(_YEAR_S)) * 1000
        fields = {
            "TitleDocument": self._text(f"Call the café about order {index + 1}"),
            "NotesDocument": self._text(f"Note {index + 1} — naïve\nwith a second line 🥛"),
            "List": holder,
            "Completed": 0,
            "Deleted": 0,
            "CreationDate": born_ms,
            "LastModifiedDate": born_ms,
            "Flagged": int(index % 11 == 0),
            "Priority": (0, 0, 0, 1, 5, 9)[index % 6],
            "AllDay": int(due is not None and due.all_day),
            "DueDate": due.millis if due else None,
            "TimeZone": due.zone if due else None,
            "AlarmIDs": [alarm] if timed else [],
        }
        yield self._create("Reminder", name, fields, holder, _TOKENED)
        if due is not None and timed:
            yield from self._alarm(name, alarm, due)

    def _alarm(self, reminder: str, identity: str, due: Moment) -> Iterator[Json]:
        trigger, alarm = self._mint(), f"Alarm/{identity}"
        links = {
            "AlarmUID": identity,
            "TriggerID": trigger,
            "Reminder": reminder,
            NONCE: self._token().nonce,
        }
        yield self._create("Alarm", alarm, links, reminder)
        fields = {
            "Type": "Date",
            "Alarm": alarm,
            "DateComponentsData": moment.to_components(due),
        }
        yield self._create("AlarmTrigger", f"AlarmTrigger/{trigger}", fields, alarm)

    def _due(self, index: int) -> Moment | None:
        day = datetime.fromtimestamp(NOW_S, UTC).replace(tzinfo=None, hour=9, minute=30, second=0)
        wall = day + timedelta(days=self._random.randrange(-60, 120))
        match index % 6:
            case 0 | 1:
                return Moment(wall.replace(hour=0, minute=0), True, None)
            case 2:
                return Moment(wall, False, self._random.choice(_ZONES))
        return None

    def _create(
        self,
        record_type: str,
        name: str,
        fields: Json,
        parent: str | None,
        tokened: tuple[str, ...] = (),
    ) -> Json:
        wired = {
            key: wire_field(record_type, key, value)
            for key, value in fields.items()
            if value is not None
        }
        if tokened:
            wired[TOKENS] = wire_field(record_type, TOKENS, self._token_map(record_type, tokened))
        record: Json = {"recordName": name, "recordType": record_type, "fields": wired}
        if parent:
            record["parent"] = {"recordName": parent}
        return {"operationType": "create", "record": record}

    def _text(self, text: str) -> str:
        return document.encode(crdt.fresh(text, self._replica))

    def _token_map(self, record_type: str, fields: tuple[str, ...]) -> str:
        if record_type not in self._maps:
            token = self._token()
            held = tokens.raised({}, record_type, fields, token.time, token.replica)
            self._maps[record_type] = tokens.write(held)
        return self._maps[record_type]

    def _token(self) -> tokens.Token:
        return tokens.Token(1, NOW_S - tokens.APPLE_EPOCH, self._replica_id)

    def _mint(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4)).upper()
