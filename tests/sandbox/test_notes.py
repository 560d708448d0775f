"""What an unmodified pyicloud sees of the notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyicloud.exceptions import PyiCloudAPIResponseException
from pyicloud.services.notes.service import NoteLockedError, NoteNotFound

from sandbox.services.notes import TRASH
from sandbox.world import World, make_world
from tests.sandbox.signed_in import SignedIn, signed_in
from tests.sandbox.wires import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> World:
    return make_world(reminders=0, clock=clock)


@pytest.fixture
def phone(world: World, tmp_path: Path) -> Iterator[SignedIn]:
    with signed_in(world, tmp_path) as client:
        yield client


def named(phone: SignedIn, title: str) -> str:
    return next(note.id for note in phone.service.notes.recents() if note.title == title)


def test_a_note_is_read_with_its_document(phone: SignedIn) -> None:
    note = phone.service.notes.get(named(phone, "Packing list"))
    assert note.text == "Packing list\nPassport\nCharger\nSun cream 🧴"
    assert (note.folder_name, note.is_deleted, note.is_locked) == ("Notes", False, False)
    assert note.snippet == "Passport\nCharger\nSun cream 🧴"


def test_folders_and_what_is_in_them(phone: SignedIn, world: World) -> None:
    book = world.services.notes
    inner = book.folder("Cakes", parent=book.folder("Recipes"))
    book.put("Lemon cake", folder=inner)
    folders = {folder.name: folder for folder in phone.service.notes.folders()}
    assert set(folders) == {"Notes", "Recently Deleted", "Recipes", "Cakes"}
    assert folders["Cakes"].parent_id == folders["Recipes"].id
    [scones] = phone.service.notes.in_folder(folders["Recipes"].id)
    assert scones.title == "Ada's scones"
    [cake] = phone.service.notes.in_folder(inner)
    assert cake.title == "Lemon cake"


def test_a_locked_note_keeps_its_text_to_itself(phone: SignedIn) -> None:
    with pytest.raises(NoteLockedError):
        phone.service.notes.get(named(phone, "Bank"))


def test_recent_ones_come_in_order_and_in_pages(
    phone: SignedIn, world: World, clock: Clock
) -> None:
    for number in range(250):
        clock.now += 1
        world.services.notes.put(f"Note {number}")
    notes = list(phone.service.notes.recents(limit=300))
    assert [note.title for note in notes[:2]] == ["Note 249", "Note 248"]
    assert len({note.id for note in notes}) == 253
    assert "Draft" not in {note.title for note in notes}
    assert phone.asked("records/query") == 2


def test_changes_since_a_cursor(phone: SignedIn, world: World, clock: Clock) -> None:
    notes, book = phone.service.notes, world.services.notes
    before = notes.sync_cursor()
    assert list(notes.iter_changes(since=before)) == []
    clock.now += 60
    name = book.put("Packing list", "Nothing", name=named(phone, "Packing list"))
    gone = named(phone, "Ada's scones")
    book.delete(gone)
    events = {event.note.id: event for event in notes.iter_changes(since=before)}
    assert set(events) == {name, gone}
    assert events[name].type == "updated"
    assert (events[gone].type, events[gone].note.folder_id) == ("deleted", TRASH)
    assert notes.get(name).text == "Packing list\nNothing"

    before = notes.sync_cursor()
    book.expunge(gone)
    [event] = notes.iter_changes(since=before)
    assert (event.type, event.note.id) == ("deleted", gone)
    with pytest.raises(NoteNotFound):
        notes.get(gone)


def test_an_edit_keeps_when_a_note_was_made(world: World, clock: Clock) -> None:
    book = world.services.notes
    name = book.put("Diary")
    made = book.zone.records[name].fields["CreationDate"]
    clock.now += 3600
    book.put("Diary", "Rain.", name=name)
    fields = book.zone.records[name].fields
    assert fields["CreationDate"] == made
    assert fields["ModificationDate"]["value"] == made["value"] + 3_600_000


def test_notes_that_are_switched_off(phone: SignedIn) -> None:
    phone.control("PUT", "services", {"notes": "absent"})
    with pytest.raises(PyiCloudAPIResponseException, match="ZONE_NOT_FOUND"):
        list(phone.service.notes.recents())
    assert phone.asked("com.apple.notes/production/private/records/query 404") == 1
