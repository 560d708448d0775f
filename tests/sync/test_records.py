"""Every type of record has its rows, and what is understood of none of them stays as it came."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from store.db import Store
from sync.cycle.observing.observe import remember
from tests.rig import Rig

SOME = "0A1B2C3D-0000-4000-8000-00000000000A"


def put(rig: Rig, kind: str, fields: dict[str, Any], name: str = "") -> None:
    record = {"recordName": name or f"{kind}/{SOME}", "recordType": kind, "fields": fields}
    [answer] = rig.world.zone.modify([{"operationType": "forceUpdate", "record": record}])
    assert "serverErrorCode" not in answer, answer


def rows(rig: Rig, view: str) -> list[dict[str, Any]]:
    cursor = rig.store._connection.raw.execute(f"SELECT * FROM {view}")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def test_an_assignment(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Shared work\n")
    rig.run()
    id = rig.shown("Shared work").id
    fields = {
        "AssignedDate": 1_772_366_400_000,
        "EncryptedAssigneeIdentifier": "_grace",
        "EncryptedOriginatorIdentifier": "_ada",
        "Status": 1,
    }
    assignment = rig.phone.attach(id, "Assignment", fields)
    rig.run()
    assert rows(rig, "assignments") == [
        {
            "id": assignment,
            "reminder": id,
            "assignee": "_grace",
            "originator": "_ada",
            "status": 1,
            "assigned_utc": "2026-03-01T12:00:00Z",
        }
    ]
    before = rig.store.mirror.record(f"Assignment/{assignment}")
    rig.replace("Inbox", "Shared work", "Our work")
    rig.run()
    assert rig.store.mirror.record(f"Assignment/{assignment}") == before
    rig.phone.delete(id)
    rig.run()
    assert rows(rig, "assignments") == []


def test_an_assignment_that_says_nothing_readable_is_kept(rig: Rig) -> None:
    put(rig, "Assignment", {"Wonder": {"value": 1}, "OwningReminderIdentifier": {"value": "A1"}})
    rig.run()
    [row] = rig.store.mirror.assignments()
    assert (row.id, row.reminder_id, row.assignee, row.status) == (SOME, "A1", None, None)


@pytest.mark.parametrize("name", ["", "ACCOUNT-1"])
def test_the_account(rig: Rig, name: str) -> None:
    fields = {"Name": {"value": "iCloud"}, "ListIDsMergeableOrdering": {"value": "AAECAw=="}}
    put(rig, "Account", fields, name)
    rig.run()
    assert rows(rig, "accounts") == [{"id": name or SOME, "name": "iCloud"}]
    rig.append("Inbox", "- [ ] Task\n")
    with rig.counting() as sent:
        rig.run()
    assert "Account" not in str([one["body_summary"] for one in sent])


def test_a_smart_list(rig: Rig) -> None:
    put(rig, "SmartList", {"Wonder": {"value": "what"}})
    rig.run()
    assert rows(rig, "smart_lists") == [{"id": SOME, "record": f"SmartList/{SOME}"}]
    raw = rig.store.mirror.record(f"SmartList/{SOME}")
    assert raw is not None
    assert raw["fields"]["Wonder"]["value"] == "what"
    put(rig, "SmartList", {"Deleted": {"value": 1}})
    rig.run()
    assert rows(rig, "smart_lists") == []


@pytest.mark.parametrize(
    "bent",
    [
        {"fields": "nonsense"},
        {"fields": None},
        {"recordChangeTag": "\ud800"},
        {"recordType": "\ud800"},
        {"recordType": ["List"]},
        {"parent": {"recordName": "\ud800"}},
    ],
)
@pytest.mark.parametrize("kind", ["Reminder", "List", "Attachment", "RecurrenceRule"])
def test_a_record_that_is_nonsense_is_kept_and_stops_no_other(
    kind: str, bent: dict[str, Any], tmp_path: Path
) -> None:
    nonsense = {"recordName": f"{kind}/{SOME}", "recordType": kind, "fields": {}} | bent
    name = {"recordType": "List", "recordName": "List/B", "fields": {"Name": {"value": "Home"}}}
    with Store.open(tmp_path / "mirror.sqlite") as store, store.commit("page"):
        remember(store, [nonsense, name])
        assert store.mirror.record(f"{kind}/{SOME}") == nonsense
        assert "Home" in [row.name for row in store.mirror.lists()]


def test_what_has_no_column_is_kept_as_it_came(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task\n")
    rig.run()
    id = rig.shown("Task").id
    kept = {
        "ContactHandles": {"value": "Z3JhY2U=", "type": "ENCRYPTED_BYTES"},
        "IcsDisplayOrder": {"value": 7},
        "MinimumSupportedVersion": {"value": 20230430},
        "StartDate": {"value": 1_772_461_800_000},
        "Imported": {"value": 1},
    }
    put(rig, "Reminder", kept, f"Reminder/{id}")
    rig.run()
    rig.replace("Inbox", "Task", "Another task")
    rig.run()
    [record] = rig.world.zone.lookup([f"Reminder/{id}"])
    found = {name: record["fields"][name]["value"] for name in kept}
    assert found == {name: field["value"] for name, field in kept.items()}
    [row] = rows(rig, "reminders")
    assert (row["start_wall"], row["imported"]) == ("2026-03-02T14:30:00", 1)
    assert row["title"] == "Another task"
