"""Remembers of which moments of which reminders a person was told, so that each is told once."""

from __future__ import annotations

from collections.abc import Iterable

from store.connection import Connection

__all__ = ["Rings", "Told"]

Told = tuple[str, str]
"""A reminder's id, and one of its moments as ``Ring.moment`` has it."""


class Rings:
    """What was shown."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def told(self) -> frozenset[Told]:
        """Everything that was shown, as far as it is kept."""
        return frozenset(self._db.all("SELECT reminder, moment FROM ring"))

    def add(self, told: Iterable[Told], at_ms: int) -> None:
        """These are shown; what was shown before stays as it was."""
        self._db.write_many(
            """INSERT INTO ring (reminder, moment, shown_ms) VALUES (?, ?, ?)
            ON CONFLICT (reminder, moment) DO NOTHING""",
            [(*one, at_ms) for one in told],
        )

    def drop(self, told: Iterable[Told]) -> None:
        """These could not be shown after all."""
        self._db.write_many("DELETE FROM ring WHERE reminder = ? AND moment = ?", told)

    def let_go(self, before_ms: int) -> None:
        """Forget what was shown before then: it is too old to be shown again."""
        self._db.write("DELETE FROM ring WHERE shown_ms < ?", (before_ms,))
