"""Remembers which versions of each file there were: by that, one that is brought back is known.

A version is known by its hash, and says how far the history had come when it stood: what was
written into the file after that, it does not have.
"""

from __future__ import annotations

from store.connection import Connection

__all__ = ["Versions"]

KEPT = 100  # versions of one file


class Versions:
    """Hashes of files by path, in the order in which they stood there."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def note(self, path: str, sha256: str) -> None:
        """The file at ``path`` holds this now; the latest of its versions again changes nothing."""
        if self._latest(path, 1) == [sha256]:
            return
        self._db.write("DELETE FROM version WHERE path = ? AND sha256 = ?", (path, sha256))
        self._db.write(
            """INSERT INTO version (path, sha256, history)
            VALUES (?, ?, (SELECT coalesce(max(number), 0) FROM history))""",
            (path, sha256),
        )
        self._db.write(
            """DELETE FROM version WHERE path = ? AND number NOT IN
            (SELECT number FROM version WHERE path = ? ORDER BY number DESC LIMIT ?)""",
            (path, path, KEPT),
        )

    def brought_back(self, path: str, sha256: str) -> int | None:
        """Up to which number of the history an older version goes, ``None`` if it is none.

        The one before the latest is none: to go back by one step is an edit like any other.
        """
        if sha256 in self._latest(path, 2):
            return None
        row = self._db.one(
            "SELECT history FROM version WHERE path = ? AND sha256 = ?", (path, sha256)
        )
        return None if row is None else int(row[0])

    def prune(self) -> None:
        """Forget the versions of files that are gone, where no history from their time is kept."""
        self._db.write(
            """DELETE FROM version WHERE path NOT IN (SELECT path FROM file)
            AND history + 1 < coalesce((SELECT min(number) FROM history), history + 2)"""
        )

    def _latest(self, path: str, count: int) -> list[str]:
        rows = self._db.all(
            "SELECT sha256 FROM version WHERE path = ? ORDER BY number DESC LIMIT ?", (path, count)
        )
        return [sha256 for (sha256,) in rows]
