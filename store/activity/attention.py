"""Remembers what waits for a person: conflicts with the value that lost, and held deletions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from store.connection import Connection, json_array
from store.model import Value
from store.values import from_json, to_json

__all__ = ["Attention", "Conflict", "Hold"]

_CONFLICT = "number, id, field, winner, loser, loser_side, at_ms, resolved_ms"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides changed ``field``: ``winner`` is on screen, ``loser`` is kept here."""

    number: int
    id: str
    field: str
    winner: Value
    loser: Value
    loser_side: Literal["file", "cloud"]
    at_ms: int
    resolved_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Something not done until a person approves of ``key``; ``since_ms``: first seen.

    ``until_ms`` is when it goes ahead by itself, if it does.
    """

    key: str
    kind: str
    id: str
    reason: str
    since_ms: int
    until_ms: int | None = None


class Attention:
    """Conflicts, holds and approvals."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add_conflict(
        self,
        id: str,
        field: str,
        winner: Value,
        loser: Value,
        loser_side: Literal["file", "cloud"],
        at_ms: int,
    ) -> None:
        """Keep the value that lost; the same loss again, while open, only renews the winner."""
        self._db.write(
            """INSERT INTO conflict (id, field, winner, loser, loser_side, at_ms)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (id, field, loser_side, loser) WHERE resolved_ms IS NULL
            DO UPDATE SET winner = excluded.winner WHERE winner IS NOT excluded.winner""",
            (id, field, to_json(winner), to_json(loser), loser_side, at_ms),
        )

    def open_conflicts(self, id: str | None = None) -> list[Conflict]:
        """The conflicts that nobody resolved, of one reminder or list or of all; in their order."""
        rows = self._db.all(
            f"""SELECT {_CONFLICT} FROM conflict
            WHERE resolved_ms IS NULL AND id = coalesce(?, id) ORDER BY number""",
            (id,),
        )
        return [_conflict(row) for row in rows]

    def conflict(self, number: int) -> Conflict | None:
        """One conflict, resolved or not."""
        row = self._db.one(f"SELECT {_CONFLICT} FROM conflict WHERE number = ?", (number,))
        return None if row is None else _conflict(row)

    def resolve(self, number: int, at_ms: int) -> None:
        """Note that a person has dealt with a conflict."""
        self._db.write(
            "UPDATE conflict SET resolved_ms = ? WHERE number = ? AND resolved_ms IS NULL",
            (at_ms, number),
        )

    def prune(self, older_than_ms: int) -> None:
        """Forget conflicts that were resolved before ``older_than_ms``."""
        self._db.write("DELETE FROM conflict WHERE resolved_ms < ?", (older_than_ms,))

    def holds(self) -> list[Hold]:
        """What is held now, by key."""
        rows = self._db.all(
            "SELECT key, kind, id, reason, since_ms, until_ms FROM hold ORDER BY key"
        )
        return [Hold(*row) for row in rows]

    def set_holds(self, holds: Iterable[Hold]) -> None:
        """Exactly ``holds`` are held now; one that was held already keeps its ``since_ms``."""
        found = list(holds)
        self._db.write(
            "DELETE FROM hold WHERE key NOT IN (SELECT value FROM json_each(?))",
            (json_array(hold.key for hold in found),),
        )
        self._db.write_many(
            """INSERT INTO hold (key, kind, id, reason, since_ms, until_ms)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, id = excluded.id,
                reason = excluded.reason, until_ms = excluded.until_ms
            WHERE (kind, id, reason, until_ms)
                IS NOT (excluded.kind, excluded.id, excluded.reason, excluded.until_ms)""",
            [(o.key, o.kind, o.id, o.reason, o.since_ms, o.until_ms) for o in found],
        )

    def approve(self, keys: Iterable[str], at_ms: int) -> None:
        """A person approves of what is held under ``keys``; this lasts until it is dropped."""
        self._db.write_many(
            "INSERT INTO approval (key, at_ms) VALUES (?, ?) ON CONFLICT (key) DO NOTHING",
            [(key, at_ms) for key in keys],
        )

    def approved(self) -> frozenset[str]:
        """The keys that a person has approved of."""
        return frozenset(key for (key,) in self._db.all("SELECT key FROM approval"))

    def drop_approvals(self, keys: Iterable[str]) -> None:
        """These were carried out, or have no object any more."""
        self._db.write(
            "DELETE FROM approval WHERE key IN (SELECT value FROM json_each(?))",
            (json_array(keys),),
        )


def _conflict(row: Any) -> Conflict:
    number, id, field, winner, loser, side, at_ms, resolved_ms = row
    values = from_json(field, winner), from_json(field, loser)
    return Conflict(number, id, field, *values, side, at_ms, resolved_ms)
