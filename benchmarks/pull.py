"""The first pull: answers that have arrived become committed rows; compared with its floor."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.feed import OWNER, received
from benchmarks.floor import import_first
from benchmarks.reader import as_zone_changes, read_all
from benchmarks.records import fill, pages
from benchmarks.result import Result
from benchmarks.timing import cpu_s
from sandbox.zone import Zone
from store.db import Store
from sync.cycle import observe

__all__ = ["differences", "make_pages", "measure", "pull_into"]

_GROUP = "first pull"
_TABLES = ("record", "reminder", "list", "alarm", "alarm_trigger", "tag")


def make_pages(reminders: int) -> list[bytes]:
    """The answers of a first pull of an account with so many reminders in eight lists."""
    zone = Zone(OWNER, lambda: 1_790_000_000.0)
    fill(zone, reminders, lists=8)
    return pages(zone)


def measure(home: Path, reminders: int, rounds: int, reader_rounds: int) -> Iterator[Result]:
    """Ours against the floor, and against pyicloud's reader; all in turns."""
    feed = make_pages(reminders)
    zones = [as_zone_changes(page) for page in feed]
    bench = _Bench(home, feed)
    best = dict.fromkeys(("ours", "floor", "bare", "pyicloud"), float("inf"))
    for number in range(rounds):
        took = {
            "ours": bench.ours(),
            "floor": bench.floor(raw=True),
            "bare": bench.floor(raw=False),
        }
        if number < reader_rounds:
            took["pyicloud"] = cpu_s(lambda: read_all(zones))
        best = {name: min(best[name], took.get(name, float("inf"))) for name in best}
    wrong = differences(bench.path("ours"), bench.path("floor"))
    if wrong:
        raise RuntimeError(f"ours and the floor wrote different rows: {wrong}")
    ours, floor = best["ours"], best["floor"]
    each = f"{reminders:,} reminders, {len(feed)} pages"
    said = f"{ours * 1e3:.0f} ms, floor {floor * 1e3:.0f} ms; {each}"
    yield Result(_GROUP, "ours / same rows by hand", ours / floor, "times", 2.0, said)
    said = f"floor {best['bare'] * 1e3:.0f} ms; ours keeps every record's JSON as well"
    yield Result(_GROUP, "ours / decoded reminders alone", ours / best["bare"], "times", None, said)
    reader = best["pyicloud"]
    said = f"pyicloud {reader * 1e3:.0f} ms, storing nothing"
    yield Result(_GROUP, "pyicloud's reader / ours", reader / ours, "times", 5.0, said, True)


class _Bench:
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
            return cpu_s(lambda: import_first(self._feed, database, raw=raw))

    def _fresh(self, name: str) -> Path:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path(name)}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self._empty, self.path(name))
        return self.path(name)


def pull_into(store: Store, feed: Sequence[bytes]) -> observe.Pulled:
    """A first pull whose answers are ``feed``."""
    return observe.pull(received(feed), store)


def differences(one: Path, other: Path) -> list[str]:
    """The tables whose rows differ between two databases."""

    def rows(database: sqlite3.Connection, table: str) -> list[Any]:
        return database.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()

    with closing(sqlite3.connect(one)) as ours, closing(sqlite3.connect(other)) as floor:
        return [table for table in _TABLES if rows(ours, table) != rows(floor, table)]
