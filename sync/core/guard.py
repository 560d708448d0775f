"""The brake: which of a plan's deletions go ahead now, and which wait for time or for a person.

A deletion is a reminder that would leave iCloud, or a line that would leave a file because its
reminder left iCloud; leaving a file by age is none. Everything else in the plan keeps flowing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from store.model import Field, Present
from sync.core.actions import (
    Delete,
    Forget,
    Hold,
    HoldKind,
    Plan,
    PushOp,
    RemoveLine,
    RenderOp,
    Why,
)
from sync.core.snapshot import Snapshot

__all__ = ["EMPTIED", "Emptied", "account_lost", "counted_s", "find_emptied", "guard"]

EMPTIED = 3  # lines: a file that lost so many of them, and has no other, is suspicious
LEFT = 4  # where not one in so many and one is left, an account is as good as empty
BELIEVED_S = 30 * 86400.0  # longer between two looks is taken for a clock that was set


@dataclass(frozen=True, slots=True)
class Emptied:
    """A list whose file is there and lost all its lines at once: those of the reminders ``ids``."""

    list: str
    place: str
    ids: frozenset[str]


def counted_s(waited_s: float, seen_s: float, now_s: float) -> float:
    """Seconds that something has been missed, of which ``waited_s`` were counted at ``seen_s``.

    No clock is believed that went back since, or leapt: then only what was counted counts.
    """
    since_s = now_s - seen_s
    return waited_s + (since_s if 0.0 <= since_s <= BELIEVED_S else 0.0)


def find_emptied(plan: Plan, snapshot: Snapshot, lost_with: Mapping[str, str]) -> list[Emptied]:
    """The lists that lost all their lines, at least ``EMPTIED`` of them, by what the plan deletes.

    ``lost_with`` names the list of what was found to be lost so before: that stays so until the
    line returns, whatever else the file has got meanwhile.
    """
    lost: defaultdict[str, set[str]] = defaultdict(set)
    stays: defaultdict[str, set[str]] = defaultdict(set)
    for op in plan.pushes:
        if isinstance(op, Delete):
            lost[_home(snapshot, op.id)].add(op.id)
            if op.id in lost_with:
                stays[lost_with[op.id]].add(op.id)
    if any(len(ids) >= EMPTIED for ids in lost.values()):
        standing = {
            _home(snapshot, id)
            for id, item in snapshot.local.items()
            if isinstance(item, Present) and _home(snapshot, id) == item.value.reminder.list
        }
        for id, ids in lost.items():
            if len(ids) >= EMPTIED and id not in standing:
                stays[id] |= ids
    views = snapshot.lists
    return [
        Emptied(id, views[id].path or "", frozenset(ids))
        for id, ids in sorted(stays.items())
        if id in views
    ]


def account_lost(
    snapshot: Snapshot, gone: Collection[str], waiting: Collection[str] = ()
) -> frozenset[str]:
    """Of what was agreed on, all that is ``gone`` for good, if hardly anything else is left.

    So it looks when iCloud loses its data, or is reset. A person's deletion leaves a record. While
    any of what was lost so is still ``waiting`` for a person, what was made since says nothing of
    the rest.
    """
    lost = frozenset(snapshot.base.keys() & set(gone))
    if not lost.isdisjoint(waiting):
        return lost
    if len(lost) < EMPTIED:
        return frozenset()
    living = sum(isinstance(one, Present) for one in snapshot.remote.values())
    return lost if LEFT * living <= len(lost) else frozenset()


def _home(snapshot: Snapshot, id: str) -> str:
    """The list that both sides last agreed on."""
    return str(snapshot.base.get(id, {}).get(Field.LIST, ""))


def guard(
    plan: Plan,
    *,
    hold_above: int,
    absent_s: Mapping[str, float],
    grace_s: float,
    approved: Collection[str],
    groups: Collection[str] = (),
    emptied: Sequence[Emptied] = (),
    lost_there: Collection[str] = (),
    held_before: Collection[str] = (),
    now_s: float = 0.0,
) -> Plan:
    """Hold back deletions that are too fresh (``grace_s``), too many (``hold_above``), or all.

    ``absent_s`` says for how many seconds each vanished line has been gone, counted across runs;
    ``approved`` are ids whose deletion a person has confirmed, and places of lists that may be
    ``emptied``. ``groups`` of lists that would be deleted count as well: those that are named in
    the plan's holds must not be. What the account lost (``lost_there``) waits however few it is,
    and what was ``held_before`` goes on to wait when fewer are left; while any of what was lost
    waits, nothing of it is forgotten, as all may return. ``now_s`` is Unix seconds, for saying when
    the wait ends.
    """
    lost = {id: one for one in emptied for id in one.ids if one.place not in approved}
    approved = {*approved, *(id for one in emptied if one.place in approved for id in one.ids)}
    going = [*(op.id for op in plan.pushes if isinstance(op, Delete)), *groups]
    young = {
        id
        for id in going
        if absent_s.get(id, 0.0) < grace_s and id not in approved and id not in lost
    }
    judged = young | lost.keys()
    ripe = [op.id for op in (*plan.pushes, *plan.renders) if _deletes(op) and op.id not in judged]
    ripe += [id for id in groups if id not in judged]
    held = _held(plan, ripe, hold_above, approved, lost_there, held_before)
    back = judged | held
    if not back:
        return plan
    until_ms = {id: round((now_s + grace_s - absent_s.get(id, 0.0)) * 1000) for id in young}
    holds = [
        _waiting(op, until_ms[op.id])
        for op in plan.pushes
        if isinstance(op, Delete) and op.id in young
    ]
    holds += [_unless_used(id, until_ms[id]) for id in sorted(young.intersection(groups))]
    holds += [_emptied(one) for one in emptied if one.ids & lost.keys()]
    holds += [
        _lost_there(id) if id in lost_there else _too_many(id, len(held), hold_above)
        for id in sorted(held)
    ]
    return replace(
        plan,
        pushes=tuple(op for op in plan.pushes if not (_deletes(op) and op.id in back)),
        renders=tuple(op for op in plan.renders if not (_deletes(op) and op.id in back)),
        forgotten=_forgotten(plan, held, lost_there),
        holds=(*plan.holds, *holds),
    )


def _held(
    plan: Plan,
    ripe: Sequence[str],
    hold_above: int,
    approved: Collection[str],
    lost_there: Collection[str],
    held_before: Collection[str],
) -> set[str]:
    """Of what may go by its age, all that waits for a person."""
    waiting = [id for id in ripe if id not in approved]
    open_ids = set(waiting)
    if len(waiting) > hold_above:
        return open_ids
    leaving = {op.id for op in plan.renders if _deletes(op)}
    return (open_ids & set(held_before)) | (open_ids & leaving & set(lost_there))


def _forgotten(plan: Plan, held: set[str], lost_there: Collection[str]) -> tuple[Forget, ...]:
    """With an account that is lost, what a person deletes is not forgotten: it would return."""
    returns = set(lost_there) if held & set(lost_there) else set()
    return tuple(op for op in plan.forgotten if op.id not in returns)


def _deletes(op: PushOp | RenderOp) -> bool:
    return isinstance(op, Delete) or (isinstance(op, RemoveLine) and op.why is Why.DELETED)


def _waiting(op: Delete, until_ms: int) -> Hold:
    reason = f"its line is gone; unless it returns, it is deleted{' for good' * op.for_good}"
    return Hold(op.id, HoldKind.GRACE, reason, until_ms)


def _unless_used(group: str, until_ms: int) -> Hold:
    reason = "all lists have left the group; unless it is used, it is deleted"
    return Hold(group, HoldKind.GRACE, reason, until_ms)


def _emptied(one: Emptied) -> Hold:
    reason = (
        f"{one.place} lost all of its {len(one.ids)} tasks at once; put them back"
        f" (`remindersd restore --file {one.place}`), or approve"
        f" {one.place} to delete them in iCloud"
    )
    return Hold(one.place, HoldKind.EMPTIED, reason)


def _too_many(id: str, count: int, hold_above: int) -> Hold:
    many = f"{count} deletions at once, more than {hold_above}"
    many = many if count > hold_above else "it was one of many deletions at once"
    return Hold(id, HoldKind.DELETIONS, f"{many}: approve them or restore the lines")


def _lost_there(id: str) -> Hold:
    reason = "iCloud lost nearly all reminders at once: approve their deletion, or restore them"
    return Hold(id, HoldKind.DELETIONS, reason)
