"""A commit is whole or was not, wherever it is cut."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from store.db import Store
from store.errors import Locked, Unwritable
from tests.store.samples import Pair, a_list, reminder


class Crash(BaseException):
    """The process ends here."""


def crash_at(name: str) -> Callable[[str], None]:
    def step(now: str) -> None:
        if now == name:
            raise Crash

    return step


def pull(store: Store, page: Iterable[Pair]) -> None:
    with store.commit("pull"):
        store.meta.set("token", "new")
        store.mirror.put(page)


def test_the_seam_is_passed_before_and_after(store: Store) -> None:
    steps: list[str] = []
    store.step = steps.append
    with store.commit("pull"):
        steps.append("inside")
    assert steps == ["inside", "commit:pull:before", "commit:pull:after"]


def test_of_no_rows_sqlite_does_not_hear(store: Store) -> None:
    with store.commit("nothing"):
        store._connection.write_many("no statement at all", [])
    with pytest.raises(RuntimeError, match="outside of a commit"):
        store._connection.write_many("no statement at all", [])


@pytest.mark.parametrize(("moment", "kept"), [("before", None), ("after", "new")])
def test_a_crash_at_the_seam(path: Path, moment: str, kept: str | None) -> None:
    with Store.open(path) as store:
        store.step = crash_at(f"commit:pull:{moment}")
        with pytest.raises(Crash):
            pull(store, [a_list(), reminder("A1")])
    with Store.open(path) as again:
        assert again.meta.get("token") == kept
        assert len(list(again.mirror.reminders())) == (1 if kept else 0)


CHILD = """
import os, sys
from pathlib import Path
from store.db import Store
store = Store.open(Path(sys.argv[1]))
store.step = lambda name: os._exit(7) if name == sys.argv[2] else None
with store.commit("pull"):
    store.meta.set("token", "new")
"""


@pytest.mark.parametrize(("moment", "kept"), [("before", "old"), ("after", "new")])
def test_a_process_that_dies_in_a_commit(path: Path, moment: str, kept: str) -> None:
    with Store.open(path) as store, store.commit("pull"):
        store.meta.set("token", "old")
    arguments = [sys.executable, "-c", CHILD, str(path), f"commit:pull:{moment}"]
    root = Path(__file__).parents[2]
    assert subprocess.run(arguments, cwd=root, check=False).returncode == 7
    with Store.open(path) as again:
        assert again.meta.get("token") == kept


def test_an_error_inside_undoes_all_and_the_store_goes_on(store: Store) -> None:
    broken: Iterator[Pair] = (reminder(str(1 // n)) for n in (1, 0))
    with pytest.raises(ZeroDivisionError):
        pull(store, broken)
    assert store.meta.all() == {}
    with store.commit("plan"):
        store.meta.set("a", "2")
    assert store.meta.all() == {"a": "2"}


def test_a_commit_inside_a_commit_is_a_bug(store: Store) -> None:
    with (
        pytest.raises(RuntimeError, match="'inner' inside commit 'outer'"),
        store.commit("outer"),
        store.commit("inner"),
    ):
        pass
    assert not store._connection.raw.in_transaction


def test_a_write_outside_of_a_commit_is_a_bug(store: Store) -> None:
    for write in (
        lambda: store.meta.set("a", "1"),
        lambda: store.mirror.put([reminder("A1")]),
        lambda: store.journal.start("sync", 1),
    ):
        with pytest.raises(RuntimeError, match="outside of a commit"):
            write()
    assert store.rows_written == 0


def test_a_full_disk_undoes_the_commit_and_says_so(store: Store) -> None:
    raw = store._connection.raw
    pages = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(Unwritable, match="full"):
        pull(store, [reminder(f"R{n}", notes="x" * 900) for n in range(100)])
    assert store.meta.get("token") is None
    raw.execute("PRAGMA max_page_count = 1000000")
    with store.commit("pull"):
        store.meta.set("token", "new")
    assert store.meta.get("token") == "new"


def test_another_writer_is_told_to_wait(store: Store, path: Path) -> None:
    with Store.open(path) as second:
        second._connection.raw.execute("PRAGMA busy_timeout = 0")
        with store.commit("first"), pytest.raises(Locked), second.commit("second"):
            pass
        with second.commit("second"):
            second.meta.set("a", "1")


def test_an_empty_commit_writes_nothing(store: Store, path: Path) -> None:
    wal = path.with_name("mirror.db-wal")
    before = wal.stat().st_size
    with store.commit("idle"):
        pass
    assert (store.rows_written, wal.stat().st_size) == (0, before)
