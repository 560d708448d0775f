"""Wire records for tests, small enough to read, and a mirror of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sync.codec.dates import components_from_due
from sync.codec.document import fresh, to_base64
from sync.codec.fields import bare_id
from tests.codec.conftest import RB

Json = dict[str, Any]

REMINDER = "3F0C1B7E-5D0A-4B1C-9E57-0A1B2C3D4E5F"
LIST = "9B1D6C54-2A0F-4D3B-8C77-1122334455AA"
OTHER_LIST = "C4A8F6D2-7E01-4B9C-A5D3-66778899AABB"
PARENT = "A1B2C3D4-0000-4000-8000-00000000AAAA"
THEIRS = "7D1C9E40-2B3A-4C5D-9E8F-A0B1C2D3E4F5"
MAP_KEYS = [
    *("titleDocument", "notesDocument", "completed", "completionDate", "list", "deleted"),
    *("dueDate", "timeZone", "allDay", "priority", "flagged", "lastModifiedDate", "alarmIDs"),
]


def wrap(value: object) -> Json:
    return {"value": value}


def target(name: str) -> Json:
    return {"value": {"recordName": name, "action": "VALIDATE"}, "type": "REFERENCE"}


def token_map(counter: int = 3, keys: Iterable[str] = MAP_KEYS) -> str:
    token = {"counter": counter, "modificationTime": 7.5e8, "replicaID": THEIRS}
    return json.dumps({"map": dict.fromkeys(keys, token)})


def record(name: str, fields: Mapping[str, Any], tag: str = "m7x2k") -> Json:
    return {
        "recordName": name,
        "recordType": name.partition("/")[0],
        "recordChangeTag": tag,
        "fields": {key: value for key, value in fields.items() if value is not None},
        "created": {"timestamp": 1767225600000},
        "modified": {"timestamp": 1767312000000},
        "deleted": False,
    }


def reminder(**fields: Any) -> Json:
    """A reminder "Buy milk" written by another replica; fields given replace, ``None`` removes."""
    return record(
        f"Reminder/{REMINDER}",
        {
            "TitleDocument": wrap(to_base64(fresh("Buy milk", RB))),
            "NotesDocument": wrap(to_base64(fresh("", RB))),
            "List": target(f"List/{LIST}"),
            "Completed": wrap(0),
            "Deleted": wrap(0),
            "Flagged": wrap(0),
            "Priority": wrap(0),
            "AllDay": wrap(0),
            "Imported": wrap(0),
            "CreationDate": wrap(1735689600000),
            "LastModifiedDate": wrap(1735776000000),
            "ResolutionTokenMap": wrap(token_map()),
            **fields,
        },
    )


def alarm(number: int, due: Any = None, **fields: Any) -> list[Json]:
    """An alarm ``A<number>`` and its trigger ``T<number>``: dated if ``due``, else by location."""
    where = {"Type": wrap("Location")} if due is None else {
        "Type": wrap("Date"),
        "DateComponentsData": wrap(to_base64(components_from_due(due))),
    }  # fmt: skip
    trigger = {"Alarm": target(f"Alarm/A{number}"), **where}
    return [
        record(
            f"Alarm/A{number}",
            {
                "AlarmUID": wrap(f"A{number}"),
                "TriggerID": wrap(f"T{number}"),
                "Reminder": target(f"Reminder/{REMINDER}"),
                "DueDateResolutionTokenAsNonce": wrap(300750000000.0),
                **fields,
            },
            tag=f"a{number}",
        ),
        record(f"AlarmTrigger/T{number}", trigger, tag=f"t{number}"),
    ]


def child(kind: str, identity: str, **fields: Any) -> Json:
    """A record of that kind hanging on the reminder."""
    links = {"Reminder": target(f"Reminder/{REMINDER}"), "Deleted": wrap(0)}
    return record(f"{kind}/{identity}", {**links, **fields}, tag=identity.lower())


def rule(frequency: int | None = 1, **fields: Any) -> Json:
    """The weekly rule ``R1`` of the reminder."""
    return child("RecurrenceRule", "R1", **{"Frequency": wrap(frequency), **fields})


class Mirror:
    """What is known of the account: the records given."""

    def __init__(self, *records: Json) -> None:
        self.records = {each["recordName"]: each for each in records}

    def get(self, record_name: str, /) -> Json | None:
        return self.records.get(record_name)

    def alarms_of(self, reminder_id: str, /) -> list[Json]:
        return self._hanging("Alarm", reminder_id)

    def hashtags_of(self, reminder_id: str, /) -> list[Json]:
        return self._hanging("Hashtag", reminder_id)

    def attachments_of(self, reminder_id: str, /) -> list[Json]:
        return self._hanging("Attachment", reminder_id)

    def rules_of(self, reminder_id: str, /) -> list[Json]:
        return self._hanging("RecurrenceRule", reminder_id)

    def with_early(self) -> list[Json]:
        known = self.records.values()
        return [each for each in known if "DueDateDeltaAlertsData" in each["fields"]]

    def accounts(self) -> list[Json]:
        return [each for each in self.records.values() if each["recordType"] == "Account"]

    def _hanging(self, kind: str, reminder_id: str) -> list[Json]:
        return [
            each
            for each in self.records.values()
            if each["recordType"] == kind
            and bare_id(each["fields"]["Reminder"]["value"]["recordName"]) == reminder_id
        ]

    def trigger_of(self, alarm: Mapping[str, Any], /) -> Json | None:
        return self.get(f"AlarmTrigger/{alarm['fields']['TriggerID']['value']}")
