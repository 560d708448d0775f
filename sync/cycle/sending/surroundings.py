"""What the store knows around a record that is to be deleted for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from store.db import Store
from sync.codec import fields
from sync.cycle.planning.letgo import is_let_go

__all__ = ["Surroundings"]

Record = Mapping[str, Any]


class Surroundings:
    """The mirror, the outbox, and what earlier refusals named; as the codec asks for it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def hanging(self, record_name: str, /) -> Sequence[Record]:
        mirror, id = self._store.mirror, fields.bare_id(record_name)
        found = {str(one["recordName"]): one for one in mirror.children(record_name)}
        if id != record_name:  # some writers refer to bare names
            found |= {str(one["recordName"]): one for one in mirror.children(id)}
        found |= {str(one["recordName"]): one for one in mirror.members(id)}
        return [one for one in found.values() if one["recordName"] != record_name]

    def subtasks(self, reminder_id: str, /) -> Sequence[Record]:
        return self._store.mirror.subtasks(reminder_id)

    def blockers(self, record_name: str, /) -> Sequence[Record | str]:
        names = self._store.blockers.of(record_name)
        live = self._store.mirror.records(names)
        # What was seen and is gone is in nobody's way.
        return [
            live.get(name, name)
            for name in names
            if name in live or self._store.mirror.gone(name) is None
        ]

    def was_meant(self, reminder_id: str, list_id: str, /) -> bool:
        was_shown = self._store.bases.get(reminder_id) is not None
        return was_shown or is_let_go(self._store, list_id, reminder_id)

    def spoken_for(self, reminder_id: str, /) -> bool:
        return any(one.state != "parked" for one in self._store.outbox.of(reminder_id))
