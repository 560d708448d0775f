"""What only an old file knows comes along; what cannot be read does not, and is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.activity.journal import HistoryRow
from store.activity.outbox import Intent
from store.db import Store
from store.model import Field
from store.values import NO_VALUE

ONE = Intent("A1", "update", {Field.NOTES: "x"})


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.db"
    with Store.open(path) as store, store.commit("fill"):
        store.meta.set("home_zone", "Asia/Kathmandu")
        store.meta.set("replica", "R")
        store.outbox.add([ONE, Intent("A2", "update", {Field.NOTES: "queued"})])
        store.outbox.park(store.outbox.queued()[0].seq, "too long", 5)
        store.attention.add_conflict("A1", "title", "a", "b", "file", 1)
        store.attention.add_conflict("A1", "title", "c", "d", "file", 2)
        store.attention.resolve(2, 3)
        run = store.journal.start("sync", 1)
        store.journal.record([HistoryRow(run, 1, "file", "A1", "title", NO_VALUE, "a")])
        store.places.set_block("A1", "r-own", own=True)
        store.places.set_block("A2", "mine", own=False)
    return path


def test_what_only_the_old_file_knows_comes_along(old: Path, tmp_path: Path) -> None:
    before = old.read_bytes()
    with Store.open(tmp_path / "new.db") as new:
        salvaged = new.salvage(old)
        assert salvaged.lost == ()
        assert new.meta.all() == {"home_zone": "Asia/Kathmandu"}
        (parked,) = new.outbox.parked()
        assert (parked.id, parked.changes, parked.reason) == ("A1", ONE.changes, "too long")
        assert new.outbox.queued() == []
        assert [one.loser for one in new.attention.open_conflicts()] == ["b"]
        with Store.open_reading(old) as store:
            assert new.journal.history() == store.journal.history()
            assert new.journal.runs() == store.journal.runs()
        assert list(new.places.all_blocks()) == ["A2"]
    assert old.read_bytes() == before
    assert {one.name for one in tmp_path.iterdir()} == {"old.db", "new.db"}


def test_a_row_that_makes_no_sense_is_left_and_named(old: Path, tmp_path: Path) -> None:
    with Store.open(old) as store, store.commit("harm"):
        store._connection.write("UPDATE conflict SET winner = '[1,'")
        store._connection.write("UPDATE outbox SET changes = '{\"nonsense\": 1}'")
    with Store.open(tmp_path / "new.db") as new:
        assert new.salvage(old).lost == ("conflict", "outbox")
        assert (new.attention.open_conflicts(), new.outbox.parked()) == ([], [])
        assert len(new.journal.history()) == 1


def test_a_file_of_which_nothing_can_be_read_gives_nothing(old: Path, tmp_path: Path) -> None:
    old.write_bytes(b"\xa5" * 8192)
    with Store.open(tmp_path / "new.db") as new:
        salvaged = new.salvage(old)
        assert (salvaged.counts, "conflict" in salvaged.lost) == ({}, True)
        assert new.meta.all() == {}
