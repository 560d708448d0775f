"""Keeps rows of one table that come and go: written when they change, kept when they are gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, Generic, TypeVar

from store.connection import Connection, json_array

__all__ = ["Seen"]

Row = TypeVar("Row")


class Seen(Generic[Row]):
    """The rows of ``table``, which are dataclasses of ``kind``, keyed by the columns ``key``.

    With ``comes_and_goes`` a row has first_seen_ms, last_seen_ms and gone_ms; with ``walks`` the
    number of the walk that brought it.
    """

    def __init__(
        self,
        db: Connection,
        table: str,
        kind: type[Row],
        key: Sequence[str],
        *,
        comes_and_goes: bool = True,
        walks: bool = False,
    ) -> None:
        self._db = db
        self._table = table
        self._kind = kind
        kinds = {field.name: field.type for field in fields(kind)}  # type: ignore[arg-type]
        self._names = list(kinds)
        self._flags = [name for name in kinds if kinds[name] == "bool"]
        self._key = key
        self._extra = ["walk"] * walks + ["first_seen_ms"] * comes_and_goes
        self._comes_and_goes = comes_and_goes
        self._sql = self._put_sql()

    def put(self, rows: Iterable[Row], now_ms: int = 0, walk: int = 0) -> None:
        """Remember ``rows`` as they are now; what is there already is not written again."""
        extra = {"walk": walk, "first_seen_ms": now_ms}
        self._db.write_many(
            self._sql,
            [
                tuple(getattr(row, name) for name in self._names)
                + tuple(extra[name] for name in self._extra)
                for row in rows
            ],
        )

    def rows(self, where: str = "true", parameters: Sequence[Any] = ()) -> list[Row]:
        """The rows for which ``where`` holds, by their key."""
        columns = ", ".join(f'"{name}"' for name in self._names)
        found = self._db.all(
            f"SELECT {columns} FROM {self._table} WHERE {where} ORDER BY {', '.join(self._key)}",
            parameters,
        )
        return [self._row(dict(zip(self._names, row, strict=True))) for row in found]

    def lose(self, where: str, parameters: Sequence[Any], now_ms: int, last_ms: int | None) -> int:
        """What is there and fits ``where`` is gone since ``now_ms``; seen last at ``last_ms``."""
        return self._db.write(
            f"""UPDATE {self._table} SET gone_ms = ?, last_seen_ms = coalesce(?, first_seen_ms)
            WHERE gone_ms IS NULL AND ({where})""",
            (now_ms, last_ms, *parameters),
        )

    def lose_others(
        self, kept: Iterable[str], now_ms: int, last_ms: int | None, where: str = "true"
    ) -> int:
        """Whatever fits ``where`` and has none of the keys ``kept`` is gone."""
        (key,) = self._key
        others = f"{where} AND {key} NOT IN (SELECT value FROM json_each(?))"
        return self.lose(others, (json_array(kept),), now_ms, last_ms)

    def _row(self, values: dict[str, Any]) -> Row:
        for name in self._flags:
            values[name] = bool(values[name])
        return self._kind(**values)

    def _put_sql(self) -> str:
        columns = [*self._names, *self._extra]
        changing = [name for name in self._names if name not in self._key]
        changing += ["walk"] if "walk" in self._extra else []
        back = ", gone_ms = NULL, last_seen_ms = NULL" if self._comes_and_goes else ""
        again = "gone_ms IS NOT NULL OR " if self._comes_and_goes else ""
        old = ", ".join(f'{self._table}."{name}"' for name in changing)
        new = ", ".join(f'excluded."{name}"' for name in changing)
        return f"""INSERT INTO {self._table} ({", ".join(f'"{name}"' for name in columns)})
            VALUES ({", ".join("?" * len(columns))})
            ON CONFLICT ({", ".join(self._key)}) DO UPDATE SET
                {", ".join(f'"{name}" = excluded."{name}"' for name in changing)}{back}
            WHERE {again}({old}) IS NOT ({new})"""
