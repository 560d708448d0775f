"""Notes: what records of notes and folders say, and the items ``mme_notes.note`` made of them.

Wire facts: docs/wire-services.md, "Notes".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from store.polled.rows import Note, NoteFolder, NotesPage
from sync.codec import fields
from sync.polls.items.common import item_id, readable, rfc3339, word

__all__ = ["note_item", "read_notes"]

Record = Mapping[str, Any]

_NOTES = frozenset({"Note", "PasswordProtectedNote"})
_LOCKED = "PasswordProtectedNote"


def read_notes(records: Sequence[Record], text_of: Callable[[Record], str | None]) -> NotesPage:
    """What a page of the feed says; ``text_of`` reads the document of a note that is not locked."""
    notes: list[Note] = []
    folders: list[NoteFolder] = []
    gone: list[str] = []
    for record in records:
        name, kind = str(record["recordName"]), record.get("recordType")
        is_deleted = record.get("deleted") is True or readable(fields.flag, record, "Deleted")
        if is_deleted:
            gone.append(name)
        elif kind == "Folder":
            folders.append(NoteFolder(name, _title(record)))
        elif kind in _NOTES:
            notes.append(_note(name, record, text_of))
    return NotesPage(notes, folders, gone)


def note_item(note: Note, folders: Mapping[str, str | None]) -> dict[str, Any]:
    """The item of a note; ``folders`` names them by their id."""
    return {
        "id": note.id,
        "data_type": "mme_notes.note",
        "title": note.title,
        "folder": folders.get(note.folder or ""),
        "text": note.text,
        "created": rfc3339(note.created_ms),
        "modified": rfc3339(note.modified_ms),
        "locked": note.locked,
    }


def _note(name: str, record: Record, text_of: Callable[[Record], str | None]) -> Note:
    is_locked = record.get("recordType") == _LOCKED
    return Note(
        record=name,
        id=item_id("mme_notes.note", name),
        folder=readable(fields.reference, record, "Folder") or _first_folder(record),
        title=_title(record),
        text=None if is_locked else word(text_of(record)),
        created_ms=readable(fields.timestamp_ms, record, "CreationDate"),
        modified_ms=readable(fields.timestamp_ms, record, "ModificationDate"),
        locked=is_locked,
    )


def _title(record: Record) -> str | None:
    return word(readable(fields.plain_text, record, "TitleEncrypted"))


def _first_folder(record: Record) -> str | None:
    """Notes name their folder in a list of one, too."""
    wrapper = fields.fields_of(record).get("Folders")
    value = wrapper.get("value") if isinstance(wrapper, Mapping) else None
    for one in value if isinstance(value, list) else []:
        name = one.get("recordName") if isinstance(one, Mapping) else one
        if fields.is_name(name):
            return name
    return None
