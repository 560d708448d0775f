"""The planner's case table, cell by cell: presence here x presence there x what was agreed on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from store.model import (
    Absent,
    AllDay,
    Completion,
    Field,
    Frequency,
    OtherRule,
    Present,
    Rule,
    Unknown,
)
from sync.core.actions import (
    AddLine,
    Conflict,
    Create,
    Delete,
    Forget,
    Hold,
    HoldKind,
    Learn,
    Plan,
    RemoveLine,
    SetLine,
    Undelete,
    Update,
    Why,
)
from sync.core.merging.merge import Side
from sync.core.plan import make_plan
from tests.pure.values import (
    UNSAYABLE,
    local,
    policy,
    read,
    reminder,
    remote,
    snapshot,
)

OLD, HERE, THERE = reminder(), reminder(title="milk here"), reminder(title="milk there")
GONE, NEVER_SEEN, UNSURE = Absent("deleted"), None, Unknown("unreadable")
TITLE = Field.TITLE

LOCAL = {"-": NEVER_SEEN, "gone": GONE, "?": UNSURE, "old": local(OLD), "edited": local(HERE)}
REMOTE = {"-": NEVER_SEEN, "gone": GONE, "?": UNSURE, "old": remote(OLD), "edited": remote(THERE)}
DONE_LONG_AGO = reminder(done=Completion(at_ms=0))

AGREED_ON = {
    ("-", "-"): Plan(forgotten=(Forget("R1"),)),
    ("-", "gone"): Plan(forgotten=(Forget("R1"),)),
    ("-", "old"): Plan(pushes=(Delete("R1"),)),
    ("-", "edited"): Plan(renders=(AddLine("R1", THERE),)),
    ("gone", "-"): Plan(forgotten=(Forget("R1"),)),
    ("gone", "gone"): Plan(forgotten=(Forget("R1"),)),
    ("gone", "old"): Plan(pushes=(Delete("R1"),)),
    ("gone", "edited"): Plan(renders=(AddLine("R1", THERE),)),
    ("old", "-"): Plan(renders=(RemoveLine("R1", Why.DELETED),)),
    ("old", "gone"): Plan(renders=(RemoveLine("R1", Why.DELETED),)),
    ("old", "old"): Plan(),
    ("old", "edited"): Plan(renders=(SetLine("R1", {TITLE: "milk there"}),)),
    ("edited", "-"): Plan(pushes=(Undelete("R1", HERE),)),
    ("edited", "gone"): Plan(pushes=(Undelete("R1", HERE),)),
    ("edited", "old"): Plan(pushes=(Update("R1", {TITLE: "milk here"}),)),
    ("edited", "edited"): Plan(
        renders=(SetLine("R1", {TITLE: "milk there"}),),
        conflicts=(Conflict("R1", TITLE, "milk there", "milk here", Side.CLOUD),),
    ),
}
GONE_THERE = Plan(
    holds=(
        Hold(
            "R1",
            HoldKind.GONE_IN_ICLOUD,
            "it stands in A.md but was deleted in iCloud; delete the line, or change its id to keep"
            " it as a new reminder",
        ),
    )
)
ALL_ELSE = {name: value for name, value in OLD.values().items() if name is not TITLE}
NEVER_AGREED_ON = {
    ("-", "-"): Plan(),
    ("-", "gone"): Plan(),
    ("-", "old"): Plan(renders=(AddLine("R1", OLD),)),
    ("-", "edited"): Plan(renders=(AddLine("R1", THERE),)),
    ("gone", "-"): Plan(),
    ("gone", "gone"): Plan(),
    ("gone", "old"): Plan(renders=(AddLine("R1", OLD),)),
    ("gone", "edited"): Plan(renders=(AddLine("R1", THERE),)),
    ("old", "-"): Plan(pushes=(Create("R1", OLD),)),
    ("old", "gone"): GONE_THERE,
    ("old", "old"): Plan(learned=(Learn("R1", OLD.values()),)),
    ("old", "edited"): Plan(
        renders=(SetLine("R1", {TITLE: "milk there"}),),
        learned=(Learn("R1", ALL_ELSE),),
        conflicts=(Conflict("R1", TITLE, "milk there", "milk", Side.CLOUD),),
    ),
    ("edited", "-"): Plan(pushes=(Create("R1", HERE),)),
    ("edited", "gone"): GONE_THERE,
    ("edited", "old"): Plan(
        renders=(SetLine("R1", {TITLE: "milk"}),),
        learned=(Learn("R1", ALL_ELSE),),
        conflicts=(Conflict("R1", TITLE, "milk", "milk here", Side.CLOUD),),
    ),
    ("edited", "edited"): Plan(
        renders=(SetLine("R1", {TITLE: "milk there"}),),
        learned=(Learn("R1", ALL_ELSE),),
        conflicts=(Conflict("R1", TITLE, "milk there", "milk here", Side.CLOUD),),
    ),
}


@pytest.mark.parametrize("agreed", [True, False], ids=["agreed", "never agreed"])
@pytest.mark.parametrize(("here", "there"), list(product(LOCAL, REMOTE)))
def test_every_cell(here: str, there: str, agreed: bool) -> None:
    table = AGREED_ON if agreed else NEVER_AGREED_ON
    expected = Plan() if "?" in (here, there) else table[here, there]
    one = snapshot(here=LOCAL[here], there=REMOTE[there], base=OLD if agreed else None)
    assert make_plan(one, policy()) == expected


def test_the_table_has_every_known_cell() -> None:
    known = set(product(LOCAL.keys() - {"?"}, REMOTE.keys() - {"?"}))
    assert set(AGREED_ON) == known == set(NEVER_AGREED_ON)


# ---- edits against deletions --------------------------------------------------------------------


def test_words_that_were_never_agreed_on_keep_their_line_when_it_is_deleted_there() -> None:
    """The notes in iCloud could not be read, so ours were never sent: they are an edit all the
    same."""
    base = {name: value for name, value in OLD.values().items() if name is not Field.NOTES}
    here = reminder(notes="only here")
    plan = make_plan(snapshot(here=local(here), there=GONE, base=base), policy())
    assert plan == Plan(pushes=(Undelete("R1", here),))


def test_a_field_that_nobody_said_is_no_edit() -> None:
    base = {name: value for name, value in OLD.values().items() if name is not Field.NOTES}
    plan = make_plan(snapshot(here=local(OLD), there=GONE, base=base), policy())
    assert plan.renders == (RemoveLine("R1", Why.DELETED),)


def test_a_line_that_is_deleted_may_have_said_less_than_both_sides_agreed_on() -> None:
    base = {name: value for name, value in OLD.values().items() if name is not Field.DUE}
    deletes = Plan(pushes=(Delete("R1"),))
    assert make_plan(snapshot(here=GONE, there=remote(OLD), base=base), policy()) == deletes
    dated = reminder(due=AllDay(date(2026, 3, 2)))
    plan = make_plan(snapshot(here=GONE, there=remote(dated), base=base), policy())
    assert plan == Plan(renders=(AddLine("R1", dated),))


def test_the_rule_of_a_completed_reminder_says_nothing_where_no_line_said_it() -> None:
    done = reminder(done=Completion(at_ms=0), repeat=Rule(Frequency.DAILY))
    base = {name: value for name, value in done.values().items() if name is not Field.REPEAT}
    plan = make_plan(snapshot(here=GONE, there=remote(done), base=base), policy())
    assert plan == Plan(pushes=(Delete("R1"),))
    other = base | {Field.REPEAT: Rule(Frequency.WEEKLY)}
    plan = make_plan(snapshot(here=GONE, there=remote(done), base=other), policy())
    assert plan == Plan(renders=(AddLine("R1", done),))


def test_an_undeleted_reminder_keeps_what_its_line_cannot_say_now() -> None:
    base = reminder(due=AllDay(date(2026, 3, 2)))
    garbled = replace(HERE, opaque=frozenset({Field.DUE}))
    plan = make_plan(snapshot(here=local(garbled), there=GONE, base=base), policy())
    assert plan.pushes == (Undelete("R1", replace(HERE, due=base.due)),)


# ---- what is shown, and for how long ------------------------------------------------------------


def test_a_line_that_comes_of_age_leaves_its_file_and_nothing_else_happens() -> None:
    there = remote(DONE_LONG_AGO, visible=False)
    one = snapshot(here=local(read(DONE_LONG_AGO)), there=there, base=DONE_LONG_AGO)
    assert make_plan(one, policy()) == Plan(renders=(RemoveLine("R1", Why.AGED),))


def test_a_line_with_more_on_it_does_not_age() -> None:
    there = remote(DONE_LONG_AGO, visible=False)
    here = local(read(DONE_LONG_AGO), clean=False)
    assert make_plan(snapshot(here=here, there=there, base=DONE_LONG_AGO), policy()) == Plan()


def test_an_edited_line_does_not_age() -> None:
    there = remote(DONE_LONG_AGO, visible=False)
    here = local(replace(read(DONE_LONG_AGO), title="not so fast"))
    plan = make_plan(snapshot(here=here, there=there, base=DONE_LONG_AGO), policy())
    assert plan == Plan(pushes=(Update("R1", {TITLE: "not so fast"}),))


@pytest.mark.parametrize("there", [DONE_LONG_AGO, replace(DONE_LONG_AGO, title="x")], ids=str)
def test_what_is_not_shown_is_never_deleted(there: object) -> None:
    """Its line is gone, as it should be: that is no evidence of anything."""
    item = remote(there, visible=False)  # type: ignore[arg-type]
    plan = make_plan(snapshot(here=GONE, there=item, base=DONE_LONG_AGO), policy())
    assert plan == Plan(forgotten=(Forget("R1"),))
    assert make_plan(snapshot(here=GONE, there=item), policy()) == Plan()


# ---- what both sides show alike -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "there"),
    [
        (reminder(done=Completion(at_ms=0)), reminder(done=Completion(at_ms=60_000))),
        (reminder(notes="a"), reminder(notes="a\n")),
        (reminder(title="milk"), reminder(title="milk ")),
        (reminder(due=None), reminder(due=UNSAYABLE)),
    ],
    ids=["instant", "notes", "title", "due"],
)
def test_a_change_that_no_file_shows_is_learned_at_once(base: object, there: object) -> None:
    """It could never be written, so it would be planned again for ever, and be in the way of the
    next edit of the line."""
    one = snapshot(here=local(read(base)), there=remote(there), base=base)  # type: ignore[arg-type]
    plan = make_plan(one, policy())
    assert not plan.writes
    assert {name for entry in plan.learned for name in entry.values} == {
        name
        for name in Field
        if base.value(name) != there.value(name)  # type: ignore[attr-defined]
    }


def test_a_date_typed_where_iclouds_cannot_be_said_is_sent() -> None:
    base = reminder(due=UNSAYABLE)
    due = AllDay(date(2026, 3, 2))
    one = snapshot(here=local(reminder(due=due)), there=remote(base), base=base)
    assert make_plan(one, policy()) == Plan(pushes=(Update("R1", {Field.DUE: due}),))


def test_a_date_that_can_be_said_again_is_written() -> None:
    due = AllDay(date(2026, 3, 2))
    base = reminder(due=UNSAYABLE)
    one = snapshot(here=local(read(base)), there=remote(reminder(due=due)), base=base)
    assert make_plan(one, policy()) == Plan(renders=(SetLine("R1", {Field.DUE: due}),))


@pytest.mark.parametrize("typed", [date(2026, 3, 2), date(2026, 3, 3)], ids=["kept", "edited"])
def test_a_date_that_cannot_be_said_leaves_the_line_and_is_told(typed: date) -> None:
    base, there = reminder(due=AllDay(date(2026, 3, 2))), reminder(due=UNSAYABLE, title="new")
    here = local(reminder(due=AllDay(typed)))
    plan = make_plan(snapshot(here=here, there=remote(there), base=base), policy())
    assert plan.renders == (SetLine("R1", {TITLE: "new"}),)
    assert (plan.pushes, plan.conflicts) == ((), ())
    assert [hold.kind for hold in plan.holds] == [HoldKind.UNSAYABLE]


def test_a_date_that_cannot_be_said_is_never_sent() -> None:
    for base, here in product((None, reminder(), reminder(due=UNSAYABLE)), (OLD, HERE)):
        one = snapshot(here=local(here), there=remote(reminder(due=UNSAYABLE)), base=base)
        for wins in Side:
            for op in make_plan(one, policy(wins)).pushes:
                assert isinstance(op, Update)
                assert Field.DUE not in op.changes


# ---- fields that could not be read --------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in Field if name is not Field.LIST])
def test_an_unreadable_field_is_neither_sent_nor_written(name: Field) -> None:
    hidden = frozenset({name})
    for here, there in ((OLD, replace(OLD, opaque=hidden)), (replace(OLD, opaque=hidden), OLD)):
        for base in (None, OLD, replace(THERE, flagged=True, notes="n", opaque=hidden)):
            plan = make_plan(
                snapshot(here=local(here), there=remote(there), base=base), policy(Side.FILES)
            )
            for op in (*plan.pushes, *plan.renders, *plan.learned):
                changes = op.values if isinstance(op, Learn) else op.changes  # type: ignore[union-attr]
                assert name not in changes


def test_a_reminder_without_a_readable_title_gets_no_line() -> None:
    blank = replace(OLD, title="", opaque=frozenset({TITLE}))
    [hold] = make_plan(snapshot(there=remote(blank)), policy()).holds
    assert (hold.kind, "has no line in A.md" in hold.reason) == (HoldKind.UNREADABLE, True)
    assert not make_plan(snapshot(there=remote(blank)), policy()).writes


# ---- what waits, and evidence -------------------------------------------------------------------


def test_what_repeats_by_no_rule_that_can_be_said_is_not_completed_from_a_file() -> None:
    old = replace(OLD, repeat=OtherRule("every week", "k"))
    here = replace(old, done=Completion(day=date(2026, 3, 2)), title="new")
    one = snapshot(here=local(here), there=remote(old), base=old)
    plan = make_plan(one, policy())
    assert plan.pushes == (Update("R1", {TITLE: "new"}),)
    assert [hold.kind for hold in plan.holds] == [HoldKind.RECURRING]


def test_a_create_that_arrived_unanswered_and_whose_line_was_deleted_is_deleted() -> None:
    sent = {name: (value,) for name, value in OLD.values().items()}
    plan = make_plan(snapshot(here=GONE, there=remote(OLD), sent=sent), policy())
    assert plan.pushes == (Delete("R1"),)


def test_of_several_unanswered_edits_the_one_that_arrived_is_the_base() -> None:
    """An older edit of the same person arrives: it must not win over the newer one."""
    one = snapshot(
        here=local(replace(OLD, title="third")),
        there=remote(replace(OLD, title="first")),
        base=OLD,
        sent={TITLE: ("first", "second")},
    )
    plan = make_plan(one, policy())
    assert plan.learned == (Learn("R1", {TITLE: "first"}),)
    assert plan.pushes == (Update("R1", {TITLE: "third"}),)
    assert plan.conflicts == ()


def test_what_did_not_arrive_is_no_evidence() -> None:
    one = snapshot(here=local(HERE), there=remote(OLD), base=OLD, sent={TITLE: ("milk here",)})
    assert make_plan(one, policy()).learned == ()


def test_a_presence_of_every_kind_is_used_in_the_table() -> None:
    kinds = {type(value) for value in (*LOCAL.values(), *REMOTE.values())}
    assert kinds == {Present, Absent, Unknown, type(None)}
