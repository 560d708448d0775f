"""Remembers what was done: runs, and each value that a run wrote over, on either side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from store.attention import Attention
from store.model import Value
from store.raw import dumps, loads
from store.values import NoValue, from_sql, to_sql

__all__ = ["HistoryRow", "Journal", "Run", "Side"]

Side = Literal["file", "cloud"]

_HISTORY = "number, run, at_ms, side, id, field, before, after, path"


@dataclass(frozen=True, slots=True)
class Run:
    """One run; ``finished_ms``, ``result`` are ``None`` while it is under way or if it died."""

    id: int
    kind: str
    started_ms: int
    finished_ms: int | None
    result: str | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One field of a reminder or list that we changed on ``side``.

    ``field`` is a ``Field``, or a word of a list's (``name``, ``group``); ``NO_VALUE`` says that
    there was nothing before, or is nothing after. ``path`` is the file's, empty for the cloud.
    ``number`` is given by the journal, in the order of recording.
    """

    run: int | None
    at_ms: int
    side: Side
    id: str
    field: str
    before: Value | NoValue
    after: Value | NoValue
    path: str = ""
    number: int = 0


class Journal(Attention):
    """Runs and history; the conflicts and holds that wait for a person are in ``Attention``."""

    def start(self, kind: str, at_ms: int) -> int:
        """Note that a run began; its id."""
        return self._db.insert(
            "INSERT INTO run (kind, started_ms, counts) VALUES (?, ?, '{}')", (kind, at_ms)
        )

    def finish(self, run: int, result: str, counts: Mapping[str, int], at_ms: int) -> None:
        """Note how a run ended, with what it counted."""
        self._db.write(
            "UPDATE run SET finished_ms = ?, result = ?, counts = ? WHERE id = ?",
            (at_ms, result, dumps(dict(counts)).decode(), run),
        )

    def runs(self, limit: int = 50) -> list[Run]:
        """The latest runs, the latest first."""
        rows = self._db.all(
            """SELECT id, kind, started_ms, finished_ms, result, counts
            FROM run ORDER BY id DESC LIMIT ?""",
            (limit,),
        )
        return [_run(row) for row in rows]

    def run(self, id: int) -> Run | None:
        """One run."""
        row = self._db.one(
            "SELECT id, kind, started_ms, finished_ms, result, counts FROM run WHERE id = ?", (id,)
        )
        return None if row is None else _run(row)

    def record(self, rows: Iterable[HistoryRow]) -> None:
        """Add to the history what is about to be written over, in the commit that plans it."""
        self._db.write_many(
            """INSERT INTO history (run, at_ms, side, id, field, before, after, path)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            [
                (
                    *(row.run, row.at_ms, row.side, row.id, row.field),
                    *(to_sql(row.before), to_sql(row.after), row.path),
                )
                for row in rows
            ],
        )

    def history(
        self,
        *,
        run: int | None = None,
        id: str | None = None,
        path: str | None = None,
        limit: int = -1,
    ) -> list[HistoryRow]:
        """The history of a run, of a reminder or list, of a file, or all; the latest first."""
        wanted = {"run": run, "id": id, "path": path}
        given = {column: value for column, value in wanted.items() if value is not None}
        where = " AND ".join(("true", *(f"{column} = ?" for column in given)))
        rows = self._db.all(
            f"SELECT {_HISTORY} FROM history WHERE {where} ORDER BY number DESC LIMIT ?",
            (*given.values(), limit),
        )
        return [_history(row) for row in rows]

    def prune(self, older_than_ms: int) -> None:
        """Forget history, resolved conflicts and finished runs from before ``older_than_ms``.

        Open conflicts, and runs that still have history, stay.
        """
        before = (older_than_ms,)
        self._db.write("DELETE FROM history WHERE at_ms < ?", before)
        self._db.write("DELETE FROM conflict WHERE resolved_ms < ?", before)
        self._db.write(
            """DELETE FROM run WHERE started_ms < ? AND
            NOT EXISTS (SELECT 1 FROM history h WHERE h.run = run.id)""",
            before,
        )


def _run(row: Any) -> Run:
    id, kind, started_ms, finished_ms, result, counts = row
    return Run(id, kind, started_ms, finished_ms, result, loads(counts))


def _history(row: Any) -> HistoryRow:
    number, run, at_ms, side, id, field, before, after, path = row
    values = from_sql(field, before), from_sql(field, after)
    return HistoryRow(run, at_ms, side, id, field, *values, path, number)
