"""Opens the ledger of the API, private to its owner; one that cannot be trusted is begun anew.

What stands in it can be asked for again, so nobody has to decide: the damaged file is kept aside,
as a mirror would be.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from store.activity.ledger import Ledger
from store.errors import Damaged, StoreError, Unwritable, translated
from store.file.aside import copy_aside, take_away

__all__ = ["open_ledger"]

_BUSY_S = 10.0
_APPLICATION_ID = 0x72656D61
_VERSION = 1

_TABLES = (
    """CREATE TABLE user (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
        identifier TEXT NOT NULL UNIQUE, created_ms INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE source (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, user TEXT NOT NULL,
        type TEXT NOT NULL, identifier TEXT NOT NULL, state TEXT NOT NULL,
        created_ms INTEGER NOT NULL, UNIQUE (user, type, identifier)
    ) STRICT""",
    """CREATE TABLE session (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL,
        user TEXT NOT NULL, state TEXT NOT NULL, created_ms INTEGER NOT NULL, error TEXT,
        error_info TEXT, ended_ms INTEGER,
        CHECK (state IN ('pending', 'succeeded', 'failed', 'expired'))
    ) STRICT""",
    """CREATE TABLE poll (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, session TEXT NOT NULL,
        source TEXT NOT NULL, user TEXT NOT NULL, state TEXT NOT NULL, created_ms INTEGER NOT NULL,
        payload TEXT NOT NULL, errors TEXT NOT NULL, error TEXT, completed_ms INTEGER,
        CHECK (state IN ('pending', 'completed', 'failed'))
    ) STRICT""",
    """CREATE TABLE result (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, poll TEXT NOT NULL,
        identifier TEXT NOT NULL, type TEXT NOT NULL, checksum TEXT NOT NULL,
        size INTEGER NOT NULL, state TEXT NOT NULL, created_ms INTEGER NOT NULL,
        consumed_ms INTEGER, deleted_ms INTEGER,
        CHECK (state IN ('available', 'consumed', 'expired'))
    ) STRICT""",
    """CREATE INDEX result_poll ON result (poll)""",
    """CREATE TABLE event (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
        action TEXT NOT NULL, created_ms INTEGER NOT NULL, data TEXT NOT NULL
    ) STRICT""",
)

_log = logging.getLogger(__name__)


def open_ledger(path: Path) -> Ledger:
    """The ledger at ``path``, made if there is none; raises StoreError where there can be none."""
    try:
        return _opened(path)
    except Damaged as error:
        try:
            kept = copy_aside(path)
            take_away(path)
        except OSError as trouble:
            raise Unwritable(path, trouble.strerror or str(trouble)) from trouble
        _log.warning("%s; it is kept as %s, and a new one begun", error, kept.name)
        return _opened(path)


def _opened(path: Path) -> Ledger:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise Unwritable(path, error.strerror or str(error)) from error
    # rw, not rwc: SQLite would make the file with the process's umask.
    uri = f"{path.absolute().as_uri()}?mode=rw"
    raw = sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None)
    try:
        _prepare(raw, path)
    except (sqlite3.Error, StoreError) as error:
        with suppress(sqlite3.Error):
            raw.close()
        ours = translated(error, path) if isinstance(error, sqlite3.Error) else None
        if ours is None:
            raise
        raise ours from error
    return Ledger(raw, path)


def _prepare(raw: sqlite3.Connection, path: Path) -> None:
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("PRAGMA temp_store = MEMORY")
    (tables,) = raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables:
        _judge(raw, path)
        return
    raw.execute("PRAGMA journal_mode = WAL").fetchone()
    raw.execute("BEGIN IMMEDIATE")
    for statement in _TABLES:
        raw.execute(statement)
    raw.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    raw.execute(f"PRAGMA user_version = {_VERSION}")
    raw.execute("COMMIT")


def _judge(raw: sqlite3.Connection, path: Path) -> None:
    (whose,) = raw.execute("PRAGMA application_id").fetchone()
    (version,) = raw.execute("PRAGMA user_version").fetchone()
    if (whose, version) != (_APPLICATION_ID, _VERSION):
        raise Damaged(path, "is no ledger of this version")
    (verdict,) = raw.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise Damaged(path, f"is corrupt: {verdict}")
