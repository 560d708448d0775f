"""The brake: which of a plan's deletions go ahead now, and which wait for time or for a person.

A deletion is a reminder that would leave iCloud, or a line that would leave a file because its
reminder left iCloud; leaving a file by age is none. Everything else in the plan keeps flowing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from sync.core.actions import Delete, Hold, HoldKind, Plan, PushOp, RemoveLine, RenderOp, Why

__all__ = ["guard"]


def guard(
    plan: Plan,
    *,
    hold_above: int,
    absent_s: Mapping[str, float],
    grace_s: float,
    approved: Collection[str],
    groups: Collection[str] = (),
) -> Plan:
    """Hold back deletions that are too fresh (``grace_s``) or too many (``hold_above``).

    ``absent_s`` says for how many seconds each vanished line has been gone, counted across runs;
    ``approved`` are ids whose deletion a person has confirmed. ``groups`` of lists that would be
    deleted count as well: those that are named in the plan's holds must not be.
    """
    going = [*(op.id for op in plan.pushes if isinstance(op, Delete)), *groups]
    young = {id for id in going if absent_s.get(id, 0.0) < grace_s and id not in approved}
    ripe = [op.id for op in (*plan.pushes, *plan.renders) if _deletes(op) and op.id not in young]
    ripe += [id for id in groups if id not in young]
    open_ids = [id for id in ripe if id not in approved]
    held = set(open_ids) if len(open_ids) > hold_above else set()
    if not young and not held:
        return plan
    holds = [
        _waiting(op, grace_s) for op in plan.pushes if isinstance(op, Delete) and op.id in young
    ]
    holds += [_unless_used(id, grace_s) for id in sorted(young.intersection(groups))]
    holds += [_too_many(id, len(held), hold_above) for id in sorted(held)]
    back = young | held
    return replace(
        plan,
        pushes=tuple(op for op in plan.pushes if not (_deletes(op) and op.id in back)),
        renders=tuple(op for op in plan.renders if not (_deletes(op) and op.id in back)),
        holds=(*plan.holds, *holds),
    )


def _deletes(op: PushOp | RenderOp) -> bool:
    return isinstance(op, Delete) or (isinstance(op, RemoveLine) and op.why is Why.DELETED)


def _waiting(op: Delete, left_s: float) -> Hold:
    reason = (
        f"its line is gone; the reminder is deleted{' for good' * op.for_good}"
        f" in {max(left_s, 0):.0f} s unless it returns"
    )
    return Hold(op.id, HoldKind.GRACE, reason)


def _unless_used(group: str, left_s: float) -> Hold:
    reason = f"all lists have left the group; it is deleted in {left_s:.0f} s unless it is used"
    return Hold(group, HoldKind.GRACE, reason)


def _too_many(id: str, count: int, hold_above: int) -> Hold:
    reason = f"{count} deletions at once, more than {hold_above}: approve them or restore the lines"
    return Hold(id, HoldKind.DELETIONS, reason)
