"""Puts together what a query answers of a reminder: its own columns, and what hangs on it.

Reads the views that people may query too, so the documents have their columns.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from daemon.query.smart import Ring, times_of

__all__ = ["Document", "entries", "rings_of", "rows_of"]

Document = dict[str, Any]

_AMONG = "IN (SELECT value FROM json_each(?))"
_REMINDERS = f"""SELECT v.id, v.list, v.title, v.notes, v.done, v.due, v.priority, v.flagged,
    v.tags, v.parent, v.file, v.line, v.section, v.completed_utc, v.created_utc, v.modified_utc
    FROM reminders v WHERE v.id {_AMONG}"""
_BESIDE = f"""SELECT r.id AS id, r.list_id AS list_id,
    (SELECT b.block FROM block b WHERE b.id = r.id) AS block,
    (SELECT count(*) FROM reminder c WHERE c.parent_id = r.id AND NOT c.deleted) AS subtasks
    FROM reminder r WHERE r.id {_AMONG} AND NOT r.deleted"""
_URLS = f"SELECT reminder, url FROM attachments WHERE reminder {_AMONG} AND url IS NOT NULL"
_RULES = f"""SELECT reminder, frequency, interval, count, until_utc, other_parts
    FROM recurrence_rules WHERE reminder {_AMONG}"""
_ALARMS = f"""SELECT reminder, kind, at, zone, own, before_count, before_unit, proximity,
    latitude, longitude, radius_m, title, address FROM alarms WHERE reminder {_AMONG}"""
_RINGS = "SELECT reminder, at, zone FROM alarms WHERE kind = 'date' AND at IS NOT NULL"


def rows_of(raw: sqlite3.Connection, sql: str, parameters: Sequence[Any] = ()) -> list[Document]:
    """What ``sql`` finds, by the names of its columns."""
    found = raw.execute(sql, parameters)
    columns = [column[0] for column in found.description]
    return [dict(zip(columns, row, strict=True)) for row in found]


def rings_of(raw: sqlite3.Connection) -> Mapping[str, list[Ring]]:
    """The alarms at a moment, by reminder."""
    found: defaultdict[str, list[Ring]] = defaultdict(list)
    for id, at, zone in raw.execute(_RINGS):
        found[id].append(Ring(at, zone))
    return found


def entries(raw: sqlite3.Connection, ids: Iterable[str], home: tzinfo) -> list[Document]:
    """The documents of these reminders, in their order; ``home`` is the account's time zone."""
    wanted = list(ids)
    among = (json.dumps(wanted),)
    rows = {row["id"]: row for row in rows_of(raw, _REMINDERS, among)}
    beside = {row["id"]: row for row in rows_of(raw, _BESIDE, among)}
    urls = _gathered(rows_of(raw, _URLS, among))
    rules = _gathered(rows_of(raw, _RULES, among))
    alarms = _gathered(rows_of(raw, _ALARMS, among))
    return [
        _entry(rows[id], beside.get(id, {}), urls[id], rules[id], alarms[id], home)
        for id in wanted
        if id in rows
    ]


def _gathered(rows: Iterable[Document]) -> Mapping[str, list[Document]]:
    found: defaultdict[str, list[Document]] = defaultdict(list)
    for row in rows:
        found[row.pop("reminder")].append(row)
    return found


def _entry(
    row: Document,
    beside: Mapping[str, Any],
    urls: Sequence[Document],
    rules: Sequence[Document],
    alarms: Sequence[Document],
    home: tzinfo,
) -> Document:
    rings = [Ring(one["at"], one["zone"]) for one in alarms if one["kind"] == "date" and one["at"]]
    block = beside.get("block")
    return {
        **{name: value for name, value in row.items() if not name.endswith("_utc")},
        "done": bool(row["done"]),
        "flagged": bool(row["flagged"]),
        "tags": row["tags"].split(",") if row["tags"] else [],
        "shown": times_of(row["due"], rings, home).shown,
        "alarms": [_alarm(one) for one in alarms],
        "repeat": _words(rules[0], row["due"]) if rules else None,
        "urls": sorted({one["url"] for one in urls}),
        "subtasks": beside.get("subtasks", 0),
        "list_id": beside.get("list_id"),
        "block": block,
        **{name: _utc(row[f"{name}_utc"]) for name in ("completed", "created", "modified")},
    }


def _alarm(row: Document) -> Document:
    """An alarm with what its kind has; ``own`` is the one at the due time."""
    match row["kind"]:
        case "date":
            return {"kind": "date", "at": row["at"], "zone": row["zone"], "own": bool(row["own"])}
        case "early":
            before = {"count": row["before_count"], "unit": row["before_unit"]}
            return {"kind": "early", "before": before}
        case "location":
            names = ("proximity", "latitude", "longitude", "radius_m", "title", "address")
            return {"kind": "location", **{name: row[name] for name in names}}
        case other:
            return {"kind": other or "unknown"}


def _words(rule: Mapping[str, Any], due: str | None) -> str:
    """The repetition in words; one that says more than these has three dots behind them.

    It ends on a day where the reminder is due; that of one that is due nowhere is as UTC has it.
    """
    # Imported here: the few that repeat would make all others start later.
    from store.model import Frequency, Rule
    from sync.core.repeating.recurrence import to_words

    where = datetime.fromisoformat(due).tzinfo if due else None
    until = rule["until_utc"]
    said = Rule(
        Frequency(rule["frequency"] or "daily"),
        rule["interval"],
        rule["count"],
        None if until is None else datetime.fromisoformat(until).astimezone(where or UTC).date(),
    )
    return to_words(said) + " ..." * bool(rule["other_parts"])


def _utc(text: str | None) -> str | None:
    if text is None:
        return None
    return datetime.fromisoformat(text).astimezone(UTC).isoformat(timespec="seconds")
