"""Remembers what was agreed on of sections: under which heading each one stands in its file.

A section that is remembered and was never in the mirror is ours, chosen and not yet created.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.connection import Connection

__all__ = ["SectionBase", "SectionBases"]


@dataclass(frozen=True, slots=True)
class SectionBase:
    """The list that a section is in, and its name as both sides last had it."""

    list_id: str
    name: str


class SectionBases:
    """What was agreed on, by the sections' ids."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def all(self) -> dict[str, SectionBase]:
        """Every section's base, by id."""
        rows = self._db.all("SELECT id, list_id, name FROM section_base ORDER BY id")
        return {id: SectionBase(list_id, name) for id, list_id, name in rows}

    def set(self, id: str, base: SectionBase) -> None:
        """Put ``base`` in the place of what was agreed on of one section."""
        self._db.write(
            """INSERT INTO section_base (id, list_id, name) VALUES (?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET list_id = excluded.list_id, name = excluded.name
            WHERE (list_id, name) IS NOT (excluded.list_id, excluded.name)""",
            (id, base.list_id, base.name),
        )

    def drop(self, id: str) -> None:
        """Forget what was agreed on of one section."""
        self._db.write("DELETE FROM section_base WHERE id = ?", (id,))
