"""Remembers single facts by name: whose mirror this is, its replica, its marker, its flags."""

from __future__ import annotations

from store.connection import Connection

__all__ = ["Meta"]


class Meta:
    """Text by key."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, key: str) -> str | None:
        """What ``key`` was last set to."""
        row = self._db.one("SELECT value FROM meta WHERE key = ?", (key,))
        return None if row is None else str(row[0])

    def all(self) -> dict[str, str]:
        """Every fact."""
        return dict(self._db.all("SELECT key, value FROM meta ORDER BY key"))

    def set(self, key: str, value: str) -> None:
        """Remember ``value``; writes nothing where it is known already."""
        self._db.write(
            """INSERT INTO meta (key, value) VALUES (?, ?)
            ON CONFLICT (key) DO UPDATE SET value = excluded.value
            WHERE value IS NOT excluded.value""",
            (key, value),
        )

    def drop(self, key: str) -> None:
        """Forget ``key``."""
        self._db.write("DELETE FROM meta WHERE key = ?", (key,))
