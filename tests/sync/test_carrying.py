"""Everything out of one account and into another: equal but for what the service itself gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

import icalendar
import pytest

from store.raw import dumps
from sync.cycle.asked.carrying import Brought, Options
from sync.errors import UsageError
from sync.export.book import read_book
from sync.export.calendar import calendar
from sync.export.document import document
from sync.local.formats import MARKDOWN, Dialect
from tests.rig import Crash, Rig, empty_world, open_rig

AT = "2026-01-01T00:00:00+00:00"
DIALECT = Dialect(MARKDOWN, "Europe/Paris")


def exported(rig: Rig, *lists: str) -> dict[str, Any]:
    book = read_book(rig.store, DIALECT, lists)
    return document(book, account="a", home_zone="Europe/Paris", at=AT)


def carry_in(rig: Rig, data: bytes, name: str, **options: Any) -> Brought:
    return rig.engine.carry_in(data, PurePath(name), Options(**options))


def essence(whole: dict[str, Any], *without: str) -> list[dict[str, Any]]:
    """The reminders without what the service gives, and without list ids."""
    given = {"created_ms", "modified_ms", "list", "images", "files", "repeat", "id", *without}
    titles = {one["id"]: one["title"] for one in whole["reminders"]}
    found = [
        {
            **{name: value for name, value in one.items() if name not in given},
            "parent": titles.get(one["parent"]),
            "repeat": None if "words" in (one["repeat"] or {}) else one["repeat"],
        }
        for one in whole["reminders"]
    ]
    return sorted(found, key=json.dumps)


@pytest.fixture
def filled(seeded: Rig) -> Rig:
    """With a section and alarms beside all that is in the account."""
    seeded.append("Work", "## Later\n\n- [ ] In a section\n    - 🔔 2026-03-01 09:00\n")
    seeded.run()
    seeded.run()
    return seeded


def test_json_carries_all_into_another_account(filled: Rig, tmp_path: Path) -> None:
    whole = exported(filled)
    assert len(whole["records"]) > 40
    assert {one["id"] for one in whole["reminders"]} == {one.id for one in filled.phone.reminders()}
    other = tmp_path / "other"
    other.mkdir()
    with open_rig(other, empty_world(), profile="other") as rig:
        rig.run()
        told = carry_in(rig, dumps(whole), "e.json")
        assert len(told.added) == len(whole["reminders"])
        rig.run()
        again = exported(rig)
        assert essence(again) == essence(whole)
        assert {one["id"] for one in again["reminders"]} == {
            one["id"] for one in whole["reminders"]
        }
        looks = [
            {
                (one["name"], one["color"], tuple(one["sections"]))
                for one in each["lists"]
                if one["name"] != "Inbox"
            }
            for each in (whole, again)
        ]
        assert looks[0] == looks[1]
        assert rig.line("Work", "In a section")
        rig.rest()
        assert rig.engine.verify().result == "agrees"
        before = rig.bytes_of_folder()
        second = carry_in(rig, dumps(whole), "e.json")
        assert (second.added, second.differing, second.lists) == ([], [], [])
        rig.run()
        assert rig.bytes_of_folder() == before


def test_a_calendar_carries_what_it_has_words_for(filled: Rig, tmp_path: Path) -> None:
    data = calendar(read_book(filled.store, DIALECT), "Europe/Paris")
    todos = icalendar.Calendar.from_ical(data).walk("VTODO")
    shown = {one.id: one.title for one in filled.phone.reminders()}
    assert {str(one["UID"]): str(one["SUMMARY"]) for one in todos} == shown
    assert carry_in(filled, data, "e.ics").added == []
    other = tmp_path / "other"
    other.mkdir()
    with open_rig(other, empty_world(), profile="other") as rig:
        rig.run()
        told = carry_in(rig, data, "e.ics")
        assert (len(told.added), told.notes) == (len(todos), [])
        rig.run()
        assert {one.id: one.title for one in rig.phone.reminders()} == shown
        assert carry_in(rig, data, "e.ics").same == len(todos)
        rig.rest()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Trip.md", "- [ ] Tent 📅 2026-03-02\n    > two\n- [ ] Pack\n    - [ ] Socks #warm\n"),
        ("Trip.txt", "Tent due:2026-03-02\nPack\n(A) Socks @warm\n"),
    ],
)
def test_lines_become_reminders_of_the_list_that_the_file_is_called(
    rig: Rig, name: str, text: str
) -> None:
    told = carry_in(rig, text.encode(), name)
    assert (told.lists, len(told.added)) == (["Trip"], 3)
    rig.run()
    assert rig.titles("Trip") == {"Tent", "Pack", "Socks"}
    assert rig.line("Trip", "Tent")
    rig.rest()
    assert carry_in(rig, text.encode(), name).same == 3
    assert [one.name for one in rig.phone.lists()].count("Trip") == 1
    into = carry_in(rig, text.encode(), name, list="Inbox")
    assert {where for _, _, where in into.added} == {"Inbox"}


def test_what_is_there_otherwise_is_left_unless_a_person_says_so(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Milk\n    > mine\n")
    rig.run()
    whole = exported(rig)
    (milk,) = whole["reminders"]
    milk["notes"], milk["flagged"] = "theirs", True
    dry = carry_in(rig, dumps(whole), "e.json", overwrite=True, dry_run=True)
    left = carry_in(rig, dumps(whole), "e.json")
    for told in (dry, left):
        assert [one[3] for one in told.differing] == [("notes", "flagged")]
        assert not told.overwritten
    rig.run()
    assert (rig.shown("Milk").notes, rig.shown("Milk").flagged) == ("mine", False)
    assert carry_in(rig, dumps(whole), "e.json", overwrite=True).overwritten
    rig.run()
    assert (rig.shown("Milk").notes, rig.shown("Milk").flagged) == ("theirs", True)
    assert "    > theirs\n" in rig.read("Inbox")
    rig.rest()


def test_an_export_of_one_list_has_that_alone(seeded: Rig) -> None:
    whole = exported(seeded, "Groceries")
    assert {one["list_name"] for one in whole["reminders"]} == {"Groceries"}
    assert [one["name"] for one in whole["lists"]] == ["Groceries"]
    assert whole["records"] == []


def steps_of(rig: Rig, work: Callable[[], object]) -> int:
    seen: list[str] = []
    rig.step = seen.append
    try:
        work()
    finally:
        rig.step = lambda _: None
    return len(seen)


def test_dying_anywhere_brings_all_once(tmp_path: Path) -> None:
    text = b"- [ ] Parent\n    - [ ] Child\n- [ ] Last\n"

    def fresh(number: int) -> Any:
        home = tmp_path / str(number)
        home.mkdir()
        return open_rig(home, empty_world())

    with fresh(0) as rig:
        rig.run()
        total = steps_of(rig, lambda: carry_in(rig, text, "Trip.md"))
    assert total > 8
    for number in range(1, total + 1, 2):
        with fresh(number) as rig:
            rig.run()
            left = [number]

            def die(_name: str, left: list[int] = left) -> None:
                left[0] -= 1
                if left[0] == 0:
                    raise Crash

            rig.step = die
            with pytest.raises(Crash):
                carry_in(rig, text, "Trip.md")
            rig.step = lambda _: None
            rig.restart()
            rig.run()
            carry_in(rig, text, "Trip.md")
            rig.run()
            assert sorted(one.title for one in rig.phone.reminders()) == ["Child", "Last", "Parent"]
            assert [one.name for one in rig.phone.lists()].count("Trip") == 1
            assert rig.shown("Child").parent == rig.shown("Parent").id


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("e.json", b"{", "it is not JSON"),
        ("e.json", b'{"kind": "other"}', "its `kind` is not remindersd-export"),
        ("e.json", b'{"kind": "remindersd-export", "schema": 2}', "its schema is 2"),
        ("e.json", b'{"kind": "remindersd-export", "schema": 1, "lists": 1}', "`lists`"),
        (
            "e.json",
            b'{"kind": "remindersd-export", "schema": 1, "lists": [], "reminders": [{"due": 3}]}',
            "reminder 1 cannot be read",
        ),
        ("e.ics", b"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nDUE:x\r\nEND:VTODO\r\n", "line 2"),
        ("e.md", b"\xff\xfe", "not UTF-8"),
        ("e.xyz", b"", "cannot be told from its name"),
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_done(
    rig: Rig, name: str, data: bytes, reason: str
) -> None:
    with rig.counting() as sent, pytest.raises(UsageError, match=reason) as caught:
        carry_in(rig, data, name)
    assert name in caught.value.message
    assert sent == []
