"""Remembers the writes of files that are planned, and what each does to the base once it stands.

``add_render`` goes into the commit of the plan; the file is written; ``finish_render`` advances
the base. If the displaced file then turns out to hold a person's words and is given back,
``undo_render`` takes the base back, but only where nothing has moved it since. ``drop_render``
comes last, with the receipt. Those three may be repeated after a crash. A write that makes a list's
file says so by ``add_list``: should we die before the file is known, who renames it has renamed
the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Any

from store.base.bases import ADVANCE, OF_LIST, ListBase, set_list
from store.connection import Connection
from store.model import Field, Value
from store.values import NO_VALUE, NoValue, from_sql, to_json, to_sql

__all__ = ["BaseChange", "Render", "Renders", "Written"]

_TRUE, _NULL = to_json(True), to_json(None)
_FIELDS = tuple(name.value for name in Field)
_EMPTY = " AND ".join(("NOT placed", *(f"{name} IS NULL" for name in _FIELDS)))

_WRITTEN = "key, path, expected_sha, new_sha, finished"
_PLANNED = "SELECT id, field, after FROM render_change WHERE key = ?"
_CHANGES = "SELECT id, field, before, after, stood FROM render_change WHERE key = ?"

# The changes of a render that still stand in the base. Without a base there is no line either:
# nothing known of ``placed`` is not placed. One completion is as another: a line says the day at
# most, and the base has the instant once it was sent.
_STANDING = f"""SELECT c.id, c.field, c.before
    FROM render_change c LEFT JOIN base b ON b.id = c.id
    WHERE c.key = ? AND CASE
        WHEN c.field = 'done' AND c.after <> '{_NULL}' THEN b.done <> '{_NULL}'
        WHEN c.field IS NULL THEN coalesce(b.placed, 0) = (c.after IS '{_TRUE}')
        {" ".join(f"WHEN c.field = '{name}' THEN b.{name} IS c.after" for name in _FIELDS)}
    END"""


@dataclass(frozen=True, slots=True)
class BaseChange:
    """One field of the base that a render will have moved; ``field`` ``None`` is ``placed``.

    ``NO_VALUE`` is a field without a base. A render has one change of a field at most. ``stood`` is
    what the line said where that was not ``before``, as an edit that lost a conflict.
    """

    id: str
    field: Field | None
    before: Value | NoValue
    after: Value | NoValue
    stood: Value | NoValue = NO_VALUE


@dataclass(frozen=True, slots=True)
class Written:
    """A write of ``path`` from ``expected_sha`` (what it should displace) to ``new_sha``."""

    key: str
    path: str
    expected_sha: str
    new_sha: str
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Render(Written):
    """The same, with all that it means for the base."""

    changes: tuple[BaseChange, ...] = ()


class Renders:
    """Planned and finished writes of files, by key."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add_render(
        self,
        key: str,
        path: str,
        expected_sha: str,
        new_sha: str,
        changes: Iterable[BaseChange],
        *,
        typed: bool = False,
    ) -> None:
        """Plan a write under a new ``key``.

        What is ``typed`` is a person's edit, by a verb: its standing moves nothing in the base,
        which follows when iCloud has it; and is taken back as any other.
        """
        self._db.write(
            """INSERT INTO render (key, path, expected_sha, new_sha, finished)
            VALUES (?, ?, ?, ?, ?)""",
            (key, path, expected_sha, new_sha, typed),
        )
        rows = [
            (key, n, one.id, one.field, *map(to_sql, (one.before, one.after, one.stood)))
            for n, one in enumerate(changes)
        ]
        self._db.write_many(
            """INSERT INTO render_change (key, position, id, field, before, after, stood)
            VALUES (?, ?, ?, ?, ?, ?, ?)""",
            rows,
        )

    def add_list(self, key: str, id: str, base: ListBase) -> None:
        """The write of ``key`` makes the file of this list, and then ``base`` is agreed on."""
        self._db.write(
            f"INSERT INTO render_list (key, id, {OF_LIST}) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (key, id, *astuple(base)),
        )

    def written(self) -> list[Written]:
        """Every write that was not dropped, in the order planned.

        Without what they mean for the base: a cycle that has nothing to do asks, too, and that of
        a first pull is a dozen rows for each reminder.
        """
        rows = self._db.all(f"SELECT {_WRITTEN} FROM render ORDER BY rowid")
        return [Written(*_told(row)) for row in rows]

    def render(self, key: str) -> Render | None:
        """One write, if it was not dropped."""
        row = self._db.one(f"SELECT {_WRITTEN} FROM render WHERE key = ?", (key,))
        if row is None:
            return None
        changes = self._db.all(f"{_CHANGES} ORDER BY position", (key,))
        return Render(*_told(row), tuple(map(_change, changes)))

    def finish_render(self, key: str) -> str | None:
        """The write stands: the base holds what it rendered. Once only, however often called.

        Gives the list whose file it made, if it did.
        """
        if not self._mark(key, finished=True):
            return None
        self._move(self._db.all(_PLANNED, (key,)))
        row = self._db.one(f"SELECT id, {OF_LIST} FROM render_list WHERE key = ?", (key,))
        if row is None:
            return None
        id, *said = row
        set_list(self._db, id, ListBase(*said))
        return str(id)

    def undo_render(self, key: str) -> None:
        """The write was taken back: the base is what it was, where it still is what we made it."""
        if self._mark(key, finished=False):
            self._move(self._db.all(_STANDING, (key,)))

    def drop_render(self, *keys: str) -> None:
        """Forget writes; the base stays as it is."""
        self._db.write_many("DELETE FROM render WHERE key = ?", [(key,) for key in keys])

    def _mark(self, key: str, *, finished: bool) -> bool:
        sql = "UPDATE render SET finished = ? WHERE key = ? AND finished = ?"
        return self._db.write(sql, (finished, key, not finished)) == 1

    def _move(self, changes: Iterable[tuple[str, str | None, str | None]]) -> None:
        """Set (id, field, text) in the base, one row an id; no text takes the field out."""
        given: dict[str, dict[str | None, str]] = {}
        emptied: dict[str | None, list[tuple[str]]] = {}
        for id, field, text in changes:
            if text is None:
                emptied.setdefault(field, []).append((id,))
            else:
                given.setdefault(id, {})[field] = text
        self._db.write_many(
            ADVANCE,
            [
                (id, texts[None] == _TRUE if None in texts else None, *map(texts.get, _FIELDS))
                for id, texts in given.items()
            ],
        )
        for field, ids in emptied.items():
            nothing = "placed = 0" if field is None else f"{Field(field)} = NULL"
            self._db.write_many(f"UPDATE base SET {nothing} WHERE id = ?", ids)
        for ids in emptied.values():
            self._db.write_many(f"DELETE FROM base WHERE id = ? AND {_EMPTY}", ids)


def _told(row: Any) -> tuple[str, str, str, str, bool]:
    key, path, expected_sha, new_sha, finished = row
    return key, path, expected_sha, new_sha, bool(finished)


def _change(row: Any) -> BaseChange:
    id, field, *texts = row
    values = (from_sql(field or "placed", text) for text in texts)
    return BaseChange(id, None if field is None else Field(field), *values)
