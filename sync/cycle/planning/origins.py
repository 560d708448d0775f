"""Reminders that another machine made from a line which stands here too, and are not agreed on yet.

Which line that is shows while it carries no id. So it is remembered when the id is given, until
both sides have agreed on what the line says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from store.db import Store
from store.model import Field, Value
from sync.core.matching.traces import Matched

__all__ = ["ORIGINS", "origins_text", "stored_origins"]

ORIGINS = "origins"  # meta key: their ids
_SAID = frozenset({Field.TITLE, Field.LIST, Field.DONE})


def stored_origins(store: Store, base: Mapping[str, Mapping[Field, Value]]) -> frozenset[str]:
    """Those that are remembered, less what ``base`` has agreed on since."""
    stored = json.loads(store.meta.get(ORIGINS) or "[]")
    return frozenset(id for id in stored if not base.get(id, {}).keys() >= _SAID)


def origins_text(known: frozenset[str], matched: Matched) -> str:
    """Those of before and of now, as the store keeps them."""
    return json.dumps(sorted(known | matched.origins))
