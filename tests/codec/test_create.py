"""New reminders: with all that devices expect, shaped as the worked example of the wire."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from store.model import AllDay, Completion, Field, Priority, Reminder, Zoned
from sync.codec.document import Undecodable, from_base64, read_text
from sync.codec.encode import Context, Rank, create_reminder
from sync.codec.records import decode_reminder
from tests.codec.conftest import COMPONENTS, DOCUMENTS, NOW_APPLE_S, NOW_MS, RA, REPLICA_ID, minted
from tests.codec.wire import LIST, PARENT, REMINDER

TORONTO = Zoned(datetime(2026, 3, 14, 9, 30), "America/Toronto")
KEYS = [
    *("titleDocument", "notesDocument", "list", "completed", "completionDate", "deleted"),
    *("creationDate", "lastModifiedDate", "flagged", "priority", "allDay", "dueDate", "timeZone"),
    *("parentReminder", "alarmIDs"),
]


def test_a_create_is_the_worked_example(ctx: Context) -> None:
    """The worked create of the wire: a reminder, its alarm and its trigger, in that order."""
    group = create_reminder(ctx, Reminder(id=REMINDER, title="Buy milk", due=TORONTO, list=LIST))
    alarm_id, trigger_id = (f"00000000-0000-0000-0000-{n:012d}" for n in (1, 2))
    own, alarm, trigger = (operation["record"] for operation in group.operations)
    assert [operation["operationType"] for operation in group.operations] == ["create"] * 3
    token = {"counter": 1, "modificationTime": NOW_APPLE_S, "replicaID": REPLICA_ID}
    tokens = own["fields"].pop("ResolutionTokenMap")
    assert tokens["type"] == "STRING"
    assert json.loads(tokens["value"]) == {"map": dict.fromkeys(KEYS, token)}
    assert own == {
        "recordName": f"Reminder/{REMINDER}",
        "recordType": "Reminder",
        "parent": {"recordName": f"List/{LIST}"},
        "fields": {
            "TitleDocument": {
                "type": "STRING",
                "value": DOCUMENTS["fresh_buy_milk_gzip"]["base64"],
            },
            "NotesDocument": own["fields"]["NotesDocument"],
            "List": {
                "type": "REFERENCE",
                "value": {"recordName": f"List/{LIST}", "action": "VALIDATE"},
            },
            "Completed": {"type": "INT64", "value": 0},
            "Deleted": {"type": "INT64", "value": 0},
            "Flagged": {"type": "INT64", "value": 0},
            "Priority": {"type": "INT64", "value": 0},
            "AllDay": {"type": "INT64", "value": 0},
            "Imported": {"type": "INT64", "value": 0},
            "CreationDate": {"type": "TIMESTAMP", "value": NOW_MS},
            "LastModifiedDate": {"type": "TIMESTAMP", "value": NOW_MS},
            "DueDate": {"type": "TIMESTAMP", "value": 1773495000000},
            "TimeZone": {"type": "STRING", "value": "America/Toronto"},
            "AlarmIDs": {"type": "STRING_LIST", "value": [alarm_id]},
        },
    }
    assert read_text(from_base64(own["fields"]["NotesDocument"]["value"])) == ""
    assert alarm == {
        "recordName": f"Alarm/{alarm_id}",
        "recordType": "Alarm",
        "parent": {"recordName": f"Reminder/{REMINDER}"},
        "fields": {
            "AlarmUID": {"type": "STRING", "value": alarm_id},
            "TriggerID": {"type": "STRING", "value": trigger_id},
            "Reminder": {
                "type": "REFERENCE",
                "value": {"recordName": f"Reminder/{REMINDER}", "action": "VALIDATE"},
            },
            "DueDateResolutionTokenAsNonce": {"type": "DOUBLE", "value": 1e11 + NOW_APPLE_S},
            "Imported": {"type": "INT64", "value": 0},
            "Deleted": {"type": "INT64", "value": 0},
        },
    }
    assert trigger == {
        "recordName": f"AlarmTrigger/{trigger_id}",
        "recordType": "AlarmTrigger",
        "parent": {"recordName": f"Alarm/{alarm_id}"},
        "fields": {
            "Type": {"type": "STRING", "value": "Date"},
            "Alarm": {
                "type": "REFERENCE",
                "value": {"recordName": f"Alarm/{alarm_id}", "action": "VALIDATE"},
            },
            "DateComponentsData": {"type": "BYTES", "value": COMPONENTS["json"]["base64"]},
            "Imported": {"type": "INT64", "value": 0},
            "Deleted": {"type": "INT64", "value": 0},
        },
    }
    assert group.rank is Rank.REMINDER
    assert group.needs == {f"List/{LIST}"}
    assert group.creates == {own["recordName"], alarm["recordName"], trigger["recordName"]}


WHOLE = Reminder(
    id=REMINDER,
    title="🛒 Groceries",
    notes="one\ntwo",
    done=Completion(at_ms=1772000000000),
    due=AllDay(date(2026, 3, 14)),
    priority=Priority.HIGH,
    flagged=True,
    list=LIST,
    parent=PARENT,
)


def test_what_is_created_reads_back(ctx: Context) -> None:
    group = create_reminder(ctx, WHOLE)
    assert decode_reminder(group.operations[0]["record"]).reminder() == WHOLE
    assert group.rank is Rank.SUBTASK
    assert group.needs == {f"List/{LIST}", f"Reminder/{PARENT}"}


def test_an_all_day_due_date_and_none_have_no_alarm(ctx: Context) -> None:
    for due in (AllDay(date(2026, 3, 14)), None):
        group = create_reminder(ctx, Reminder(id=REMINDER, due=due, list=LIST))
        assert len(group.operations) == 1
        assert "AlarmIDs" not in group.operations[0]["record"]["fields"]


def test_a_reminder_not_read_in_full_is_not_created_anew(ctx: Context) -> None:
    with pytest.raises(Undecodable):
        create_reminder(ctx, Reminder(id=REMINDER, list=LIST, opaque=frozenset({Field.NOTES})))


def test_references_carry_the_zone_where_it_is_given() -> None:
    zone = {"zoneName": "Reminders", "ownerRecordName": "_abc"}
    shared = Context(NOW_MS, RA, REPLICA_ID, minted(), zone)
    group = create_reminder(shared, Reminder(id=REMINDER, list=LIST))
    assert group.operations[0]["record"]["fields"]["List"]["value"]["zoneID"] == zone
