"""Remembers the address book: cards, and what is on each in the order of the address book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

from store.connection import Connection
from store.polled.rows import Contact, ContactRecord
from store.polled.seen import Seen

__all__ = ["Contacts"]

_COLUMNS = tuple(field.name for field in fields(ContactRecord))


class Contacts:
    """Cards by their id."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._cards: Seen[Contact] = Seen(connection, "contact", Contact, ("id",))

    def replace(
        self,
        cards: Mapping[Contact, Sequence[ContactRecord]],
        now_ms: int,
        last_ms: int | None,
    ) -> None:
        """The whole address book as it is now."""
        self._cards.put(cards, now_ms)
        self._cards.lose_others([card.id for card in cards], now_ms, last_ms)
        known = self.records()
        for card, records in cards.items():
            if known.get(card.id, []) != list(records):
                self._write_records(card.id, records)

    def cards(self) -> list[Contact]:
        """The cards that are there."""
        return self._cards.rows("gone_ms IS NULL")

    def records(self) -> dict[str, list[ContactRecord]]:
        """What is on each card, by the card's id."""
        found: dict[str, list[ContactRecord]] = {}
        columns = ", ".join(_COLUMNS)
        for contact, *values in self._db.all(
            f"SELECT contact, {columns} FROM contact_record ORDER BY contact, position"
        ):
            found.setdefault(contact, []).append(ContactRecord(*values))
        return found

    def _write_records(self, id: str, records: Sequence[ContactRecord]) -> None:
        self._db.write("DELETE FROM contact_record WHERE contact = ?", (id,))
        marks = ", ".join("?" * (len(_COLUMNS) + 2))
        self._db.write_many(
            f"INSERT INTO contact_record (contact, position, {', '.join(_COLUMNS)})"
            f" VALUES ({marks})",
            [
                (id, position, *(getattr(record, name) for name in _COLUMNS))
                for position, record in enumerate(records)
            ],
        )
