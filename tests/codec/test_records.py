"""Decoding: every form reads, and what cannot be read is opaque and told, never a crash."""

from __future__ import annotations

import base64
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.model import AllDay, Completion, Field, Floating, ListInfo, Priority, Reminder, Zoned
from store.rows import ReminderRow
from sync.codec import records
from sync.codec.dates import Components
from sync.codec.document import fresh, to_base64
from tests.codec.conftest import COMPONENTS, DOCUMENTS, RA
from tests.codec.wire import LIST, PARENT, REMINDER, alarm, record, reminder, target, wrap


def decoded(**fields: Any) -> Reminder:
    return records.decode_reminder(reminder(**fields)).reminder()


def test_a_whole_reminder() -> None:
    wire = reminder(
        NotesDocument=wrap(to_base64(fresh("2 l\n🥛", RA))),
        Completed={"type": "NUMBER_INT64", "value": 1},
        CompletionDate=wrap("1773500000000"),
        DueDate=wrap(1773495000000),
        TimeZone=wrap("America/Toronto"),
        Priority=wrap(9),
        Flagged=wrap(True),
        ParentReminder=target(f"Reminder/{PARENT.lower()}"),
        AlarmIDs=wrap(["A1", "Alarm/A2"]),
        HashtagIDs={"type": "EMPTY_LIST", "value": []},
        AttachmentIDs=wrap(["Attachment/F1"]),
        RecurrenceRuleIDs=wrap(["R1"]),
    )
    assert records.decode_reminder(wire) == ReminderRow(
        id=REMINDER,
        record_name=f"Reminder/{REMINDER}",
        change_tag="m7x2k",
        deleted=False,
        title="Buy milk",
        notes="2 l\n🥛",
        done=True,
        completed_at_ms=1773500000000,
        due=Zoned(datetime(2026, 3, 14, 9, 30), "America/Toronto"),
        priority=Priority.LOW,
        flagged=True,
        list_id=LIST,
        parent_id=PARENT,
        recurring=True,
        alarm_ids=("A1", "A2"),
        tag_ids=(),
        attachment_ids=("F1",),
        rule_ids=("R1",),
        created_ms=1735689600000,
        modified_ms=1735776000000,
        problems="",
    )


def test_a_record_with_hardly_anything() -> None:
    bare = {"recordName": REMINDER.lower(), "fields": {}, "parent": {"recordName": f"List/{LIST}"}}
    read = records.decode_reminder(bare)
    assert read.reminder() == Reminder(id=REMINDER, list=LIST)
    assert read.problems == ""
    assert read.record_name == REMINDER.lower()


def test_times_fall_back_to_those_of_the_service() -> None:
    read = records.decode_reminder(reminder(CreationDate=None, LastModifiedDate=wrap(None)))
    assert (read.created_ms, read.modified_ms) == (1767225600000, 1767312000000)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"TitleDocument": wrap(DOCUMENTS["ciphertext_not_a_document"]["base64"])}, Field.TITLE),
        ({"TitleDocument": wrap("not base64!")}, Field.TITLE),
        ({"NotesDocument": wrap(DOCUMENTS["cached_string_missing"]["base64"])}, Field.NOTES),
        ({"Completed": wrap("perhaps")}, Field.DONE),
        ({"DueDate": wrap(1773495000000), "TimeZone": wrap("Mars/Olympus")}, Field.DUE),
        ({"Priority": wrap(77)}, Field.PRIORITY),
        ({"Flagged": wrap([])}, Field.FLAGGED),
        ({"List": None}, Field.LIST),
        ({"List": wrap(7)}, Field.LIST),
        ({"List": wrap({"recordName": "List/\ud800"})}, Field.LIST),
        ({"ParentReminder": wrap(7)}, Field.PARENT),
    ],
)
def test_what_cannot_be_read_is_opaque_and_the_rest_is_read(
    fields: dict[str, Any], name: Field
) -> None:
    read = records.decode_reminder(reminder(**fields))
    assert read.reminder().opaque == {name}
    assert read.problems.startswith(f"{name}: ")
    assert ";" not in read.problems
    sound = Reminder(id=REMINDER, title="Buy milk", list=LIST)
    assert read.reminder().values() == {k: v for k, v in sound.values().items() if k != name}


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        *((None, Priority.NONE), (0, Priority.NONE), (1, Priority.HIGH), (4, Priority.HIGH)),
        *((5, Priority.MEDIUM), (6, Priority.LOW), (9, Priority.LOW)),
    ],
)
def test_priorities(raw: int | None, wanted: Priority) -> None:
    assert decoded(Priority=wrap(raw)).priority == wanted


def test_due_dates() -> None:
    assert decoded(DueDate=wrap(1773446400000), AllDay=wrap(1)).due == AllDay(date(2026, 3, 14))
    assert decoded(DueDate=wrap(1773480600000)).due == Floating(datetime(2026, 3, 14, 9, 30))
    assert decoded(DueDate=wrap(-62135596800000), TimeZone=wrap("Asia/Tokyo")).due is None
    assert decoded(DueDate={"type": "TIMESTAMP"}).due is None


def test_a_completion_date_on_an_open_reminder_means_nothing() -> None:
    assert decoded(CompletionDate=wrap(1773500000000)).done is None
    assert decoded(Completed=wrap(1)).done == Completion()


