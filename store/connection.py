"""The only door to SQLite: reads at any time, writes inside one named commit, errors as ours.

Rules: (1) a write outside a commit is a bug and raises; (2) a commit is whole or was not;
(3) every commit passes ``step`` right before and right after it becomes durable.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from store.errors import Damaged, translated
from store.raw import dumps, unpack

__all__ = ["Connection", "Params", "json_array"]

Params = Sequence[Any]

_FAILURES = (sqlite3.Error, UnicodeDecodeError)


def json_array(values: Iterable[str]) -> str:
    """``values`` as the one parameter of ``IN (SELECT value FROM json_each(?))``."""
    return dumps(list(values)).decode()


def _nothing(_name: str) -> None:
    """The ``step`` of a running programme."""


class Connection:
    """One SQLite connection of one thread."""

    def __init__(self, raw: sqlite3.Connection, path: Path) -> None:
        self.raw = raw
        self.path = path
        self.step: Callable[[str], None] = _nothing
        self.is_damaged = False
        self._commit: str | None = None

    def all(self, sql: str, params: Params = ()) -> list[Any]:
        """Every row that ``sql`` finds, as tuples."""
        try:
            return self.raw.execute(sql, params).fetchall()
        except _FAILURES as error:
            self._fail(error)

    def one(self, sql: str, params: Params = ()) -> Any:
        """The first row as a tuple, or ``None``."""
        try:
            return self.raw.execute(sql, params).fetchone()
        except _FAILURES as error:
            self._fail(error)

    def write(self, sql: str, params: Params = ()) -> int:
        """Run one changing statement; the number of rows that it changed."""
        return self._changed(sql, params).rowcount

    def insert(self, sql: str, params: Params = ()) -> int:
        """Run one INSERT; the new row's number."""
        number = self._changed(sql, params).lastrowid
        assert number is not None
        return number

    def write_many(self, sql: str, rows: Iterable[Params]) -> None:
        """Run one changing statement for each of ``rows``."""
        self._insist()
        if isinstance(rows, list) and not rows:
            return  # half of the time: SQLite would take the statement apart all the same
        try:
            self.raw.executemany(sql, rows)
        except _FAILURES as error:
            self._fail(error)

    @contextmanager
    def commit(self, name: str) -> Iterator[None]:
        """Make what is written inside one transaction, durable when the block ends.

        Anything raised inside, by ``step`` or by SQLite undoes all of it. Raises ``RuntimeError``
        inside another commit.
        """
        if self._commit is not None:
            raise RuntimeError(f"commit {name!r} inside commit {self._commit!r}")
        self._run("BEGIN IMMEDIATE")
        self._commit = name
        try:
            yield
            self.step(f"commit:{name}:before")
            self._run("COMMIT")
        finally:
            self._commit = None
            # A full disk may have made SQLite roll back on its own.
            if self.raw.in_transaction:
                self._run("ROLLBACK")
        self.step(f"commit:{name}:after")

    def damaged(self, reason: str) -> Damaged:
        """The error that the file cannot be trusted; from now on it is known not to be."""
        self.is_damaged = True
        return Damaged(self.path, reason)

    def unpack(self, data: bytes) -> Any:
        """The JSON that ``pack`` wrote; raises ``Damaged`` for what it cannot have written."""
        try:
            return unpack(data)
        except (zlib.error, ValueError) as error:
            raise self.damaged("is corrupt: a record in it is not as it was written") from error

    def _insist(self) -> None:
        if self._commit is None:
            raise RuntimeError("a write outside of a commit")

    def _changed(self, sql: str, params: Params) -> sqlite3.Cursor:
        self._insist()
        return self._run(sql, params)

    def _run(self, sql: str, params: Params = ()) -> sqlite3.Cursor:
        try:
            return self.raw.execute(sql, params)
        except _FAILURES as error:
            self._fail(error)

    def _fail(self, error: Exception) -> NoReturn:
        """Raise what SQLite's error is to us: as it is, where it is a bug of ours."""
        ours = translated(error, self.path) if isinstance(error, sqlite3.Error) else None
        if isinstance(error, UnicodeDecodeError):  # even what SQLite says of it cannot be read
            ours = Damaged(self.path, "is corrupt: there is text in it that is none")
        if ours is None:
            raise error
        self.is_damaged = self.is_damaged or isinstance(ours, Damaged)
        raise ours from error
