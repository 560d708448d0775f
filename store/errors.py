"""Why the store cannot do what it is asked, for the caller to turn into a person's words.

StoreError
|- Damaged       the file cannot be trusted
|  `- NotOurs    it is sound, and of another programme or of a newer version of this one
|- Unwritable    the disk is read-only or failing; the file itself is as it was
|  `- Full       there is no room left for it
`- Locked        another process has been writing for longer than we wait
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from textwrap import shorten

__all__ = ["Damaged", "Full", "Locked", "NotOurs", "StoreError", "Unwritable", "translated"]

_LENGTH = 300  # characters of a reason


class StoreError(Exception):
    """What is wrong with the database at ``path``: ``reason`` is one sentence without it.

    SQLite may quote a damaged file in its own: that comes to one line, and to no more than that.
    """

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = shorten(reason, _LENGTH, placeholder=" …")
        super().__init__(f"{path}: {self.reason}")


class Damaged(StoreError):
    """The file is corrupt or no database, or ``NotOurs``; it is kept."""


class NotOurs(Damaged):
    """The file is of another programme, or newer than this one; it stays where it is."""


class Unwritable(StoreError):
    """The file could not be opened or written; nothing of the open commit was kept."""


class Full(Unwritable):
    """There is no room left on the disk of the file."""


class Locked(StoreError):
    """Another process held the write lock for longer than the busy timeout."""


_KINDS: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_CORRUPT: Damaged,
    sqlite3.SQLITE_NOTADB: Damaged,
    sqlite3.SQLITE_FULL: Full,
    sqlite3.SQLITE_IOERR: Unwritable,
    sqlite3.SQLITE_READONLY: Unwritable,
    sqlite3.SQLITE_CANTOPEN: Unwritable,
    sqlite3.SQLITE_PERM: Unwritable,
    sqlite3.SQLITE_BUSY: Locked,
    sqlite3.SQLITE_LOCKED: Locked,
}

_NO_SCHEMA = ("no such table", "no such column", "malformed database schema")
"""What is said of a file whose tables are not what this programme made them."""
_NO_TEXT = "Could not decode to UTF-8"
"""What Python says, without a code of SQLite's, of text that is none."""


def translated(error: sqlite3.Error, path: Path) -> StoreError | None:
    """The error of ours that SQLite's ``error`` means, or ``None`` where it is a bug of ours."""
    # The low byte is the primary code; the rest only details it (SQLite, "Result codes").
    code = getattr(error, "sqlite_errorcode", None)
    kind = None if code is None else _KINDS.get(code & 0xFF)
    if code is None and str(error).startswith(_NO_TEXT):
        return Damaged(path, "is corrupt: there is text in it that is none")
    if code == sqlite3.SQLITE_ERROR and str(error).startswith(_NO_SCHEMA):
        kind = Damaged
    return None if kind is None else kind(path, str(error))
