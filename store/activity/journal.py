"""Remembers what was done: runs, and each value that a run wrote over, on either side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from store.connection import Connection, json_array
from store.model import Value
from store.raw import dumps, loads
from store.values import NoValue, from_sql, to_sql

__all__ = ["KEPT_BYTES", "KEPT_MS", "HistoryRow", "Journal", "Run", "Side"]

KEPT_MS = 30 * 86_400_000
"""How long history is kept."""

KEPT_BYTES = 64 * 1024 * 1024
"""How much text of history is kept; the oldest runs go first, and always whole."""

Side = Literal["file", "cloud"]

_HISTORY = "number, run, at_ms, side, id, field, before, after, path"
_RUN = "id, kind, started_ms, finished_ms, result, counts"
# A row costs more than its values: its key and its place in three indexes.
_SIZE = """coalesce(length(CAST(before AS BLOB)), 0) + coalesce(length(CAST(after AS BLOB)), 0)
    + length(id) + length(path) + 100"""


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

    @property
    def values(self) -> tuple[Value | NoValue, Value | NoValue]:
        """What was before, and what is after."""
        return self.before, self.after


class Journal:
    """Runs and history."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

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

    def runs(self, limit: int = 50, before: int | None = None) -> list[Run]:
        """The latest runs, the latest first; of those before a run, if one is given."""
        rows = self._db.all(
            f"SELECT {_RUN} FROM run WHERE id < coalesce(?, id + 1) ORDER BY id DESC LIMIT ?",
            (before, limit),
        )
        return [_run(row) for row in rows]

    def run(self, id: int) -> Run | None:
        """One run."""
        row = self._db.one(f"SELECT {_RUN} FROM run WHERE id = ?", (id,))
        return None if row is None else _run(row)

    def latest_with(self, fields: Iterable[str]) -> int | None:
        """The latest run whose history has one of ``fields``."""
        row = self._db.one(
            "SELECT max(run) FROM history WHERE field IN (SELECT value FROM json_each(?))",
            (json_array(fields),),
        )
        return None if row[0] is None else int(row[0])

    def deleted_from_here(self, ids: Iterable[str]) -> frozenset[str]:
        """Which of these were last deleted by us in iCloud, since their lines had gone."""
        rows = self._db.all(
            """SELECT id, side, after, max(number) FROM history
            WHERE field = 'deleted' AND id IN (SELECT value FROM json_each(?)) GROUP BY id""",
            (json_array(ids),),
        )
        return frozenset(id for id, side, after, _ in rows if (side, after) == ("cloud", "true"))

    def drop_empty(self, run: int) -> bool:
        """Forget a run that nothing became of; whether it was one."""
        return bool(
            self._db.write(
                """DELETE FROM run WHERE id = ? AND
                NOT EXISTS (SELECT 1 FROM history h WHERE h.run = run.id)""",
                (run,),
            )
        )

    def record(self, rows: Iterable[HistoryRow], run: int | None = None) -> None:
        """Add to the history what is about to be written over, in the commit that plans it.

        ``run`` is theirs, where a row does not name its own.
        """
        self._db.write_many(
            """INSERT INTO history (run, at_ms, side, id, field, before, after, path)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            [
                (
                    *(run if row.run is None else row.run, row.at_ms),
                    *(row.side, row.id, row.field),
                    *(to_sql(row.before), to_sql(row.after), row.path),
                )
                for row in rows
            ],
        )

    def retract(self, run: int, side: Side, ids: Iterable[str] = (), path: str = "") -> None:
        """Take back what was noted for these ids, or this file, of a run: it was not done."""
        self._db.write(
            """DELETE FROM history WHERE run = ? AND side = ? AND
            (id IN (SELECT value FROM json_each(?)) OR (path <> '' AND path = ?))""",
            (run, side, json_array(ids), path),
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

    def ids_called(self, title: str) -> list[str]:
        """What is known to be, or to have been, called so in the history."""
        text = to_sql(title)
        rows = self._db.all(
            """SELECT DISTINCT id FROM history WHERE field IN ('title', 'name')
            AND (before = ?1 OR after = ?1) ORDER BY id""",
            (text,),
        )
        return [id for (id,) in rows]

    def prune(self, older_than_ms: int, most_bytes: int = KEPT_BYTES) -> None:
        """Forget history and finished runs from before ``older_than_ms``.

        Of what is left the oldest runs lose their history, each whole, until ``most_bytes`` hold
        the rest. Runs that still have history stay.
        """
        before = (older_than_ms,)
        self._db.write("DELETE FROM history WHERE at_ms < ?", before)
        self._shrink(most_bytes)
        self._db.write(
            """DELETE FROM run WHERE started_ms < ? AND
            NOT EXISTS (SELECT 1 FROM history h WHERE h.run = run.id)""",
            before,
        )

    def _shrink(self, most_bytes: int) -> None:
        """Half a run taken back is worse than none: what goes of a run goes with all of it."""
        if self._db.one(f"SELECT coalesce(sum({_SIZE}), 0) FROM history")[0] <= most_bytes:
            return
        last, run = self._db.one(
            f"""SELECT number, run FROM (SELECT number, run, sum({_SIZE})
            OVER (ORDER BY number DESC) AS size FROM history)
            WHERE size > ? ORDER BY number DESC LIMIT 1""",
            (most_bytes,),
        )
        self._db.write("DELETE FROM history WHERE number <= ? OR run <= ?", (last, run))


def _run(row: Any) -> Run:
    id, kind, started_ms, finished_ms, result, counts = row
    return Run(id, kind, started_ms, finished_ms, result, loads(counts))


def _history(row: Any) -> HistoryRow:
    number, run, at_ms, side, id, field, before, after, path = row
    values = from_sql(field, before), from_sql(field, after)
    return HistoryRow(run, at_ms, side, id, field, *values, path, number)
