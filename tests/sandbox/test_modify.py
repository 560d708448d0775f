"""Every rule of records/modify: operation types, tags, references, batches, field types."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.cloud.zone import RequestError, Zone
from tests.sandbox.wires import (
    OWNER,
    Clock,
    Json,
    codes,
    create,
    fields,
    number,
    only,
    operation,
    tag,
    tagged,
)


def test_a_write_is_echoed_as_the_whole_record(zone: Zone, clock: Clock) -> None:
    clock.now += 5
    change = tagged("update", zone, "Reminder/A", {"Priority": number(9)})
    echo = only(zone.modify([change], by="7"))
    stamp: Json = {"timestamp": int(clock.now * 1000), "userRecordName": OWNER, "deviceID": "7"}
    assert echo == zone.lookup(["Reminder/A"])[0]
    assert echo["modified"] == stamp
    assert echo["created"] == stamp | {"timestamp": stamp["timestamp"] - 5000, "deviceID": "2"}
    assert set(echo["fields"]) == {"List", "Flagged", "Priority"}
    assert echo["fields"]["List"]["value"]["zoneID"] == zone.zone_id
    assert (echo["deleted"], echo["pluginFields"]) == (False, {})


def test_the_echo_shows_the_wanted_fields_only(zone: Zone) -> None:
    both = create("Reminder/B", {"Flagged": number(0), "Priority": number(1)})
    echo = only(zone.modify([both | {"desiredKeys": ["Flagged"]}], desired_keys=["Priority"]))
    assert set(echo["fields"]) == {"Flagged"}
    other = create("Reminder/C", {"Flagged": number(0), "Priority": number(1)})
    assert only(zone.modify([other], desired_keys=[]))["fields"] == {}


def test_each_accepted_write_gets_a_new_tag(zone: Zone) -> None:
    seen = {tag(zone, "Reminder/A")}
    for _ in range(40):
        before = len(seen)
        zone.modify([tagged("update", zone, "Reminder/A", {})])
        seen.add(tag(zone, "Reminder/A"))
        assert len(seen) == before + 1
    assert all(set(one) <= set("0123456789abcdefghijklmnopqrstuvwxyz") for one in seen)


def test_create_refuses_an_existing_name(zone: Zone) -> None:
    refused = only(zone.modify([create("List/A")]))
    assert refused == {
        "recordName": "List/A",
        "reason": "record to insert already exists",
        "serverErrorCode": "EXISTS",
    }


def test_create_may_leave_the_name_to_the_server(zone: Zone) -> None:
    nameless = {"operationType": "create", "record": {"recordType": "Reminder", "fields": {}}}
    name = only(zone.modify([nameless]))["recordName"]
    assert zone.lookup([name])[0]["recordType"] == "Reminder"


def test_a_deleted_name_can_be_created_again(zone: Zone) -> None:
    old = tag(zone, "Reminder/A")
    zone.modify([operation("forceDelete", "Reminder/A")])
    assert codes(zone.modify([create("Reminder/A")])) == [None]
    assert fields(zone, "Reminder/A") == {}
    assert tag(zone, "Reminder/A") != old


@pytest.mark.parametrize("kind", ["update", "replace", "delete"])
def test_tagged_operations_insist_on_the_current_tag(zone: Zone, kind: str) -> None:
    stale = tag(zone, "Reminder/A")
    zone.modify([tagged("update", zone, "Reminder/A", {})])
    held = tag(zone, "Reminder/A")
    refused = only(zone.modify([operation(kind, "Reminder/A", recordChangeTag=stale)]))
    assert refused["serverErrorCode"] == "CONFLICT"
    assert refused["reason"] == "client oplock error updating record"
    assert codes(zone.modify([operation(kind, "Reminder/A")])) == ["BAD_REQUEST"]
    missing = operation(kind, "Reminder/Z", recordChangeTag=stale)
    assert codes(zone.modify([missing])) == ["NOT_FOUND"]
    assert tag(zone, "Reminder/A") == held
    accepted = operation(kind, "Reminder/A", recordChangeTag=held)
    assert codes(zone.modify([accepted])) == [None]


@pytest.mark.parametrize("kind", ["forceUpdate", "forceReplace"])
def test_forced_writes_ignore_tags_and_create_what_is_missing(zone: Zone, kind: str) -> None:
    change = operation(kind, "Reminder/A", {"Priority": number(5)}, recordChangeTag="stale")
    new = operation(kind, "Reminder/New", {"Priority": number(1)})
    assert codes(zone.modify([change, new])) == [None, None]
    assert fields(zone, "Reminder/New") == {"Priority": {"value": 1, "type": "INT64"}}


@pytest.mark.parametrize("kind", ["forceUpdate", "forceReplace"])
def test_forced_writes_bring_a_deleted_record_back(zone: Zone, kind: str) -> None:
    zone.modify([operation("forceDelete", "Reminder/A")])
    zone.modify([operation(kind, "Reminder/A", {"Priority": number(1)})])
    assert set(fields(zone, "Reminder/A")) == {"Priority"}


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        ("update", {"List", "Flagged", "Priority"}),
        ("forceUpdate", {"List", "Flagged", "Priority"}),
        ("replace", {"Priority"}),
        ("forceReplace", {"Priority"}),
    ],
)
def test_updates_keep_unnamed_fields_and_replacements_drop_them(
    zone: Zone, kind: str, left: set[str]
) -> None:
    zone.modify([tagged(kind, zone, "Reminder/A", {"Priority": number(5)})])
    assert set(fields(zone, "Reminder/A")) == left


def test_a_delete_leaves_a_tombstone(zone: Zone) -> None:
    echo = only(zone.modify([tagged("delete", zone, "Reminder/A")]))
    assert echo == {"recordName": "Reminder/A", "deleted": True}
    assert zone.records["Reminder/A"].record_type is None
    assert zone.records["Reminder/A"].fields == {}


def test_force_delete_needs_only_a_name_and_takes_a_missing_record(zone: Zone) -> None:
    before = zone.token()
    bare = {"operationType": "forceDelete", "record": {"recordName": "Reminder/Never"}}
    assert only(zone.modify([bare])) == {"recordName": "Reminder/Never", "deleted": True}
    assert zone.token() == before
    there = {"operationType": "forceDelete", "record": {"recordName": "Reminder/A"}}
    assert codes(zone.modify([there])) == [None]
    assert zone.records["Reminder/A"].deleted


@pytest.mark.parametrize("kind", ["create", "forceUpdate", "forceReplace"])
def test_operations_that_may_create_need_a_type(zone: Zone, kind: str) -> None:
    bare = {"operationType": kind, "record": {"recordName": "Reminder/New", "fields": {}}}
    assert codes(zone.modify([bare])) == ["BAD_REQUEST"]


def test_an_update_needs_no_type_but_may_not_change_it(zone: Zone) -> None:
    bare = tagged("update", zone, "Reminder/A", {})
    del bare["record"]["recordType"]
    assert codes(zone.modify([bare])) == [None]
    turned = tagged("update", zone, "Reminder/A", {})
    turned["record"]["recordType"] = "List"
    assert codes(zone.modify([turned])) == ["BAD_REQUEST"]


@pytest.mark.parametrize("atomic", [True, False])
def test_a_record_named_twice_fails_the_request(zone: Zone, atomic: bool) -> None:
    before = zone.token()
    with pytest.raises(RequestError, match="List/B"):
        zone.modify(
            [create("List/B"), create("Reminder/C"), operation("forceUpdate", "List/B")],
            atomic=atomic,
        )
    assert zone.token() == before


def test_200_operations_are_the_limit(zone: Zone) -> None:
    many = [create(f"Reminder/{at}") for at in range(201)]
    with pytest.raises(RequestError, match="200"):
        zone.modify(many)
    assert codes(zone.modify(many[:200])) == [None] * 200


@pytest.mark.parametrize(
    "broken",
    [
        "create",
        {"operationType": "upsert", "record": {"recordName": "List/B"}},
        {"operationType": "create"},
        {"operationType": "update", "record": {"recordChangeTag": "1"}},
        {"operationType": "create", "record": {"recordName": "x" * 256, "recordType": "List"}},
    ],
)
def test_malformed_operations_fail_the_request(zone: Zone, broken: Any) -> None:
    with pytest.raises(RequestError) as caught:
        zone.modify([create("List/B"), broken])
    assert caught.value.answer["serverErrorCode"] == "BAD_REQUEST"
    assert "List/B" not in zone.records


def test_an_atomic_failure_applies_nothing(zone: Zone) -> None:
    before = zone.token()
    items = zone.modify(
        [
            create("List/B"),
            operation("update", "Reminder/A", {}, recordChangeTag="stale"),
            create("List/C"),
        ]
    )
    assert codes(items) == ["ATOMIC_ERROR", "CONFLICT", "ATOMIC_ERROR"]
    assert [item["recordName"] for item in items] == ["List/B", "Reminder/A", "List/C"]
    assert zone.token() == before


def test_atomic_is_the_default_and_can_be_switched_off(zone: Zone) -> None:
    batch = [create("List/B"), create("List/A"), create("List/C")]
    assert codes(zone.modify(batch)) == ["ATOMIC_ERROR", "EXISTS", "ATOMIC_ERROR"]
    assert codes(zone.modify(batch, atomic=False)) == [None, "EXISTS", None]
    assert {"List/B", "List/C"} <= set(zone.records)


def test_the_parent_is_kept_unless_named(zone: Zone) -> None:
    def parent() -> Any:
        return zone.lookup(["Reminder/A"])[0].get("parent")

    moved = operation("forceUpdate", "Reminder/A", parent={"recordName": "List/A"})
    zone.modify([moved])
    zone.modify([operation("forceUpdate", "Reminder/A", {"Flagged": number(0)})])
    assert parent() == {"recordName": "List/A"}
    zone.modify([operation("forceUpdate", "Reminder/A", parent=None)])
    assert parent() is None
    assert codes(zone.modify([operation("forceUpdate", "Reminder/A", parent="List/A")])) == [
        "BAD_REQUEST"
    ]


@pytest.mark.parametrize("cleared", [None, {}, {"type": "INT64"}, {"value": None}, number(None)])
def test_a_field_without_a_value_is_cleared(zone: Zone, cleared: Json | None) -> None:
    zone.modify([operation("forceUpdate", "Reminder/A", {"Flagged": cleared})])
    assert "Flagged" not in fields(zone, "Reminder/A")


def test_an_injected_refusal_is_an_item_like_any_other(zone: Zone) -> None:
    def refuse(name: str) -> Json | None:
        return {"code": "THROTTLED", "reason": "busy", "retryAfter": 3} if "B" in name else None

    items = zone.modify([create("List/B"), create("List/C")], atomic=False, refuse=refuse)
    assert items[0] == {
        "recordName": "List/B",
        "reason": "busy",
        "serverErrorCode": "THROTTLED",
        "retryAfter": 3,
    }
    assert codes(items[1:]) == [None]
