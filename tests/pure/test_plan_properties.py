"""What holds of every plan, whatever the three states are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.model import Absent, Completion, Field, Present, Reminder, Unknown, Value
from sync.core.actions import (
    AddLine,
    Conflict,
    Create,
    Delete,
    MoveLine,
    Plan,
    RemoveLine,
    SetLine,
    Undelete,
    Update,
    Why,
)
from sync.core.merging.lift import overlay
from sync.core.merging.merge import MISSING, Side
from sync.core.plan import make_plan
from sync.core.snapshot import LocalItem, Mode, RemoteItem, Snapshot
from tests.pure.values import LISTS, SOAK, policy, read, shown, snapshots

EXAMPLES = settings(
    max_examples=20_000 if SOAK else 40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
SIDES = st.sampled_from(list(Side))


def _ops(plan: Plan, id: str) -> Iterator[object]:
    everything = (*plan.pushes, *plan.renders, *plan.learned, *plan.forgotten, *plan.conflicts)
    return (op for op in everything if op.id == id)


def _base(world: Snapshot, plan: Plan, id: str) -> dict[Field, Value]:
    """What is agreed on, with what the plan found out about it by evidence."""
    base = dict(world.base.get(id, {}))
    remote = world.remote_of(id)
    if id in world.in_flight and isinstance(remote, Present):
        there = remote.value.reminder.values()
        for name, values in world.in_flight[id].sent.items():
            if name in there and there[name] in values:
                base[name] = there[name]
    return base


@EXAMPLES
@given(snapshots(), SIDES)
def test_the_same_states_give_the_same_plan(world: Snapshot, wins: Side) -> None:
    assert make_plan(world, policy(wins)) == make_plan(world, policy(wins))


@EXAMPLES
@given(snapshots(), SIDES)
def test_nothing_is_done_on_what_is_unknown(world: Snapshot, wins: Side) -> None:
    plan = make_plan(world, policy(wins))
    for id in world.ids():
        if isinstance(world.remote_of(id), Unknown) or isinstance(world.local_of(id), Unknown):
            assert [op for op in _ops(plan, id) if not hasattr(op, "values")] == []


@EXAMPLES
@given(snapshots(), SIDES)
def test_a_deletion_needs_an_absence_and_no_edit(world: Snapshot, wins: Side) -> None:
    plan = make_plan(world, policy(wins))
    for op in plan.pushes:
        if isinstance(op, Delete):
            there, here = world.remote[op.id], world.local_of(op.id)
            assert isinstance(here, Absent)
            assert isinstance(there, Present)
            assert there.value.visible
            base = _base(world, plan, op.id)
            assert there.value.reminder.values().items() <= base.items()
    for line in plan.renders:
        if isinstance(line, RemoveLine):
            here, there = world.local[line.id], world.remote_of(line.id)
            assert isinstance(here, Present)
            if line.why is Why.AGED:
                assert isinstance(there, Present)
                assert not there.value.visible
                assert here.value.clean
            else:
                assert isinstance(there, Absent)
                _assert_unedited(here.value.reminder, world.base[line.id])


def _assert_unedited(seen: Reminder, base: object) -> None:
    known = overlay(Reminder(seen.id), base)  # type: ignore[arg-type]
    words = shown(known)
    for name, value in seen.values().items():
        if name in (Field.LIST, Field.PARENT) and name not in base:  # type: ignore[operator]
            continue
        same = value == words.value(name) or (
            isinstance(value, Completion) and value.day is None and known.done is not None
        )
        assert same, name


@EXAMPLES
@given(snapshots(), SIDES)
def test_no_value_of_either_side_is_lost_silently(world: Snapshot, wins: Side) -> None:
    plan = make_plan(world, policy(wins))
    pushed = {op.id: op for op in plan.pushes}
    rendered = {op.id: op for op in plan.renders}
    for id in world.ids():
        here, there = world.local_of(id), world.remote_of(id)
        base = _base(world, plan, id)
        losers = [op for op in plan.conflicts if op.id == id]
        if isinstance(here, Present):
            known = _without_lost_parent(here.value.reminder, world)
            _assert_kept_here(known, base, rendered.get(id), losers)
        if isinstance(there, Present):
            _assert_kept_there(there.value, base, pushed.get(id), losers)


def _without_lost_parent(seen: Reminder, world: Snapshot) -> Reminder:
    """What was put beneath a task that is not in iCloud may go to the top level."""
    is_lost = isinstance(world.remote_of(seen.parent or ""), Absent)
    return replace(seen, opaque=seen.opaque | {Field.PARENT}) if is_lost else seen


def _assert_kept_here(
    before: Reminder, base: dict[Field, Value], op: object, losers: list[Conflict]
) -> None:
    """Each value of the line stays on it, or was agreed on, or is kept as a loser."""
    if isinstance(op, SetLine | MoveLine):
        after = overlay(before, op.changes) if isinstance(op, SetLine) else op.reminder
        words = read(after)
        for name, value in before.values().items():
            if isinstance(value, frozenset):
                _assert_only_agreed_ones_went(value, words.value(name), base.get(name))
                continue
            known = read(overlay(Reminder(""), {name: base[name]})) if name in base else None
            agreed = known is not None and known.value(name) == value
            mine = [one.loser for one in losers if one.field is name]
            lost = [shown(overlay(before, {name: loser})).value(name) for loser in mine]
            blank = isinstance(value, Completion) and value.day is None and after.done is not None
            tick = isinstance(value, Completion) and value.day is None and base.get(name)
            assert words.value(name) == value or agreed or value in lost or blank or tick, name


def _assert_only_agreed_ones_went(before: frozenset[str], after: object, base: object) -> None:
    """Sets are joined: an element goes only where both sides had it and one took it out."""
    assert isinstance(after, frozenset)
    assert before - after <= (base if isinstance(base, frozenset) else frozenset())


def _assert_kept_there(
    item: RemoteItem, base: dict[Field, Value], op: object, losers: list[Conflict]
) -> None:
    """Each value in iCloud stays there, or was agreed on, or is kept as a loser."""
    assert not isinstance(op, Create | Undelete)
    if isinstance(op, Update):
        for name in op.changes:
            assert name not in item.reminder.opaque
            value = item.reminder.value(name)
            if isinstance(value, frozenset):
                _assert_only_agreed_ones_went(value, op.changes[name], base.get(name))
                continue
            assert base.get(name, MISSING) == value or any(
                one.field is name and one.loser == value for one in losers
            )


@EXAMPLES
@given(snapshots(), SIDES)
def test_a_read_only_list_is_never_written_to(world: Snapshot, wins: Side) -> None:
    closed = {id for id, view in world.lists.items() if view.mode is not Mode.TWO_WAY}
    for op in make_plan(world, policy(wins)).pushes:
        for side in (world.local_of(op.id), world.remote_of(op.id)):
            if isinstance(side, Present):
                assert side.value.reminder.list not in closed


@EXAMPLES
@given(snapshots(), SIDES)
def test_a_plan_that_was_carried_out_leaves_nothing_to_plan(world: Snapshot, wins: Side) -> None:
    """Twice at most: what was edited in time and is too old to be shown is then taken out."""
    for _ in range(3):
        plan = make_plan(world, policy(wins))
        world = _carried_out(world, plan)
    last = make_plan(world, policy(wins))
    assert replace(last, holds=()) == Plan()


@EXAMPLES
@given(snapshots(), SIDES, st.integers(0, 2**32).map(Random))
def test_half_of_a_plan_is_a_start(world: Snapshot, wins: Side, random: Random) -> None:
    """Whatever part was done before we died, the end is the same."""
    whole = half = world
    plan = make_plan(world, policy(wins))
    part = replace(
        plan,
        pushes=tuple(op for op in plan.pushes if random.random() < 0.5),
        renders=tuple(op for op in plan.renders if random.random() < 0.5),
    )
    half = _carried_out(half, part)
    for _ in range(3):
        whole = _carried_out(whole, make_plan(whole, policy(wins)))
        half = _carried_out(half, make_plan(half, policy(wins)))
    assert half.remote == whole.remote
    assert half.local == whole.local
    assert half.base == whole.base


# ---- carrying out, on dicts ---------------------------------------------------------------------


def _carried_out(world: Snapshot, plan: Plan) -> Snapshot:
    """The states after the plan: pushes acknowledged, lines written, the base in step."""
    remote, local = dict(world.remote), dict(world.local)
    base = {id: dict(values) for id, values in world.base.items()}
    for entry in plan.learned:
        base.setdefault(entry.id, {}).update(entry.values)
    for gone in plan.forgotten:
        base.pop(gone.id, None)
    for op in plan.pushes:
        match op:
            case Create(id=id, reminder=one) | Undelete(id=id, reminder=one):
                remote[id] = Present(RemoteItem(replace(one, opaque=frozenset())))
                base[id] = dict(one.values())
            case Update(id=id, changes=changes):
                item = remote[id]
                assert isinstance(item, Present)
                there = replace(item.value, reminder=overlay(item.value.reminder, changes))
                remote[id] = Present(there)
                base.setdefault(id, {}).update(changes)
            case Delete(id=id):
                remote[id] = Absent("deleted")
                base.pop(id, None)
    for line in plan.renders:
        _write_line(local, base, line)
    return replace(world, remote=remote, local=local, base=base, in_flight={})


def _write_line(local: dict[str, object], base: dict[str, dict[Field, Value]], op: object) -> None:
    match op:
        case AddLine(id=id, reminder=one):
            local[id] = Present(LocalItem(read(one), LISTS[one.list].path or "", 0))
            base.setdefault(id, {}).update(one.values())
        case SetLine(id=id, changes=changes) | MoveLine(id=id, changes=changes):
            item = local[id].value
            hidden = item.reminder.opaque
            after = replace(read(overlay(item.reminder, changes)), opaque=hidden)
            local[id] = Present(replace(item, reminder=after))
            base.setdefault(id, {}).update(changes)
        case RemoveLine(id=id):
            local[id] = Absent("its line is gone")
            base.pop(id, None)
