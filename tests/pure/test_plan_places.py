"""What the planner does about places: moves on either side, and lists that are not free."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from store.model import Absent, Completion, Field, OtherRule, Unknown
from sync.core.actions import (
    AddLine,
    Conflict,
    HoldKind,
    MoveLine,
    Plan,
    Update,
)
from sync.core.merging.merge import Side
from sync.core.plan import make_plan
from sync.core.snapshot import ListView, Mode
from tests.pure.values import (
    LISTS,
    A,
    B,
    local,
    policy,
    reminder,
    remote,
    snapshot,
)

OLD, HERE, THERE = reminder(), reminder(title="milk here"), reminder(title="milk there")
GONE, NEVER_SEEN, UNSURE = Absent("deleted"), None, Unknown("unreadable")
TITLE = Field.TITLE


# ---- places -------------------------------------------------------------------------------------


def test_a_reminder_that_moved_there_takes_its_line_along() -> None:
    there = replace(OLD, list=B)
    plan = make_plan(snapshot(here=local(OLD), there=remote(there), base=OLD), policy())
    assert plan == Plan(renders=(MoveLine("R1", there, {Field.LIST: B}),))


def test_a_moved_line_takes_its_edits_along() -> None:
    there = replace(OLD, list=B)
    plan = make_plan(snapshot(here=local(HERE), there=remote(there), base=OLD), policy())
    assert plan.renders == (MoveLine("R1", replace(HERE, list=B), {Field.LIST: B}),)
    assert plan.pushes == (Update("R1", {TITLE: "milk here"}),)


@pytest.mark.parametrize("why", ["read-only", "recurring", "unreadable there"])
def test_a_moved_line_takes_along_what_is_held_back(why: str) -> None:
    done = Completion(day=date(2026, 3, 2))
    old = replace(OLD, repeat=OtherRule("every week", "k")) if why == "recurring" else OLD
    here = reminder(notes="only here") if why == "unreadable there" else replace(old, done=done)
    hidden = frozenset({Field.NOTES}) if why == "unreadable there" else frozenset[Field]()
    there = remote(replace(old, list=B, opaque=hidden))
    mode = Mode.READ_ONLY if why == "read-only" else Mode.TWO_WAY
    lists = {id: replace(view, mode=mode) for id, view in LISTS.items()}
    plan = make_plan(snapshot(here=local(here), there=there, base=old, lists=lists), policy())
    (move,) = plan.renders
    assert isinstance(move, MoveLine)
    assert move.reminder == replace(here, list=B)


@pytest.mark.parametrize("wins", list(Side))
def test_a_place_that_both_sides_changed_is_one_conflict_and_one_sides_whole(wins: Side) -> None:
    """Moved to another list there and made a subtask here: half of each would be nowhere."""
    here, there = replace(OLD, parent="R2"), replace(OLD, list=B)
    plan = make_plan(snapshot(here=local(here), there=remote(there), base=OLD), policy(wins))
    if wins is Side.CLOUD:
        assert plan.renders == (MoveLine("R1", there, {Field.LIST: B, Field.PARENT: None}),)
        assert plan.pushes == ()
        assert plan.conflicts == (Conflict("R1", Field.PARENT, None, "R2", wins),)
    else:
        assert plan.pushes == (Update("R1", {Field.LIST: A, Field.PARENT: "R2"}),)
        assert plan.renders == ()
        assert plan.conflicts == (Conflict("R1", Field.LIST, A, B, wins),)


def test_a_list_without_a_file_gets_no_lines() -> None:
    lists = {A: ListView(A, "A", None)}
    assert make_plan(snapshot(there=remote(OLD), lists=lists), policy()) == Plan()


# ---- lists that are not free --------------------------------------------------------------------

CLOSED = {A: replace(LISTS[A], mode=Mode.READ_ONLY), B: LISTS[B]}


@pytest.mark.parametrize(
    ("here", "there", "base"),
    [(HERE, OLD, OLD), (HERE, None, None), (HERE, GONE, OLD), (replace(OLD, list=B), OLD, OLD)],
    ids=["edited", "new", "deleted there", "moved out"],
)
@pytest.mark.parametrize("wins", list(Side))
def test_a_read_only_list_takes_nothing_and_says_so(
    here: object, there: object, base: object, wins: Side
) -> None:
    side = remote(there) if isinstance(there, type(OLD)) else there
    one = snapshot(here=local(here), there=side, base=base, lists=CLOSED)  # type: ignore[arg-type]
    plan = make_plan(one, policy(wins))
    assert not plan.writes
    assert [hold.kind for hold in plan.holds] == [HoldKind.READ_ONLY]


def test_a_line_deleted_in_a_read_only_list_comes_back() -> None:
    one = snapshot(here=GONE, there=remote(OLD), base=OLD, lists=CLOSED)
    assert make_plan(one, policy()) == Plan(renders=(AddLine("R1", OLD),))


def test_a_conflict_in_a_read_only_list_is_the_clouds() -> None:
    one = snapshot(here=local(HERE), there=remote(THERE), base=OLD, lists=CLOSED)
    plan = make_plan(one, policy(Side.FILES))
    assert plan.pushes == ()
    assert plan.conflicts == (Conflict("R1", TITLE, "milk there", "milk here", Side.CLOUD),)


@pytest.mark.parametrize("view", [{"mode": Mode.IGNORE}, {"blocked": "no"}], ids=str)
@pytest.mark.parametrize("id", [A, B])
def test_nothing_moves_while_a_list_on_either_side_is_blocked(
    view: dict[str, object], id: str
) -> None:
    lists = {**LISTS, id: replace(LISTS[id], **view)}  # type: ignore[arg-type]
    here, there = local(HERE), remote(replace(THERE, list=B))
    assert make_plan(snapshot(here=here, there=there, base=OLD, lists=lists), policy()) == Plan()


def test_a_line_moves_out_of_a_list_whose_file_is_gone() -> None:
    lists = {**LISTS, A: replace(LISTS[A], path=None, blocked="its file is gone")}
    here = local(replace(OLD, list=B))
    plan = make_plan(snapshot(here=here, there=remote(OLD), base=OLD, lists=lists), policy())
    assert plan.pushes == (Update("R1", {Field.LIST: B}),)
    # What a device moved there has no file to stand in.
    there, base = remote(OLD), replace(OLD, list=B)
    rests = snapshot(here=here, there=there, base=base, lists=lists)
    assert make_plan(rests, policy()) == Plan()


def test_a_line_that_left_such_a_list_is_not_called_back_by_a_move_on_a_device() -> None:
    lists = {**LISTS, A: replace(LISTS[A], path=None, blocked="its file is gone")}
    before = replace(OLD, parent="R2")
    for parent in ("R2", "R9"):  # as it was, or moved in the file as well
        here = local(replace(OLD, list=B, parent=parent))
        there = remote(replace(OLD, parent="R3"))
        plan = make_plan(snapshot(here=here, there=there, base=before, lists=lists), policy())
        assert plan.renders == ()
        [push] = plan.pushes
        assert isinstance(push, Update)
        assert push.changes == {Field.LIST: B, Field.PARENT: parent}
        assert [(one.field, one.winner, one.loser) for one in plan.conflicts] == [
            (Field.PARENT, parent, "R3")
        ]


def test_nothing_moves_in_a_list_that_is_not_known() -> None:
    assert make_plan(snapshot(there=remote(OLD), lists={}), policy()) == Plan()
