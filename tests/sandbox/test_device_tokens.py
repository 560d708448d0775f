"""Resolution tokens: how they compare, which maps are readable, and how the phone raises them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.device import tokens
from sandbox.device.tokens import Token

A, B = "0E6B2C1A-93D4-4F5E-8A7B-6C5D4E3F2A1B", "FE6B2C1A-93D4-4F5E-8A7B-6C5D4E3F2A1B"


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        (Token(3, 1.0, A), Token(2, 9.0, B)),
        (Token(2, 9.0, A), Token(2, 1.0, B)),
        (Token(2, 1.0, B), Token(2, 1.0, A)),
        (Token(0, 0.0, A), None),
    ],
)
def test_counter_then_time_then_replica(newer: Token, older: Token | None) -> None:
    assert tokens.is_newer(newer, older)
    assert not tokens.is_newer(older, newer)
    assert tokens.higher(newer, older) == tokens.higher(older, newer) == newer


def test_a_token_is_not_newer_than_itself() -> None:
    assert not tokens.is_newer(Token(1, 1.0, A), Token(1, 1.0, A))
    assert not tokens.is_newer(None, None)


@pytest.mark.parametrize("raw", [None, 5, "", "{", "[]", '{"map":[]}', '{"other":{}}', "null"])
def test_an_unreadable_map_is_empty(raw: Any) -> None:
    assert tokens.read(raw) == {}


def test_malformed_entries_are_dropped_alone() -> None:
    entries = {
        "title": {"counter": 1, "modificationTime": 2.5, "replicaID": A},
        "short": {"counter": 1, "modificationTime": 2.5},
        "odd": {"counter": 1, "modificationTime": 2.5, "replicaID": "x"},
        "empty": None,
    }
    assert tokens.read(json.dumps({"map": entries})) == {"title": Token(1, 2.5, A)}


def test_maps_round_trip() -> None:
    held = {"dueDate": Token(3, 794059200.123456, A), "list": Token(1, 0.0, B)}
    assert tokens.read(tokens.write(held)) == held


def test_the_nonce_joins_counter_and_time() -> None:
    assert Token(3, 794059200.0, A).nonce == 300794059200.0


def test_raising_keeps_the_replica_and_leaves_other_tokens() -> None:
    held = {"flagged": Token(4, 1.0, B), "list": Token(7, 1.0, B)}
    risen = tokens.raised(held, "Reminder", ["Flagged", "Priority"], 9.0, A)
    assert risen == {
        "flagged": Token(5, 9.0, B),
        "list": Token(7, 1.0, B),
        "priority": Token(1, 9.0, A),
    }


def test_what_belongs_together_rises_to_one_counter() -> None:
    held = {"dueDate": Token(4, 1.0, B), "alarmIDs": Token(9, 1.0, B)}
    risen = tokens.raised(held, "Reminder", ["DueDate"], 9.0, A)
    assert {key: token.counter for key, token in risen.items()} == {
        "dueDate": 10,
        "alarmIDs": 10,
        "timeZone": 10,
        "allDay": 10,
    }
