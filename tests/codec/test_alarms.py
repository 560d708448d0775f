"""The due date's own alarm follows it; all other alarms stay as they are."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest

from store.model import AllDay, Due, Field, Floating, Zoned
from sync.codec.dates import read_components
from sync.codec.document import Undecodable, from_base64
from sync.codec.encode import Group, update_reminder
from sync.codec.tokens import nonce
from tests.codec.conftest import COMPONENTS, context
from tests.codec.wire import Mirror, alarm, reminder, wrap

OLD = Floating(datetime(2026, 3, 13, 18, 0))
NEW = Zoned(datetime(2026, 3, 14, 9, 30), "America/Toronto")
OTHER = Floating(datetime(2026, 3, 10, 7, 0))
OLD_FIELDS = {"DueDate": wrap(1773424800000)}


def moved(due: Due | None, *alarms: list[dict[str, Any]], **fields: Any) -> Group:
    """The group that gives the reminder with these alarms the due date ``due``."""
    ids = [each[0]["recordName"].removeprefix("Alarm/") for each in alarms]
    wire = reminder(**{**OLD_FIELDS, "AlarmIDs": wrap(ids), **fields})
    known = Mirror(*(each for pair in alarms for each in pair))
    return update_reminder(context(), wire, {Field.DUE: due}, known)


def said(group: Group) -> list[tuple[str, str]]:
    """What happens to which record after the reminder's update, in order."""
    return [
        (operation["operationType"], operation["record"]["recordName"])
        for operation in group.operations[1:]
    ]


def fields_of(group: Group, name: str) -> dict[str, Any]:
    found: dict[str, Any]
    [found] = [
        operation["record"]["fields"]
        for operation in group.operations
        if operation["record"]["recordName"] == name
    ]
    return found


def moment(group: Group, trigger: str) -> Due | None:
    data = from_base64(fields_of(group, trigger)["DateComponentsData"]["value"])
    return read_components(data).due()


def test_the_alarm_at_the_old_due_moves_in_place_with_its_nonce() -> None:
    group = moved(NEW, alarm(1, OLD))
    assert said(group) == [("update", "Alarm/A1"), ("update", "AlarmTrigger/T1")]
    assert moment(group, "AlarmTrigger/T1") == NEW
    own = group.operations[0]["record"]["fields"]
    assert "AlarmIDs" not in own
    fresh_nonce = nonce(own["ResolutionTokenMap"]["value"])
    assert fresh_nonce > 4e11
    assert fields_of(group, "Alarm/A1") == {
        "DueDateResolutionTokenAsNonce": {"type": "DOUBLE", "value": fresh_nonce}
    }
    tags = [operation["record"]["recordChangeTag"] for operation in group.operations]
    assert tags == ["m7x2k", "a1", "t1"]


def test_each_date_alarm_that_stays_gets_the_new_nonce() -> None:
    group = moved(NEW, alarm(1, OTHER), alarm(2, OLD))
    assert said(group) == [
        ("update", "Alarm/A1"),
        ("update", "Alarm/A2"),
        ("update", "AlarmTrigger/T2"),
    ]


def test_without_one_at_the_old_due_one_is_created_and_the_others_stay() -> None:
    group = moved(NEW, alarm(2, OTHER), alarm(1, OTHER))
    kinds = [(kind, name.partition("/")[0]) for kind, name in said(group)]
    assert kinds[:2] == [("create", "Alarm"), ("create", "AlarmTrigger")]
    assert said(group)[2:] == [("update", "Alarm/A2"), ("update", "Alarm/A1")]
    fresh_nonce = nonce(group.operations[0]["record"]["fields"]["ResolutionTokenMap"]["value"])
    nonces = [
        operation["record"]["fields"]["DueDateResolutionTokenAsNonce"]["value"]
        for operation in group.operations
        if operation["record"]["recordType"] == "Alarm"
    ]
    assert nonces == [fresh_nonce] * 3


def test_one_that_already_is_at_the_new_due_becomes_its_own() -> None:
    group = moved(NEW, alarm(1, NEW))
    assert said(group) == [("update", "Alarm/A1"), ("update", "AlarmTrigger/T1")]
    assert "AlarmIDs" not in group.operations[0]["record"]["fields"]


