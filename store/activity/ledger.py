"""Remembers what was asked over the ricloud API, and what came of it.

A file of its own beside the mirror, with one thread that owns it: an answer must not wait for a
cycle, a rebuilt mirror must not forget what a client holds the ids of, and what is damaged here
must not stop the reminders. Rows of one kind have one order, that in which they were added.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from store.connection import Connection
from store.raw import dumps, loads

__all__ = ["Event", "Ledger", "Page", "Poll", "Result", "Session", "Shelf", "Source", "User"]

_JSON = {"json": True}


class _Row(Protocol):
    @property
    def id(self) -> str:
        """What a client knows it by."""


R = TypeVar("R", bound=_Row)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who uses the API, by a name of their own choice; times are Unix milliseconds."""

    id: str
    identifier: str
    created_ms: int


@dataclass(frozen=True, slots=True)
class Source:
    """An account that a user signs in to; ``state`` is unvalidated until that once succeeded."""

    id: str
    user: str
    type: str
    identifier: str
    state: str
    created_ms: int


@dataclass(frozen=True, slots=True)
class Session:
    """One attempt to sign in, and its end; ``state`` is pending, succeeded, failed or expired."""

    id: str
    source: str
    user: str
    state: str
    created_ms: int
    error: str | None = None
    error_info: dict[str, Any] | None = field(default=None, metadata=_JSON)
    ended_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """One question, as it was asked; ``errors`` are objects with error, message and target."""

    id: str
    session: str
    source: str
    user: str
    state: str
    created_ms: int
    payload: dict[str, Any] = field(metadata=_JSON)
    errors: list[dict[str, Any]] = field(default_factory=list, metadata=_JSON)
    error: str | None = None
    completed_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One file that a poll brought; ``state`` is available, consumed or expired (bytes gone)."""

    id: str
    poll: str
    identifier: str
    type: str
    checksum: str
    size: int
    state: str
    created_ms: int
    consumed_ms: int | None = None
    deleted_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a resource, which ``data`` shows as it was then."""

    id: str
    type: str
    action: str
    created_ms: int
    data: dict[str, Any] = field(metadata=_JSON)


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Rows, the newest first; ``total`` counts all that fit, ``more`` those beyond this page."""

    rows: tuple[R, ...]
    total: int
    more: bool


class Shelf(Generic[R]):
    """The rows of one kind."""

    def __init__(self, connection: Connection, table: str, kind: type[R]) -> None:
        self._db = connection
        self._table = table
        self._kind = kind
        self._columns = [column.name for column in fields(kind)]  # type: ignore[arg-type]
        self._json = {
            index
            for index, column in enumerate(fields(kind))  # type: ignore[arg-type]
            if column.metadata.get("json")
        }

    def add(self, row: R) -> None:
        """Remember a new row."""
        marks = ", ".join("?" * len(self._columns))
        self._db.write(
            f"INSERT INTO {self._table} ({', '.join(self._columns)}) VALUES ({marks})",
            self._values(row),
        )

    def put(self, row: R) -> None:
        """Replace what is known of a row."""
        settings = ", ".join(f"{name} = ?" for name in self._columns)
        self._db.write(
            f"UPDATE {self._table} SET {settings} WHERE id = ?", (*self._values(row), row.id)
        )

    def get(self, id: str) -> R | None:
        """The row with this id."""
        return self.first(id=id)

    def first(self, **equal: str) -> R | None:
        """The newest row whose columns are so."""
        found = self.page({name: (value,) for name, value in equal.items()}, limit=1).rows
        return found[0] if found else None

    def all(self, **equal: str) -> tuple[R, ...]:
        """Every row whose columns are so, the newest first."""
        return self.page({name: (value,) for name, value in equal.items()}).rows

    def page(
        self,
        among: Mapping[str, Collection[str]],
        *,
        after: str | None = None,
        before: str | None = None,
        limit: int | None = None,
    ) -> Page[R]:
        """Rows whose columns have one of the values given for them, the newest first.

        ``after`` and ``before`` are ids: the page starts behind the one and stops ahead of the
        other, and LookupError names one that is not known.
        """
        where, values = ["TRUE"], list[Any]()
        for name, allowed in among.items():
            assert name in self._columns
            where.append(f"{name} IN ({', '.join('?' * len(allowed))})")
            values += allowed
        (total,) = self._db.one(self._query("count(*)", where), values)
        for id, relation in ((after, "<"), (before, ">")):
            if id is not None:
                where.append(f"seq {relation} ?")
                values.append(self._position(id))
        some = -1 if limit is None else limit + 1
        query = f"{self._query(', '.join(self._columns), where)} ORDER BY seq DESC LIMIT {some}"
        rows = [self._row(found) for found in self._db.all(query, values)]
        more = limit is not None and len(rows) > limit
        return Page(tuple(rows[:limit]), total, more)

    def forget(self, before_ms: int, **equal: str) -> None:
        """Forget rows that were added before then (Unix milliseconds) and whose columns are so."""
        where = " AND ".join(["created_ms < ?", *(f"{name} = ?" for name in equal)])
        self._db.write(f"DELETE FROM {self._table} WHERE {where}", (before_ms, *equal.values()))

    def _query(self, what: str, where: list[str]) -> str:
        return f"SELECT {what} FROM {self._table} WHERE {' AND '.join(where)}"

    def _position(self, id: str) -> int:
        found = self._db.one(f"SELECT seq FROM {self._table} WHERE id = ?", (id,))
        if found is None:
            raise LookupError(id)
        return int(found[0])

    def _values(self, row: R) -> list[Any]:
        values = [getattr(row, name) for name in self._columns]
        return [
            dumps(value).decode() if index in self._json and value is not None else value
            for index, value in enumerate(values)
        ]

    def _row(self, found: tuple[Any, ...]) -> R:
        return self._kind(
            *(
                loads(value) if index in self._json and value is not None else value
                for index, value in enumerate(found)
            )
        )


class Ledger:
    """All shelves, over one connection of one thread."""

    def __init__(self, raw: sqlite3.Connection, path: Path) -> None:
        self._connection = Connection(raw, path)
        self.users = Shelf(self._connection, "user", User)
        self.sources = Shelf(self._connection, "source", Source)
        self.sessions = Shelf(self._connection, "session", Session)
        self.polls = Shelf(self._connection, "poll", Poll)
        self.results = Shelf(self._connection, "result", Result)
        self.events = Shelf(self._connection, "event", Event)

    @contextmanager
    def commit(self, name: str) -> Iterator[None]:
        """One transaction, as ``Store.commit``."""
        with self._connection.commit(name):
            yield

    def close(self) -> None:
        """Let go of the file."""
        self._connection.raw.close()
