"""Remembers the notes and their folders."""

from __future__ import annotations

from store.connection import Connection, json_array
from store.polled.rows import Note, NoteFolder, NotesPage
from store.polled.seen import Seen

__all__ = ["Notes"]


class Notes:
    """Notes by their record's name."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._notes: Seen[Note] = Seen(connection, "note", Note, ("record",), walks=True)
        self._folders: Seen[NoteFolder] = Seen(
            connection, "note_folder", NoteFolder, ("id",), comes_and_goes=False, walks=True
        )

    def put(self, page: NotesPage, walk: int, now_ms: int, last_ms: int | None) -> None:
        """Remember a page of the feed, in the walk of that number."""
        self._folders.put(page.folders, walk=walk)
        self._notes.put(page.notes, now_ms, walk)
        gone = json_array(page.gone)
        among = "IN (SELECT value FROM json_each(?))"
        self._notes.lose(f"record {among}", (gone,), now_ms, last_ms)
        self._db.write(f"DELETE FROM note_folder WHERE id {among}", (gone,))

    def finish_walk(self, walk: int, now_ms: int, last_ms: int | None) -> None:
        """What the walk that ends now did not bring is gone."""
        self._notes.lose("walk <> ?", (walk,), now_ms, last_ms)
        self._db.write("DELETE FROM note_folder WHERE walk <> ?", (walk,))

    def notes(self) -> list[Note]:
        """The notes that are there."""
        return self._notes.rows("gone_ms IS NULL")

    def folders(self) -> dict[str, str | None]:
        """What each folder is called, by its id."""
        return {row.id: row.name for row in self._folders.rows()}
