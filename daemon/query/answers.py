"""Reads the mirror for whoever asks: each answer is the document that socket and verbs tell.

Reads the view ``lists``, which people may query too, so its documents have the columns; what is
asked of reminders is answered in ``daemon.query.queries``. Everything runs in one thread of its
own, with one connection that is kept, since opening the mirror checks it from end to end. What not
every look needs is imported when it is asked for: `status` begins with this room where no daemon
runs.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from daemon.query.changes import Names, changes_of, run_document, titles_told
from daemon.wording.instants import instant
from daemon.wording.storage import as_ours
from daemon.wording.words import IDS, poll_entry
from store.activity.attention import Attention
from store.activity.journal import HistoryRow, Journal
from store.activity.outbox import Outbox
from store.connection import Connection
from store.errors import StoreError, translated
from store.file.opening import open_reading
from store.meta import Meta
from store.polled.states import Polls
from sync.cycle.checking.verdict import NEVER, VERIFIED, Verified
from sync.errors import MirrorDamaged, RemindersdError
from sync.machine import told

if TYPE_CHECKING:
    from daemon.query.filters import Filters
    from daemon.query.queries import Queries
    from store.db import Store

__all__ = ["COUNTS", "Answers", "NoMirror", "instant"]

COUNTS = ("pending", "held", "conflicts", "parked")

T = TypeVar("T")
Document = dict[str, Any]
Rows = Callable[[str, tuple[Any, ...]], list[Document]]

_LISTS = """SELECT id, name, "group", file, open, total, shared, owner, read_only,
    color, color_name, emblem, sorting, linked FROM lists ORDER BY "group", name, id"""


class NoMirror(Exception):
    """There is no mirror yet; the text says so."""


class Answers:
    """Reads the mirror at ``path``.

    What it gives raises NoMirror where there is none, MirrorDamaged, or a RemindersdError that
    says why it cannot be read. ``on_damage`` hears of the second, in the reading thread.
    """

    def __init__(
        self, path: Path, on_damage: Callable[[MirrorDamaged], None] = lambda _error: None
    ) -> None:
        self._path = path
        self._on_damage = on_damage
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="answers")
        self._raw: sqlite3.Connection | None = None
        self._all_rooms: Store | None = None
        self._queries: Queries | None = None
        self._identity: tuple[int, int] | None = None

    def close(self) -> None:
        """Let go of the mirror."""
        self._thread.submit(self._let_go).result()
        self._thread.shutdown()

    def soon(self, work: Callable[[], None]) -> None:
        """Have the reading thread call ``work`` when it comes to it."""
        self._thread.submit(work)

    def counts(self) -> Future[Document]:
        """How much is pending, held, in conflict and parked, and when all was last compared.

        Zeros before the first cycle. ``waiting`` says how many deletions are held until a time
        only, or is ``None``; ``last_run`` is the number of the last run in the journal.
        """
        nothing = dict.fromkeys(COUNTS, 0) | dict.fromkeys(("verified", "waiting", "last_run"))
        return self._submit(self._counts, nothing)

    def polls(self) -> Future[Document]:
        """How the last poll of each service ended that was ever polled."""

        def read() -> Document:
            states = Polls(self._connection()).states()
            return {name: poll_entry(one) for name, one in states.items()}

        return self._submit(read, {})

    def read(self, work: Callable[[Rows], T], missing: T | None = None) -> Future[T]:
        """What ``work`` makes of the rows that it asks for by SQL; ``missing`` without a mirror."""
        return self._submit(lambda: work(self._rows), missing)

    def lists(self) -> Future[Document]:
        """Every list; ``kept`` is false for one that was forgotten here."""

        def read() -> Document:
            forgotten = self._store.forgotten.all()
            rows = [_list(row) for row in self._rows(_LISTS)]
            lists = [{**row, "kept": row["id"] not in forgotten} for row in rows]
            return {"schema": 1, "lists": lists}

        return self._submit(read)

    def reminders(self, filters: Filters) -> Future[Document]:
        """The reminders that pass ``filters``."""
        return self._submit(lambda: self._asked().reminders(filters))

    def reminder(self, key: str) -> Future[Document]:
        """One reminder; see ``daemon.query.queries``."""
        return self._submit(lambda: self._asked().reminder(key))

    def conflicts(self) -> Future[Document]:
        """The conflicts that nobody resolved, each with the value that lost."""

        def read() -> Document:
            from daemon.query.decided import conflict_entries

            return {"schema": 1, "conflicts": conflict_entries(self._store)}

        return self._submit(read)

    def parked(self) -> Future[Document]:
        """What iCloud refused, each with its reason."""

        def read() -> Document:
            from daemon.query.decided import parked_entries

            return {"schema": 1, "parked": parked_entries(self._store)}

        return self._submit(read)

    def held(self) -> Future[Document]:
        """What waits for a person or for time, in the order of files and lines."""

        def read() -> Document:
            from sync.core.actions import APPROVABLE, BY_NAME
            from sync.cycle.naming import in_order, names_of

            holds = self._store.attention.holds()
            names = names_of(holds, self._store)
            holds = in_order(holds, names)
            # What iCloud lost is still known by what was agreed on.
            titles = {id: name.title for id, name in names.items()}
            titles |= self._titles([hold.id for hold in holds])
            found = [
                {
                    "key": hold.key,
                    "kind": hold.kind,
                    "id": hold.id,
                    "title": titles.get(hold.id),
                    "reason": hold.reason,
                    "since": instant(hold.since_ms / 1000),
                    "until": None if hold.until_ms is None else instant(hold.until_ms / 1000),
                    "until_ms": hold.until_ms,
                    "approvable": hold.kind in APPROVABLE | BY_NAME,
                }
                for hold in holds
            ]
            return {"schema": 1, "held": found}

        return self._submit(read)

    def restorable(self) -> Future[Document]:
        """What `restore` can bring back, the newest first."""

        def read() -> Document:
            from sync.cycle.asked.restorable import restorable

            found = [
                {
                    **{name: getattr(one, name) for name in ("kind", "key", "title", "list")},
                    "how": one.how,
                    "at": None if one.at_ms is None else instant(one.at_ms / 1000),
                }
                for one in restorable(self._store, int(time.time() * 1000))
            ]
            return {"schema": 1, "restorable": found}

        return self._submit(read)

    def runs(self, limit: int, before: int | None = None) -> Future[Document]:
        """The latest runs that did something, the latest first; ``before`` a run, if one is given.

        ``next`` is what ``before`` has to be for the runs that come after these, or ``None``.
        """

        def read() -> Document:
            runs = self._journal().runs(limit + 1, before)
            more = runs[limit - 1].id if len(runs) > limit else None
            return {"schema": 1, "runs": [run_document(run) for run in runs[:limit]], "next": more}

        return self._submit(read)

    def run(self, id: int) -> Future[Document | None]:
        """One run with all that it changed, in order; ``None`` where there is none."""

        def read() -> Document | None:
            run, rows = self._journal().run(id), self._journal().history(run=id)[::-1]
            if run is None:
                return None
            changes = changes_of(rows, self._names(rows))
            return {"schema": 1, "run": run_document(run), "changes": changes}

        return self._submit(read)

    def changes(self, key: str) -> Future[Document]:
        """All that is known to have been changed of a reminder or list, the latest first.

        ``key`` is its UUID, the block id of its line, or what it is called.
        """

        def read() -> Document:
            rows = [row for id in self._ids(key) for row in self._journal().history(id=id)]
            rows.sort(key=lambda row: row.number, reverse=True)
            return {"schema": 1, "changes": changes_of(rows, self._names(rows))}

        return self._submit(read)

    # ---- in the thread

    def _submit(self, work: Callable[[], T], missing: T | None = None) -> Future[T]:
        def guarded() -> T:
            try:
                self._open()
                return work()
            except FileNotFoundError:
                if missing is not None:
                    return missing
                raise NoMirror("there is no mirror yet; the first cycle makes it") from None
            except StoreError as error:
                raise self._told(error) from error
            except sqlite3.Error as error:
                ours = translated(error, self._path) or StoreError(self._path, str(error))
                raise self._told(ours) from error
            except OSError as error:
                self._let_go()
                raise told(error) or error from None

        return self._thread.submit(guarded)

    def _told(self, error: StoreError) -> RemindersdError:
        self._let_go()
        ours = as_ours(error)
        if isinstance(ours, MirrorDamaged):
            self._on_damage(ours)
        return ours

    def _open(self) -> None:
        """Open the mirror, or the one that has taken its place since."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            open_reading(self._path)  # raises, and says so if a damaged one was set aside
            raise
        identity = status.st_dev, status.st_ino
        if identity != self._identity:
            self._let_go()
            self._raw = open_reading(self._path)
            self._identity = identity

    def _let_go(self) -> None:
        self._identity = None
        if self._queries is not None:
            self._queries.close()
        if self._raw is not None:
            with suppress(sqlite3.Error):
                self._raw.close()
        self._raw = self._all_rooms = self._queries = None

    def _rows(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[Document]:
        assert self._raw is not None
        found = self._raw.execute(sql, parameters)
        columns = [column[0] for column in found.description]
        return [dict(zip(columns, row, strict=True)) for row in found]

    def _asked(self) -> Queries:
        if self._queries is None:
            from daemon.query.queries import Queries

            assert self._raw is not None
            self._queries = Queries(self._raw, time.time)
        return self._queries

    @property
    def _store(self) -> Store:
        """The mirror with all its rooms."""
        if self._all_rooms is None:
            from store.db import Store

            assert self._raw is not None
            self._all_rooms = Store(self._raw, self._path)
        return self._all_rooms

    def _connection(self) -> Connection:
        """For those rooms alone that every look needs."""
        assert self._raw is not None
        return Connection(self._raw, self._path)

    def _journal(self) -> Journal:
        return Journal(self._connection())

    def _titles(self, ids: list[str]) -> Mapping[str, str]:
        rows = self._store.mirror.reminders_by_id(ids)
        lists = {row.id: row.name for row in self._store.mirror.lists() if row.id in ids}
        sections = {row["id"]: row["name"] for row in self._rows("SELECT id, name FROM sections")}
        return {**sections, **lists, **{id: row.title for id, row in rows.items()}}

    def _names(self, rows: Sequence[HistoryRow]) -> Names:
        """What the things are called that rows tell of, and the lists of reminders."""
        ids = {row.id for row in rows}
        found = self._store.mirror.reminders_by_id(ids)
        values = {str(value) for row in rows if row.field in IDS for value in row.values}
        titles = self._titles([*ids, *values, *(row.list_id for row in found.values())])
        lists = {id: titles.get(row.list_id) for id, row in found.items()}
        return Names({**titles_told(rows), **titles}, lists)

    def _ids(self, key: str) -> list[str]:
        """What a person means: one id, or all that are or were called so."""
        block = self._store.places.id_of(key.removeprefix("^"))
        called = self._store.journal.ids_called(key)
        return [block] if block else called or [key.upper()]

    def _counts(self) -> Document:
        connection = self._connection()
        outbox, attention = Outbox(connection).counts(), Attention(connection)
        holds = attention.holds()
        ends = [hold.until_ms for hold in holds if hold.until_ms is not None]
        return {
            "pending": outbox["queued"] + outbox["in-flight"],
            "held": len(holds),
            "conflicts": len(attention.open_conflicts()),
            "parked": outbox["parked"],
            "verified": _verified(Meta(connection).get(VERIFIED)),
            "waiting": _waiting(ends),
            "last_run": runs[0].id if (runs := self._journal().runs(1)) else None,
        }


def _waiting(ends_ms: list[int]) -> Document | None:
    """How many deletions go ahead by themselves, and when the last of them does."""
    if not ends_ms:
        return None
    until_ms = max(ends_ms)
    return {"deletions": len(ends_ms), "until": instant(until_ms / 1000), "until_ms": until_ms}


def _verified(text: str | None) -> Document | None:
    """When all was last compared; ``None`` where it never was."""
    known = Verified.parse(text)
    if known is None or known.result == NEVER:
        return None
    at = instant(known.at_ms / 1000)
    return {"at": at, "result": known.result, "differences": known.differences}


def _list(row: Document) -> Document:
    linked = None if row["linked"] is None else bool(row["linked"])
    return {**row, "read_only": bool(row["read_only"]), "linked": linked}
