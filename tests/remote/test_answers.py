"""What answers are taken for: items, pages and refusals, by name and never by guess."""

from __future__ import annotations

from typing import Any

import pytest

from sync.errors import (
    BadResponse,
    ServiceError,
)
from sync.remote.answers import Failure, Refusal, carries_token, error_of
from sync.remote.cloudkit import CloudKit, ZoneId
from sync.remote.transport import Transport
from sync.remote.zones import read_page
from tests.remote.conftest import NOW, Script, ok, refused

ZONE = ZoneId("Reminders", "_abc")


def test_the_services_own_words_are_cut_to_one_line() -> None:
    refusal = Refusal.of(
        400, {"serverErrorCode": "BAD_REQUEST", "reason": "a\nb " * 500}, None, NOW
    )
    assert refusal is not None
    error = error_of(refusal, "host/path", token_sent=False)
    assert isinstance(error, ServiceError)
    assert error.server_code == "BAD_REQUEST"
    assert "\n" not in error.message
    assert len(error.message) < 300


@pytest.mark.parametrize("token", [None, "", 7, "\ud800", "a\0b"])
def test_a_page_without_a_token_that_can_be_kept_is_no_page(token: object) -> None:
    with pytest.raises(BadResponse, match="without a sync token"):
        read_page({"records": [], "syncToken": token}, "records/changes")
    assert read_page({"records": [], "syncToken": "AQ="}, "records/changes").token == "AQ="


def test_a_code_is_one_word() -> None:
    refusal = Refusal.of(400, {"serverErrorCode": "A\nB" + "c" * 500}, None, NOW)
    assert refusal is not None
    assert refusal.code == "A_B" + "c" * 77
    refusal = Refusal.of(400, {"serverErrorCode": "\n"}, None, NOW)
    assert refusal is not None
    assert refusal.code == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, False),
        ({"syncToken": "t"}, True),
        ({"zones": [{"zoneID": {}}]}, False),
        ({"zones": [{"zoneID": {}, "syncToken": "t"}]}, True),
        ({"zones": "?"}, False),
    ],
)
def test_a_request_with_a_token_is_known(body: dict[str, Any], expected: bool) -> None:
    assert carries_token(body) is expected


PROPERTIES = (
    "full",
    "gone",
    "conflict",
    "exists",
    "atomic_sibling",
    "reference",
    "retryable",
    "refused",
)


@pytest.mark.parametrize(
    ("code", "retry_after", "kind"),
    [
        ("NOT_FOUND", None, "gone"),
        ("UNKNOWN_ITEM", None, "gone"),
        ("CONFLICT", None, "conflict"),
        ("CONFLICT", 3, "conflict"),
        ("SERVER_RECORD_CHANGED", None, "conflict"),
        ("OP_LOCK_FAILURE", None, "conflict"),
        ("EXISTS", None, "exists"),
        ("ALREADY_EXISTS", None, "exists"),
        ("ATOMIC_ERROR", None, "atomic_sibling"),
        ("BATCH_REQUEST_FAILED", None, "atomic_sibling"),
        ("VALIDATING_REFERENCE_ERROR", None, "reference"),
        ("VALIDATING_REFERENCE", None, "reference"),
        ("THROTTLED", 3, "retryable"),
        ("TRY_AGAIN_LATER", None, "retryable"),
        ("ZONE_BUSY", None, "retryable"),
        ("SERVER_OVERLOADED", None, "retryable"),
        ("INTERNAL_ERROR", None, "retryable"),
        ("NEVER_HEARD_OF", 5, "retryable"),
        ("NEVER_HEARD_OF", None, "refused"),
        ("BAD_REQUEST", None, "refused"),
        ("ACCESS_DENIED", None, "refused"),
        ("QUOTA_EXCEEDED", None, "full"),
        ("INVALID_FIELD_TYPE", None, "refused"),
        ("LIMIT_EXCEEDED", None, "refused"),
    ],
)
def test_a_refused_item_is_of_exactly_one_kind(
    code: str, retry_after: float | None, kind: str
) -> None:
    item = {"recordName": "R", "serverErrorCode": code, "reason": "r", "retryAfter": retry_after}
    failure = Failure.of(item, NOW)
    assert failure is not None
    assert [name for name in PROPERTIES if getattr(failure, name)] == [kind]
    assert (failure.record_name, failure.code, failure.reason) == ("R", code, "r")


def _operations(*names: str) -> list[dict[str, Any]]:
    return [{"operationType": "create", "record": {"recordName": name}} for name in names]


