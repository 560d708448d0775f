"""Alarms beside the due date, on the wire: what we write, what we keep, and what a device shows."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest

from store.model import Alarm, AllDay, AtTime, Due, Early, Field, Floating, Place, Unit, Zoned
from sync.codec.blob import Undecodable, from_base64, to_base64
from sync.codec.children import decode_alarm, decode_trigger
from sync.codec.encode import update_reminder
from sync.codec.records import decode_reminder
from tests.codec.conftest import COMPONENTS, NOW_APPLE_S, context
from tests.codec.rig import Rig
from tests.codec.wire import REMINDER, Mirror, alarm, record, reminder, wrap

TORONTO = Zoned(datetime(2026, 3, 14, 9, 30), "America/Toronto")
EVENING = AtTime(Floating(datetime(2026, 3, 13, 18)))
HOME = Place(True, 52.52, 13.405, 150.0, "Home", "1 Main Street")
OFFICE = Place(False, -33.86, 151.2)
KINDS: list[tuple[Alarm, str]] = [
    (EVENING, "2026-03-13T18:00"),
    (AtTime(Zoned(datetime(2026, 3, 13, 18), "Asia/Tokyo")), "2026-03-13T18:00[Asia/Tokyo]"),
    (Early(15, Unit.MINUTE), "15 minutes before"),
    (Early(1, Unit.MONTH), "1 month before"),
    (HOME, "arriving Home, 1 Main Street (52.52,13.405, 150.0 m)"),
    (OFFICE, "leaving  (-33.86,151.2, 100.0 m)"),
]
ALL = frozenset(kind for kind, _ in KINDS)


@pytest.fixture
def rig() -> Rig:
    return Rig()


def rings(rig: Rig) -> set[str]:
    shown = rig.shown()
    assert shown.problems == ()
    return {one.says for one in shown.alarms if not one.own}


@pytest.mark.parametrize("due", [TORONTO, AllDay(date(2026, 3, 14))])
def test_what_is_created_rings(rig: Rig, due: Due) -> None:
    rig.create(due=due, alarms=ALL)
    assert rings(rig) == {says for _, says in KINDS}


@pytest.mark.parametrize(("kind", "says"), KINDS)
def test_one_is_added_and_taken_off_alone(rig: Rig, kind: Alarm, says: str) -> None:
    others = ALL - {kind}
    rig.create(due=TORONTO, alarms=others)
    before = set(rig.mirror().records)
    rig.update({Field.ALARMS: ALL})
    assert says in rings(rig)
    rig.update({Field.ALARMS: others})
    assert rings(rig) == {other for _, other in KINDS} - {says}
    assert set(rig.mirror().records) == before


@pytest.mark.parametrize(
    "due", [AllDay(date(2026, 3, 20)), Zoned(datetime(2026, 3, 20, 8), "Europe/Paris"), None]
)
def test_they_stay_valid_when_the_due_date_moves(rig: Rig, due: Due | None) -> None:
    rig.create(due=TORONTO, alarms=ALL)
    rig.update({Field.DUE: due})
    assert rings(rig) == {says for _, says in KINDS}
    rig.update({Field.DUE: TORONTO, Field.ALARMS: ALL - {EVENING, HOME}})
    shown = rig.shown()
    assert [one.own for one in shown.alarms].count(True) == 1
    assert rings(rig) == {says for kind, says in KINDS if kind not in (EVENING, HOME)}


def test_an_acknowledged_one_stays_so(rig: Rig) -> None:
    rig.create(due=TORONTO, alarms=frozenset({EVENING}))
    ids = [one.id for one in rig.shown().alarms]
    for id in ids:
        rig.phone.acknowledge(REMINDER, id)
    rig.update({Field.DUE: Floating(datetime(2026, 3, 20, 9)), Field.ALARMS: frozenset({EVENING})})
    assert all(one.acknowledged for one in rig.shown().alarms)
    stamps = [decode_alarm(rig.record(f"Alarm/{id}")).acknowledged_ms for id in ids]
    assert all(stamps)


def test_what_a_place_is_written_as() -> None:
    group = update_reminder(
        context(), reminder(AlarmIDs=wrap(["A1"])), {Field.ALARMS: frozenset({HOME})}, Mirror()
    )
    own, made, trigger = (operation["record"] for operation in group.operations)
    assert own["fields"]["AlarmIDs"]["value"] == ["A1", made["fields"]["AlarmUID"]["value"]]
    token = json.loads(own["fields"]["ResolutionTokenMap"]["value"])["map"]
    assert (token["alarmIDs"]["counter"], token["dueDate"]["counter"]) == (4, 3)
    assert "DueDateResolutionTokenAsNonce" not in made["fields"]
    fields = trigger["fields"]
    assert fields["Latitude"] == {"type": "DOUBLE", "value": 52.52, "isEncrypted": True}
    assert fields["Radius"] == {"type": "DOUBLE", "value": 150.0}
    assert fields["Title"] == {"type": "STRING", "value": "Home", "isEncrypted": True}
    assert (fields["Proximity"]["value"], fields["Type"]["value"]) == (1, "Location")
    assert fields["ReferenceFrameString"] == {"type": "STRING", "value": "1", "isEncrypted": True}
    assert group.creates == {made["recordName"], trigger["recordName"]}


def payload(group: Any) -> dict[str, Any]:
    field = group.operations[0]["record"]["fields"]["DueDateDeltaAlertsData"]
    assert field["type"] == "ENCRYPTED_BYTES"
    read: dict[str, Any] = json.loads(from_base64(field["value"]))
    return read


def early(*alerts: object, **more: Any) -> dict[str, Any]:
    head = {"reminderIdentifier": "R", "accountIdentifier": "ACCOUNT", "newKey": [1]}
    return wrap(to_base64(json.dumps({**head, **more, "dueDateDeltaAlerts": alerts}).encode()))


ODD: list[object] = [
    {"dueDateDeltaUnit": 9, "dueDateDeltaCount": -2, "identifier": "ODD"},
    {"dueDateDeltaUnit": 1, "dueDateDeltaCount": 2},
    {"dueDateDeltaUnit": True, "dueDateDeltaCount": -1},
    "?",
]
HOURS = {"dueDateDeltaUnit": 1, "dueDateDeltaCount": -2, "identifier": "H", "extra": 7}


def test_what_is_not_understood_of_early_ones_stays() -> None:
    wire = reminder(DueDateDeltaAlertsData=early(*ODD, HOURS))
    assert decode_reminder(wire).early == {Early(2, Unit.HOUR)}
    both = frozenset({Early(2, Unit.HOUR), Early(1, Unit.DAY)})
    added = payload(update_reminder(context(), wire, {Field.ALARMS: both}, Mirror(wire)))
    assert added["dueDateDeltaAlerts"][:-1] == [*ODD, HOURS]
    assert added["dueDateDeltaAlerts"][-1] == {
        "identifier": "00000000-0000-0000-0000-000000000001",
        "creationDate": NOW_APPLE_S,
        "dueDateDeltaUnit": 2,
        "dueDateDeltaCount": -1,
        "minimumSupportedAppVersion": 0,
    }
    gone = payload(update_reminder(context(), wire, {Field.ALARMS: frozenset()}, Mirror(wire)))
    assert gone["dueDateDeltaAlerts"] == ODD
    assert (gone["newKey"], gone["accountIdentifier"]) == ([1], "ACCOUNT")


@pytest.mark.parametrize(
    ("others", "account"),
    [
        ([record("Reminder/OTHER", {"DueDateDeltaAlertsData": early(HOURS)})], "ACCOUNT"),
        ([record("Account/A-1", {})], "A-1"),
        ([record("Account/A-1", {}), record("Account/A-2", {})], ""),
        ([record("Reminder/OTHER", {"DueDateDeltaAlertsData": wrap("bm8=")})], ""),
    ],
)
def test_whose_a_first_early_one_is_says_the_account(others: list[Any], account: str) -> None:
    wanted = {Field.ALARMS: frozenset({Early(2, Unit.HOUR)})}
    head = payload(update_reminder(context(), reminder(), wanted, Mirror(*others)))
    assert (head["reminderIdentifier"], head["accountIdentifier"]) == (REMINDER, account)


@pytest.mark.parametrize("data", ["bm8=", to_base64(b"[]"), to_base64(b'{"dueDateDeltaAlerts":1}')])
def test_early_ones_that_cannot_be_read_are_opaque_and_never_written_over(data: str) -> None:
    wire = reminder(DueDateDeltaAlertsData=wrap(data))
    assert decode_reminder(wire).reminder().opaque == {Field.ALARMS}
    with pytest.raises(Undecodable):
        update_reminder(context(), wire, {Field.ALARMS: frozenset()}, Mirror(wire))
    group = update_reminder(context(), wire, {Field.TITLE: "Oats"}, Mirror(wire))
    assert "DueDateDeltaAlertsData" not in group.operations[0]["record"]["fields"]


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("json", TORONTO),
        ("nskeyedarchiver_bplist", TORONTO),
        ("json_time_only", Zoned(datetime(2026, 5, 2, 9), "America/Toronto")),
    ],
)
def test_all_forms_of_a_moment_are_read(name: str, at: Zoned) -> None:
    [_, trigger] = alarm(1, Floating(datetime(2026, 3, 13)))
    trigger["fields"]["DateComponentsData"] = wrap(COMPONENTS[name]["base64"])
    assert decode_trigger(trigger).alarm(date(2026, 5, 2)) == AtTime(at)


@pytest.mark.parametrize(
    "fields",
    [
        {"Type": wrap("Vehicle"), "Event": wrap(1)},
        {"Type": wrap("Location"), "Latitude": wrap(1.5), "Longitude": wrap(2)},
        {"Type": wrap("Location"), "Latitude": wrap(1), "Longitude": wrap("?")},
        {"Type": wrap("Tomorrow")},
    ],
)
def test_alarms_without_words_are_no_values_and_stay(fields: dict[str, Any]) -> None:
    pair = alarm(1)
    pair[1]["fields"] |= fields
    assert decode_trigger(pair[1]).alarm(date(2026, 5, 2)) is None
    wire = reminder(AlarmIDs=wrap(["A1"]), DueDate=wrap(1773424800000))
    wanted = {Field.ALARMS: frozenset({EVENING})}
    group = update_reminder(context(), wire, wanted, Mirror(*pair))
    assert [one["operationType"] for one in group.operations] == ["update", "create", "create"]
    assert group.operations[0]["record"]["fields"]["AlarmIDs"]["value"][0] == "A1"
