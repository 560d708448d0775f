"""An edit in a file writes the field that it is about, and not one byte of any other.

One reminder has a value in every field that Apple's clients have, and in some that nobody knows;
every kind of record hangs on it, also in forms that are not understood here.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.rig import Rig, empty_world, open_rig

Wire = dict[str, Any]

MODIFIED = {"LastModifiedDate", "ResolutionTokenMap"}
DUE = {"dueDate", "allDay", "timeZone"}  # one value in three fields: a device takes all or none
LINE = "Task 🚩 #home ⏰ 09:30 Asia/Tokyo ⏰ 2026-12-01 18:00 🔼 🔁 every 2 weeks 📅 2026-12-14"
# An edit of the line: what is written in place of what, which fields of the reminder change, which
# of its tokens rise, and which records besides it change, come or go.
EDITS: dict[str, tuple[str, str, set[str], set[str], set[str]]] = {
    "title": ("Task of", "Errand of", {"TitleDocument"}, {"titleDocument"}, set()),
    "notes": ("> old", "> new", {"NotesDocument"}, {"notesDocument"}, set()),
    "due day": ("📅 2026-12-14", "📅 2026-12-15", {"DueDate"}, DUE, {"Alarm", "AlarmTrigger"}),
    "priority": (" 🔼", " 🔽", {"Priority"}, {"priority"}, set()),
    "no priority": (" 🔼", "", {"Priority"}, {"priority"}, set()),
    "flag": (" 🚩", "", {"Flagged"}, {"flagged"}, set()),
    "one tag more": (" #home", " #home #b", {"HashtagIDs"}, {"hashtagIDs"}, {"Hashtag"}),
    "one tag less": (" #home", "", {"HashtagIDs"}, {"hashtagIDs"}, {"Hashtag"}),
    "one link less": (
        "    - 🔗 <https://a.example>\n",
        "",
        {"AttachmentIDs"},
        {"attachmentIDs"},
        {"Attachment"},
    ),
    "one alarm less": (
        " ⏰ 2026-12-01 18:00",
        "",
        {"AlarmIDs"},
        {"alarmIDs"},
        {"Alarm", "AlarmTrigger"},
    ),
    "rule": ("every 2 weeks", "every 3 weeks", set(), set(), {"RecurrenceRule"}),
    "list": ("", "", {"List"}, {"list"}, set()),
    "tick": ("[ ]", "[x]", {"Completed", "CompletionDate"}, {"completed", "completionDate"}, set()),
}


def fields_of(rig: Rig, name: str) -> Wire:
    return {key: field["value"] for key, field in rig.world.zone.records[name].fields.items()}


def everything(rig: Rig) -> dict[str, Wire]:
    """Every live record but the lists, by name."""
    records = rig.world.zone.records.values()
    return {one.name: fields_of(rig, one.name) for one in records if not one.deleted}


def add_fields(rig: Rig, name: str, fields: Wire) -> None:
    """What another client wrote, of which the phone of the tests knows nothing."""
    record = rig.world.zone.records[name]
    wire = {
        "recordName": name,
        "recordType": record.record_type,
        "recordChangeTag": record.tag,
        "fields": fields,
    }
    (item,) = rig.world.zone.modify([{"operationType": "update", "record": wire}])
    assert "serverErrorCode" not in item, item


def add_record(rig: Rig, kind: str, fields: Wire, parent: str) -> str:
    wire = {"recordName": f"{kind}/{rig.world.phone._own.mint()}", "recordType": kind}
    wire |= {"fields": fields, "parent": {"recordName": parent}}
    (item,) = rig.world.zone.modify([{"operationType": "create", "record": wire}])
    assert "serverErrorCode" not in item, item
    return str(wire["recordName"])


def typed(name: str) -> str:
    """The lines of the reminder for one edit: what is to be ticked off for good repeats not."""
    line = LINE.replace(" 🔁 every 2 weeks", "") if name == "tick" else LINE
    return (
        f"- [ ] {line.replace('Task', f'Task of {name},')}\n"
        "    > old\n    - 🔗 <https://a.example>\n    - 🔗 <https://b.example>\n"
        "    - 📍 leaving <geo:48.1,11.5> Home\n"
    )


def enrich(rig: Rig, id: str, *, early: bool) -> None:
    """Give the reminder what no file can say; ``early``: also an early reminder in strange form."""
    name = f"Reminder/{id}"
    rig.world.phone.make_urgent(id, "P-1")
    rig.world.phone.attach_image(id, "a.jpg", b"jpeg")
    rig.world.phone.attach(id, "Attachment", {"Type": "Sketch", "UTI": "x"})
    rig.world.phone.attach(id, "Assignment", {"Status": 1, "EncryptedAssigneeIdentifier": "P-1"})
    reference = {"value": {"recordName": name, "action": "VALIDATE"}, "type": "REFERENCE"}
    silent = add_record(rig, "Alarm", {"Reminder": reference}, name)
    add_record(rig, "Mystery", {"Reminder": reference, "What": {"value": "?"}}, name)
    alarms = [*fields_of(rig, name)["AlarmIDs"], silent.rpartition("/")[2], "NOT-THERE"]
    tokens = json.loads(fields_of(rig, name)["ResolutionTokenMap"])
    tokens["map"]["fancyNewField"] = {"counter": 7, "modificationTime": 1.5, "replicaID": "R"}
    tokens["later"] = [1, {"a": None}]
    sealed = {"value": base64.b64encode(b"\x00\xffno plist").decode(), "type": "ENCRYPTED_BYTES"}
    add_fields(
        rig,
        name,
        {
            "AlarmIDs": {"value": alarms, "type": "STRING_LIST"},
            "ResolutionTokenMap": {"value": json.dumps(tokens), "type": "STRING"},
            "StartDate": {"value": 1_797_000_000_000, "type": "TIMESTAMP"},
            "IcsDisplayOrder": {"value": 12, "type": "INT64"},
            "MinimumSupportedVersion": {"value": 20230430, "type": "INT64"},
            **({"DueDateDeltaAlertsData": sealed} if early else {}),
            "ContactHandles": sealed,
            "FancyNewField": {"value": [1, 2], "type": "INT64_LIST"},
        },
    )


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A list with a reminder with everything for each edit, in step on both sides."""
    with open_rig(tmp_path_factory.mktemp("full"), empty_world()) as rig:
        rig.run()
        rig.phone.create_list("Other")
        rig.append("Inbox", "".join(typed(edit) for edit in EDITS))
        rig.run()
        for edit in EDITS:
            enrich(rig, rig.shown(f"Task of {edit},").id, early=edit != "one alarm less")
        for record in everything(rig):
            if record.startswith(("Hashtag", "Attachment", "RecurrenceRule", "Alarm")):
                add_fields(rig, record, {"Fancy": {"value": "kept", "type": "STRING"}})
        rig.run()
        rig.rest()
        yield rig


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_writes_its_own_field(full: Rig, edit: str) -> None:
    old, new, changed, risen, others = EDITS[edit]
    name = f"Reminder/{full.shown(f'Task of {edit},').id}"
    before = everything(full)
    text = full.read("Inbox")
    start = text.index(full.line("Inbox", f"Task of {edit},"))
    end = text.find("- [", start + 3)
    block = text[start:end] if end >= 0 else text[start:]
    if edit == "list":
        full.append("Other", block)
        full.replace("Inbox", block, "")
    else:
        full.replace("Inbox", block, block.replace(old, new, 1))
    report = full.run()
    assert (report.pushed > 0, report.problems, report.conflicts) == (True, [], [])
    after = everything(full)
    assert differing(before[name], after[name]) == changed | MODIFIED
    assert tokens_of(before[name], after[name]) == risen | {"lastModifiedDate"}
    names = (before.keys() | after.keys()) - {name}
    touched = {key for key in names if before.get(key) != after.get(key)}
    assert {key.partition("/")[0] for key in touched} - {"List"} == others
    changed_ones = [key for key in touched if key in before and key in after]
    assert all(before[key].get("Fancy") == after[key].get("Fancy") for key in changed_ones)
    full.rest()


def differing(before: Wire, after: Wire) -> set[str]:
    keys = before.keys() | after.keys()
    return {key for key in keys if before.get(key) != after.get(key)}


def tokens_of(before: Wire, after: Wire) -> set[str]:
    """The names whose tokens are others now; what else the map holds must be the same."""
    old, new = (json.loads(one["ResolutionTokenMap"]) for one in (before, after))
    was, now = old.pop("map"), new.pop("map")
    assert old == new
    return {key for key in was.keys() | now.keys() if was.get(key) != now.get(key)}
