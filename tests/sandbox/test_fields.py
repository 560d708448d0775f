"""What each field type takes, refuses, and reads back as."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.cloud.zone import Zone
from tests.sandbox.wires import (
    Json,
    codes,
    create,
    fields,
    number,
    only,
    operation,
    tagged,
)


def written(zone: Zone, record_type: str, name: str, field: Any, *, remap: bool = True) -> Json:
    """What a field reads back as, or the error item of the write that was refused."""
    record = f"{record_type}/Probe"
    zone.modify([operation("forceDelete", record)])
    item = only(zone.modify([create(record, {name: field})], remap=remap))
    if "serverErrorCode" in item:
        return item
    stored: Json = fields(zone, record)[name]
    return stored


DATE = "eyJob3VyIjo5fQ=="


@pytest.mark.parametrize(
    ("record_type", "name", "field", "stored"),
    [
        ("Reminder", "Completed", {"value": 1}, {"value": 1, "type": "INT64"}),
        ("Reminder", "Completed", {"value": True}, {"value": 1, "type": "INT64"}),
        ("Reminder", "DueDate", {"value": 5}, {"value": 5, "type": "TIMESTAMP"}),
        ("Reminder", "TimeZone", {"value": "UTC"}, {"value": "UTC", "type": "STRING"}),
        ("Reminder", "AlarmIDs", {"value": ["A"]}, {"value": ["A"], "type": "STRING_LIST"}),
        ("Reminder", "AlarmIDs", {"value": []}, {"value": [], "type": "UNKNOWN_LIST"}),
        (
            "Reminder",
            "AlarmIDs",
            {"value": [], "type": "UNKNOWN_LIST"},
            {"value": [], "type": "UNKNOWN_LIST"},
        ),
        ("Reminder", "TitleDocument", {"value": DATE}, {"value": DATE, "type": "ENCRYPTED_BYTES"}),
        (
            "Reminder",
            "TitleDocument",
            {"value": DATE, "type": "STRING"},
            {"value": DATE, "type": "ENCRYPTED_BYTES"},
        ),
        (
            "Reminder",
            "NotesDocument",
            {"value": DATE, "type": "BYTES"},
            {"value": DATE, "type": "ENCRYPTED_BYTES"},
        ),
        (
            "List",
            "Name",
            {"value": "Home", "type": "STRING", "isEncrypted": True},
            {"value": "Home", "type": "STRING", "isEncrypted": True},
        ),
        (
            "List",
            "Name",
            {"value": "Home"},
            {"value": "Home", "type": "STRING", "isEncrypted": True},
        ),
        (
            "Hashtag",
            "Name",
            {"value": DATE, "type": "ENCRYPTED_BYTES"},
            {"value": DATE, "type": "ENCRYPTED_BYTES"},
        ),
        (
            "AlarmTrigger",
            "Latitude",
            {"value": 48.5, "type": "DOUBLE", "isEncrypted": True},
            {"value": 48.5, "type": "DOUBLE", "isEncrypted": True},
        ),
        ("AlarmTrigger", "Radius", {"value": 100}, {"value": 100, "type": "DOUBLE"}),
        ("AlarmTrigger", "DateComponentsData", {"value": DATE}, {"value": DATE, "type": "BYTES"}),
    ],
)
def test_fields_are_stored_by_the_schema(
    zone: Zone, record_type: str, name: str, field: Json, stored: Json
) -> None:
    assert written(zone, record_type, name, field) == stored


@pytest.mark.parametrize(
    ("record_type", "name", "field", "fragment"),
    [
        ("List", "Name", {"value": "Home", "type": "STRING"}, "must be base64 encoded"),
        ("Reminder", "TitleDocument", {"value": "no base64!"}, "must be base64 encoded"),
        ("AlarmTrigger", "DateComponentsData", {"value": 5}, "must be base64 encoded"),
        (
            "Reminder",
            "TitleDocument",
            {"value": 5, "type": "INT64"},
            "Invalid value, expected type ENCRYPTED_BYTES.",
        ),
        (
            "Reminder",
            "DueDateDeltaAlertsData",
            {"value": DATE, "type": "BYTES"},
            "Invalid value, expected type ENCRYPTED_BYTES.",
        ),
        (
            "AlarmTrigger",
            "Latitude",
            {"value": 48.5, "type": "DOUBLE"},
            "Invalid value, expected type ENCRYPTED_BYTES.",
        ),
        (
            "Reminder",
            "TimeZone",
            {"value": "UTC", "type": "STRING", "isEncrypted": True},
            "Attempt to save encrypted data in non encrypted field type",
        ),
        (
            "Reminder",
            "TimeZone",
            {"value": DATE, "type": "ENCRYPTED_BYTES"},
            "Attempt to save encrypted data in non encrypted field type",
        ),
        ("Reminder", "Completed", {"value": "1"}, "expected type INT64"),
        ("Reminder", "Completed", {"value": 0.5}, "expected type INT64"),
        ("Reminder", "Completed", {"value": 1 << 63}, "expected type INT64"),
        ("Reminder", "Completed", {"value": 1, "type": "TIMESTAMP"}, "expected type INT64"),
        ("Reminder", "DueDate", {"value": True}, "expected type TIMESTAMP"),
        ("Reminder", "TimeZone", {"value": 5}, "expected type STRING"),
        ("Reminder", "AlarmIDs", {"value": "A"}, "expected type STRING_LIST"),
        ("Reminder", "AlarmIDs", {"value": [1]}, "expected type STRING"),
        ("Reminder", "AlarmIDs", {"value": ["A"], "type": "UNKNOWN_LIST"}, "UNKNOWN_LIST"),
        ("Reminder", "List", {"value": "List/A"}, "expected type REFERENCE"),
        ("Reminder", "List", {"value": {"recordName": "List/A", "action": "MAYBE"}}, "MAYBE"),
        ("AlarmTrigger", "Radius", {"value": "far"}, "expected type DOUBLE"),
        ("List", "ReminderIDsAsset", {"value": "[]"}, "expected type ASSETID"),
        ("Reminder", "Completed", 1, "must be an object"),
        ("Reminder", "Completed", {"value": 1, "type": 7}, "type must be a string"),
        ("Reminder", "Notes", {"value": "x" * 1_000_001}, "record too large"),
    ],
)
def test_wrong_fields_are_bad_requests(
    zone: Zone, record_type: str, name: str, field: Any, fragment: str
) -> None:
    refused = written(zone, record_type, name, field)
    assert refused["serverErrorCode"] == "BAD_REQUEST"
    assert fragment in refused["reason"]


@pytest.mark.parametrize("remap", [True, False])
def test_type_names_must_match_the_query_parameter(zone: Zone, remap: bool) -> None:
    right, wrong = ("INT64", "NUMBER_INT64") if remap else ("NUMBER_INT64", "INT64")
    accepted = written(zone, "Reminder", "Flagged", {"value": 1, "type": right}, remap=remap)
    assert accepted == {"value": 1, "type": "INT64"}
    refused = written(zone, "Reminder", "Flagged", {"value": 1, "type": wrong}, remap=remap)
    assert refused["serverErrorCode"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("record_type", "name", "field", "stored"),
    [
        ("Reminder", "NewIn27", {"value": "x"}, {"value": "x", "type": "STRING"}),
        ("Mystery", "Depth", {"value": 2.5}, {"value": 2.5, "type": "DOUBLE"}),
        ("Mystery", "On", {"value": True}, {"value": 1, "type": "INT64"}),
        ("Mystery", "Names", {"value": ["x"]}, {"value": ["x"], "type": "STRING_LIST"}),
        (
            "Mystery",
            "Odd",
            {"value": {"a": [1]}, "type": "ODD"},
            {"value": {"a": [1]}, "type": "ODD"},
        ),
        (
            "Mystery",
            "Hidden",
            {"value": "x", "type": "STRING", "isEncrypted": True},
            {"value": "x", "type": "STRING", "isEncrypted": True},
        ),
    ],
)
def test_unknown_fields_and_types_are_kept(
    zone: Zone, record_type: str, name: str, field: Json, stored: Json
) -> None:
    assert written(zone, record_type, name, field) == stored
    probe = f"{record_type}/Probe"
    zone.modify([tagged("update", zone, probe, {"Imported": number(0)})])
    assert fields(zone, probe)[name] == stored


def test_unknown_references_and_lists_of_references_are_validated(zone: Zone) -> None:
    def targets(*names: str) -> Json:
        value = [{"recordName": name, "action": "VALIDATE"} for name in names]
        return {"value": value, "type": "REFERENCE_LIST"}

    assert written(zone, "Mystery", "All", targets("List/Z"))["serverErrorCode"] == (
        "VALIDATING_REFERENCE_ERROR"
    )
    kept = written(zone, "Mystery", "All", targets("List/A", "Reminder/A"))
    assert [held["zoneID"] for held in kept["value"]] == [zone.zone_id] * 2
    assert codes(zone.modify([operation("forceDelete", "Reminder/A")])) == [
        "VALIDATING_REFERENCE_ERROR"
    ]


@pytest.mark.parametrize("wrong", [[], "x", 5])
def test_fields_must_be_an_object(zone: Zone, wrong: Any) -> None:
    assert codes(zone.modify([operation("forceUpdate", "Reminder/A", wrong)])) == ["BAD_REQUEST"]
    assert "Flagged" in fields(zone, "Reminder/A")
