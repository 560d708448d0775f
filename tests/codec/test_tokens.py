"""Resolution tokens: what changed is raised above what was there, all else stays as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.codec.tokens import LIST_CORE, bump, nonce

OWN = "0E6B2C1A-93D4-4F5E-8A7B-6C5D4E3F2A1B"
THEIRS = "7D1C9E40-2B3A-4C5D-9E8F-A0B1C2D3E4F5"
NOW_S = 1772366400.0
NOW_APPLE_S = NOW_S - 978307200


def token(counter: Any, time: Any = 700000000.25, replica: Any = THEIRS) -> dict[str, Any]:
    return {"counter": counter, "modificationTime": time, "replicaID": replica}


SOUND = {"titleDocument": token(4), "list": token(1), "completed": token(2), "flagged": token(9)}


def bumped(tokens: object, *keys: str) -> dict[str, Any]:
    result = json.loads(bump(json.dumps({"map": tokens}), keys, NOW_S, OWN))
    assert isinstance(result["map"], dict)
    return result["map"]


def test_a_raised_token_counts_on_and_keeps_its_replica() -> None:
    assert bumped(SOUND, "completed")["completed"] == token(3, NOW_APPLE_S)


def test_nothing_else_changes_but_for_last_modified_date() -> None:
    result = bumped(SOUND, "completed")
    assert result.pop("lastModifiedDate") == token(1, NOW_APPLE_S, OWN)
    assert {**result, "completed": SOUND["completed"]} == SOUND


def test_a_new_token_in_a_sound_map_starts_at_one_with_our_replica() -> None:
    assert bumped(SOUND, "alarmIDs")["alarmIDs"] == token(1, NOW_APPLE_S, OWN)


@pytest.mark.parametrize("absent", [None, ""])
def test_a_first_map(absent: str | None) -> None:
    assert json.loads(bump(absent, ["completed"], NOW_S, OWN)) == {
        "map": {
            "completed": token(1, NOW_APPLE_S, OWN),
            "lastModifiedDate": token(1, NOW_APPLE_S, OWN),
        }
    }


def test_where_core_tokens_were_lost_a_new_one_starts_above_all_that_survived() -> None:
    result = bumped({"hashtagIDs": token(7), "lastModifiedDate": token(3)}, "titleDocument")
    assert result["titleDocument"]["counter"] == 8
    assert result["lastModifiedDate"]["counter"] == 4
    assert result["hashtagIDs"] == token(7)
    assert set(result) == {"titleDocument", "lastModifiedDate", "hashtagIDs"}


def test_a_map_cut_short_still_says_how_high_the_counters_were() -> None:
    cut = json.dumps({"map": {"titleDocument": token(41), "completed": token(12)}})[:-25]
    result = json.loads(bump(cut, ["completed"], NOW_S, OWN))
    assert result["map"]["completed"]["counter"] == 42


@pytest.mark.parametrize("text", ["[]", "null", '{"map": 3}', "not json", "[" * 100_000])
def test_what_is_no_map_is_begun_anew(text: str) -> None:
    result = json.loads(bump(text, ["completed"], NOW_S, OWN))
    assert result["map"]["completed"] == token(1, NOW_APPLE_S, OWN)


@pytest.mark.parametrize(
    "bad",
    [
        {"counter": 5},
        token("5"),
        token(True),
        token(5, None),
        token(5, 1.0, "no UUID"),
        "text",
        None,
    ],
)
def test_a_malformed_token_is_kept_raw_unless_it_is_raised(bad: object) -> None:
    assert bumped({**SOUND, "dueDate": bad}, "flagged")["dueDate"] == bad
    assert bumped({**SOUND, "dueDate": bad}, "dueDate")["dueDate"] == token(1, NOW_APPLE_S, OWN)


def test_what_else_the_map_holds_stays() -> None:
    text = json.dumps({"version": [1, {"x": None}], "map": {**SOUND, "new": {"a": 1}}})
    result = json.loads(bump(text, ["flagged"], NOW_S, OWN))
    assert result["version"] == [1, {"x": None}]
    assert result["map"]["new"] == {"a": 1}


def test_a_map_of_a_list_is_sound_with_its_name() -> None:
    text = json.dumps({"map": {"name": token(6)}})
    result = json.loads(bump(text, ["deleted"], NOW_S, OWN, LIST_CORE))
    assert result["map"]["deleted"]["counter"] == 1


def test_the_nonce_is_made_of_the_due_date_token() -> None:
    text = json.dumps({"map": {"dueDate": token(3, 794059200.0)}})
    assert nonce(text) == 300794059200.0


@pytest.mark.parametrize("text", [None, "", "no", "{}", '{"map": {"dueDate": {"counter": 2}}}'])
def test_no_due_date_token_no_nonce(text: str | None) -> None:
    assert nonce(text) == 0.0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
entries = st.one_of(
    json_values,
    st.builds(token, st.integers(0, 2**40), st.floats(0, 1e9), st.sampled_from([OWN, THEIRS])),
)
maps = st.dictionaries(
    st.sampled_from([*SOUND, "dueDate", "alarmIDs", "lastModifiedDate", "x"]), entries
)


@given(maps, st.sets(st.sampled_from(["dueDate", "completed", "alarmIDs"]), max_size=3))
def test_raised_tokens_win_and_others_stay(old: dict[str, Any], keys: set[str]) -> None:
    new = bumped(old, *keys)
    raised = keys | {"lastModifiedDate"}
    assert set(new) == set(old) | raised
    for key in set(old) - raised:
        assert new[key] == old[key]
    for key in raised:
        before = old.get(key)
        is_sound = isinstance(before, dict) and before.get("replicaID") in (OWN, THEIRS)
        least = before["counter"] + 1 if isinstance(before, dict) and is_sound else 1
        assert new[key]["counter"] >= least
