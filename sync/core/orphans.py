"""Decides where a task goes that was put beneath one that is deleted in iCloud: to the top level.

iCloud takes no subtask of what is not there, and the parent's line cannot go while one stands
beneath it. Each reminder is planned for itself; only here is it seen what becomes of its parent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from store.model import Absent, Field, Present, Value
from sync.core.actions import Create, MoveLine, Plan, PushOp, RenderOp, SetLine, Undelete, Update
from sync.core.snapshot import Snapshot

__all__ = ["to_the_top"]


def to_the_top(plan: Plan, snapshot: Snapshot) -> Plan:
    """The plan with such tasks at the top level, on both sides."""
    coming = {op.id for op in plan.pushes if isinstance(op, Create | Undelete)}
    orphans = {op.id for op in plan.pushes if _is_orphan(op, coming, snapshot)}
    if not orphans:
        return plan
    pushes = [found for op in plan.pushes for found in _without_parent(op, orphans)]
    renders = [_moved(op, orphans, snapshot) for op in plan.renders]
    left = sorted(orphans - {op.id for op in plan.renders})
    renders += [_moved(SetLine(id, {}), orphans, snapshot) for id in left]
    return replace(plan, pushes=tuple(pushes), renders=tuple(renders))


def _is_orphan(op: PushOp, coming: set[str], snapshot: Snapshot) -> bool:
    match op:
        case Create(reminder=reminder) | Undelete(reminder=reminder):
            parent: object = reminder.parent
        case Update(changes=changes):
            parent = changes.get(Field.PARENT)
        case _:
            return False
    if not isinstance(parent, str) or parent in coming:
        return False
    stands = isinstance(snapshot.local_of(parent), Present)
    return stands and isinstance(snapshot.remote_of(parent), Absent)


def _without_parent(op: PushOp, orphans: set[str]) -> Iterator[PushOp]:
    if op.id not in orphans:
        yield op
        return
    match op:
        case Create(reminder=reminder) | Undelete(reminder=reminder):
            yield replace(op, reminder=replace(reminder, parent=None))
        case Update(changes=changes):
            others: dict[Field, Value] = {
                name: value for name, value in changes.items() if name is not Field.PARENT
            }
            if others:
                yield replace(op, changes=others)
        case _:
            yield op


def _moved(op: RenderOp, orphans: set[str], snapshot: Snapshot) -> RenderOp:
    """The line taken out from beneath its parent; the base learns of that when iCloud answers."""
    here = snapshot.local_of(op.id)
    if op.id not in orphans or not isinstance(op, SetLine) or not isinstance(here, Present):
        return op
    said = {name.value: value for name, value in op.changes.items()}
    reminder = replace(here.value.reminder, **{**said, "parent": None})  # type: ignore[arg-type]
    return MoveLine(op.id, reminder, op.changes)
