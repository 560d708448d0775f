"""What we write is accepted by the service and shown by a device, which has a codec of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.device import document as device_document
from sandbox.device.phone import Phone
from store.model import (
    AllDay,
    Completion,
    Field,
    Floating,
    ListInfo,
    Priority,
    Reminder,
    Value,
    Zoned,
)
from sync.codec.dates import fields_from_due
from sync.codec.document import Undecodable, edit, from_base64, to_base64
from sync.codec.encode import (
    create_list,
    create_reminder,
    delete_list,
    delete_reminder,
    undelete_reminder,
    update_list,
    update_reminder,
)
from sync.codec.records import decode_list, decode_reminder
from tests.codec.conftest import DOCUMENTS, RC
from tests.codec.rig import Rig
from tests.codec.wire import LIST, OTHER_LIST, PARENT, REMINDER

TORONTO = Zoned(datetime(2026, 3, 14, 9, 30), "America/Toronto")


SOUND = sorted(name for name, one in DOCUMENTS.items() if one["valid"])


@pytest.mark.parametrize("name", SOUND)
@pytest.mark.parametrize("text", ["", "Buy milk", "👩‍👩‍👧 e\u0301", "a\r\nb\r"])
def test_an_edit_of_each_sound_golden_document_is_sound_on_a_device(name: str, text: str) -> None:
    try:
        edited = edit(from_base64(DOCUMENTS[name]["base64"]), text, RC)
    except Undecodable:
        pytest.fail(f"{name} is sound, and cannot be edited")
    assert device_document.decode(to_base64(edited)).text == text


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_what_we_create_is_shown_in_full(rig: Rig) -> None:
    rig.create(
        title="🛒 Groceries for 👨‍👩‍👧",
        notes="naïve café\n\n• bring receipt",
        due=TORONTO,
        priority=Priority.HIGH,
        flagged=True,
        done=Completion(at_ms=1772000000000),
    )
    shown = rig.shown()
    assert shown.title == "🛒 Groceries for 👨‍👩‍👧"
    assert shown.notes == "naïve café\n\n• bring receipt"
    assert shown.shown_due == shown.due == "2026-03-14T09:30[America/Toronto]"
    assert (shown.priority, shown.flagged, shown.done) == (1, True, True)
    assert shown.completed_at == datetime.fromtimestamp(1772000000, UTC)
    assert (shown.list, shown.problems) == ("Groceries 🛒", ())


DUES = [
    (TORONTO, "2026-03-14T09:30[America/Toronto]"),
    (Floating(datetime(2026, 4, 1, 8, 0)), "2026-04-01T08:00"),
    (AllDay(date(2026, 5, 2)), "2026-05-02"),
    (None, None),
]


@pytest.mark.parametrize(("first", "_shown"), DUES, ids=lambda case: str(case)[:12])
@pytest.mark.parametrize(("second", "wanted"), DUES, ids=lambda case: str(case)[:12])
def test_every_change_of_a_due_date_is_shown(
    rig: Rig, first: Any, _shown: str | None, second: Any, wanted: str | None
) -> None:
    rig.create(due=first)
    rig.phone.sync()
    if first != second:
        rig.update({Field.DUE: second})
    shown = rig.shown()
    assert (shown.due, shown.shown_due, shown.problems) == (wanted, wanted, ())
    alarms = [name for name in rig.mirror().records if name.startswith(("Alarm/", "AlarmT"))]
    assert len(alarms) == (2 if isinstance(second, Floating | Zoned) else 0)


def test_the_phones_own_alarm_moves_with_the_due_date(rig: Rig) -> None:
    identity = rig.phone.create("Work", "Call", due="2026-03-10T07:00[Europe/Berlin]")
    rig.update({Field.DUE: TORONTO}, identity)
    shown = rig.shown(identity)
    assert shown.shown_due == shown.due == "2026-03-14T09:30[America/Toronto]"
    assert shown.problems == ()
    assert sum(name.startswith("Alarm/") for name in rig.mirror().records) == 1


CHANGES: list[tuple[Field, Value, str, object]] = [
    (Field.TITLE, "Buy oat milk 🥛", "title", "Buy oat milk 🥛"),
    (Field.TITLE, "", "title", ""),
    (Field.NOTES, "two\nlitres", "notes", "two\nlitres"),
    (Field.DONE, Completion(), "done", True),
    (Field.PRIORITY, Priority.LOW, "priority", 9),
    (Field.FLAGGED, True, "flagged", True),
    (Field.LIST, OTHER_LIST, "list", "Work"),
]


@pytest.mark.parametrize(("name", "value", "what", "wanted"), CHANGES, ids=str)
def test_a_change_is_shown_and_not_reverted(
    rig: Rig, name: Field, value: Value, what: str, wanted: object
) -> None:
    rig.create()
    rig.phone.sync()
    rig.update({name: value})
    for _ in range(3):
        shown = rig.shown()
        assert (getattr(shown, what), shown.problems) == (wanted, ())


def test_a_reminder_becomes_a_subtask_and_none_again(rig: Rig) -> None:
    rig.create()
    rig.send(create_reminder(rig.ctx, Reminder(id=PARENT, title="Shopping", list=LIST)))
    rig.update({Field.PARENT: PARENT})
    assert rig.shown().parent == PARENT
    rig.update({Field.PARENT: None})
    assert rig.shown().parent is None


def test_a_deletion_is_shown_and_can_be_taken_back(rig: Rig) -> None:
    rig.create()
    rig.phone.sync()
    rig.send(delete_reminder(rig.ctx, rig.record(f"Reminder/{REMINDER}")))
    with pytest.raises(LookupError):
        rig.shown()
    rig.send(undelete_reminder(rig.ctx, rig.record(f"Reminder/{REMINDER}")))
    assert rig.shown().title == "Buy milk"


def test_lists_are_named_grouped_and_deleted(rig: Rig) -> None:
    rig.send(create_list(rig.ctx, ListInfo(id=PARENT, name="Family", is_group=True)))
    changes = {"name": "Food 🥕", "group": PARENT}
    rig.send(update_list(rig.ctx, rig.record(f"List/{LIST}"), changes))
    rig.send(delete_list(rig.ctx, rig.record(f"List/{OTHER_LIST}")))
    rig.phone.sync()
    shown = {(each.name, each.group, each.is_group) for each in rig.phone.lists()}
    assert shown == {("Family", None, True), ("Food 🥕", "Family", False)}


@pytest.mark.parametrize("remap", [True, False])
def test_what_the_phone_writes_reads(remap: bool) -> None:
    rig = Rig()
    identity = rig.phone.create(
        "Work", "Call 📞", notes="a\nb", due="2026-03-14T09:30[America/Toronto]", priority=5
    )
    rig.phone.edit(identity, title="Call Mum 📞", flagged=True)
    rig.phone.complete(identity)
    known = rig.mirror(remap=remap)
    wire = known.get(f"Reminder/{identity}")
    assert wire is not None
    read = decode_reminder(wire)
    assert read.problems == ""
    assert read.reminder() == Reminder(
        id=identity,
        title="Call Mum 📞",
        notes="a\nb",
        done=read.reminder().done,
        due=TORONTO,
        priority=Priority.MEDIUM,
        flagged=True,
        list=OTHER_LIST,
    )
    assert read.reminder().done is not None
    names = {
        decode_list(each).info.name for each in known.records.values()
        if each["recordType"] == "List"
    }  # fmt: skip
    assert names == {"Groceries 🛒", "Work"}


PIECES = ["a", "Buy milk", "🛒", "👨‍👩‍👧", "é", "e\u0301", "\n", "𝒳"]
texts = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)
steps = st.lists(
    st.tuples(
        st.sampled_from(["we", "phone", "other phone"]),
        st.fixed_dictionaries(
            {},
            optional={
                "title": texts,
                "notes": texts,
                "flagged": st.booleans(),
                "due": st.sampled_from([due for due, _ in DUES]),
            },
        ),
    ),
    max_size=6,
)


@given(steps)
def test_whoever_edits_in_turn_all_show_the_same(turns: list[tuple[str, dict[str, Any]]]) -> None:
    rig = Rig()
    other = Phone(rig.zone, lambda: rig.now_s, device_id="D2")
    rig.create(due=None)
    wanted: dict[str, Any] = {"title": "Buy milk", "notes": "", "flagged": False, "due": None}
    told: dict[Any, str | None] = dict(DUES)
    for who, values in turns:
        wanted |= values
        rig.now_s += 60
        if who == "we":
            wire = rig.record(f"Reminder/{REMINDER}")
            changes = {Field(name): value for name, value in values.items()}
            group = update_reminder(rig.ctx, wire, changes, rig.mirror())
            if group.operations:
                rig.send(group)
        else:
            phone = rig.phone if who == "phone" else other
            phone.sync()
            said = {**values, "due": told[values["due"]]} if "due" in values else values
            if said:
                phone.edit(REMINDER, **said)
    for phone in (rig.phone, other):
        phone.sync()
        shown = phone.get(REMINDER)
        assert shown.problems == ()
        assert (shown.title, shown.notes, shown.flagged) == (
            wanted["title"],
            wanted["notes"],
            wanted["flagged"],
        )
        assert shown.due == shown.shown_due == told[wanted["due"]]
    read = decode_reminder(rig.record(f"Reminder/{REMINDER}"))
    assert read.problems == ""
    assert {name: getattr(read.reminder(), name) for name in wanted} == wanted


@given(texts, texts)
def test_edits_of_both_sides_at_once_lose_neither_field(ours: str, theirs: str) -> None:
    """The phone was offline while we wrote: another field of its own survives, as ours does."""
    rig = Rig()
    rig.create()
    rig.phone.sync()
    rig.phone.offline = True
    rig.phone.edit(REMINDER, notes=theirs)
    rig.phone.edit(REMINDER, flagged=True)
    if ours != "Buy milk":
        rig.update({Field.TITLE: ours})
    rig.phone.offline = False
    rig.phone.sync()
    shown = rig.shown()
    assert (shown.title, shown.notes, shown.flagged) == (ours, theirs, True)
    assert shown.problems == ()


def test_the_instants_of_both_sides_agree(rig: Rig) -> None:
    rig.create(due=TORONTO)
    stored = rig.record(f"Reminder/{REMINDER}")["fields"]["DueDate"]["value"]
    assert stored == fields_from_due(TORONTO)[0] == 1773495000000
