"""What waits for a person is remembered, once each."""

from __future__ import annotations

from dataclasses import replace

from store.activity.attention import Conflict, Hold
from store.db import Store
from store.model import Field, Frequency, OtherRule, Rule


def conflict(store: Store, winner: str, loser: str, at_ms: int = 1, field: str = "title") -> None:
    with store.commit("plan"):
        store.attention.add_conflict("A1", field, winner, loser, "file", at_ms)


def test_sets_and_rules_may_lose_too(store: Store) -> None:
    both = frozenset({"green", "away"})
    rule, other = Rule(Frequency.WEEKLY), OtherRule("every week", "3f")
    with store.commit("plan"):
        for _ in range(2):
            store.attention.add_conflict("A1", Field.TAGS, both, frozenset(), "file", 1)
            store.attention.add_conflict("A1", Field.REPEAT, rule, other, "cloud", 1)
    found = [(one.winner, one.loser) for one in store.attention.open_conflicts()]
    assert found == [(both, frozenset()), (rule, other)]


def test_an_open_conflict_is_kept_once(store: Store) -> None:
    conflict(store, "moss", "ferns")
    written = store.rows_written
    conflict(store, "moss", "ferns", at_ms=2)
    assert store.rows_written == written
    conflict(store, "lichen", "ferns", at_ms=3)
    (found,) = store.attention.open_conflicts()
    assert found == Conflict(found.number, "A1", "title", "lichen", "ferns", "file", 1)
    conflict(store, "moss", "grass")
    conflict(store, "moss", "ferns", field="notes")
    assert len(store.attention.open_conflicts("A1")) == 3
    assert store.attention.open_conflicts("B2") == []


def test_a_resolved_conflict_may_come_again(store: Store) -> None:
    conflict(store, "moss", "ferns")
    (first,) = store.attention.open_conflicts()
    with store.commit("resolve"):
        store.attention.resolve(first.number, 9)
    assert store.attention.open_conflicts() == []
    assert store.attention.conflict(first.number) == replace(first, resolved_ms=9)
    assert store.attention.conflict(99) is None
    conflict(store, "moss", "ferns", at_ms=10)
    (second,) = store.attention.open_conflicts()
    assert second.number != first.number


def test_pruning_keeps_what_is_open(store: Store) -> None:
    with store.commit("fill"):
        for loser in ("open", "resolved", "just resolved"):
            store.attention.add_conflict("A1", Field.TITLE, "x", loser, "cloud", 1)
        store.attention.resolve(2, 5)
        store.attention.resolve(3, 40)
    with store.commit("prune"):
        store.attention.prune(40)
    assert [one.loser for one in store.attention.open_conflicts()] == ["open"]
    assert (store.attention.conflict(2) is None, store.attention.conflict(3) is None) == (
        True,
        False,
    )


HELD = Hold("delete:A1", "delete", "A1", "six at once", 10)


def hold(store: Store, *holds: Hold) -> None:
    with store.commit("plan"):
        store.attention.set_holds(holds)


def test_holds_write_only_differences(store: Store) -> None:
    other = replace(HELD, key="delete:B2", id="B2")
    hold(store, HELD, other)
    written = store.rows_written
    hold(store, replace(HELD, since_ms=99), other)
    assert store.rows_written == written
    assert store.attention.holds() == [HELD, other]
    hold(store, replace(HELD, reason="seven at once", since_ms=99))
    assert store.rows_written == written + 2
    assert store.attention.holds() == [replace(HELD, reason="seven at once")]
    hold(store)
    assert store.attention.holds() == []


def test_an_approval_outlives_the_hold_until_it_is_carried_out(store: Store) -> None:
    hold(store, HELD)
    with store.commit("approve"):
        store.attention.approve([HELD.key], 20)
        store.attention.approve([HELD.key], 30)
    hold(store)
    assert store.attention.approved() == {HELD.key}
    with store.commit("ack"):
        store.attention.drop_approvals([HELD.key, "another"])
    assert store.attention.approved() == frozenset()
