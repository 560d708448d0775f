"""Changes of reminders: what is sent, what is raised, and what is left alone."""

from __future__ import annotations

import gzip
import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.model import (
    AllDay,
    Completion,
    Field,
    Floating,
    Priority,
    Value,
    Zoned,
)
from sync.codec.document import Undecodable, from_base64, read_text
from sync.codec.encode import (
    Context,
    Group,
    Rank,
    delete_reminder,
    undelete_reminder,
    update_reminder,
)
from sync.codec.records import decode_reminder
from tests.codec.conftest import DOCUMENTS, NOW_APPLE_S, NOW_MS, RA, REPLICA_ID, minted
from tests.codec.wire import (
    LIST,
    MAP_KEYS,
    OTHER_LIST,
    PARENT,
    Mirror,
    record,
    reminder,
    target,
    token_map,
    wrap,
)

TORONTO = Zoned(datetime(2026, 3, 14, 9, 30), "America/Toronto")
KEYS_OF = {
    "titleDocument": "TitleDocument",
    "notesDocument": "NotesDocument",
    "completed": "Completed",
    "completionDate": "CompletionDate",
    "dueDate": "DueDate",
    "timeZone": "TimeZone",
    "allDay": "AllDay",
    "priority": "Priority",
    "flagged": "Flagged",
    "list": "List",
    "parentReminder": "ParentReminder",
    "alarmIDs": "AlarmIDs",
    "deleted": "Deleted",
    "lastModifiedDate": "LastModifiedDate",
}


def update(
    ctx: Context, wire: dict[str, Any], changes: dict[Field, Value], known: Mirror | None = None
) -> Group:
    return update_reminder(ctx, wire, changes, known or Mirror())


def sent(group: Group) -> dict[str, Any]:
    """The fields of the reminder's own operation, the first of the group."""
    fields: dict[str, Any] = group.operations[0]["record"]["fields"]
    return fields


def raised(group: Group, before: str = token_map()) -> set[str]:
    """The tokens that differ, each of which must have counted on by one, or start at one."""
    old = json.loads(before)["map"]
    new = json.loads(sent(group)["ResolutionTokenMap"]["value"])["map"]
    changed = {key for key in new if new[key] != old.get(key)}
    for key in changed:
        assert new[key]["counter"] == old.get(key, {"counter": 0})["counter"] + 1
        assert new[key]["modificationTime"] == NOW_APPLE_S
        assert new[key]["replicaID"] == old.get(key, {"replicaID": REPLICA_ID})["replicaID"]
    return changed


def applied(wire: dict[str, Any], group: Group) -> dict[str, Any]:
    """The record as the service has it after the group."""
    fields = {**wire["fields"], **(sent(group) if group.operations else {})}
    return {**wire, "fields": fields}


CHANGES: list[tuple[Field, Value, set[str]]] = [
    (Field.TITLE, "Buy oat milk", {"titleDocument"}),
    (Field.NOTES, "two litres", {"notesDocument"}),
    (Field.DONE, Completion(at_ms=1772000000000), {"completed", "completionDate"}),
    (Field.DUE, AllDay(date(2026, 3, 14)), {"dueDate", "timeZone", "allDay"}),
    (Field.DUE, TORONTO, {"dueDate", "timeZone", "allDay", "alarmIDs"}),
    (Field.PRIORITY, Priority.MEDIUM, {"priority"}),
    (Field.FLAGGED, True, {"flagged"}),
    (Field.LIST, OTHER_LIST, {"list"}),
    (Field.PARENT, PARENT, {"parentReminder"}),
]


@pytest.mark.parametrize(("name", "value", "keys"), CHANGES, ids=str)
def test_one_change_sends_and_raises_itself_alone(
    ctx: Context, name: Field, value: Value, keys: set[str]
) -> None:
    wire = reminder()
    group = update(ctx, wire, {name: value})
    operation = group.operations[0]
    assert operation["operationType"] == "update"
    assert operation["record"]["recordChangeTag"] == "m7x2k"
    assert raised(group) == keys | {"lastModifiedDate"}
    expected = {KEYS_OF[key] for key in keys} | {"LastModifiedDate", "ResolutionTokenMap"}
    assert set(sent(group)) == expected
    assert decode_reminder(applied(wire, group)).reminder().value(name) == value
    before, after = (
        decode_reminder(wire).reminder(),
        decode_reminder(applied(wire, group)).reminder(),
    )
    assert [other for other in Field if before.value(other) != after.value(other)] == [name]


