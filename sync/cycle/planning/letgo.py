"""What was in a list when a person let it go: that says nothing of what came to it later.

An approval that waits, for the next cycle or for iCloud, must not take along what somebody said on
a device meanwhile. So what was in the list then is remembered with it, and the list goes as long as
nothing else is in it; what left it since may have.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from hashlib import sha256

from store.db import Store
from store.model import Reminder
from store.values import mapping_to_json
from sync.cycle.planning.known import Known

__all__ = ["LET_GO", "forget_let_go", "news_since", "note_let_go"]

LET_GO = "let-go"  # meta key: by list, by reminder, a digest of what it said


def note_let_go(store: Store, known: Known, lists: Iterable[str]) -> None:
    """A person lets these lists go, with all that is ``known`` to be in them now."""
    seen = _stored(store)
    for id in lists:
        seen[id] = {one.id: _digest(one) for one in _within(known, id)}
    store.meta.set(LET_GO, json.dumps(seen, sort_keys=True))


def forget_let_go(store: Store, approved: Collection[str]) -> None:
    """Only of lists that are ``approved`` to go anything has to be remembered."""
    seen = _stored(store)
    if seen.keys() - approved:
        kept = {id: one for id, one in seen.items() if id in approved}
        store.meta.set(LET_GO, json.dumps(kept, sort_keys=True))


def news_since(store: Store, known: Known, approved: Collection[str]) -> dict[str, str]:
    """Of the lists that were let go, those with something new in them: the title of one such."""
    seen = _stored(store)
    found: dict[str, str] = {}
    for id in sorted(approved & known.list_rows.keys()):
        before = seen.get(id, {})
        news = (one for one in _within(known, id) if before.get(one.id) != _digest(one))
        if titles := sorted(one.title for one in news):
            found[id] = titles[0]
    return found


def _within(known: Known, list_id: str) -> Iterable[Reminder]:
    return (
        one
        for id, one in known.reminders.items()
        if one.list == list_id and not known.rows[id].deleted
    )


def _digest(one: Reminder) -> str:
    return sha256(mapping_to_json(one.values()).encode()).hexdigest()[:16]


def _stored(store: Store) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(store.meta.get(LET_GO) or "{}")
    return found
