"""Opens the database file for one thread, or says why it cannot be trusted; it never repairs one.

The file and what SQLite puts beside it are the owner's alone (0600). The file is judged before
anything is written to it: what is not ours or newer than we are stays as it is, and what is damaged
is set aside as it is, so that nothing more is written to it and nothing is read from it.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from store.errors import Damaged, NotOurs, StoreError, Unwritable, translated
from store.file.aside import copy_aside, kept_damaged, take_away
from store.schema.stamp import APPLICATION_ID, VERSION

__all__ = ["open_reading", "open_writing", "set_aside"]

_BUSY_S = 10.0
_STATEMENTS = 512  # kept prepared; a cycle uses more than the 128 of the default
_WAL_BYTES_MAX = 16 * 1024 * 1024
_PAGE_BYTES = 4096
# Identities are random, so each page of a pull touches every index all over: with room for them a
# first pull of 10,000 reminders asks the disk for 11,000 pages in place of 38,000.
_CACHE_BYTES = 16 * 1024 * 1024


def open_writing(path: Path) -> sqlite3.Connection:
    """A connection to ``path``, which is made, checked and brought to our schema as needed.

    Raises ``Damaged``, ``Unwritable`` or ``Locked``. A damaged file is set aside, and from then on
    none is made in its place.
    """
    _insist_on_none_aside(path)
    try:
        _make_private(path)
    except OSError as error:
        raise Unwritable(path, error.strerror or str(error)) from error
    return _opened(path, writing=True)


def open_reading(path: Path) -> sqlite3.Connection:
    """A connection to ``path`` that refuses to write, for other threads and other processes.

    Raises ``FileNotFoundError`` where there is no such file, ``StoreError`` where its schema is
    still an older one, else as ``open_writing``.
    """
    if not path.exists():
        _insist_on_none_aside(path)
        raise FileNotFoundError(path)
    return _opened(path, writing=False)


def _opened(path: Path, *, writing: bool) -> sqlite3.Connection:
    connection: sqlite3.Connection | None = None
    try:
        # rw, not rwc: SQLite would make the file with the process's umask.
        uri = f"{path.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(
            uri, uri=True, timeout=_BUSY_S, isolation_level=None, cached_statements=_STATEMENTS
        )
        _settings(connection)
        version = _judge(connection, path)
        if writing:
            _prepare(connection, path, version)
        elif version != VERSION:
            raise StoreError(path, "is not of this version yet; start remindersd once")
        else:
            connection.execute("PRAGMA query_only = ON")
    except BaseException as error:
        ours = translated(error, path) if isinstance(error, sqlite3.Error) else None
        if isinstance(error, UnicodeDecodeError):
            ours = Damaged(path, "is corrupt: there is text in it that is none")
        damage = ours or error
        if writing and isinstance(damage, Damaged) and not isinstance(damage, NotOurs):
            set_aside(connection, path)
        elif connection is not None:
            connection.close()
        if ours is None:
            raise
        raise ours from error
    return connection


def set_aside(connection: sqlite3.Connection | None, path: Path) -> None:
    """Close a damaged file and keep it under another name, unless the disk is too full for that.

    Then it stays where it is, and is found damaged again.
    """
    try:
        copy_aside(path)
    except OSError:
        if connection is not None:
            connection.close()
        return
    if connection is not None:
        connection.close()
    take_away(path)


def _insist_on_none_aside(path: Path) -> None:
    """A new file in the place of a damaged one is made by a person's decision alone."""
    kept = None if path.exists() else kept_damaged(path)
    if kept is not None:
        raise Damaged(path, f"was damaged, and is kept as {kept.name}")


def _make_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _judge(connection: sqlite3.Connection, path: Path) -> int:
    """The file's schema version, 0 when it is empty; ``Damaged`` when it is not to be used."""
    tables = _number(connection, "SELECT count(*) FROM sqlite_master")
    if tables == 0:
        return 0
    if _number(connection, "PRAGMA application_id") != APPLICATION_ID:
        raise NotOurs(path, "is a database of another programme")
    version = _number(connection, "PRAGMA user_version")
    if version > VERSION:
        raise NotOurs(path, f"was written by a newer remindersd (schema {version}, not {VERSION})")
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise Damaged(path, f"is corrupt: {verdict}")
    return version


def _settings(connection: sqlite3.Connection) -> None:
    """What holds for this connection; said before its schema is read, which it would forget."""
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    # What is sorted on the way to a person must not pass through a shared /tmp.
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES_MAX}")


def _prepare(connection: sqlite3.Connection, path: Path, version: int) -> None:
    connection.execute("PRAGMA journal_mode = WAL").fetchone()
    connection.execute(f"PRAGMA cache_size = {-_CACHE_BYTES // 1024}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_BYTES_MAX // _PAGE_BYTES}")
    if version == VERSION:
        return
    if version:
        _back_up(connection, path.with_name(f"{path.name}.schema-{version}"))
    # Imported here: most files are of this version, and who only looks need not wait for it.
    from sqlite_utils import Database

    from store.schema.migrations import migrations

    # One transaction round all of them: cut anywhere, the file is what it was.
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(Database(connection, recursive_triggers=False, execute_plugins=False))
    connection.execute("COMMIT")


def _back_up(connection: sqlite3.Connection, copy: Path) -> None:
    # VACUUM INTO fills an empty file; made here, it is private from its first byte.
    copy.unlink(missing_ok=True)
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    connection.execute("VACUUM INTO ?", (str(copy),))


def _number(connection: sqlite3.Connection, sql: str) -> int:
    (value,) = connection.execute(sql).fetchone()
    return int(value)
