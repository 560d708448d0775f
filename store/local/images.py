"""Remembers which images of reminders are in the folder: where, of which file, with which bytes.

An image is shown while its row is that of the file which its attachment has now; a row of another
file, or of an attachment that is no longer shown, has ended and waits to be cleared away.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.connection import Connection

__all__ = ["Ended", "Images", "Wanted"]

_SHOWN = """attachment a JOIN shown_reminder r ON r.id = a.reminder_id
    WHERE a.kind = 'Image' AND NOT a.deleted AND a.file_mark IS NOT NULL
    AND EXISTS (SELECT 1 FROM json_each(r.attachment_ids) e WHERE e.value = a.id)"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An image that is not in the folder, and what its reminder is; times in Unix milliseconds."""

    id: str
    record_name: str
    mark: str
    file_name: str | None
    uti: str | None
    list_name: str
    done: bool
    completed_at_ms: int | None


@dataclass(frozen=True, slots=True)
class Ended:
    """An image in the folder that nothing stands for any more; ``sha256`` is of what we wrote."""

    path: str
    sha256: str


class Images:
    """Images by their path, which begins with the name of the directory that they are in."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def wanted(self, directory: str) -> list[Wanted]:
        """Images of shown reminders that are not in this directory yet, newest reminders first."""
        rows = self._db.all(
            f"""SELECT a.id, a.record_name, a.file_mark, a.file_name, a.uti,
                coalesce(r.list_name, ''), r.done, r.completed_at_ms
            FROM {_SHOWN} AND NOT EXISTS (
                SELECT 1 FROM image i WHERE i.record_name = a.record_name
                AND i.mark = a.file_mark AND i.directory = ?)
            ORDER BY r.created_ms DESC, a.id""",
            (directory,),
        )
        return [Wanted(*row) for row in rows]

    def put(self, record_name: str, mark: str, directory: str, path: str, sha256: str) -> None:
        """Remember that the image is in the folder at ``path``."""
        self._db.write(
            """INSERT INTO image (path, directory, record_name, mark, sha256)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (path) DO UPDATE SET directory = excluded.directory,
                record_name = excluded.record_name, mark = excluded.mark, sha256 = excluded.sha256
            WHERE (directory, record_name, mark, sha256) IS NOT
                (excluded.directory, excluded.record_name, excluded.mark, excluded.sha256)""",
            (path, directory, record_name, mark, sha256),
        )

    def paths(self, directory: str) -> dict[str, str]:
        """Where each image in this directory is, by the id of its attachment."""
        rows = self._db.all(
            """SELECT a.id, i.path FROM attachment a JOIN image i
            ON i.record_name = a.record_name AND i.mark = a.file_mark
            WHERE i.directory = ? AND NOT a.deleted ORDER BY i.path""",
            (directory,),
        )
        return dict(rows)

    def ended(self, directory: str) -> list[Ended]:
        """Images in this directory that nothing stands for, and that no line is known to show."""
        rows = self._db.all(
            f"""SELECT i.path, i.sha256 FROM image i WHERE i.directory = ?
            AND NOT EXISTS (SELECT 1 FROM {_SHOWN}
                AND a.record_name = i.record_name AND a.file_mark = i.mark)
            AND NOT EXISTS (SELECT 1 FROM base b, json_each(b.images) e
                WHERE b.images IS NOT NULL AND e.value = i.path)
            ORDER BY i.path""",
            (directory,),
        )
        return [Ended(*row) for row in rows]

    def drop(self, path: str) -> None:
        """Forget an image."""
        self._db.write("DELETE FROM image WHERE path = ?", (path,))
