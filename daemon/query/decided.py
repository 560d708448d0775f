"""The documents of what a person decides on: conflicts, and what iCloud refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from daemon.wording.instants import instant
from daemon.wording.words import IDS, said
from store.activity.attention import Conflict
from store.db import Store
from store.model import Field, Value
from sync.cycle.asked.refused import Refused, refused_now
from sync.cycle.asked.resolving import Resolved, title_of

__all__ = ["conflict_entries", "parked_entries", "refused_entry", "resolved_document"]

Document = dict[str, Any]


def resolved_document(told: Sequence[Resolved]) -> Document:
    """The document of `resolve --json`."""
    return {"schema": 1, "resolved": [one.document() for one in told]}


def refused_entry(one: Refused) -> Document:
    """One refused write, with its times in ISO 8601."""
    return {
        "number": one.number,
        "what": one.what,
        "id": one.id,
        "title": one.title or None,
        "list": one.list or None,
        "reason": one.reason,
        "since": _at(one.since_ms),
        "again": _at(one.again_ms),
        "follows": one.follows or None,
        "wanted": {name: said(name, value, one.names) for name, value in one.wanted.items()},
    }


def parked_entries(store: Store) -> list[Document]:
    """What iCloud refused and nobody gave up."""
    return [refused_entry(one) for one in refused_now(store)]


def conflict_entries(store: Store) -> list[Document]:
    """The open conflicts, with what iCloud says now where that is neither of both values."""
    found = []
    for one in store.attention.open_conflicts():
        ids = [str(value) for value in (one.winner, one.loser) if one.field in IDS and value]
        titles = {id: title for id in (one.id, *ids) if (title := title_of(store, id))}
        row = store.mirror.reminder(one.id)
        home = store.mirror.list(row.list_id) if row is not None else None
        found.append(
            {
                "number": one.number,
                "id": one.id,
                "title": titles.get(one.id),
                "list": home.name if home is not None else None,
                "field": one.field,
                "winner": said(one.field, one.winner, titles),
                "loser": said(one.field, one.loser, titles),
                "loser_side": one.loser_side,
                "now": _now(store, one),
                "at": instant(one.at_ms / 1000),
            }
        )
    return found


_ROW_HAS = frozenset(Field) - {Field.REPEAT, Field.SECTION, Field.ALARMS, Field.DONE}


def _now(store: Store, conflict: Conflict) -> str | bool | None:
    row = store.mirror.reminder(conflict.id)
    if row is None or row.deleted or conflict.field not in _ROW_HAS:
        return None
    value: Value = row.reminder().value(Field(conflict.field))
    if value in (conflict.winner, conflict.loser):
        return None
    title = title_of(store, str(value)) if conflict.field in IDS else ""
    return said(conflict.field, value, {str(value): title} if title else {})


def _at(at_ms: int | None) -> str | None:
    return None if at_ms is None else instant(at_ms / 1000)