def test_the_old_due_may_be_said_by_a_time_alone_or_an_archive() -> None:
    for name in ("json_time_only", "nskeyedarchiver_bplist"):
        there = alarm(2, OLD)
        there[1]["fields"]["DateComponentsData"] = wrap(COMPONENTS[name]["base64"])
        hour = 13 if name == "json_time_only" else 13.5
        at = 1773446400000 + int(hour * 3600000)
        group = moved(OLD, alarm(1, OTHER), there, DueDate=wrap(at), TimeZone=wrap(NEW.zone))
        assert ("update", "AlarmTrigger/T2") in said(group)
        assert ("update", "AlarmTrigger/T1") not in said(group)


def test_a_first_alarm_is_added_after_those_that_are_there() -> None:
    group = moved(NEW, alarm(1))
    added = "00000000-0000-0000-0000-000000000001"
    assert group.operations[0]["record"]["fields"]["AlarmIDs"]["value"] == ["A1", added]
    assert [kind for kind, _ in said(group)] == ["create", "create"]
    assert group.creates == {name for _, name in said(group)}
    token = json.loads(group.operations[0]["record"]["fields"]["ResolutionTokenMap"]["value"])
    assert token["map"]["alarmIDs"]["counter"] == 4


@pytest.mark.parametrize("due", [None, AllDay(date(2026, 3, 14))])
def test_without_a_time_of_day_its_own_alarm_goes_trigger_first_after_the_update(
    due: Due | None,
) -> None:
    group = moved(due, alarm(1, OLD), alarm(2), alarm(3, OTHER))
    assert said(group) == [
        ("delete", "AlarmTrigger/T1"),
        ("delete", "Alarm/A1"),
        ("update", "Alarm/A3"),
    ]
    assert group.operations[1]["record"]["recordChangeTag"] == "t1"
    assert group.operations[0]["record"]["fields"]["AlarmIDs"]["value"] == ["A2", "A3"]


def test_ids_that_are_not_known_keep_their_place_and_their_form() -> None:
    group = moved(None, alarm(1, OLD), AlarmIDs=wrap(["Alarm/X9", "A1", "x8"]))
    assert group.operations[0]["record"]["fields"]["AlarmIDs"]["value"] == ["Alarm/X9", "x8"]


def test_an_all_day_reminder_keeps_the_time_of_its_alarm() -> None:
    group = moved(
        AllDay(date(2026, 3, 15)),
        alarm(1, Floating(datetime(2026, 3, 13, 7, 15))),
        DueDate=wrap(1773360000000),
        AllDay=wrap(1),
    )
    assert said(group) == [("update", "Alarm/A1")]


def test_alarms_by_place_deleted_ones_and_strangers_are_left_alone() -> None:
    stranger = alarm(4, OLD)
    gone = alarm(3, OLD, Deleted=wrap(1))
    known = Mirror(*alarm(1), *gone, *stranger)
    wire = reminder(**OLD_FIELDS, AlarmIDs=wrap(["A1", "A3", "A7"]))
    group = update_reminder(context(), wire, {Field.DUE: None}, known)
    assert said(group) == []
    assert "AlarmIDs" not in group.operations[0]["record"]["fields"]


def test_other_changes_touch_no_alarm() -> None:
    wire = reminder(**OLD_FIELDS, AlarmIDs=wrap(["A1"]))
    group = update_reminder(context(), wire, {Field.TITLE: "Oats"}, Mirror(*alarm(1, OLD)))
    assert said(group) == []


def test_an_alarm_that_cannot_be_read_is_not_written_over() -> None:
    broken = alarm(1, OLD)
    broken[1]["fields"]["DateComponentsData"] = wrap("bm8=")
    for others in ([], [alarm(2, OTHER)]):
        with pytest.raises(Undecodable):
            moved(NEW, broken, *others)
    group = moved(NEW, broken, alarm(2, OLD))
    assert ("update", "AlarmTrigger/T2") in said(group)
    assert ("update", "Alarm/A1") in said(group)
    assert ("update", "AlarmTrigger/T1") not in said(group)
