"""Lifting: a file's words mean the known value that would be written like that, and no other."""

from __future__ import annotations

from datetime import date, datetime

from hypothesis import given

from store.model import AllDay, Completion, Field, Reminder, Zoned
from sync.core.merging.lift import as_reminder, lift, overlay
from tests.markdown.strategies import reminders as any_reminders
from tests.pure.values import MOSTLY_CLEAR, NO_OPAQUE, UNSAYABLE, read, reminder, reminders, shown


@given(any_reminders)
def test_what_a_file_shows_of_a_reminder_means_that_reminder(one: Reminder) -> None:
    assert lift(read(one), shown, one) == one


@given(reminders("R1", NO_OPAQUE), reminders("R1", MOSTLY_CLEAR))
def test_a_file_that_says_something_else_keeps_its_words(seen: Reminder, known: Reminder) -> None:
    words = read(seen)
    lifted = lift(words, shown, known)
    assert read(lifted) == words
    for name in Field:
        assert lifted.value(name) in (words.value(name), known.value(name))


def test_the_remote_is_asked_first() -> None:
    """Shown alike, so that there is nothing to write: the base has to follow at once."""
    there, base = reminder(done=Completion(at_ms=60_000)), reminder(done=Completion(at_ms=0))
    assert lift(read(base), shown, there, base) == there


def test_a_tick_without_a_date_is_any_completion_and_an_open_box_is_none() -> None:
    done = reminder(done=Completion(at_ms=0))
    assert lift(reminder(done=Completion()), shown, done).done == Completion(at_ms=0)
    assert lift(reminder(), shown, done).done is None
    other_day = Completion(day=date(2026, 3, 3))
    assert lift(reminder(done=other_day), shown, done).done == other_day


def test_seconds_that_a_line_leaves_out_are_not_lost() -> None:
    due = Zoned(datetime(2026, 3, 2, 9, 30, 15), "Asia/Tokyo")
    said = Zoned(datetime(2026, 3, 2, 9, 30), "Asia/Tokyo")
    assert lift(reminder(due=said), shown, reminder(due=due)).due == due


def test_a_date_that_no_line_can_say_is_meant_by_saying_none() -> None:
    known = reminder(due=UNSAYABLE)
    assert lift(reminder(), shown, known).due == UNSAYABLE
    said = AllDay(date(2026, 3, 2))
    assert lift(reminder(due=said), shown, known).due == said


def test_fields_that_could_not_be_read_mean_nothing() -> None:
    known = reminder(title="", notes="n", opaque=frozenset({Field.TITLE}))
    seen = reminder(title="", opaque=frozenset({Field.NOTES}))
    lifted = lift(seen, shown, known)
    assert (lifted.title, lifted.notes, lifted.opaque) == ("", "", frozenset({Field.NOTES}))


def test_missing_values_are_opaque_and_overlaid_ones_stand() -> None:
    one = as_reminder("R1", {Field.TITLE: "milk"})
    assert one.values() == {Field.TITLE: "milk"}
    assert overlay(one, {Field.TITLE: "bread"}).title == "bread"
