"""Records of the service: each is a row or kept as it came, and none spoils the others."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from store.activity.outbox import Intent
from store.db import Store
from store.model import Field
from store.raw import dumps, loads
from store.rows import ReminderRow
from sync.codec.fields import is_name
from sync.cycle.observing.mirroring import decoded_row, record_row
from sync.cycle.observing.observe import pull
from sync.cycle.observing.owed import owed_records
from sync.cycle.planning.known import gather
from sync.cycle.sending.encoding import Encoder
from sync.errors import BadResponse
from sync.local.formats import FORMATS, Dialect
from sync.local.tasks import CannotEdit, Insert
from sync.remote.answers import Failure
from sync.remote.zones import ChangePage, ZoneId, read_page
from tests.fuzz import corpus
from tests.fuzz.engine import Check, Violation
from tests.fuzz.mutate import bend_json
from tests.fuzz.values import HOME, a_value

__all__ = ["a_page", "blank_store", "decode", "opened"]

ZONE = ZoneId("Reminders", "_owner")
FAILURES = 0.1  # of pages: the service could not give one of the records
REPLICA = bytes([0x5A]) * 16
VIEWS = "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name"
EDITABLE = [name for name in Field if name not in (Field.IMAGES, Field.LIST, Field.PARENT)]


def a_page(random: Random) -> bytes:
    """A page of changes: a list, a reminder and what may hang on it, one or two of them bent."""
    all_of = corpus.records()
    home = random.choice([one for one in all_of if one["recordType"] == "Reminder"])
    others = random.sample(all_of, k=random.randint(0, 3))
    page = [*_around(home), *others]
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.randrange(len(page))
        page[at] = bend_json(page[at], random)
    if random.random() < 0.05:
        page = bend_json(page, random)
    return dumps({"records": page})


def _around(reminder: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The reminder, what hangs on it, and its list."""
    name = reminder["recordName"]
    where = reminder["fields"].get("List", {}).get("value", {}).get("recordName")
    found = [one for one in corpus.records() if one["recordName"] in (name, where)]
    return found + [
        one for one in corpus.records() if (one.get("parent") or {}).get("recordName") == name
    ]


Blank = Callable[[], AbstractContextManager[Store]]


@contextmanager
def blank_store(directory: Path) -> Iterator[Blank]:
    """Gives empty stores, one after the other, of one database in memory that is emptied again.

    A new one for each would have SQLite read the whole schema each time, which takes longer than
    all that is checked.
    """
    path = directory / "blank.sqlite"
    Store.open(path).close()
    raw = sqlite3.connect(":memory:", isolation_level=None)
    with closing(sqlite3.connect(path)) as template:
        template.backup(raw)
    found = raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rootpage")
    before = {name: raw.execute(f"SELECT * FROM {name}").fetchall() for (name,) in found}

    @contextmanager
    def blank() -> Iterator[Store]:
        try:
            yield Store(raw, path)
        finally:
            _empty(raw, before)

    try:
        yield blank
    finally:
        raw.close()


def _empty(raw: sqlite3.Connection, before: Mapping[str, list[Any]]) -> None:
    """Give each table the rows that it had before."""
    raw.execute("PRAGMA foreign_keys = OFF")  # in any order
    raw.execute("BEGIN")
    for name, rows in before.items():
        raw.execute(f"DELETE FROM {name}")
        for row in rows:
            raw.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", row)
    raw.execute("COMMIT")
    raw.execute("PRAGMA foreign_keys = ON")


class _Feed:
    """One page of changes, as the answer of a request has it."""

    def __init__(self, document: Any) -> None:
        self._document = document

    def reminders_zone(self) -> ZoneId:
        return ZONE

    def changes(self, zone: ZoneId, token: str | None) -> ChangePage:
        return read_page(self._document, "records/changes")

    def lookup(self, zone: ZoneId, names: Sequence[str]) -> list[dict[str, Any] | Failure]:
        return [Failure(name, "NOT_FOUND") for name in names]


@contextmanager
def opened(directory: Path) -> Iterator[Check]:
    """The check, with what it needs."""
    with blank_store(directory) as blank:

        def check(data: bytes, random: Random) -> str:
            try:
                document = loads(data)
            except ValueError:
                return "no JSON"
            with blank() as store:
                return _check(document, store, random)

        yield check


