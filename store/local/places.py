"""Remembers where things stand in the files: block ids, lines, files, and what has vanished."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from store.connection import json_array
from store.local.renders import Renders

__all__ = ["AWAITED", "Block", "FileRow", "LineRow", "Places", "Vanished"]

_PUT = """INSERT INTO line (id, path, line, text) VALUES (?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
        path = excluded.path, line = excluded.line, text = excluded.text
    WHERE (path, line, text) IS NOT (excluded.path, excluded.line, excluded.text)"""
AWAITED = "^"
"""Tells ids that wait for their reminder from reminders whose lines have vanished."""

_FILE = "path, sha256, size, list_id, mtime_ns, inode"


@dataclass(frozen=True, slots=True)
class Block:
    """A block id without its ``^``; ``own``: it is ours to write, not one that a person chose."""

    block: str
    own: bool


@dataclass(frozen=True, slots=True)
class LineRow:
    """Where a reminder's line was last seen, and its words; ``line`` counts from 0."""

    id: str
    path: str
    line: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A todo file as last seen or rendered; ``mtime_ns`` and ``inode`` only save reading it."""

    path: str
    sha256: str
    size: int
    list_id: str | None = None
    mtime_ns: int = 0
    inode: int = 0


@dataclass(frozen=True, slots=True)
class Vanished:
    """A reminder that has no line any more, or a group that no list is in.

    Or (``AWAITED`` and a block id) a reminder that a line names, and that is not known yet.

    It was first missed at ``since_s`` and last at ``seen_s`` (both Unix seconds), and ``waited_s``
    were counted up to then. ``lost_with`` is the list that lost it with all its other lines.
    """

    id: str
    since_s: float
    waited_s: float = 0.0
    seen_s: float = 0.0
    lost_with: str = ""


class Places(Renders):
    """Blocks, lines, files and vanished ids; the planned writes of files are in ``Renders``."""

    def block_of(self, id: str) -> Block | None:
        """The block id that stands for a reminder."""
        row = self._db.one("SELECT block, own FROM block WHERE id = ?", (id,))
        return None if row is None else Block(row[0], bool(row[1]))

    def id_of(self, block: str) -> str | None:
        """The reminder that a block id stands for."""
        row = self._db.one("SELECT id FROM block WHERE block = ?", (block,))
        return None if row is None else str(row[0])

    def all_blocks(self) -> dict[str, Block]:
        """Every block id, by reminder."""
        rows = self._db.all("SELECT id, block, own FROM block ORDER BY id")
        return {id: Block(block, bool(own)) for id, block, own in rows}

    def blocks_of(self, ids: Iterable[str]) -> dict[str, Block]:
        """The same of those of these reminders that have one."""
        rows = self._db.all(
            """SELECT id, block, own FROM block
            WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id""",
            (json_array(ids),),
        )
        return {id: Block(block, bool(own)) for id, block, own in rows}

    def set_block(self, id: str, block: str, *, own: bool) -> None:
        """Let ``block`` stand for ``id`` in the place of any other.

        Raises ``ValueError`` where it stands for another reminder: identity is never taken over.
        """
        holder = self.id_of(block)
        if holder not in (None, id):
            raise ValueError(f"block id {block} stands for {holder}, not for {id}")
        self._db.write(
            """INSERT INTO block (id, block, own) VALUES (?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET block = excluded.block, own = excluded.own
            WHERE (block, own) IS NOT (excluded.block, excluded.own)""",
            (id, block, own),
        )

    def set_lines(self, path: str, rows: Iterable[LineRow]) -> None:
        """The lines of reminders in the file at ``path`` are now ``rows``, and no others.

        A reminder whose line was in another file has moved here.
        """
        found = list(rows)
        self._db.write(
            "DELETE FROM line WHERE path = ? AND id NOT IN (SELECT value FROM json_each(?))",
            (path, json_array(row.id for row in found)),
        )
        self._db.write_many(_PUT, [(row.id, path, row.line, row.text) for row in found])

    def put_lines(self, rows: Iterable[LineRow]) -> None:
        """These lines stand where they say, whatever else stands there."""
        self._db.write_many(_PUT, [(row.id, row.path, row.line, row.text) for row in rows])

    def drop_lines(self, *ids: str) -> None:
        """Forget where these reminders stood."""
        self._db.write(
            "DELETE FROM line WHERE id IN (SELECT value FROM json_each(?))", (json_array(ids),)
        )

    def line_of(self, id: str) -> LineRow | None:
        """Where a reminder's line was last seen."""
        row = self._db.one("SELECT id, path, line, text FROM line WHERE id = ?", (id,))
        return None if row is None else LineRow(*row)

    def lines_in(self, path: str) -> list[LineRow]:
        """The reminders' lines in one file, from its top."""
        rows = self._db.all(
            "SELECT id, path, line, text FROM line WHERE path = ? ORDER BY line, id", (path,)
        )
        return [LineRow(*row) for row in rows]

    def all_lines(self) -> dict[str, LineRow]:
        """Every line, by reminder."""
        rows = self._db.all("SELECT id, path, line, text FROM line ORDER BY id")
        return {row[0]: LineRow(*row) for row in rows}

    def lines_of(self, ids: Iterable[str], paths: Iterable[str]) -> dict[str, LineRow]:
        """The lines of these reminders, and all that are in these files, by reminder."""
        rows = self._db.all(
            """SELECT id, path, line, text FROM line
            WHERE id IN (SELECT value FROM json_each(?1))
            OR path IN (SELECT value FROM json_each(?2)) ORDER BY id""",
            (json_array(ids), json_array(paths)),
        )
        return {row[0]: LineRow(*row) for row in rows}

    def files(self) -> dict[str, FileRow]:
        """Every file, by path."""
        rows = self._db.all(f"SELECT {_FILE} FROM file ORDER BY path")
        return {row[0]: FileRow(*row) for row in rows}

    def file(self, path: str) -> FileRow | None:
        """One file."""
        row = self._db.one(f"SELECT {_FILE} FROM file WHERE path = ?", (path,))
        return None if row is None else FileRow(*row)

    def set_file(self, row: FileRow) -> None:
        """Remember a file as it was seen or rendered."""
        self._db.write(
            f"""INSERT INTO file ({_FILE}) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (path) DO UPDATE SET
                sha256 = excluded.sha256, size = excluded.size, list_id = excluded.list_id,
                mtime_ns = excluded.mtime_ns, inode = excluded.inode
            WHERE (sha256, size, list_id, mtime_ns, inode) IS NOT (excluded.sha256, excluded.size,
                excluded.list_id, excluded.mtime_ns, excluded.inode)""",
            (row.path, row.sha256, row.size, row.list_id, row.mtime_ns, row.inode),
        )

    def drop_file(self, path: str) -> None:
        """Forget a file and the lines last seen in it."""
        self._db.write("DELETE FROM file WHERE path = ?", (path,))
        self._db.write("DELETE FROM line WHERE path = ?", (path,))

    def vanished(self) -> dict[str, Vanished]:
        """What is missed, by id."""
        rows = self._db.all(
            """SELECT id, since_s, waited_s, coalesce(seen_s, since_s), lost_with
            FROM vanished ORDER BY id"""
        )
        return {row[0]: Vanished(*row) for row in rows}

    def set_vanished(self, entries: Iterable[Vanished]) -> None:
        """These are missed; since when is what was said first."""
        self._db.write_many(
            """INSERT INTO vanished (id, since_s, waited_s, seen_s, lost_with)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET waited_s = excluded.waited_s,
                seen_s = excluded.seen_s, lost_with = excluded.lost_with
            WHERE (waited_s, seen_s, lost_with)
                IS NOT (excluded.waited_s, excluded.seen_s, excluded.lost_with)""",
            [(one.id, one.since_s, one.waited_s, one.seen_s, one.lost_with) for one in entries],
        )

    def clear_vanished(self, *ids: str) -> None:
        """These reminders are back, or their going is dealt with."""
        self._db.write(
            "DELETE FROM vanished WHERE id IN (SELECT value FROM json_each(?))", (json_array(ids),)
        )