def test_both_worlds_of_deletion() -> None:
    assert records.decode_reminder(reminder(Deleted=wrap(1))).deleted
    assert records.decode_reminder({"recordName": f"Reminder/{REMINDER}", "deleted": True}).deleted
    assert not records.decode_reminder(reminder(Deleted=wrap("?"))).deleted


def test_a_list_in_a_group() -> None:
    wire = record(
        f"List/{LIST}",
        {
            "Name": {"type": "STRING", "value": "Groceries 🛒", "isEncrypted": True},
            "ParentList": target(f"List/{PARENT}"),
            "ReminderIDs": wrap(f'["{REMINDER}", "Reminder/{PARENT.lower()}"]'),
            "Color": wrap('{"daHexString":"#1BADF8"}'),
            "SortingStyle": wrap("manual"),
            "Count": wrap(0),
        },
    )
    assert records.decode_list(wire) == records.RemoteList(
        record_name=f"List/{LIST}",
        change_tag="m7x2k",
        deleted=False,
        info=ListInfo(id=LIST, name="Groceries 🛒", group=PARENT, color="#1BADF8"),
        order=(REMINDER, PARENT),
        color='{"daHexString":"#1BADF8"}',
        sorting="manual",
    )


def test_a_group_and_a_soft_deleted_list() -> None:
    group = record(f"List/{LIST}", {"Name": wrap("Family"), "IsGroup": wrap(1)})
    assert records.decode_list(group).info.is_group
    gone = record(f"List/{LIST}", {"Name": wrap("Old"), "Deleted": wrap("1")})
    assert records.decode_list(gone).deleted


@pytest.mark.parametrize("bad", ['{"a": 1}', "[1]", "["])
def test_an_order_that_cannot_be_read_is_a_problem_and_no_more(bad: str) -> None:
    read = records.decode_list(
        record(f"List/{LIST}", {"Name": wrap("Work"), "ReminderIDs": wrap(bad)})
    )
    assert (read.info.name, read.order, len(read.problems)) == ("Work", (), 1)


def test_a_list_without_a_name_is_a_problem() -> None:
    assert records.decode_list(record(f"List/{LIST}", {})).problems


def test_alarms_and_triggers() -> None:
    due = Zoned(datetime(2026, 3, 14, 9, 30), "America/Toronto")
    wire_alarm, wire_trigger = alarm(1, due)
    assert records.decode_alarm(wire_alarm) == records.RemoteAlarm(
        id="A1", reminder_id=REMINDER, trigger_id="T1", nonce=300750000000.0, deleted=False
    )
    assert records.decode_trigger(wire_trigger) == records.RemoteTrigger(
        id="T1",
        alarm_id="A1",
        kind="Date",
        components=Components(2026, 3, 14, 9, 30, 0, "America/Toronto"),
    )


@pytest.mark.parametrize("name", COMPONENTS)
def test_golden_triggers(name: str) -> None:
    fields = {"Type": wrap("Date"), "DateComponentsData": wrap(COMPONENTS[name]["base64"])}
    read = records.decode_trigger(record("AlarmTrigger/T1", fields))
    assert read.components is not None
    assert (read.components.hour, read.components.zone) == (9, "America/Toronto")


def test_other_triggers_and_broken_ones_have_no_components() -> None:
    assert records.decode_trigger(alarm(1)[1]).components is None
    broken = {"Type": wrap("Date"), "DateComponentsData": wrap("bm8")}
    assert records.decode_trigger(record("AlarmTrigger/T1", broken)).components is None


def test_tags_in_either_form() -> None:
    plain = record("Hashtag/H1", {"Name": wrap("errands"), "Reminder": target(REMINDER)})
    assert records.decode_hashtag(plain) == records.RemoteTag("H1", REMINDER, "errands")
    encoded = {"type": "ENCRYPTED_BYTES", "value": base64.b64encode("müll".encode()).decode()}
    assert records.decode_hashtag(record("Hashtag/H1", {"Name": encoded})).name == "müll"


wild = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["value", "recordName", "timestamp"]), inner, max_size=2)
    ),
    max_leaves=4,
)
NAMES = [
    *("TitleDocument", "NotesDocument", "List", "Completed", "CompletionDate", "DueDate", "AllDay"),
    *("TimeZone", "Priority", "Flagged", "ParentReminder", "AlarmIDs", "HashtagIDs", "Deleted"),
    *("RecurrenceRuleIDs", "CreationDate", "Name", "ReminderIDs", "Color", "Type", "Reminder"),
    *("DateComponentsData", "DueDateResolutionTokenAsNonce", "TriggerID", "Alarm", "IsGroup"),
]


@given(
    st.dictionaries(
        st.sampled_from(NAMES), wild | wild.map(lambda value: {"value": value}), max_size=8
    ),
    st.dictionaries(
        st.sampled_from(["parent", "created", "modified", "deleted", "recordChangeTag"]), wild
    ),
)
def test_no_record_makes_decoding_fail(fields: dict[str, Any], envelope: dict[str, Any]) -> None:
    wire = {"recordName": f"Reminder/{REMINDER}", "fields": fields, **envelope}
    for decode in (
        records.decode_reminder,
        records.decode_list,
        records.decode_alarm,
        records.decode_trigger,
        records.decode_hashtag,
    ):
        decode(wire)