@pytest.mark.parametrize(
    ("fields", "name", "value", "cleared"),
    [
        (
            {"Completed": wrap(1), "CompletionDate": wrap(5)},
            Field.DONE,
            None,
            {"Completed": {"type": "INT64", "value": 0},
             "CompletionDate": {"type": "TIMESTAMP", "value": None}},
        ),
        (
            {"DueDate": wrap(1773480600000), "TimeZone": wrap("Asia/Tokyo")},
            Field.DUE,
            None,
            {"DueDate": {"type": "TIMESTAMP", "value": None},
             "TimeZone": {"type": "STRING", "value": None},
             "AllDay": {"type": "INT64", "value": 0}},
        ),
        (
            {"ParentReminder": target(f"Reminder/{PARENT}")},
            Field.PARENT,
            None,
            {"ParentReminder": {"type": "REFERENCE", "value": None}},
        ),
    ],
)  # fmt: skip
def test_clearing_is_a_value_of_null(
    ctx: Context, fields: dict[str, Any], name: Field, value: Value, cleared: dict[str, Any]
) -> None:
    group = update(ctx, reminder(**fields), {name: value})
    assert cleared.items() <= sent(group).items()
    assert decode_reminder(applied(reminder(**fields), group)).reminder().value(name) is None


def test_several_changes_are_one_update(ctx: Context) -> None:
    group = update(
        ctx, reminder(), {Field.TITLE: "Oats", Field.FLAGGED: True, Field.PRIORITY: Priority.NONE}
    )
    assert len(group.operations) == 1
    assert raised(group) == {"titleDocument", "flagged", "lastModifiedDate"}


def test_a_text_is_edited_within_its_document(ctx: Context) -> None:
    wire = reminder(TitleDocument=wrap(DOCUMENTS["fresh_multiline_note"]["base64"]))
    new = from_base64(sent(update(ctx, wire, {Field.TITLE: "x"}))["TitleDocument"]["value"])
    assert read_text(new) == "x"
    assert bytes.fromhex("b7e2119a0c5d4e3fa1b2c3d4e5f60718") in gzip.decompress(new)


def test_a_move_takes_the_place_in_the_hierarchy_along(ctx: Context) -> None:
    group = update(ctx, reminder(), {Field.LIST: OTHER_LIST})
    assert group.operations[0]["record"]["parent"] == {"recordName": f"List/{OTHER_LIST}"}
    assert group.needs == {f"List/{OTHER_LIST}"}
    other = update(ctx, reminder(), {Field.FLAGGED: True})
    assert "parent" not in other.operations[0]["record"]


def test_records_with_bare_names_are_referred_to_by_them(ctx: Context) -> None:
    known = Mirror(record(OTHER_LIST, {}))
    group = update(ctx, reminder(), {Field.LIST: OTHER_LIST}, known)
    assert group.needs == {OTHER_LIST}


@pytest.mark.parametrize(("name", "value", "keys"), CHANGES, ids=str)
def test_a_change_that_is_already_there_sends_nothing(
    ctx: Context, name: Field, value: Value, keys: set[str]
) -> None:
    wire = reminder()
    done = applied(wire, update(ctx, wire, {name: value}))
    assert update(ctx, done, {name: value}).operations == ()


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        (
            {"TitleDocument": wrap(DOCUMENTS["ciphertext_not_a_document"]["base64"])},
            Field.TITLE,
            "x",
        ),
        (
            {"NotesDocument": wrap(DOCUMENTS["substrings_without_clock"]["base64"])},
            Field.NOTES,
            "x",
        ),
        ({"DueDate": wrap(1773480600000), "TimeZone": wrap("Mars/X")}, Field.DUE, None),
        ({"Priority": wrap(50)}, Field.PRIORITY, Priority.LOW),
        ({}, Field.DUE, Zoned(datetime(2026, 1, 1), "Mars/X")),
    ],
)
def test_what_cannot_be_read_is_not_written_over(
    ctx: Context, fields: dict[str, Any], name: Field, value: Value
) -> None:
    with pytest.raises(Undecodable):
        update(ctx, reminder(**fields), {name: value})
    assert update(ctx, reminder(**fields), {Field.FLAGGED: True}).operations


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((Field.TITLE, None), (Field.DONE, True), (Field.DUE, "2026-03-14"), (Field.LIST, None)),
        *((Field.PRIORITY, "high!"), (Field.FLAGGED, None), (Field.TITLE, "half \ud83d")),
    ],
)
def test_a_value_that_its_field_cannot_hold_is_refused(
    ctx: Context, name: Field, value: Value
) -> None:
    with pytest.raises(ValueError):
        update(ctx, reminder(), {name: value})


