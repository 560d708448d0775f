"""Judges the whole file: whether SQLite finds it sound, and whether its tables fit together.

What SQLite itself finds wrong is damage and ends everything. What only does not fit together was
written by a bug or by another programme; it is told, and can be put right by forgetting it: what
is forgotten here is learned again from files and iCloud.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.cells import COLUMNS
from store.connection import Connection
from store.local.places import AWAITED

__all__ = ["Consistency", "Oddity"]


@dataclass(frozen=True, slots=True)
class Oddity:
    """A row of ``table`` that does not fit: its key, and what is wrong as the end of a sentence."""

    table: str
    key: str
    wrong: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """Rows of ``table`` for which ``where`` holds do not fit."""

    table: str
    key: str
    where: str
    wrong: str


_NO_RECORD = "NOT EXISTS (SELECT 1 FROM record WHERE record.name = record_name AND NOT deleted)"
_RULES = (
    *(_Rule(kind, "record_name", _NO_RECORD, "belongs to no living record") for kind in COLUMNS),
    _Rule(
        "document",
        "record_name",
        "NOT EXISTS (SELECT 1 FROM record WHERE record.name = record_name)",
        "belongs to a record that was never seen",
    ),
    _Rule(
        "base",
        "id",
        """NOT EXISTS (SELECT 1 FROM record WHERE about = base.id AND kind = 'reminder')
        AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.id = base.id)""",
        "was agreed on with iCloud, which never had it",
    ),
    _Rule(
        "vanished",
        "id",
        f"""NOT id GLOB '{AWAITED}*' AND NOT EXISTS (SELECT 1 FROM base WHERE base.id = vanished.id)
        AND NOT EXISTS (SELECT 1 FROM list_base WHERE list_base.id = vanished.id)""",
        "is gone from files in which it never was",
    ),
    *(
        _Rule(
            table,
            "key",
            f"NOT EXISTS (SELECT 1 FROM render WHERE render.key = {table}.key)",
            "belongs to no write of a file",
        )
        for table in ("render_change", "render_list")
    ),
)


class Consistency:
    """The whole file, looked at as one."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def check(self) -> None:
        """Raise ``Damaged`` unless SQLite finds every page, index and row sound."""
        found = self._db.one("PRAGMA integrity_check(1)")[0]
        if found != "ok":
            raise self._db.damaged(f"is corrupt: {' '.join(str(found).split())}")

    def oddities(self) -> list[Oddity]:
        """Every row that does not fit, rule by rule."""
        return [
            Oddity(rule.table, str(key), rule.wrong)
            for rule in _RULES
            for (key,) in self._db.all(
                f"SELECT DISTINCT {rule.key} FROM {rule.table} WHERE {rule.where} ORDER BY 1"
            )
        ]

    def forget(self) -> None:
        """Forget what does not fit; to be called inside a commit."""
        for rule in _RULES:
            self._db.write(f"DELETE FROM {rule.table} WHERE {rule.where}")
