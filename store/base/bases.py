"""Remembers the base: the last value that both sides are known to have shared, per field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from typing import Any

from store.connection import Connection, json_array
from store.model import Field, Value
from store.values import from_json, to_json

__all__ = ["ADVANCE", "OF_LIST", "BaseEntry", "Bases", "ListBase", "set_list"]

_NAMES = tuple(Field)
_FIELDS = tuple(name.value for name in _NAMES)
_COLUMNS = ", ".join(_FIELDS)
_GIVEN = ", ".join(f"coalesce(excluded.{name}, base.{name})" for name in _FIELDS)
ADVANCE = f"""INSERT INTO base (id, placed, {_COLUMNS})
    VALUES (?1, coalesce(?2, 0), {", ".join(f"?{place}" for place in range(3, 3 + len(_FIELDS)))})
    ON CONFLICT (id) DO UPDATE SET (placed, {_COLUMNS}) = (coalesce(?2, base.placed), {_GIVEN})
    WHERE (placed, {_COLUMNS}) IS NOT (coalesce(?2, base.placed), {_GIVEN})"""
"""Takes id, placed, and the text of each ``Field``: what is NULL stays as it was."""

_LIST = ("name", "group_id", "path", "color", "emblem")
OF_LIST = ", ".join(_LIST)
"""The columns that hold a ``ListBase``, in the order of its fields."""
_NEW_LIST = ", ".join(f"excluded.{name}" for name in _LIST)


@dataclass(frozen=True, slots=True)
class BaseEntry:
    """What both sides agreed on of one reminder; ``placed``: it has a line in a file."""

    values: Mapping[Field, Value]
    placed: bool


@dataclass(frozen=True, slots=True)
class ListBase:
    """What both sides agreed on of one list; ``path`` is its file's, ``None`` without one.

    ``color`` and ``emblem`` are ``None`` as long as nothing is known of them.
    """

    name: str
    group: str | None = None
    path: str | None = None
    color: str | None = None
    emblem: str | None = None


class Bases:
    """Base entries by reminder id, and by list id."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, id: str) -> BaseEntry | None:
        """The base of one reminder."""
        row = self._db.one(f"SELECT placed, {_COLUMNS} FROM base WHERE id = ?", (id,))
        return None if row is None else _entry(row)

    def all(self) -> dict[str, BaseEntry]:
        """Every reminder's base, by id."""
        rows = self._db.all(f"SELECT id, placed, {_COLUMNS} FROM base ORDER BY id")
        return {row[0]: _entry(row[1:]) for row in rows}

    def some(self, ids: Iterable[str]) -> dict[str, BaseEntry]:
        """The bases of those of ``ids`` that have one, by id."""
        rows = self._db.all(
            f"""SELECT id, placed, {_COLUMNS} FROM base
            WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id""",
            (json_array(ids),),
        )
        return {row[0]: _entry(row[1:]) for row in rows}

    def set(self, id: str, values: Mapping[Field, Value], placed: bool | None = None) -> None:
        """Advance the fields given; the others, and ``placed`` where ``None``, stay."""
        self.set_many([(id, values, placed)])

    def set_many(self, entries: Iterable[tuple[str, Mapping[Field, Value], bool | None]]) -> None:
        """``set`` for each of ``entries``."""
        rows = [(id, placed, *_texts(values)) for id, values, placed in entries]
        self._db.write_many(ADVANCE, rows)

    def drop(self, id: str) -> None:
        """Forget what was agreed on of one reminder."""
        self._db.write("DELETE FROM base WHERE id = ?", (id,))

    def get_list(self, id: str) -> ListBase | None:
        """The base of one list."""
        row = self._db.one(f"SELECT {OF_LIST} FROM list_base WHERE id = ?", (id,))
        return None if row is None else ListBase(*row)

    def all_lists(self) -> dict[str, ListBase]:
        """Every list's base, by id."""
        rows = self._db.all(f"SELECT id, {OF_LIST} FROM list_base ORDER BY id")
        return {id: ListBase(*rest) for id, *rest in rows}

    def set_list(self, id: str, base: ListBase) -> None:
        """Put ``base`` in the place of what was agreed on of one list."""
        set_list(self._db, id, base)

    def drop_list(self, id: str) -> None:
        """Forget what was agreed on of one list."""
        self._db.write("DELETE FROM list_base WHERE id = ?", (id,))


def set_list(connection: Connection, id: str, base: ListBase) -> None:
    """Put ``base`` in the place of what was agreed on of one list."""
    connection.write(
        f"""INSERT INTO list_base (id, {OF_LIST}) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET ({OF_LIST}) = ({_NEW_LIST})
        WHERE ({OF_LIST}) IS NOT ({_NEW_LIST})""",
        (id, *astuple(base)),
    )


def _texts(values: Mapping[Field, Value]) -> list[str | None]:
    return [to_json(values[name]) if name in values else None for name in Field]


def _entry(row: Any) -> BaseEntry:
    placed, *texts = row
    told = zip(_NAMES, texts, strict=True)
    return BaseEntry(
        {name: from_json(name, text) for name, text in told if text is not None}, bool(placed)
    )
