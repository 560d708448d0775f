"""Databases that outlive their machine: emptied, one is the next machine's at the same path.

To make the file, read its schema, prepare all statements and close it is a tenth of a history. A
database of which pages are to be bent has to be a new one: where its pages lie is of its past.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path

_FILES = ("", "-wal", "-shm")
_FIXED = ("_sqlite_migrations", "sqlite_sequence")
_place: list[Path] = []
_order: list[str] = []
_kept: dict[Path, tuple[sqlite3.Connection, Path]] = {}


@contextmanager
def sparing(place: Path) -> Iterator[None]:
    """While it lasts, databases of machines that are done with are kept in ``place``."""
    place.mkdir()
    _place.append(place)
    try:
        yield
    finally:
        _place.pop()
        for path in [path for path, (_, aside) in _kept.items() if aside.parent == place]:
            _kept.pop(path)[0].close()


def lay_aside(path: Path, raw: sqlite3.Connection) -> None:
    """Keep the database for the next machine at ``path``, if that may want it; else close it."""
    is_whole = all(os.path.exists(f"{path}{suffix}") for suffix in _FILES)
    if not _place or path in _kept or not is_whole:
        raw.close()
        return
    aside = _place[-1] / f"{len(_kept)}.db"
    _move(path, aside)
    _kept[path] = raw, aside


def is_spared(path: Path) -> bool:
    """Whether the next machine at ``path`` gets one."""
    return path in _kept


def take(path: Path) -> sqlite3.Connection | None:
    """One that was kept, with nothing in it, at ``path`` again."""
    if path not in _kept:
        return None
    raw, aside = _kept.pop(path)
    _move(aside, path)
    assert not raw.in_transaction
    raw.execute("BEGIN IMMEDIATE")
    for table in _tables(raw):
        raw.execute(f"DELETE FROM {table}")
    raw.execute("DELETE FROM sqlite_sequence")
    raw.execute("COMMIT")
    return raw


def _move(old: Path, new: Path) -> None:
    for suffix in _FILES:
        os.replace(f"{old}{suffix}", f"{new}{suffix}")


def _tables(raw: sqlite3.Connection) -> list[str]:
    """All that may have rows, what refers to another before that; looked up once."""
    if not _order:
        found = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        names = [name for (name,) in found if name not in _FIXED]
        parents = {
            name: {row[2] for row in raw.execute(f"PRAGMA foreign_key_list({name})")} - {name}
            for name in names
        }
        _order.extend(reversed([*TopologicalSorter(parents).static_order()]))
    return _order
