"""VALIDATE references: targets must exist, referrers block deletion."""

from __future__ import annotations

import pytest

from sandbox.cloud.zone import Zone
from tests.sandbox.wires import (
    codes,
    create,
    fields,
    number,
    only,
    operation,
    reference,
    tagged,
)


@pytest.mark.parametrize("target_first", [True, False])
def test_a_target_may_come_anywhere_in_an_atomic_request(zone: Zone, target_first: bool) -> None:
    batch = [create("List/B"), create("Reminder/B", {"List": reference("List/B")})]
    ordered = batch if target_first else batch[::-1]
    assert codes(zone.modify(ordered)) == [None, None]


def test_without_atomic_a_target_must_come_first(zone: Zone) -> None:
    batch = [create("Reminder/B", {"List": reference("List/B")}), create("List/B")]
    assert codes(zone.modify(batch, atomic=False)) == ["VALIDATING_REFERENCE_ERROR", None]
    assert codes(zone.modify(batch[:1], atomic=False)) == [None]


def test_a_missing_target_is_named(zone: Zone) -> None:
    refused = only(zone.modify([create("Reminder/B", {"List": reference("List/Z")})]))
    assert refused["serverErrorCode"] == "VALIDATING_REFERENCE_ERROR"
    assert "List/Z" in refused["reason"]


def test_a_tombstone_is_no_target(zone: Zone) -> None:
    zone.modify([operation("forceDelete", "Reminder/A")])
    alarm = create("Alarm/A", {"Reminder": reference("Reminder/A")})
    assert codes(zone.modify([alarm])) == ["VALIDATING_REFERENCE_ERROR"]


def test_references_without_validation_may_dangle(zone: Zone) -> None:
    loose = create("Reminder/B", {"List": reference("List/Z", "NONE")})
    assert codes(zone.modify([loose])) == [None]
    assert fields(zone, "Reminder/B")["List"]["value"]["action"] == "NONE"


@pytest.mark.parametrize("kind", ["delete", "forceDelete"])
def test_a_referrer_blocks_deletion(zone: Zone, kind: str) -> None:
    refused = only(zone.modify([tagged(kind, zone, "List/A")]))
    assert refused["serverErrorCode"] == "VALIDATING_REFERENCE_ERROR"
    assert "Record delete would violate validating reference, rejecting update" in refused["reason"]
    assert "Reminder/A" in refused["reason"]


def test_a_soft_deleted_referrer_blocks_too(zone: Zone) -> None:
    zone.modify([operation("forceUpdate", "Reminder/A", {"Deleted": number(1)})])
    assert codes(zone.modify([operation("forceDelete", "List/A")])) == [
        "VALIDATING_REFERENCE_ERROR"
    ]


def test_what_no_longer_refers_does_not_block(zone: Zone) -> None:
    zone.modify([create("List/B")])
    zone.modify([operation("forceUpdate", "Reminder/A", {"List": reference("List/B")})])
    assert codes(zone.modify([operation("forceDelete", "List/A")])) == [None]
    assert codes(zone.modify([operation("forceDelete", "List/B")])) == [
        "VALIDATING_REFERENCE_ERROR"
    ]


def test_a_reference_to_itself_does_not_block(zone: Zone) -> None:
    own = create("Reminder/B", {"ParentReminder": reference("Reminder/B")})
    assert codes(zone.modify([own])) == [None]
    assert codes(zone.modify([operation("forceDelete", "Reminder/B")])) == [None]


def test_children_first_is_enough_in_one_atomic_request(zone: Zone) -> None:
    zone.modify([create("Alarm/A", {"Reminder": reference("Reminder/A")})])
    family = ["Alarm/A", "Reminder/A", "List/A"]
    wrong = zone.modify([operation("forceDelete", name) for name in family[::-1]])
    assert codes(wrong) == ["VALIDATING_REFERENCE_ERROR"] * 2 + ["ATOMIC_ERROR"]
    assert codes(zone.modify([operation("forceDelete", name) for name in family])) == [None] * 3
