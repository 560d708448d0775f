"""Decides where a task goes put beneath one that iCloud deleted or moved: to the top level.

A subtask stands in the list of its parent, and the parent's line cannot go while one stands
beneath it. Each reminder is planned for itself; only here is it seen what becomes of its parent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from store.model import Absent, Field, Present, Value
from sync.core.actions import (
    Create,
    MoveLine,
    Plan,
    PushOp,
    RemoveLine,
    RenderOp,
    SetLine,
    Undelete,
    Update,
    Why,
)
from sync.core.merging.lift import overlay
from sync.core.snapshot import Snapshot

__all__ = ["to_the_top"]

_DELETED = Why.DELETED  # a parent that goes by age waits for its subtasks


def to_the_top(plan: Plan, snapshot: Snapshot) -> Plan:
    """The plan with such tasks at the top level, on both sides."""
    after = _lists_after(plan, snapshot)
    orphans = {op.id for op in plan.pushes if _is_orphan(op, after, snapshot)}
    orphans |= _left_behind(plan, snapshot)
    if not orphans:
        return plan
    pushes = [found for op in plan.pushes for found in _without_parent(op, orphans)]
    renders = [_moved(op, orphans, snapshot) for op in plan.renders]
    left = sorted(orphans - {op.id for op in plan.renders})
    renders += [_moved(SetLine(id, {}), orphans, snapshot) for id in left]
    return replace(plan, pushes=tuple(pushes), renders=tuple(renders))


def _lists_after(plan: Plan, snapshot: Snapshot) -> dict[str, Value]:
    """In which list each reminder is, or will be, that the plan sends something about."""
    after: dict[str, Value] = {}
    for op in plan.pushes:
        there = snapshot.remote_of(op.id)
        match op:
            case Create(reminder=reminder) | Undelete(reminder=reminder):
                after[op.id] = reminder.list
            case Update(changes=changes) if isinstance(there, Present):
                after[op.id] = changes.get(Field.LIST, there.value.reminder.list)
            case _:
                pass
    return after


def _is_orphan(op: PushOp, after: Mapping[str, Value], snapshot: Snapshot) -> bool:
    match op:
        case Create(reminder=reminder) | Undelete(reminder=reminder):
            parent: object = reminder.parent
        case Update(changes=changes):
            parent = changes.get(Field.PARENT)
        case _:
            return False
    if not isinstance(parent, str) or not isinstance(snapshot.local_of(parent), Present):
        return False
    match snapshot.remote_of(parent):
        case Present(there):
            return after.get(parent, there.reminder.list) != after.get(op.id)
        case Absent():
            return parent not in after
        case _:
            return False


def _left_behind(plan: Plan, snapshot: Snapshot) -> set[str]:
    """What stands beneath a line that goes, and has no place of its own in the plan.

    It may be held, or nothing that iCloud shall hear of; it stays in the file nevertheless.
    """
    going = {op.id for op in plan.renders if isinstance(op, RemoveLine)}
    parents = {op.id for op in plan.renders if isinstance(op, RemoveLine) and op.why is _DELETED}
    if not parents:
        return set()
    settled = going | {op.id for op in plan.renders if isinstance(op, MoveLine)}
    return {
        id
        for id, side in snapshot.local.items()
        if isinstance(side, Present) and side.value.reminder.parent in parents and id not in settled
    }


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
    reminder = overlay(here.value.reminder, {**op.changes, Field.PARENT: None})
    return MoveLine(op.id, reminder, op.changes, op.agreed)
