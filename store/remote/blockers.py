"""Remembers which records keep another one from being deleted for good, as the service named them.

What refers to a record is mostly known from the mirror; this is for what only a refusal tells.
"""

from __future__ import annotations

from collections.abc import Iterable

from store.connection import Connection

__all__ = ["Blockers"]


class Blockers:
    """Record names, each with the names of those that stand in its way."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def note(self, target: str, names: Iterable[str]) -> None:
        """``names`` refer to ``target``; what is known already changes nothing."""
        self._db.write_many(
            "INSERT INTO blocker (target, name) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [(target, name) for name in names],
        )

    def of(self, target: str) -> list[str]:
        """The names of what was in the way of ``target``, in order."""
        rows = self._db.all("SELECT name FROM blocker WHERE target = ? ORDER BY name", (target,))
        return [name for (name,) in rows]

    def clear(self, target: str) -> None:
        """``target`` is gone, or shall stay."""
        self._db.write("DELETE FROM blocker WHERE target = ?", (target,))
