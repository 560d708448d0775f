"""The seeded account is a device's own: sound documents, matching nonces, one of everything."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from sandbox.cloud.zone import Zone
from sandbox.device import document
from sandbox.device.phone import Phone
from sandbox.device.view import ShownReminder
from sandbox.generate import generate
from sandbox.seed import seed
from tests.sandbox.phones import START, Clock

OWNER = "_" + "0a" * 16


@pytest.fixture(scope="module")
def zone() -> Zone:
    made = Zone(OWNER, Clock())
    seed(Phone(made, Clock()), made, START)
    return made


@pytest.fixture(scope="module")
def phone(zone: Zone) -> Phone:
    return synced(zone)


def synced(zone: Zone) -> Phone:
    phone = Phone(zone, Clock())
    phone.sync()
    return phone


def documents(zone: Zone) -> list[str]:
    return [
        record["fields"][field]["value"]
        for record in zone.live("Reminder")
        for field in ("TitleDocument", "NotesDocument")
        if field in record["fields"]
    ]


def test_every_document_is_sound_and_packed_as_a_device_packs(zone: Zone) -> None:
    values = documents(zone)
    assert len(values) > 45
    for value in values:
        assert document.problems(value) == ()
        assert base64.b64decode(value)[:10].endswith(b"\x00\x13")


def test_lists_and_counts(phone: Phone) -> None:
    shown = {entry.name: (entry.group, entry.count) for entry in phone.lists()}
    assert shown == {
        "Reminders": (None, 5),
        "Groceries": (None, 5),
        "Work": (None, 6),
        "Family": (None, 0),
        "Home": ("Family", 5),
        "Travel": ("Family", 4),
        "Birthdays 🎂": ("Family", 2),
    }
    assert len(phone.reminders()) == 36


def test_nothing_is_wrong_on_the_phone(phone: Phone) -> None:
    assert {problem for entry in phone.reminders() for problem in entry.problems} == set()
    assert all(entry.shown_due == entry.due for entry in phone.reminders())


def kinds(entry: ShownReminder) -> set[str]:
    due = entry.due or ""
    return {
        name
        for name, holds in {
            "all-day": bool(due) and "T" not in due,
            "zoned": "[" in due,
            "floating": "T" in due and "[" not in due,
            "undated": not due,
            "subtask": entry.parent is not None,
            "multi-line": "\n" in entry.notes,
            "astral": any(ord(letter) > 0xFFFF for letter in entry.title),
            "joined": "\u200d" in entry.title,
            "umlaut": "ü" in entry.title,
            "flagged": entry.flagged,
            "tagged": bool(entry.tags),
            "done": entry.done,
            f"priority {entry.priority}": True,
        }.items()
        if holds
    }


def test_one_of_everything(phone: Phone, zone: Zone) -> None:
    found = set().union(*(kinds(entry) for entry in phone.reminders()))
    assert found == {
        *("all-day", "zoned", "floating", "undated", "subtask", "multi-line", "astral", "joined"),
        *("umlaut", "flagged", "tagged", "done"),
        *("priority 0", "priority 1", "priority 5", "priority 9"),
    }
    counted = {kind: len(zone.live(kind)) for kind in ("RecurrenceRule", "Hashtag", "Attachment")}
    assert counted == {"RecurrenceRule": 2, "Hashtag": 2, "Attachment": 1}
    assert {len(zone.live(kind)) for kind in ("Account", "SmartList", "Moodboard")} == {1}


def test_some_are_done_recently_and_some_long_ago(phone: Phone) -> None:
    ages = [
        (START - entry.completed_at.timestamp()) / 86400
        for entry in phone.reminders()
        if entry.completed_at
    ]
    assert min(ages) < 3
    assert max(ages) > 400


def test_dates_follow_now() -> None:
    later = Zone(OWNER, Clock(START + 86400 * 100))
    seed(Phone(later, Clock(START + 86400 * 100)), later, START + 86400 * 100)
    assert synced(later).find("Swap winter tyres").due == "2026-05-11"


def test_the_manual_order_is_shown(phone: Phone) -> None:
    titles = [entry.title for entry in phone.reminders("Groceries")]
    assert (titles[0], titles[-1]) == ("Olive oil", "Milk")


def test_generated_reminders_are_sound_and_varied() -> None:
    zone = Zone(OWNER, Clock())
    generate(zone, 300, START)
    phone = synced(zone)
    shown = phone.reminders()
    assert len(shown) == len({entry.title for entry in shown}) == 300
    assert {problem for entry in shown for problem in entry.problems} == set()
    assert all(entry.shown_due == entry.due for entry in shown)
    assert all(document.problems(value) == () for value in documents(zone))
    found = set().union(*(kinds(entry) for entry in shown))
    assert {"all-day", "zoned", "floating", "undated", "multi-line", "done", "flagged"} <= found
    assert len({entry.list for entry in shown}) == 8


def test_generation_is_repeatable_and_may_be_empty() -> None:
    def records(count: int) -> list[tuple[str, Any]]:
        zone = Zone(OWNER, Clock(step=0.0))
        generate(zone, count, START)
        return [(name, record.fields) for name, record in zone.records.items()]

    assert records(40) == records(40)
    assert [name.partition("/")[0] for name, _ in records(0)] == ["List"] * 8


def test_generated_reminders_can_be_edited_on_the_phone() -> None:
    zone = Zone(OWNER, Clock())
    generate(zone, 60, START)
    phone = synced(zone)
    timed = next(entry for entry in phone.reminders() if "[" in (entry.due or ""))
    phone.edit(timed.id, title="Moved 🚲", due="2026-05-01T10:00[Europe/Berlin]")
    assert synced(zone).get(timed.id).shown_due == "2026-05-01T10:00[Europe/Berlin]"
    assert synced(zone).get(timed.id).title == "Moved 🚲"
