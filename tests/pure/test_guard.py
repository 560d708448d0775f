"""The brake on deletions: how many, how soon, and whom it lets through."""

from __future__ import annotations

import pytest

from sync.core.actions import AddLine, Delete, HoldKind, Plan, RemoveLine, Update, Why
from sync.core.guard import Emptied, counted_s, find_emptied, guard
from sync.core.snapshot import Snapshot
from tests.pure.values import LISTS, A, local, reminder

LIMIT = 5


def deletions(count: int, *, there: bool = True) -> Plan:
    ids = [f"R{number}" for number in range(count)]
    if there:
        return Plan(pushes=tuple(Delete(id) for id in ids))
    return Plan(renders=tuple(RemoveLine(id, Why.DELETED) for id in ids))


def held(plan: Plan, *, absent_s: float = 1000.0, approved: tuple[str, ...] = ()) -> Plan:
    absent = {op.id: absent_s for op in plan.pushes}
    return guard(plan, hold_above=LIMIT, absent_s=absent, grace_s=120.0, approved=approved)


@pytest.mark.parametrize("there", [True, False], ids=["in iCloud", "in files"])
@pytest.mark.parametrize(("count", "goes"), [(LIMIT - 1, True), (LIMIT, True), (LIMIT + 1, False)])
def test_more_than_a_few_wait(count: int, goes: bool, there: bool) -> None:
    plan = deletions(count, there=there)
    after = held(plan)
    assert (after == plan) is goes
    assert after.writes is goes
    assert [hold.kind for hold in after.holds] == ([] if goes else [HoldKind.DELETIONS] * count)


def test_deletions_of_both_sides_count_together() -> None:
    lines = tuple(RemoveLine(f"L{number}", Why.DELETED) for number in range(3))
    assert not held(Plan(pushes=deletions(3).pushes, renders=lines)).writes


def test_none_at_all_may_be_let_through() -> None:
    plan = deletions(1)
    after = guard(plan, hold_above=0, absent_s={"R0": 9.0}, grace_s=0.0, approved=())
    assert [hold.kind for hold in after.holds] == [HoldKind.DELETIONS]


def test_everything_else_keeps_flowing() -> None:
    other = Plan(
        pushes=(Update("U", {}),), renders=(AddLine("N", reminder("N")), RemoveLine("O", Why.AGED))
    )
    many = deletions(LIMIT + 1)
    after = held(Plan(pushes=many.pushes + other.pushes, renders=other.renders))
    assert (after.pushes, after.renders) == (other.pushes, other.renders)


def test_leaving_by_age_is_no_deletion() -> None:
    plan = Plan(renders=tuple(RemoveLine(f"R{number}", Why.AGED) for number in range(100)))
    assert held(plan) is plan


@pytest.mark.parametrize(("absent_s", "goes"), [(119.9, False), (120.0, True), (120.1, True)])
def test_a_line_that_is_gone_has_time_to_return(absent_s: float, goes: bool) -> None:
    after = held(deletions(1), absent_s=absent_s)
    assert after.writes is goes
    assert [hold.kind for hold in after.holds] == ([] if goes else [HoldKind.GRACE])


def test_a_line_that_was_never_seen_to_vanish_has_all_its_time() -> None:
    after = guard(deletions(1), hold_above=LIMIT, absent_s={}, grace_s=0.1, approved=())
    assert [hold.kind for hold in after.holds] == [HoldKind.GRACE]


def test_deletions_in_their_grace_do_not_count_as_many() -> None:
    plan = deletions(LIMIT + 1)
    absent = {"R0": 0.0} | {f"R{number}": 999.0 for number in range(1, LIMIT + 1)}
    after = guard(plan, hold_above=LIMIT, absent_s=absent, grace_s=120.0, approved=())
    assert [op.id for op in after.pushes] == [f"R{number}" for number in range(1, LIMIT + 1)]


def test_what_a_person_approved_goes_at_once_and_does_not_count() -> None:
    plan = deletions(LIMIT + 2)
    after = held(plan, absent_s=0.0, approved=("R0", "R1"))
    assert [op.id for op in after.pushes] == ["R0", "R1"]
    assert {hold.kind for hold in after.holds} == {HoldKind.GRACE}
    assert held(plan, approved=("R0", "R1")) == plan
    everything = tuple(op.id for op in plan.pushes)
    assert held(plan, absent_s=0.0, approved=everything) == plan


# ---- a file that lost all its lines


def lost(*ids: str, keeps: str | None = None, lost_with: dict[str, str] | None = None) -> Plan:
    """A plan that deletes ``ids`` of one list, of which one line may still stand; guarded."""
    known = [*ids, *([keeps] if keeps else [])]
    here = {keeps: local(reminder(keeps))} if keeps else {}
    base = {id: reminder(id).values() for id in known}
    there = Snapshot(remote={}, local=here, base=base, lists=LISTS)
    plan = Plan(pushes=tuple(Delete(id) for id in ids))
    emptied = find_emptied(plan, there, lost_with or {})
    absent = dict.fromkeys(ids, 1000.0)
    return guard(
        plan, hold_above=LIMIT, absent_s=absent, grace_s=120.0, approved=(), emptied=emptied
    )


@pytest.mark.parametrize(
    ("ids", "keeps", "goes"),
    [
        (("R1", "R2"), None, True),
        (("R1", "R2", "R3"), None, False),
        (("R1", "R2", "R3"), "R4", True),
    ],
)
def test_a_file_that_lost_all_its_lines_waits_below_the_limit_too(
    ids: tuple[str, ...], keeps: str | None, goes: bool
) -> None:
    after = lost(*ids, keeps=keeps)
    assert after.writes is goes
    assert [(hold.kind, hold.id) for hold in after.holds] == (
        [] if goes else [(HoldKind.EMPTIED, "A.md")]
    )


def test_what_was_lost_with_all_waits_whatever_the_file_has_got_since() -> None:
    after = lost("R1", "R2", "R3", keeps="R4", lost_with=dict.fromkeys(("R1", "R2"), A))
    assert [op.id for op in after.pushes if isinstance(op, Delete)] == ["R3"]
    assert "lost all of its 2 tasks" in after.holds[0].reason


def test_approving_the_place_lets_all_of_it_go_at_once() -> None:
    plan = deletions(9)
    emptied = [Emptied(A, "A.md", frozenset(op.id for op in plan.pushes))]
    arguments = {"hold_above": LIMIT, "absent_s": {}, "grace_s": 120.0, "emptied": emptied}
    assert guard(plan, approved=("A.md",), **arguments) == plan  # type: ignore[arg-type]
    assert not guard(plan, approved=("B.md",), **arguments).writes  # type: ignore[arg-type]


# ---- clocks

DAY = 86400.0


@pytest.mark.parametrize(
    ("now_s", "counts"),
    [(100.0, 7.0), (160.0, 67.0), (99.0, 7.0), (-10_000 * DAY, 7.0), (3650 * DAY, 7.0)],
)
def test_a_clock_that_was_set_counts_for_nothing(now_s: float, counts: float) -> None:
    assert counted_s(7.0, 100.0, now_s) == counts


def test_a_wait_says_when_it_ends() -> None:
    after = guard(
        deletions(1), hold_above=LIMIT, absent_s={"R0": 30.0}, grace_s=120.0, approved=(), now_s=5
    )
    assert [hold.until_ms for hold in after.holds] == [95_000]
