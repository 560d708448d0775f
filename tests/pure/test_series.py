"""Completing what repeats: one tick, one occurrence, whatever is lost on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from store.model import AllDay, Completion, Field, Frequency, Rule
from sync.core.actions import Complete, HoldKind, SetLine
from sync.core.plan import make_plan
from sync.core.repeating.occurrence import copy_id, occurrence_of
from tests.pure.values import local, policy, reminder, remote, snapshot

DAILY = Rule(Frequency.DAILY)
SERIES = reminder(repeat=DAILY, due=AllDay(date(2026, 3, 1)))
TICKED = replace(SERIES, done=Completion())
NEXT = replace(SERIES, due=AllDay(date(2026, 3, 2)))


def test_a_tick_completes_the_occurrence_and_sets_the_line_on() -> None:
    plan = make_plan(snapshot(here=local(TICKED), there=remote(SERIES), base=SERIES), policy())
    (push,), (render,) = plan.pushes, plan.renders
    assert isinstance(push, Complete)
    assert push.occurrence.next_due == NEXT.due
    assert render == SetLine("R1", {Field.DONE: None, Field.DUE: NEXT.due, Field.REPEAT: DAILY})


def test_until_it_has_arrived_it_is_sent_and_nothing_of_its_time_is_merged() -> None:
    pending = occurrence_of(SERIES)
    assert pending is not None
    one = snapshot(here=local(NEXT), there=remote(SERIES), base=NEXT)
    plan = make_plan(replace(one, pending={"R1": pending}), policy())
    assert [type(op) for op in plan.pushes] == [Complete]
    assert plan.renders == ()
    assert plan.arrived == ()


def test_a_line_that_was_not_set_on_yet_is() -> None:
    pending = occurrence_of(SERIES)
    assert pending is not None
    one = snapshot(here=local(TICKED), there=remote(SERIES), base=SERIES)
    plan = make_plan(replace(one, pending={"R1": pending}), policy())
    assert [type(op) for op in plan.pushes] == [Complete]
    assert [type(op) for op in plan.renders] == [SetLine]


def test_when_icloud_has_gone_on_it_is_over_and_sends_nothing() -> None:
    pending = occurrence_of(SERIES)
    assert pending is not None
    one = snapshot(here=local(NEXT), there=remote(NEXT), base=NEXT)
    plan = make_plan(replace(one, pending={"R1": pending}), policy())
    assert plan.arrived == (pending,)
    assert plan.pushes == ()
    assert plan.renders == ()


def test_completed_on_both_sides_it_is_completed_once() -> None:
    plan = make_plan(snapshot(here=local(TICKED), there=remote(NEXT), base=SERIES), policy())
    assert plan.pushes == ()
    assert plan.renders == (SetLine("R1", {Field.DONE: None, Field.DUE: NEXT.due}),)
    assert [one.field for one in plan.conflicts] == [Field.DONE]


def test_the_last_occurrence_is_completed_for_good() -> None:
    last = replace(SERIES, repeat=Rule(Frequency.DAILY, count=1))
    ticked = replace(last, done=Completion())
    plan = make_plan(snapshot(here=local(ticked), there=remote(last), base=last), policy())
    assert [op.changes for op in plan.pushes] == [{Field.DONE: Completion()}]  # type: ignore[union-attr]


def test_a_series_without_a_date_is_held() -> None:
    undated = replace(SERIES, due=None)
    ticked = replace(undated, done=Completion())
    plan = make_plan(snapshot(here=local(ticked), there=remote(undated), base=undated), policy())
    assert plan.pushes == ()
    assert [hold.kind for hold in plan.holds] == [HoldKind.RECURRING]


def test_a_copy_has_one_id_for_its_series_and_time() -> None:
    assert copy_id("A", AllDay(date(2026, 3, 1))) == copy_id("A", AllDay(date(2026, 3, 1)))
    assert copy_id("A", AllDay(date(2026, 3, 1))) != copy_id("A", AllDay(date(2026, 3, 2)))
    assert copy_id("A", AllDay(date(2026, 3, 1))) != copy_id("B", AllDay(date(2026, 3, 1)))
