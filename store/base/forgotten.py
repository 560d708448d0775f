"""Remembers which lists, and which files that are none, a person does not want synced here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from store.connection import Connection, json_array

__all__ = ["Forgotten", "ForgottenLists"]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A list (by its id), or a file that is to be no list (by its path); ``at_ms`` is Unix."""

    id: str
    name: str
    path: str
    at_ms: int


class ForgottenLists:
    """What was forgotten on a person's word, until they want it back."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def all(self) -> dict[str, Forgotten]:
        """Everything forgotten, by id."""
        rows = self._db.all("SELECT id, name, path, at_ms FROM forgotten ORDER BY id")
        return {row[0]: Forgotten(*row) for row in rows}

    def add(self, row: Forgotten) -> None:
        """Forget this; what was forgotten before stays as it was."""
        self._db.write(
            """INSERT INTO forgotten (id, name, path, at_ms) VALUES (?, ?, ?, ?)
            ON CONFLICT (id) DO NOTHING""",
            (row.id, row.name, row.path, row.at_ms),
        )

    def drop(self, ids: Iterable[str]) -> None:
        """These are wanted again."""
        self._db.write(
            "DELETE FROM forgotten WHERE id IN (SELECT value FROM json_each(?))",
            (json_array(ids),),
        )
