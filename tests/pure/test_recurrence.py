"""Rules in words and back, and the dates that a calendar has."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.model import AllDay, Due, Floating, Frequency, Rule, Zoned
from sync.core.repeating.recurrence import advance, from_words, next_due, to_words

rules = st.builds(
    Rule,
    st.sampled_from(Frequency),
    st.integers(1, 999),
    st.none() | st.integers(1, 999),
    st.none() | st.dates(date(1971, 1, 1), date(2199, 12, 31)),
)


@given(rules)
def test_every_rule_reads_back_from_its_words(rule: Rule) -> None:
    assert from_words(to_words(rule)) == rule


@pytest.mark.parametrize(
    "words",
    [
        "every week on Monday",
        "every weekday",
        "every day when done",
        "every 0 days",
        "every day for 0 times",
        "every year until February 30, 2027",
        "often",
        "",
    ],
)
def test_words_that_say_more_are_not_cut_down(words: str) -> None:
    assert from_words(words) is None


@pytest.mark.parametrize(
    ("words", "due", "following"),
    [
        ("every day", AllDay(date(2026, 12, 31)), AllDay(date(2027, 1, 1))),
        ("every 2 weeks", AllDay(date(2026, 3, 14)), AllDay(date(2026, 3, 28))),
        ("every month", AllDay(date(2026, 1, 31)), AllDay(date(2026, 3, 31))),
        ("every year", AllDay(date(2024, 2, 29)), AllDay(date(2028, 2, 29))),
        (
            "every day",
            Zoned(datetime(2026, 3, 28, 2, 30), "Europe/Paris"),
            Zoned(datetime(2026, 3, 29, 2, 30), "Europe/Paris"),
        ),
        ("every day", Floating(datetime(2026, 5, 1, 9)), Floating(datetime(2026, 5, 2, 9))),
    ],
)
def test_the_next_time_is_the_calendars(words: str, due: Due, following: Due) -> None:
    rule = from_words(words)
    assert rule is not None
    assert next_due(rule, due) == following


def test_a_series_with_a_count_ends_after_it() -> None:
    rule, due = Rule(Frequency.DAILY, count=3), AllDay(date(2026, 1, 1))
    seen: list[Due] = [due]
    while (following := next_due(rule, due)) is not None:
        rule, due = advance(rule), following
        seen.append(due)
    assert seen == [AllDay(date(2026, 1, 1) + timedelta(days=n)) for n in range(3)]


def test_a_series_with_an_end_ends_on_it() -> None:
    rule = Rule(Frequency.WEEKLY, until=date(2026, 1, 15))
    assert next_due(rule, AllDay(date(2026, 1, 8))) == AllDay(date(2026, 1, 15))
    assert next_due(rule, AllDay(date(2026, 1, 9))) is None


def test_the_end_of_time_is_no_error() -> None:
    assert next_due(Rule(Frequency.YEARLY), AllDay(date(9999, 12, 31))) is None
