"""Remembers which occurrences of repeating reminders were done here, so that none is done twice.

To do one is to move the reminder on and to leave a completed copy: what both are to be is fixed
by ``add``, in the commit that plans it, and stays pending until iCloud is known to have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from store.connection import Connection, json_array
from store.model import Due, Field, Rule
from store.values import from_json, to_json

__all__ = ["Occurrence", "OccurrenceState", "Occurrences"]

OccurrenceState = Literal["pending", "settled"]

_COLUMNS = "id, due, copy_id, next_due, next_rule, done_at_ms, state"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """That the reminder ``id``, which repeats, was done when it was due on ``due``.

    ``due`` is that date as a text that tells its occurrences apart. The completed copy is to be
    the reminder ``copy_id``; the reminder itself goes on with ``next_due`` and ``next_rule``.
    """

    id: str
    due: str
    copy_id: str
    next_due: Due
    next_rule: Rule
    done_at_ms: int
    state: OccurrenceState = "pending"


class Occurrences:
    """Occurrences done here, in the order in which they were added."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, occurrence: Occurrence) -> bool:
        """Remember one as pending; ``False`` where it was done already: what is known stays."""
        new = occurrence
        values = (new.id, new.due, new.copy_id, to_json(new.next_due), to_json(new.next_rule))
        changed = self._db.write(
            """INSERT INTO occurrence (id, due, copy_id, next_due, next_rule, done_at_ms, state)
            VALUES (?, ?, ?, ?, ?, ?, 'pending') ON CONFLICT (id, due) DO NOTHING""",
            (*values, new.done_at_ms),
        )
        return changed == 1

    def pending(self) -> list[Occurrence]:
        """What iCloud is not known to have."""
        return self._where("state = 'pending'")

    def of(self, id: str) -> list[Occurrence]:
        """Every occurrence of one reminder, settled or not."""
        return self._where("id = ?", (id,))

    def copies(self) -> dict[str, str]:
        """Reminders that repeat, by the ids of the completed copies that they left."""
        return dict(self._db.all("SELECT copy_id, id FROM occurrence"))

    def settle(self, id: str, due: str) -> None:
        """Note that iCloud has it; it is kept as history."""
        self._db.write(
            """UPDATE occurrence SET state = 'settled'
            WHERE id = ? AND due = ? AND state = 'pending'""",
            (id, due),
        )

    def drop(self, id: str, due: str) -> None:
        """Take back that it was done here, where iCloud does not have it."""
        self._db.write(
            "DELETE FROM occurrence WHERE id = ? AND due = ? AND state = 'pending'", (id, due)
        )

    def forget(self, copies: Iterable[str]) -> None:
        """The occurrences that left these copies were taken back: they can be done anew."""
        self._db.write(
            "DELETE FROM occurrence WHERE copy_id IN (SELECT value FROM json_each(?))",
            (json_array(copies),),
        )

    def prune(self, older_than_ms: int) -> None:
        """Forget what was done before ``older_than_ms``, but not what is pending."""
        self._db.write(
            "DELETE FROM occurrence WHERE state = 'settled' AND done_at_ms < ?", (older_than_ms,)
        )

    def _where(self, condition: str, params: Sequence[Any] = ()) -> list[Occurrence]:
        rows = self._db.all(
            f"SELECT {_COLUMNS} FROM occurrence WHERE {condition} ORDER BY rowid", params
        )
        return [_occurrence(row) for row in rows]


def _occurrence(row: Any) -> Occurrence:
    id, due, copy_id, next_due, next_rule, done_at_ms, state = row
    due_then: Any = from_json(Field.DUE, next_due)
    rule: Any = from_json(Field.REPEAT, next_rule)
    return Occurrence(id, due, copy_id, due_then, rule, done_at_ms, state)
