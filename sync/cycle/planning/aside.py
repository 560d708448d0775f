"""Reminders whose id stands in the folder, and on no line of a list: a person is told where.

Such a reminder is not gone, and what its line says cannot be known: it rests on both sides.
"""

from __future__ import annotations

from store.model import Field, Present, Unknown
from sync.core.actions import Hold, HoldKind
from sync.core.snapshot import Snapshot
from sync.cycle.observing.reading import LocalState
from sync.cycle.planning.known import Known

__all__ = ["aside", "aside_holds"]

_WAY_OUT = "it rests on both sides; give it a task line of its own in a list, or take its id away"


def aside(path: str) -> Unknown:
    """What is known of the line of a reminder whose id stands in this file."""
    return Unknown(f"its id stands in {path}, but not as a task of a list")


def aside_holds(known: Known, snapshot: Snapshot, local: LocalState) -> list[Hold]:
    """The reminders that rest for that, unless more is said of the file, or of their list."""
    unknown = [id for id, state in snapshot.local.items() if isinstance(state, Unknown)]
    standing = local.standing() if unknown else {}
    holds = []
    for id in sorted(unknown):
        path = standing.get(known.blocks.get(id, ""))
        there = snapshot.remote.get(id)
        is_shown = isinstance(there, Present) and there.value.visible
        if path is None or not is_shown or snapshot.local[id] != aside(path):
            continue
        view = snapshot.lists.get(str(known.base.get(id, {}).get(Field.LIST)))
        if view is not None and view.blocked:
            continue
        file = local.files.get(path)
        if path not in local.copies and (file is None or not (file.hides_tasks or file.settling)):
            holds.append(Hold(id, HoldKind.ASIDE, f"{aside(path).reason}: {_WAY_OUT}"))
    return holds
