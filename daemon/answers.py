"""Turns what the mirror remembers into the documents that the control socket answers.

Reads the views ``reminders`` and ``lists``, which people may query too, so the documents have
their columns. Everything runs in one thread of its own, with one connection that is kept, since
opening the mirror checks it from end to end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from daemon.filters import Filters
from daemon.troubles import as_ours
from store.db import Store
from store.errors import StoreError, translated
from store.file import open_reading
from store.journal import Journal
from store.model import AllDay, Completion, Field, Floating, OtherRule, Rule, Value, Zoned
from store.values import iso
from sync.core.recurrence import to_words
from sync.cycle.sentences import member
from sync.cycle.verdict import NEVER, VERIFIED, Verified
from sync.machine import told

__all__ = ["COUNTS", "Answers", "NoMirror", "instant"]

COUNTS = ("pending", "held", "conflicts", "parked")

T = TypeVar("T")
Document = dict[str, Any]

_REMINDERS = (
    "SELECT id, list, title, notes, done, due, priority, flagged, tags, parent, file, line"
    " FROM reminders"
)
_LISTS = """SELECT id, name, "group", file, open, total, shared, owner, read_only,
    color, color_name, emblem, sorting, linked FROM lists ORDER BY "group", name, id"""

_IDS = (Field.LIST, Field.PARENT)  # fields whose values are ids


class NoMirror(Exception):
    """There is no mirror yet; the text says so."""


class Answers:
    """Reads the mirror at ``path``.

    What it gives raises NoMirror where there is none, MirrorDamaged, or a RemindersdError that
    says why it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="answers")
        self._raw: sqlite3.Connection | None = None
        self._store: Store | None = None
        self._identity: tuple[int, int] | None = None

    def close(self) -> None:
        """Let go of the mirror."""
        self._thread.submit(self._let_go).result()
        self._thread.shutdown()

    def counts(self) -> Future[Document]:
        """How much is pending, held, in conflict and parked, and when all was last compared.

        Zeros before the first cycle. ``waiting`` says how many deletions are held until a time
        only, or is ``None``.
        """
        nothing = {**dict.fromkeys(COUNTS, 0), "verified": None, "waiting": None}
        return self._submit(self._counts, nothing)

    def lists(self) -> Future[Document]:
        """Every list."""
        return self._submit(
            lambda: {"schema": 1, "lists": [_list(row) for row in self._rows(_LISTS)]}
        )

    def reminders(self, filters: Filters) -> Future[Document]:
        """The reminders that pass ``filters``."""

        def read() -> Document:
            zone = self._home_zone()
            query = f"{_REMINDERS} {filters.where} ORDER BY list, file, line, id"
            rows = self._rows(query, filters.parameters)
            found = [row for row in map(_reminder, rows) if filters.passes(row, zone)]
            return {"schema": 1, "reminders": found}

        return self._submit(read)

    def reminder(self, id: str) -> Future[Document | None]:
        """One reminder, or ``None``."""

        def read() -> Document | None:
            rows = self._rows(f"{_REMINDERS} WHERE id = ?", (id.upper(),))
            return {"schema": 1, "reminder": _reminder(rows[0])} if rows else None

        return self._submit(read)

    def conflicts(self) -> Future[Document]:
        """The conflicts that nobody resolved, each with the value that lost."""

        def read() -> Document:
            open_ones = self._journal().open_conflicts()
            ids = [c.id for c in open_ones]
            ids += [str(id) for c in open_ones if c.field in _IDS for id in (c.winner, c.loser)]
            titles = self._titles(ids)
            found = [
                {
                    "number": conflict.number,
                    "id": conflict.id,
                    "title": titles.get(conflict.id),
                    "field": str(conflict.field),
                    "winner": _said(conflict.field, conflict.winner, titles),
                    "loser": _said(conflict.field, conflict.loser, titles),
                    "loser_side": conflict.loser_side,
                    "at": instant(conflict.at_ms / 1000),
                }
                for conflict in open_ones
            ]
            return {"schema": 1, "conflicts": found}

        return self._submit(read)

    def held(self) -> Future[Document]:
        """What waits for a person or for time."""

        def read() -> Document:
            holds = self._journal().holds()
            titles = self._titles([hold.id for hold in holds])
            found = [
                {
                    "key": hold.key,
                    "kind": hold.kind,
                    "id": hold.id,
                    "title": titles.get(hold.id),
                    "reason": hold.reason,
                    "since": instant(hold.since_ms / 1000),
                    "until": None if hold.until_ms is None else instant(hold.until_ms / 1000),
                    "until_ms": hold.until_ms,
                }
                for hold in holds
            ]
            return {"schema": 1, "held": found}

        return self._submit(read)

    def runs(self, limit: int) -> Future[Document]:
        """The latest runs that did something, the latest first."""

        def read() -> Document:
            found = [
                {
                    "id": run.id,
                    "kind": run.kind,
                    "started": instant(run.started_ms / 1000),
                    "finished": None
                    if run.finished_ms is None
                    else instant(run.finished_ms / 1000),
                    "result": run.result,
                    "counts": dict(run.counts),
                }
                for run in self._journal().runs(limit)
            ]
            return {"schema": 1, "runs": found}

        return self._submit(read)

    # ---- in the thread

    def _submit(self, work: Callable[[], T], missing: T | None = None) -> Future[T]:
        def guarded() -> T:
            try:
                self._open()
                return work()
            except FileNotFoundError:
                if missing is not None:
                    return missing
                raise NoMirror("there is no mirror yet; the first cycle makes it") from None
            except StoreError as error:
                self._let_go()
                raise as_ours(error) from error
            except sqlite3.Error as error:
                self._let_go()
                raise as_ours(
                    translated(error, self._path) or StoreError(self._path, str(error))
                ) from error
            except OSError as error:
                self._let_go()
                raise told(error) or error from None

        return self._thread.submit(guarded)

    def _open(self) -> None:
        """Open the mirror, or the one that has taken its place since."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            open_reading(self._path)  # raises, and says so if a damaged one was set aside
            raise
        identity = status.st_dev, status.st_ino
        if identity != self._identity:
            self._let_go()
            self._raw = open_reading(self._path)
            self._store = Store(self._raw, self._path)
            self._identity = identity

    def _let_go(self) -> None:
        self._identity = None
        if self._raw is not None:
            with suppress(sqlite3.Error):
                self._raw.close()
        self._raw = self._store = None

    def _rows(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[Document]:
        assert self._raw is not None
        found = self._raw.execute(sql, parameters)
        columns = [column[0] for column in found.description]
        return [dict(zip(columns, row, strict=True)) for row in found]

    def _home_zone(self) -> tzinfo:
        """Where a date without an offset is taken to be."""
        assert self._store is not None
        return ZoneInfo(self._store.meta.get("home_zone") or "UTC")

    def _journal(self) -> Journal:
        assert self._store is not None
        return self._store.journal

    def _titles(self, ids: list[str]) -> Mapping[str, str]:
        assert self._store is not None
        rows = self._store.mirror.reminders_by_id(ids)
        lists = {row.id: row.name for row in self._store.mirror.lists() if row.id in ids}
        sections = {row["id"]: row["name"] for row in self._rows("SELECT id, name FROM sections")}
        return {**sections, **lists, **{id: row.title for id, row in rows.items()}}

    def _counts(self) -> Document:
        assert self._store is not None
        outbox = self._store.outbox.counts()
        holds = self._store.journal.holds()
        ends = [hold.until_ms for hold in holds if hold.until_ms is not None]
        return {
            "pending": outbox["queued"] + outbox["in-flight"],
            "held": len(holds),
            "conflicts": len(self._store.journal.open_conflicts()),
            "parked": outbox["parked"],
            "verified": _verified(self._store.meta.get(VERIFIED)),
            "waiting": _waiting(ends),
        }


def _waiting(ends_ms: list[int]) -> Document | None:
    """How many deletions go ahead by themselves, and when the last of them does."""
    if not ends_ms:
        return None
    until_ms = max(ends_ms)
    return {"deletions": len(ends_ms), "until": instant(until_ms / 1000), "until_ms": until_ms}


def instant(seconds: float) -> str:
    """A Unix time in ISO 8601, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _verified(text: str | None) -> Document | None:
    """When all was last compared; ``None`` where it never was."""
    known = Verified.parse(text)
    if known is None or known.result == NEVER:
        return None
    at = instant(known.at_ms / 1000)
    return {"at": at, "result": known.result, "differences": known.differences}


def _list(row: Document) -> Document:
    linked = None if row["linked"] is None else bool(row["linked"])
    return {**row, "read_only": bool(row["read_only"]), "linked": linked}


def _reminder(row: Document) -> Document:
    return {
        **row,
        "done": bool(row["done"]),
        "flagged": bool(row["flagged"]),
        "tags": row["tags"].split(",") if row["tags"] else [],
    }


def _said(field: object, value: Value, titles: Mapping[str, str]) -> str | bool | None:
    """A value that lost or won; of what a person knows by its name, that name."""
    name = titles.get(str(value)) if field in _IDS else None
    return _plain(value) if name is None else name


def _plain(value: Value) -> str | bool | None:
    """A value as a person writes it: due dates and completion in ISO 8601, rules in words."""
    match value:
        case AllDay() | Floating() | Zoned():
            return iso(value)
        case Completion(at_ms=int() as at_ms):
            return instant(at_ms / 1000)
        case Completion(day=day):
            return True if day is None else day.isoformat()
        case bool() | None:
            return value
        case Rule():
            return to_words(value)
        case OtherRule(words=words):
            return words
        case frozenset():
            return ", ".join(sorted(map(member, value)))
        case _:
            return str(value)
