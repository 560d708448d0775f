"""What iCloud lost with nearly all else, as long as any of it waits for a person.

That an account is as good as empty shows only until something new is made in it. What cannot be
judged before, as its file is just being saved, is no deletion of somebody's for that.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from store.db import Store

__all__ = ["note_lost", "stored_lost"]

LOST = "account-lost"  # meta key: the ids of reminders


def stored_lost(store: Store) -> set[str]:
    """What was lost so when the last plan was made."""
    return set(json.loads(store.meta.get(LOST) or "[]"))


def note_lost(store: Store, ids: Collection[str]) -> None:
    """Remember that these are lost so, and no others; inside a commit."""
    store.meta.set(LOST, json.dumps(sorted(ids)))
