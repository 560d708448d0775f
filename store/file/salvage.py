"""Carries over from an old file what is remembered nowhere else, as far as it can still be read.

What files and iCloud say is read from them anew; only they can be believed. The old file is not
written to, whatever state it is in.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.activity.outbox import STANDING
from store.connection import Connection
from store.file.aside import beside
from store.raw import loads
from store.values import from_sql, mapping_from_json

__all__ = ["Salvaged", "salvage"]

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Salvaged:
    """How many rows of each table were carried over, and in which tables some were lost."""

    counts: Mapping[str, int]
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of ``table`` for which ``where`` holds; ``judge`` raises for one that makes no sense."""

    table: str
    where: str
    judge: Callable[[Row], object] = lambda _row: None


_FACTS = "'apple_id', 'region', 'endpoint', 'folder', 'format', 'home_zone', 'verified'"
_WISHES = ", ".join(f"'{kind}'" for kind in STANDING)
_PARTS = (
    _Part("meta", f"key IN ({_FACTS})"),
    _Part("forgotten", "true"),
    _Part(
        "conflict",
        "resolved_ms IS NULL",
        lambda row: [from_sql(row["field"], row[side]) for side in ("winner", "loser")],
    ),
    _Part(
        "outbox",
        f"state = 'parked' OR kind IN ({_WISHES})",
        lambda row: [mapping_from_json(row["changes"]), dict(loads(row["texts"]))],
    ),
    _Part("run", "true", lambda row: dict(loads(row["counts"]))),
    _Part(
        "history",
        "true",
        lambda row: [from_sql(row["field"], row[side]) for side in ("before", "after")],
    ),
    _Part("block", "NOT own"),
    _Part("image", "true"),
    _Part("ring", "true"),
    _Part("answered", "true"),
    _Part("device_location", "true"),
)


def salvage(old: Path, new: Connection) -> Salvaged:
    """Copy into ``new``, which is empty, what only ``old`` knows; to be called inside a commit."""
    counts: dict[str, int] = {}
    lost: list[str] = []
    with _reading(old) as raw:
        for part in _PARTS:
            columns = _columns(raw, part.table, new)
            rows, all_read = _rows(raw, part, columns)
            kept = [row for row in rows if _makes_sense(part, row)]
            marks = ", ".join("?" * len(columns))
            for row in kept:
                new.write(
                    f"INSERT INTO {part.table} ({', '.join(columns)}) VALUES ({marks})"
                    " ON CONFLICT DO NOTHING",
                    tuple(row.values()),
                )
            if kept:
                counts[part.table] = len(kept)
            if not all_read or len(kept) < len(rows):
                lost.append(part.table)
    return Salvaged(counts, tuple(lost))


@contextmanager
def _reading(old: Path) -> Iterator[sqlite3.Connection]:
    """The old file, as it would be with what was not yet folded into it; itself untouched."""
    copy = old.with_name(f".{old.name}.reading")
    try:
        for one in beside(old):
            shutil.copyfile(one, f"{copy}{str(one).removeprefix(str(old))}")
        with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=rw", uri=True)) as raw:
            yield raw
    finally:
        for one in beside(copy):
            one.unlink()


def _columns(raw: sqlite3.Connection, table: str, new: Connection) -> list[str]:
    """The columns that the table has in both files; none where the old one cannot say."""
    try:
        known = {row[1] for row in raw.execute(f"PRAGMA table_info({table})")}
    except sqlite3.DatabaseError:
        return []
    return [row[1] for row in new.all(f"PRAGMA table_info({table})") if row[1] in known]


def _rows(raw: sqlite3.Connection, part: _Part, columns: list[str]) -> tuple[list[Row], bool]:
    """The rows of a part as far as they can be read, and whether that is to the end."""
    found: list[Row] = []
    if not columns:
        return found, False
    try:
        query = f"SELECT {', '.join(columns)} FROM {part.table} WHERE {part.where}"
        found.extend(dict(zip(columns, row, strict=True)) for row in raw.execute(query))
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return found, False
    return found, True


def _makes_sense(part: _Part, row: Row) -> bool:
    try:
        part.judge(row)
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    return True
