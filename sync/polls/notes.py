"""Polls the notes: what is new is read, and answered from the whole mirror."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from store.db import Store
from store.polled.rows import NotesPage
from sync.codec import fields
from sync.errors import ZoneMissing
from sync.polls.around import Around
from sync.polls.asked import DataQuery, Item, Progress
from sync.polls.feeds import Reader, follow
from sync.polls.items.common import is_within, moment, readable
from sync.polls.items.notes import note_item, read_notes
from sync.polls.switched import switched_off
from sync.remote.cloudkit import CloudKit, ZoneId

__all__ = ["NOTES", "SERVICE", "NoteSource"]

SERVICE = "notes"
NOTES = "mme_notes.notes"
CONTAINER = "com.apple.notes"
_ZONE = "Notes"

Record = Mapping[str, Any]


class NoteSource:
    """The notes of the account."""

    def __init__(self, around: Around) -> None:
        self._around = around

    def items(self, query: DataQuery, progress: Progress) -> list[Item]:
        """The notes that were modified within ``query``, after asking for news."""
        self.refresh(progress)

        def read(store: Store) -> list[Item]:
            folders = store.notes.folders()
            return [
                note_item(note, folders)
                for note in store.notes.notes()
                if is_within(moment(note.modified_ms), query.since, query.until)
            ]

        return self._around.mirror(read)

    def refresh(self, progress: Progress) -> None:
        """Read what is new; raises RemindersdError."""
        around = self._around
        with around.recorded(SERVICE), around.database(CONTAINER) as cloud:
            last_ms, now_ms = around.last_success(SERVICE), around.now_ms()
            text_of = _texts()

            def read(_zone: str, records: Sequence[Record]) -> NotesPage:
                return read_notes(records, text_of)

            def put(store: Store, _zone: str, page: NotesPage, walk: int) -> None:
                store.notes.put(page, walk, now_ms, last_ms)

            def finish(store: Store, _zone: str, walk: int) -> None:
                store.notes.finish_walk(walk, now_ms, last_ms)

            def settle(store: Store) -> None:
                with store.commit("poll-done"):
                    store.polls.succeeded(SERVICE, now_ms)

            reader = Reader(SERVICE, NOTES, read, put, finish)
            follow(around, cloud, _zone(cloud), reader, progress)
            around.mirror(settle)


def _zone(cloud: CloudKit) -> ZoneId:
    try:
        zones = cloud.zones("private")
    except ZoneMissing:
        zones = []
    for info in zones:
        if info.zone.name == _ZONE and not info.deleted:
            return info.zone
    raise switched_off("notes")


def _texts() -> Callable[[Record], str | None]:
    """Reads the text of a note's document; ``None`` for what cannot be read."""
    from pyicloud.services.notes.decoding import BodyDecoder

    decoder = BodyDecoder()

    def text_of(record: Record) -> str | None:
        document = readable(fields.blob, record, "TextDataEncrypted")
        body = decoder.decode(document) if document else None
        return None if body is None else body.text

    return text_of
