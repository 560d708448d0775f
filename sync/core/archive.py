"""The archive: where completed lines go when they leave their list's file, and which leave. Pure.

    Archive/<list>/<YYYY-MM>.md     by the month of completion

It is a place to look things up, no part of what is kept in step: whatever a person does there
changes nothing in iCloud. What stands there is known to be archived, not gone.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from store.model import Present
from sync.core.actions import Plan, RemoveLine, Why
from sync.core.snapshot import Snapshot

__all__ = ["Archived", "archive_path", "by_family", "is_archive", "without"]

_PLACE = re.compile(r"Archive/[^/]+/\d{4}-\d{2}\.[^/.]+")
_AGED = frozenset({Why.AGED, Why.ARCHIVED})


@dataclass(frozen=True, slots=True)
class Archived:
    """A reminder whose line stands in the archive at ``path``; ``text`` is all that left."""

    id: str
    path: str
    text: str


def archive_path(list_stem: str, day: date, suffix: str) -> str:
    """Where a line goes that was completed on ``day``; ``list_stem`` is safe as a file name."""
    return f"Archive/{list_stem}/{day:%Y-%m}{suffix}"


def is_archive(path: str) -> bool:
    """Whether a path is one that ``archive_path`` gives."""
    return _PLACE.fullmatch(path) is not None


def by_family(plan: Plan, snapshot: Snapshot) -> Plan:
    """The plan without lines leaving by age that would leave a subtask of theirs behind.

    Into the archive a family goes as one: the subtasks wait for such a parent.
    """
    aged = {op.id: op.why for op in plan.renders if isinstance(op, RemoveLine) and op.why in _AGED}
    if not aged:
        return plan
    above = {
        id: side.value.reminder.parent
        for id, side in snapshot.local.items()
        if isinstance(side, Present)
    }
    kept = {parent for id, parent in above.items() if id not in aged and parent in aged}
    waiting = {id for id, why in aged.items() if why is Why.ARCHIVED and above.get(id) in kept}
    return without(plan, kept | waiting)


def without(plan: Plan, ids: Collection[str | None]) -> Plan:
    """The plan with the lines of ``ids`` staying where they are."""
    if not ids:
        return plan
    kept = [op for op in plan.renders if not (isinstance(op, RemoveLine) and op.id in ids)]
    return replace(plan, renders=tuple(kept))
