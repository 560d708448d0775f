"""An occurrence is done once: what was planned for it stands, pending and then as history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from store.base.occurrences import Occurrence
from store.db import Store
from store.model import AllDay, Due, Floating, Frequency, Rule, Zoned

FIRST = Occurrence(
    id="A1",
    due="2026-03-02",
    copy_id="C1",
    next_due=AllDay(date(2026, 3, 9)),
    next_rule=Rule(Frequency.WEEKLY, 1, 4, date(2027, 1, 1)),
    done_at_ms=1_772_000_000_000,
)
SECOND = replace(FIRST, due="2026-03-09", copy_id="C2", next_due=AllDay(date(2026, 3, 16)))
OTHER = replace(FIRST, id="B2", copy_id="C3", done_at_ms=5)


def add(store: Store, *occurrences: Occurrence) -> list[bool]:
    with store.commit("plan"):
        return [store.occurrences.add(occurrence) for occurrence in occurrences]


def settle(store: Store, id: str, due: str) -> None:
    with store.commit("settle"):
        store.occurrences.settle(id, due)


@pytest.mark.parametrize(
    "due",
    [
        AllDay(date(2026, 3, 9)),
        Floating(datetime(2026, 3, 9, 9, 30)),
        Zoned(datetime(2026, 10, 25, 2, 30, fold=1), "Europe/Paris"),
    ],
)
def test_an_occurrence_comes_back_as_it_went_in(store: Store, due: Due) -> None:
    occurrence = replace(FIRST, next_due=due)
    assert add(store, occurrence) == [True]
    assert store.occurrences.of("A1") == store.occurrences.pending() == [occurrence]
    assert store.occurrences.of("B2") == []


def test_they_come_in_the_order_added_and_outlive_the_process(path: Path) -> None:
    with Store.open(path) as store:
        add(store, SECOND, OTHER, FIRST)
    with Store.open(path) as store:
        assert store.occurrences.pending() == [SECOND, OTHER, FIRST]
        assert store.occurrences.of("A1") == [SECOND, FIRST]


def test_the_same_occurrence_is_done_once_and_keeps_its_first_copy(store: Store) -> None:
    again = replace(FIRST, copy_id="C9", next_due=AllDay(date(2030, 1, 1)), done_at_ms=9)
    assert add(store, FIRST, again) == [True, False]
    assert store.occurrences.pending() == [FIRST]
    settle(store, "A1", FIRST.due)
    assert add(store, again) == [False]
    assert store.occurrences.pending() == []
    assert store.occurrences.of("A1") == [replace(FIRST, state="settled")]


def test_settling_one_leaves_the_others_and_may_be_repeated(store: Store) -> None:
    add(store, FIRST, SECOND, OTHER)
    settle(store, "A1", FIRST.due)
    assert store.occurrences.pending() == [SECOND, OTHER]
    written = store.rows_written
    settle(store, "A1", FIRST.due)
    settle(store, "A1", "2031-01-01")
    assert store.rows_written == written


def test_old_history_goes_and_what_is_pending_stays(store: Store) -> None:
    old, older = replace(FIRST, done_at_ms=10), replace(SECOND, done_at_ms=9)
    add(store, old, older, OTHER)
    settle(store, "A1", old.due)
    settle(store, "A1", older.due)
    with store.commit("prune"):
        store.occurrences.prune(older_than_ms=10)
    assert store.occurrences.of("A1") == [replace(old, state="settled")]
    assert store.occurrences.pending() == [OTHER]
