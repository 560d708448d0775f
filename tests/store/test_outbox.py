"""What is queued may be planned again; what is in flight or parked stays until it is dealt with."""

from __future__ import annotations

from dataclasses import replace

from store.activity.outbox import Intent
from store.db import Store
from store.model import Completion, Field, Frequency, OtherRule, Rule, Value

CREATE = Intent("A1", "create", {Field.TITLE: "ferns", Field.DONE: None, Field.LIST: "HOME"})
UPDATE = Intent("B2", "update", {Field.DONE: Completion(at_ms=5), Field.DUE: None})
RENAME = Intent("HOME", "rename-list", texts={"name": "House", "group": None})


def plan(store: Store, *intents: Intent) -> list[int]:
    with store.commit("plan"):
        store.outbox.replace_queued(intents)
    return [intent.seq for intent in store.outbox.queued()]


def test_a_plan_comes_back_in_its_order(store: Store) -> None:
    seqs = plan(store, RENAME, CREATE, UPDATE)
    assert seqs == sorted(seqs)
    expected = [RENAME, CREATE, UPDATE]
    assert [replace(intent, seq=0) for intent in store.outbox.queued()] == expected
    assert store.outbox.get(seqs[1]) == store.outbox.queued()[1]
    assert store.outbox.get(999) is None


def test_the_same_plan_again_writes_no_row(store: Store) -> None:
    seqs = plan(store, CREATE, UPDATE)
    written = store.rows_written
    shuffled = replace(CREATE, changes=dict(reversed(list(CREATE.changes.items()))))
    assert plan(store, shuffled, UPDATE) == seqs
    assert store.rows_written == written
    assert plan(store, UPDATE, CREATE) != seqs


def test_a_new_plan_replaces_only_what_is_queued(store: Store) -> None:
    first, second, third = plan(store, CREATE, UPDATE, RENAME)
    with store.commit("push"):
        store.outbox.send([first], 7)
        store.outbox.park(second, "the service refuses it", 8)
    assert plan(store) == []
    (sent,), (parked,) = store.outbox.in_flight(), store.outbox.parked()
    assert (sent.seq, sent.state, sent.sent_at_ms, sent.attempts) == (first, "in-flight", 7, 1)
    assert (parked.seq, parked.state, parked.reason) == (
        second,
        "parked",
        "the service refuses it",
    )
    (new,) = plan(store, RENAME)
    assert new > third
    assert store.outbox.counts() == {"queued": 1, "in-flight": 1, "parked": 1}


def test_attempts_survive_a_new_plan(store: Store) -> None:
    (seq,) = plan(store, CREATE)
    with store.commit("push"):
        store.outbox.send([seq], 7)
        store.outbox.requeue(seq)
    plan(store, UPDATE, CREATE)
    assert [intent.attempts for intent in store.outbox.queued()] == [0, 1]


def test_parking_and_taking_it_up_again(store: Store) -> None:
    (seq,) = plan(store, CREATE)
    with store.commit("push"):
        store.outbox.send([seq], 7)
        store.outbox.park(seq, "poison", 8)
        store.outbox.unpark(seq)
    (intent,) = store.outbox.queued()
    assert (intent.reason, intent.attempts) == ("", 0)


def test_unpark_takes_nothing_out_of_flight(store: Store) -> None:
    (seq,) = plan(store, CREATE)
    with store.commit("push"):
        store.outbox.send([seq], 7)
        store.outbox.unpark(seq)
    assert len(store.outbox.in_flight()) == 1


def test_dropping_and_finding_by_id(store: Store) -> None:
    first, second, third = plan(store, CREATE, UPDATE, RENAME)
    assert [intent.seq for intent in store.outbox.of("B2")] == [second]
    with store.commit("ack"):
        store.outbox.drop(first)
        store.outbox.drop_many([second, third])
    assert store.outbox.counts() == {"queued": 0, "in-flight": 0, "parked": 0}


def test_a_number_is_never_used_twice(store: Store) -> None:
    (first,) = plan(store, CREATE)
    with store.commit("ack"):
        store.outbox.drop(first)
    (second,) = plan(store, UPDATE)
    assert second > first


def test_sets_and_rules_are_sent_as_they_were_planned(store: Store) -> None:
    changes: dict[Field, Value] = {
        Field.TAGS: frozenset({"green", "away"}),
        Field.URLS: frozenset(),
        Field.REPEAT: Rule(Frequency.MONTHLY, count=3),
    }
    (seq,) = plan(store, Intent("A1", "update", changes))
    assert store.outbox.queued()[0].changes == changes
    again: dict[Field, Value] = {**changes, Field.TAGS: frozenset({"away", "green"})}
    assert plan(store, Intent("A1", "update", again)) == [seq]
    other: dict[Field, Value] = {Field.REPEAT: OtherRule("every week", "3f")}
    plan(store, Intent("A1", "update", other))
    assert store.outbox.queued()[0].changes == other


def test_what_a_reminder_can_hardly_hold_survives(store: Store) -> None:
    odd: dict[Field, Value] = {Field.TITLE: "half \ud83d a pair", Field.NOTES: "\0"}
    plan(store, Intent("A1", "update", odd))
    assert store.outbox.queued()[0].changes == odd
