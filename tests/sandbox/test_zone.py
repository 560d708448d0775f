"""The change feed of a zone: each record once, at its latest state, from any token."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from sandbox.cloud.zone import BadToken, TokenExpired, Zone
from tests.sandbox.wires import OWNER, Clock, Json, create, number, operation, reference, tag


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def zone(clock: Clock) -> Zone:
    return Zone(OWNER, clock)


def names(records: list[Json]) -> list[str]:
    return [record["recordName"] for record in records]


def walk(zone: Zone, token: str | None, limit: int = 200, **more: Any) -> tuple[list[Json], str]:
    """All pages after a token: their records in order, and the last token."""
    found: list[Json] = []
    while True:
        page = zone.changes(token, limit=limit, **more)
        found += page.records
        token = page.token
        if not page.more:
            return found, token


def test_a_record_shows_once_at_its_latest_state(zone: Zone) -> None:
    zone.modify([create("List/A", {"Count": number(1)})])
    zone.modify([create("List/B")])
    zone.modify([operation("forceUpdate", "List/A", {"Count": number(2)})])
    records, _ = walk(zone, None)
    assert names(records) == ["List/B", "List/A"]
    assert records[1]["fields"]["Count"]["value"] == 2


def test_a_delta_has_only_what_came_after_the_token(zone: Zone) -> None:
    zone.modify([create("List/A")])
    _, token = walk(zone, None)
    assert zone.changes(token).records == []
    zone.modify([create("List/B")])
    assert names(zone.changes(token).records) == ["List/B"]


def test_a_tombstone_has_neither_type_nor_fields(zone: Zone) -> None:
    zone.modify([create("List/A")])
    zone.modify([operation("forceDelete", "List/A")])
    tombstone = zone.changes(None).records[0]
    assert tombstone == {"recordName": "List/A", "deleted": True, "zoneID": zone.zone_id}


def test_pages_end_at_the_limit_and_never_pass_200(zone: Zone) -> None:
    for start in (0, 150):
        zone.modify([create(f"List/{at}") for at in range(start, start + 150)])
    first = zone.changes(None, limit=3)
    assert names(first.records) == ["List/0", "List/1", "List/2"]
    assert first.more
    assert len(zone.changes(None, limit=1000).records) == 200
    assert len(walk(zone, None, limit=7)[0]) == 300


def test_an_exactly_full_last_page_does_not_promise_more(zone: Zone) -> None:
    zone.modify([create("List/A"), create("List/B")])
    assert not zone.changes(None, limit=2).more


def test_reverse_turns_a_page_around(zone: Zone) -> None:
    zone.modify([create("List/A"), create("List/B")])
    assert names(zone.changes(None, reverse=True).records) == ["List/B", "List/A"]


def test_wanted_types_leave_tombstones_in_and_the_token_moving(zone: Zone) -> None:
    zone.modify([create("List/A"), create("Reminder/B"), create("List/C")])
    zone.modify([operation("forceDelete", "List/C")])
    records, token = walk(zone, None, desired_types=["Reminder"])
    assert names(records) == ["Reminder/B", "List/C"]
    assert token == zone.token()


def test_a_page_may_be_empty_while_more_is_coming(zone: Zone) -> None:
    zone.modify([create("List/A"), create("Reminder/B")])
    page = zone.changes(None, limit=1, desired_types=["Reminder"])
    assert page.records == []
    assert page.more


def test_wanted_keys_project_the_fields(zone: Zone) -> None:
    zone.modify([create("List/A", {"Count": number(1), "IsGroup": number(0)})])
    both = zone.changes(None).records[0]["fields"]
    assert set(both) == {"Count", "IsGroup"}
    one = zone.changes(None, desired_keys=["Count", "Count"]).records[0]["fields"]
    assert set(one) == {"Count"}
    assert zone.changes(None, desired_keys=[]).records[0]["fields"] == {}
    assert zone.lookup(["List/A"], desired_keys=[])[0]["fields"] == {}


def test_tokens_look_like_captured_ones(zone: Zone) -> None:
    assert zone.token().startswith("HwoD")
    base64.b64decode(zone.token(), validate=True)


def test_an_empty_token_means_caught_up(zone: Zone) -> None:
    zone.modify([create("List/A")])
    page = zone.changes("")
    assert page.records == []
    assert page.token == zone.token()


def test_foreign_and_mangled_tokens_are_refused(zone: Zone, clock: Clock) -> None:
    with pytest.raises(BadToken, match="Unknown sync continuation type"):
        zone.changes("garbage!")
    with pytest.raises(BadToken, match="Invalid continuation format"):
        zone.changes(zone.token()[:20])
    with pytest.raises(BadToken):
        zone.changes(Zone("_someone_else", clock).token())
    with pytest.raises(BadToken):
        zone.changes(Zone(OWNER, clock, name="RemindersMigration").token())
    with pytest.raises(BadToken):
        zone.changes(zone.database_token())
    with pytest.raises(BadToken):
        zone.changed_since(zone.token())


def test_expired_tokens_say_so_and_new_ones_work(zone: Zone) -> None:
    zone.modify([create("List/A")])
    old, old_database = zone.token(), zone.database_token()
    zone.expire_tokens()
    with pytest.raises(TokenExpired):
        zone.changes(old)
    with pytest.raises(TokenExpired):
        zone.changed_since(old_database)
    assert zone.changes(zone.token()).records == []


def test_a_recreated_zone_is_empty_and_knows_no_old_token(zone: Zone) -> None:
    zone.modify([create("List/A")])
    old = zone.token()
    zone.recreate()
    assert zone.changes(None).records == []
    with pytest.raises(TokenExpired):
        zone.changes(old)


def test_a_database_token_tells_whether_the_zone_changed(zone: Zone) -> None:
    token = zone.database_token()
    assert zone.changed_since(None)
    assert not zone.changed_since(token)
    zone.modify([create("List/A")])
    assert zone.changed_since(token)


def test_reads_can_lag_behind_writes(zone: Zone, clock: Clock) -> None:
    zone.modify([create("List/A", {"Count": number(1)})])
    clock.now += 60
    zone.modify([operation("forceUpdate", "List/A", {"Count": number(2)}), create("List/B")])
    stale = zone.changes(None, lag=10)
    assert [record["fields"]["Count"]["value"] for record in stale.records] == [1]
    assert zone.lookup(["List/A"], lag=10)[0]["fields"]["Count"]["value"] == 1
    assert zone.lookup(["List/B"], lag=10)[0]["serverErrorCode"] == "NOT_FOUND"
    clock.now += 10
    assert names(zone.changes(stale.token, lag=10).records) == ["List/A", "List/B"]


def test_a_reader_ahead_of_the_lag_keeps_its_place(zone: Zone, clock: Clock) -> None:
    zone.modify([create("List/A")])
    token = zone.token()
    page = zone.changes(token, lag=10)
    assert page.records == []
    assert page.token == token


def test_lookup_answers_in_order_and_shows_soft_deleted_records(zone: Zone) -> None:
    zone.modify([create("Reminder/A", {"Deleted": number(1)}), create("Reminder/B")])
    zone.modify([operation("forceDelete", "Reminder/B")])
    gone, there, never = zone.lookup(["Reminder/B", "Reminder/A", "Reminder/C"])
    assert there["fields"]["Deleted"] == number(1)
    for item, name in ((gone, "Reminder/B"), (never, "Reminder/C")):
        assert item == {
            "recordName": name,
            "reason": "Record not found",
            "serverErrorCode": "NOT_FOUND",
        }


def test_answers_are_copies(zone: Zone) -> None:
    zone.modify([create("List/A"), create("Reminder/A", {"List": reference("List/A")})])
    zone.lookup(["Reminder/A"])[0]["fields"]["List"]["value"]["recordName"] = "List/Z"
    assert zone.lookup(["Reminder/A"])[0]["fields"]["List"]["value"]["recordName"] == "List/A"


def test_live_leaves_tombstones_out(zone: Zone) -> None:
    zone.modify([create("List/A"), create("List/B"), create("Reminder/C")])
    zone.modify([operation("forceDelete", "List/A")])
    assert names(zone.live("List")) == ["List/B"]


def test_types_are_spelled_as_asked(zone: Zone) -> None:
    fields = {
        "Completed": number(1),
        "AlarmIDs": {"type": "STRING_LIST", "value": []},
        "Length": {"type": "DOUBLE", "value": 1.5},
    }
    zone.modify([create("Reminder/A", fields)])

    def types(remap: bool) -> dict[str, str]:
        shown = zone.lookup(["Reminder/A"], remap=remap)[0]["fields"]
        return {name: shown[name]["type"] for name in fields}

    assert list(types(remap=True).values()) == ["INT64", "UNKNOWN_LIST", "DOUBLE"]
    assert list(types(remap=False).values()) == ["NUMBER_INT64", "EMPTY_LIST", "NUMBER_DOUBLE"]


def test_a_zone_survives_dump_and_load(zone: Zone, clock: Clock) -> None:
    zone.modify([create("List/A"), create("Reminder/A", {"List": reference("List/A")})])
    zone.modify([create("List/B")])
    token = zone.changes(None, limit=1).token
    zone.modify([operation("forceDelete", "List/B")])
    loaded = Zone.load(json.loads(json.dumps(zone.dump())), clock)
    assert loaded.changes(None) == zone.changes(None)
    assert loaded.changes(token) == zone.changes(token)
    assert loaded.token() == zone.token()
    blocked = loaded.modify([operation("forceDelete", "List/A")])
    assert blocked[0]["serverErrorCode"] == "VALIDATING_REFERENCE_ERROR"
    before = set(tags(loaded))
    loaded.modify([operation("update", "List/A", {}, recordChangeTag=tag(zone, "List/A"))])
    assert tag(loaded, "List/A") not in before


def tags(zone: Zone) -> list[str]:
    return [record.tag for record in zone.records.values()]


def test_a_token_beyond_a_rolled_back_history_is_expired(zone: Zone, clock: Clock) -> None:
    state = zone.dump()
    zone.modify([create("List/A")])
    with pytest.raises(TokenExpired):
        Zone.load(state, clock).changes(zone.token())
