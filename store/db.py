"""Owns the one connection that writes, and hands out what is remembered, room by room.

One thread opens a ``Store`` and is the only one to use it; every other thread or process that
wants to look opens its own with ``Store.open_reading``. Reads are allowed at any time, writes only
inside ``commit``; nothing here writes a row that would not change.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from store.activity.answered import Answered
from store.activity.attention import Attention
from store.activity.journal import Journal
from store.activity.outbox import Outbox
from store.activity.rings import Rings
from store.base.bases import Bases
from store.base.forgotten import ForgottenLists
from store.base.occurrences import Occurrences
from store.base.sections import SectionBases
from store.connection import Connection
from store.file.consistency import Consistency
from store.file.opening import open_reading, open_writing, set_aside
from store.local.images import Images
from store.local.places import Places
from store.local.versions import Versions
from store.meta import Meta
from store.polled.states import Polls
from store.remote.blockers import Blockers
from store.remote.documents import Documents
from store.remote.mirror import Mirror

if TYPE_CHECKING:
    from store.file.salvage import Salvaged
    from store.polled.calendar import Calendar
    from store.polled.contacts import Contacts
    from store.polled.devices import Devices
    from store.polled.notes import Notes
    from store.polled.photos import Photos

__all__ = ["Store"]


class Store:
    """The open database at ``path``. Use as a context manager, or call ``close``."""

    def __init__(self, raw: sqlite3.Connection, path: Path, *, writing: bool = False) -> None:
        self.path = path
        self._is_writer = writing
        self._connection = Connection(raw, path)
        self._changes_before = raw.total_changes
        self.meta = Meta(self._connection)
        self.mirror = Mirror(self._connection)
        self.answered = Answered(self._connection)
        self.attention = Attention(self._connection)
        self.bases = Bases(self._connection)
        self.blockers = Blockers(self._connection)
        self.consistency = Consistency(self._connection)
        self.outbox = Outbox(self._connection)
        self.documents = Documents(self._connection)
        self.forgotten = ForgottenLists(self._connection)
        self.images = Images(self._connection)
        self.journal = Journal(self._connection)
        self.occurrences = Occurrences(self._connection)
        self.places = Places(self._connection)
        self.rings = Rings(self._connection)
        self.sections = SectionBases(self._connection)
        self.versions = Versions(self._connection)
        self.polls = Polls(self._connection)

    @classmethod
    def open(cls, path: Path) -> Store:
        """The store at ``path`` for its one writer; made, checked and migrated as needed.

        Raises ``Damaged`` for a file that is corrupt, no database, not ours or newer than this
        programme, ``Unwritable`` or ``Locked``.
        """
        return cls(open_writing(path), path, writing=True)

    @classmethod
    def open_reading(cls, path: Path) -> Store:
        """The store at ``path`` for a reader beside the writer; any write fails.

        Raises ``FileNotFoundError``, ``StoreError`` for a schema that is not this one yet, else
        as ``open``.
        """
        return cls(open_reading(path), path)

    def give_back(self) -> None:
        """Let go of the pages that are only kept to be read again sooner."""
        self._connection.all("PRAGMA shrink_memory")

    def close(self) -> None:
        """Let go of the file; what was committed is in it. One found damaged is set aside."""
        if self._connection.is_damaged and self._is_writer:
            set_aside(self._connection.raw, self.path)
        else:
            self._connection.raw.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def salvage(self, old: Path) -> Salvaged:
        """Carry over into this store, which is empty, what only the file ``old`` knows."""
        from store.file.salvage import salvage

        with self.commit("salvage"):
            return salvage(old, self._connection)

    # What is polled has rooms of its own, imported with the first poll that is looked at.

    @cached_property
    def calendar(self) -> Calendar:
        """What is known of calendars and events."""
        from store.polled.calendar import Calendar

        return Calendar(self._connection)

    @cached_property
    def contacts(self) -> Contacts:
        """What is known of the address book."""
        from store.polled.contacts import Contacts

        return Contacts(self._connection)

    @cached_property
    def devices(self) -> Devices:
        """Where the devices were."""
        from store.polled.devices import Devices

        return Devices(self._connection)

    @cached_property
    def notes(self) -> Notes:
        """What is known of notes."""
        from store.polled.notes import Notes

        return Notes(self._connection)

    @cached_property
    def photos(self) -> Photos:
        """What is known of the photo libraries."""
        from store.polled.photos import Photos

        return Photos(self._connection)

    @contextmanager
    def commit(self, name: str) -> Iterator[None]:
        """One transaction: all that is written inside becomes durable at the end, or none of it.

        ``step`` is called with ``commit:NAME:before`` right before and ``commit:NAME:after`` right
        after that moment. Raises ``RuntimeError`` inside another commit.
        """
        with self._connection.commit(name):
            yield

    @property
    def step(self) -> Callable[[str], None]:
        """The seam at which tests crash; does nothing in a running programme."""
        return self._connection.step

    @step.setter
    def step(self, step: Callable[[str], None]) -> None:
        self._connection.step = step

    @property
    def rows_written(self) -> int:
        """How many rows were inserted, changed or deleted since the store was opened."""
        return self._connection.raw.total_changes - self._changes_before
