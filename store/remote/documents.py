"""Remembers the files beside records that planning needs: which are wanted, and what they hold.

A file that is wanted and not here is unknown, never empty. Its ``mark`` tells one version from the
next: under a new one what was here before is forgotten.
"""

from __future__ import annotations

from collections.abc import Collection

from store.connection import Connection, json_array

__all__ = ["Documents"]


class Documents:
    """Files by the record and the field that they stand in."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def want(self, record_name: str, field: str, mark: str) -> None:
        """Note that a record has this file now; its bytes stay known under the same mark."""
        self._db.write(
            """INSERT INTO document (record_name, field, mark) VALUES (?, ?, ?)
            ON CONFLICT (record_name, field) DO UPDATE SET mark = excluded.mark, data = NULL
            WHERE mark IS NOT excluded.mark""",
            (record_name, field, mark),
        )

    def put(self, record_name: str, field: str, mark: str, data: bytes) -> None:
        """Remember the bytes of a file that is wanted under this mark; else they are no news."""
        self._db.write(
            """UPDATE document SET data = ?
            WHERE record_name = ? AND field = ? AND mark = ? AND data IS NULL""",
            (data, record_name, field, mark),
        )

    def keep_only(self, record_name: str, fields: Collection[str]) -> None:
        """Forget the files of a record that it no longer has."""
        self._db.write(
            """DELETE FROM document
            WHERE record_name = ? AND field NOT IN (SELECT value FROM json_each(?))""",
            (record_name, json_array(sorted(fields))),
        )

    def get(self, record_name: str, field: str) -> bytes | None:
        """The bytes of the file that a record has now; ``None`` for none, and for unknown ones."""
        row = self._db.one(
            "SELECT data FROM document WHERE record_name = ? AND field = ?", (record_name, field)
        )
        return None if row is None else row[0]

    def missing(self) -> list[tuple[str, str]]:
        """Record and field of each file of a living record that is wanted and not here."""
        rows = self._db.all(
            """SELECT record_name, field FROM document
            JOIN record ON record.name = record_name AND NOT record.deleted
            WHERE data IS NULL ORDER BY record_name, field"""
        )
        return [(name, field) for name, field in rows]