def test_an_update_without_a_change_tag_cannot_be_built(ctx: Context) -> None:
    untagged = {**reminder(), "recordChangeTag": ""}
    with pytest.raises(ValueError, match="change tag"):
        update(ctx, untagged, {Field.FLAGGED: True})
    with pytest.raises(ValueError, match="change tag"):
        delete_reminder(ctx, untagged)


def test_a_reminder_is_deleted_softly_and_can_come_back(ctx: Context) -> None:
    group = delete_reminder(ctx, reminder())
    assert group.operations[0]["operationType"] == "update"
    assert sent(group)["Deleted"] == {"type": "INT64", "value": 1}
    assert raised(group) == {"deleted", "lastModifiedDate"}
    assert group.rank is Rank.DELETE_REMINDER
    gone = applied(reminder(), group)
    assert delete_reminder(ctx, gone).operations == ()
    assert sent(undelete_reminder(ctx, gone))["Deleted"]["value"] == 0
    assert undelete_reminder(ctx, reminder()).operations == ()


def test_subtasks_go_before_their_parents(ctx: Context) -> None:
    child = reminder(ParentReminder=target(f"Reminder/{PARENT}"))
    assert delete_reminder(ctx, child).rank < delete_reminder(ctx, reminder()).rank


@pytest.mark.parametrize(
    ("done", "wanted"),
    [
        (Completion(at_ms=1772000000123), 1772000000123),
        (Completion(), NOW_MS),
        (Completion(day=date(2026, 3, 1)), NOW_MS),
        (Completion(day=date(2026, 2, 27)), NOW_MS - 2 * 86400000),
        (Completion(day=date(2027, 1, 1)), NOW_MS),
    ],
)
def test_when_it_was_completed(ctx: Context, done: Completion, wanted: int) -> None:
    group = update(ctx, reminder(), {Field.DONE: done})
    assert sent(group)["CompletionDate"]["value"] == wanted


@pytest.mark.parametrize(
    ("day", "is_news"),
    [(27, True), (28, False), (1, False), (2, False), (4, True)],
)
def test_a_day_that_the_instant_may_be_on_is_no_news(ctx: Context, day: int, is_news: bool) -> None:
    wire = reminder(Completed=wrap(1), CompletionDate=wrap(NOW_MS))  # 1 March, noon in UTC
    done = Completion(day=date(2026, 2 if day > 20 else 3, day))
    assert bool(update(ctx, wire, {Field.DONE: done}).operations) == is_news


values = {
    Field.TITLE: st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    Field.NOTES: st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    Field.DONE: st.none() | st.builds(Completion, at_ms=st.integers(0, NOW_MS)),
    Field.DUE: st.one_of(
        st.none(),
        st.builds(AllDay, st.dates(date(1970, 1, 1))),
        st.builds(Floating, st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1))).map(
            lambda due: Floating(due.wall.replace(microsecond=0))
        ),
        st.just(TORONTO),
    ),
    Field.PRIORITY: st.sampled_from(Priority),
    Field.FLAGGED: st.booleans(),
    Field.LIST: st.sampled_from([LIST, OTHER_LIST]),
    Field.PARENT: st.sampled_from([None, PARENT]),
}


@given(st.lists(st.fixed_dictionaries({}, optional=values), max_size=5))
def test_after_any_updates_the_record_says_what_was_wanted(
    steps: list[dict[Field, Value]],
) -> None:
    ctx = Context(NOW_MS, RA, REPLICA_ID, minted())
    wire = reminder()
    wanted = dict(decode_reminder(wire).reminder().values())
    for changes in steps:
        before = json.loads(wire["fields"]["ResolutionTokenMap"]["value"])["map"]
        group = update(ctx, wire, changes)
        wire = applied(wire, group)
        wanted |= changes
        assert decode_reminder(wire).reminder().values() == wanted
        after = json.loads(wire["fields"]["ResolutionTokenMap"]["value"])["map"]
        changed = set(sent(group)) if group.operations else set()
        for key, name in KEYS_OF.items():
            assert (before.get(key) != after.get(key)) == (name in changed), key
    assert set(MAP_KEYS) <= set(json.loads(wire["fields"]["ResolutionTokenMap"]["value"])["map"])
