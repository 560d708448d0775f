"""The least that a first pull can cost: the same answers into the same rows, written by hand.

No tolerance, no layers, nothing kept but the rows: each page is parsed and dropped, texts are
base64, inflate and protobuf in a line, and in the end there is one ``executemany`` per table and
one FULL commit. ``import_first`` fails on anything that the pages of ``records.py`` do not hold.
"""

from __future__ import annotations

import sqlite3
import zlib
from base64 import b64decode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from sync.codec.document_pb2 import Document, String

__all__ = ["import_first"]

_RECORD = """INSERT INTO record
    (name, zone, type, kind, about, owner, change_tag, deleted, raw, walk, seq)
    VALUES (?, 'Reminders', ?, ?, ?, ?, ?, 0, ?, 1, ?)"""
_REMINDER = """INSERT INTO reminder
    (record_name, id, change_tag, deleted, title, notes, done, completed_at_ms, due, due_iso,
    priority, flagged, list_id, parent_id, recurring, created_ms, modified_ms, opaque, problems,
    alarm_ids) VALUES (?, ?, ?, 0, ?, ?, 0, NULL, ?, ?, ?, ?, ?, NULL, 0, ?, ?, '', '', ?)"""
_LIST = """INSERT INTO list
    (record_name, id, change_tag, deleted, name, is_group, group_id, reminder_order, color,
    read_only, problems, memberships)
    VALUES (?, ?, ?, 0, ?, 0, NULL, '[]', NULL, 0, '', '{}')"""
_ALARM = """INSERT INTO alarm
    (record_name, id, reminder_id, trigger_id, nonce, deleted)
    VALUES (?, ?, ?, ?, ?, 0)"""
_TRIGGER = """INSERT INTO alarm_trigger
    (record_name, id, alarm_id, kind, at, at_iso, zone, deleted)
    VALUES (?, ?, ?, 'Date', ?, ?, ?, 0)"""
_PRIORITIES = {0: "none", 1: "high", 5: "medium", 9: "low"}
_CLOCK = ("year", "month", "day", "hour", "minute", "second")
_PLAIN_BYTES = 512
_EPOCH = datetime(1970, 1, 1)

Row = tuple[Any, ...]


def import_first(pages: Iterable[bytes], database: sqlite3.Connection, *, raw: bool = True) -> None:
    """All of ``pages`` into the mirror's tables; without ``raw`` only what reminders decode to."""
    records: list[Row] = []
    reminders: list[Row] = []
    lists: list[Row] = []
    alarms: list[Row] = []
    triggers: list[Row] = []
    for page in pages:
        for record in orjson.loads(page)["records"]:
            name, tag, fields = record["recordName"], record["recordChangeTag"], record["fields"]
            kind, _, id = name.partition("/")
            about: str | None = id
            if kind == "Reminder":
                reminders.append(_reminder(name, id, tag, fields))
            elif kind == "List":
                lists.append((name, id, tag, fields["Name"]["value"]))
            elif kind == "Alarm":
                about = fields["Reminder"]["value"]["recordName"][9:]
                trigger, nonce = fields["TriggerID"], fields["DueDateResolutionTokenAsNonce"]
                alarms.append((name, id, about, trigger["value"], nonce["value"]))
            else:
                about = None
                triggers.append(_trigger(name, id, fields))
            if raw:
                data = orjson.dumps(record)
                packed = zlib.compress(data, 0 if len(data) <= _PLAIN_BYTES else 1)
                owner = record["parent"]["recordName"] if kind != "List" else None
                shown = kind.lower() if kind != "AlarmTrigger" else "alarm_trigger"
                records.append((name, kind, shown, about, owner, tag, packed, len(records) + 1))
    database.execute("PRAGMA foreign_keys = OFF" if not raw else "PRAGMA foreign_keys = ON")
    database.execute("BEGIN IMMEDIATE")
    for sql, rows in (
        (_RECORD, records),
        (_REMINDER, reminders),
        (_LIST, lists if raw else []),
        (_ALARM, alarms if raw else []),
        (_TRIGGER, triggers if raw else []),
    ):
        database.executemany(sql, rows)
    database.execute("COMMIT")


def _reminder(name: str, id: str, tag: str, fields: dict[str, Any]) -> Row:
    due, due_iso = _due(fields)
    return (
        name,
        id,
        tag,
        _text(fields["TitleDocument"]["value"]),
        _text(fields["NotesDocument"]["value"]),
        due,
        due_iso,
        _PRIORITIES[fields["Priority"]["value"]],
        fields["Flagged"]["value"],
        fields["List"]["value"]["recordName"][5:],
        fields["CreationDate"]["value"],
        fields["LastModifiedDate"]["value"],
        orjson.dumps(fields["AlarmIDs"]["value"]).decode() if "AlarmIDs" in fields else "[]",
    )


def _trigger(name: str, id: str, fields: dict[str, Any]) -> Row:
    parts = orjson.loads(b64decode(fields["DateComponentsData"]["value"]))
    wall = datetime(*(parts[key] for key in _CLOCK))
    zone = parts["timeZone"]["identifier"]
    at = f'{{"wall":"{wall.isoformat()}","zone":"{zone}"}}'
    alarm_id = fields["Alarm"]["value"]["recordName"][6:]
    return (name, id, alarm_id, at, wall.replace(tzinfo=ZoneInfo(zone)).isoformat(), zone)


def _text(value: str) -> str:
    document = Document.FromString(zlib.decompress(b64decode(value), 31))
    return String.FromString(document.version[0].data).string.decode()


def _due(fields: dict[str, Any]) -> tuple[str | None, str | None]:
    if "DueDate" not in fields:
        return None, None
    moment = _EPOCH + timedelta(milliseconds=fields["DueDate"]["value"])
    if fields["AllDay"]["value"]:
        day = moment.date().isoformat()
        return f'{{"day":"{day}"}}', day
    zone = fields["TimeZone"]["value"]
    there = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    wall = there.replace(tzinfo=None).isoformat()
    return f'{{"wall":"{wall}","zone":"{zone}"}}', there.isoformat()