@pytest.mark.parametrize("code", ["ATOMIC_ERROR", "BATCH_REQUEST_FAILED"])
def test_an_atomic_failure_of_the_whole_request_becomes_items(
    wire: Transport, script: Script, code: str
) -> None:
    script.answers = [refused(400, code)]
    results = CloudKit(wire).modify(ZONE, _operations("A", "B"), atomic=True)
    failures = [item for item in results if isinstance(item, Failure)]
    assert [(item.record_name, item.atomic_sibling) for item in failures] == [
        ("A", True),
        ("B", True),
    ]
    culprit = {"recordName": "B", "serverErrorCode": "CONFLICT", "reason": "r"}
    sibling = {"recordName": "A", "serverErrorCode": "ATOMIC_ERROR", "reason": "r"}
    script.answers = [refused(400, code, records=[culprit, sibling])]
    first, second = CloudKit(wire).modify(ZONE, _operations("A", "B"), atomic=True)
    assert isinstance(first, Failure)
    assert isinstance(second, Failure)
    assert first.atomic_sibling
    assert second.conflict


def test_items_are_matched_by_name_then_by_place(wire: Transport, script: Script) -> None:
    a, b = {"recordName": "A", "recordType": "List"}, {"recordName": "B", "recordType": "List"}
    script.answers = [ok(records=[b, a])]
    assert CloudKit(wire).modify(ZONE, _operations("A", "B"), atomic=False) == [a, b]
    nameless = {"serverErrorCode": "BAD_REQUEST", "reason": "r"}
    script.answers = [ok(records=[a, nameless])]
    first, second = CloudKit(wire).modify(ZONE, _operations("A", "B"), atomic=False)
    assert first == a
    assert isinstance(second, Failure)
    assert (second.record_name, second.refused) == ("B", True)


def test_what_is_not_answered_is_not_known_rather_than_gone(
    wire: Transport, script: Script
) -> None:
    script.answers = [ok(records=[])]
    [missing] = CloudKit(wire).lookup(ZONE, ["A"])
    assert isinstance(missing, Failure)
    assert missing.retryable
    assert not missing.gone


@pytest.mark.parametrize(
    "answer",
    [
        {"records": None, "syncToken": "t"},
        {"records": []},
        {"records": [], "syncToken": ""},
        {"records": [], "syncToken": None, "moreComing": True},
        {"records": {"recordName": "List/A"}, "syncToken": "t"},
        {"records": [{"serverErrorCode": "X"}], "syncToken": "t"},
    ],
)
def test_half_a_page_is_no_page(wire: Transport, script: Script, answer: dict[str, Any]) -> None:
    script.answers = [ok(**answer)]
    with pytest.raises(BadResponse):
        CloudKit(wire).changes(ZONE, None)


@pytest.mark.parametrize("name", [None, ["List/A"], "List/\0", ""])
def test_what_names_no_record_is_counted_and_passed_over(
    wire: Transport, script: Script, name: Any
) -> None:
    there = {"recordName": "List/A", "recordType": "List"}
    items = [{"recordName": name, "recordType": "List"}, there, None, "List/B"]
    script.answers = [ok(records=items, syncToken="t")]
    page = CloudKit(wire).changes(ZONE, None)
    assert (page.records, page.unreadable, page.token) == ([there], 3, "t")


def test_a_record_that_a_page_names_and_does_not_give_is_told_apart(
    wire: Transport, script: Script
) -> None:
    failed = {"recordName": "List/A", "serverErrorCode": "X\nY"}
    script.answers = [ok(records=[failed, {"recordName": "List/B"}, None], syncToken="t")]
    page = CloudKit(wire).changes(ZONE, None)
    assert page.failed == {"List/A": "X Y"}
    assert (page.records, page.unreadable) == ([{"recordName": "List/B"}], 1)


def test_who_walks_without_asking_again_hears_of_it(wire: Transport, script: Script) -> None:
    failed = {"recordName": "List/A", "serverErrorCode": "X"}
    script.answers = [ok(records=[failed], syncToken="t")]
    with pytest.raises(BadResponse, match=r"\(X\)"):
        list(CloudKit(wire).walk(ZONE, None))


def test_a_code_of_several_lines_is_told_in_one(wire: Transport, script: Script) -> None:
    script.answers = [ok(records=[{"serverErrorCode": "X\nY"}])]
    with pytest.raises(BadResponse, match=r"\(X Y\)"):
        CloudKit(wire).changes(ZONE, None)


def test_a_zone_without_its_owner_is_not_guessed(wire: Transport, script: Script) -> None:
    script.answers = [ok(zones=[{"zoneID": {"zoneName": "Reminders"}}])]
    with pytest.raises(BadResponse, match="owner"):
        CloudKit(wire).reminders_zone()
