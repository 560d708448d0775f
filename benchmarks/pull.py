"""The first pull: answers that have arrived become committed rows; compared with its floor."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.feed import OWNER, received
from benchmarks.floor import import_first
from benchmarks.reader import as_zone_changes, read_all
from benchmarks.records import fill, pages
from benchmarks.result import Bench, Result
from benchmarks.timing import cpu_s, in_turns, times
from sandbox.cloud.zone import Zone
from store.db import Store
from sync.cycle.collector import young_only
from sync.cycle.observing import observe

__all__ = ["BENCHES", "differences", "make_pages", "measure", "pull_into"]

_GROUP = "first pull"
_ROUNDS = 5
_MANY = 20_000  # above, once is enough
_TABLES = ("record", "reminder", "list", "alarm", "alarm_trigger", "tag")


def make_pages(reminders: int) -> list[bytes]:
    """The answers of a first pull of an account with so many reminders in eight lists."""
    zone = Zone(OWNER, lambda: 1_790_000_000.0)
    fill(zone, reminders, lists=8)
    return pages(zone)


def measure(home: Path, reminders: int) -> Iterator[Result]:
    """Ours against the floor, and against pyicloud's reader; all in turns."""
    feed = make_pages(reminders)
    zones = [as_zone_changes(page) for page in feed]
    bench = _Databases(home, feed)
    took = in_turns(
        _ROUNDS if reminders <= _MANY else 1,
        {
            "ours": bench.ours,
            "floor": lambda: bench.floor(raw=True),
            "bare": lambda: bench.floor(raw=False),
            "pyicloud": lambda: cpu_s(lambda: read_all(zones)),
        },
    )
    wrong = differences(bench.path("ours"), bench.path("floor"))
    if wrong:
        raise RuntimeError(f"ours and the floor wrote different rows: {wrong}")
    each = f"{reminders:,} reminders, {len(feed)} pages"
    spent = {name: median(rounds) for name, rounds in took.items()}
    ours, cost = took["ours"], spent["ours"]
    said = f"{cost * 1e3:,.0f} ms, floor {spent['floor'] * 1e3:,.0f} ms; {each}"
    against = times(ours, took["floor"])
    yield Result(_GROUP, "ours / same rows by hand", against, "times", 2.0, said, cost=cost)
    said = f"floor {spent['bare'] * 1e3:,.0f} ms; ours keeps every record's JSON as well"
    against = times(ours, took["bare"])
    yield Result(_GROUP, "ours / decoded reminders alone", against, "times", None, said)
    said = f"pyicloud {spent['pyicloud'] * 1e3:,.0f} ms, storing nothing"
    against = times(took["pyicloud"], ours)
    yield Result(_GROUP, "pyicloud's reader / ours", against, "times", 5.0, said, True)


@contextmanager
def look_into(home: Path, reminders: int) -> Iterator[Callable[[], object]]:
    """A first pull, to be profiled."""
    feed = make_pages(reminders)
    with Store.open(home / "looked-into.sqlite") as store:
        yield lambda: pull_into(store, feed)


class _Databases:
    """Fresh, empty databases for each run; opening them is nobody's time."""

    def __init__(self, home: Path, feed: Sequence[bytes]) -> None:
        self._home = home
        self._feed = feed
        self._empty = home / "empty.sqlite"
        Store.open(self._empty).close()

    def path(self, name: str) -> Path:
        return self._home / f"{name}.sqlite"

    def ours(self) -> float:
        with Store.open(self._fresh("ours")) as store:
            return cpu_s(lambda: pull_into(store, self._feed))

    def floor(self, *, raw: bool) -> float:
        path = self._fresh("floor" if raw else "bare")
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("PRAGMA synchronous = FULL")
            with young_only():  # as ours
                return cpu_s(lambda: import_first(self._feed, database, raw=raw))

    def _fresh(self, name: str) -> Path:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path(name)}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self._empty, self.path(name))
        return self.path(name)


def pull_into(store: Store, feed: Sequence[bytes]) -> observe.Pulled:
    """A first pull whose answers are ``feed``, as a cycle makes it."""
    with young_only():
        return observe.pull(received(feed), store)


def differences(one: Path, other: Path) -> list[str]:
    """The tables whose rows differ between two databases."""

    def rows(database: sqlite3.Connection, table: str) -> list[Any]:
        return database.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()

    with closing(sqlite3.connect(one)) as ours, closing(sqlite3.connect(other)) as floor:
        return [table for table in _TABLES if rows(ours, table) != rows(floor, table)]


BENCHES = (Bench("pull", measure, 20_000, (1_000, 10_000, 100_000), look_into),)