def _check(document: Any, store: Store, random: Random) -> str:
    sound = _sound(random)
    bent = document.get("records") if isinstance(document, dict) else None
    if isinstance(bent, list):
        known = [one["recordName"] for one in sound]
        bent = [
            one for one in bent if not isinstance(one, dict) or one.get("recordName") not in known
        ]
        if random.random() < FAILURES:
            name = random.choice(({}, {"recordName": "Reminder/A"}))
            bent.append({**name, "serverErrorCode": "INTERNAL_ERROR"})
        document = {"records": [*bent, *sound], "syncToken": "after", "moreComing": False}
    try:
        pull(_Feed(document), store)
    except BadResponse:
        row = store.mirror.zone()
        if row is not None and row.sync_token is not None:
            raise Violation("a page was refused and the token moved on") from None
        if isinstance(bent, list) and not any(map(_is_hidden, bent)):
            raise Violation("a bent record stops all others") from None
        return "refused"
    if any(map(_is_hidden, bent)):
        raise Violation("a page is read that hides a record")
    if store.mirror.record(sound[0]["recordName"]) != sound[0]:
        raise Violation("a sound record is not in the mirror")
    _kept(store, bent)
    problems = _used(store, random)
    if not all(map(_is_record, bent)):
        return "passed over"
    return "told" if problems else "read"


def _sound(random: Random) -> list[dict[str, Any]]:
    reminders = [one for one in corpus.records() if one["recordType"] == "Reminder"]
    return [random.choice(reminders)]


def _is_record(item: Any) -> bool:
    named = isinstance(item, dict) and is_name(item.get("recordName"))
    return named and not _is_failure(item)


def _is_failure(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("serverErrorCode"), str)


def _is_hidden(item: Any) -> bool:
    """A failure that does not even say of which record."""
    return _is_failure(item) and not is_name(item.get("recordName"))


def _kept(store: Store, bent: Any) -> None:
    """What came is what the mirror has, whatever it means; but for what names no record."""
    records = [one for one in bent if _is_record(one)]
    given = {one["recordName"] for one in records}
    failed = {one["recordName"] for one in bent if _is_failure(one)} - given
    if failed != {one.name for one in owed_records(store)} - given:
        raise Violation("a record that was not given is not asked for")
    last = {one["recordName"]: one for one in records}
    for name, record in last.items():
        if any(one.get("deleted") is True for one in records if one["recordName"] == name):
            continue
        if _plain(store.mirror.record(name)) != _plain(record):
            raise Violation("a record is not kept as it came")


def _plain(value: Any) -> str:
    """JSON that compares: as the store would read it, also where a number is none or too large."""
    return json.dumps(loads(dumps(value)), sort_keys=True)


def _used(store: Store, random: Random) -> bool:
    """All that reads the mirror can read it; whether something is said not to be readable."""
    if random.random() < 0.2:
        for (view,) in store._connection.all(VIEWS):
            store._connection.all(f"SELECT * FROM {view}")
    dialect = Dialect(FORMATS[random.choice(list(FORMATS))], HOME)
    known = gather(store, dialect)
    if known.reminders:
        id, reminder = random.choice(sorted(known.reminders.items()))
        shown = dialect.shown(reminder)
        if dialect.shown(shown) != shown:
            raise Violation("what is shown is shown otherwise")
        _written(dialect, replace(shown, parent=None), known.blocks.get(id, "r-zzzzzzz"))
    _sent(store, random)
    return any(row.problems for row in known.rows.values())


def _written(dialect: Dialect, shown: Any, block: str) -> None:
    try:
        data = dialect.edit(dialect.parse(dialect.new_file(None)), [Insert(shown, block)])
    except CannotEdit:
        return
    [task] = dialect.parse(data).tasks
    if task.reminder.title != shown.title or task.block != block:
        raise Violation("a line says another title or id than the record")


def _sent(store: Store, random: Random) -> None:
    """An edit of a bent record becomes operations, or is refused with a reason."""
    rows = sorted(store.mirror.reminders(), key=lambda row: row.id)
    if not rows:
        return
    mint = lambda: str(uuid.UUID(int=random.getrandbits(128), version=4)).upper()  # noqa: E731
    encoder = Encoder(
        store, lambda: 1_772_366_400_000, REPLICA, str(uuid.UUID(bytes=REPLICA)), mint
    )
    row, name = random.choice(rows), random.choice(EDITABLE)
    value = a_value(name, random)
    kind = random.choice(("update", "update", "update", "delete", "purge", "undelete"))
    intent = Intent(row.id, kind, {name: value} if kind == "update" else {})
    try:
        group = encoder.encode(intent)
    except ValueError as refusal:
        if not str(refusal):
            raise Violation("refused without a reason") from None
        return
    dumps(list(group.operations))


def decode(data: bytes, random: Random) -> str:
    """A record alone decodes to a row, whatever is in it; what is opaque has its reason."""
    try:
        found = loads(data)
    except ValueError:
        return "no JSON"
    records = found.get("records") if isinstance(found, dict) else None
    told = False
    for record in records if isinstance(records, list) else ():
        if not _is_record(record):
            continue
        record_row(record)
        row = decoded_row(record)
        if isinstance(row, ReminderRow):
            if row.opaque and not row.problems:
                raise Violation("a field is opaque and nobody says why")
            told = told or bool(row.problems)
    return "told" if told else "read"
