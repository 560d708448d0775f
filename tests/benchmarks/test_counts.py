"""The benchmarks' counts hold, and what they compare is the same work; no time is asserted."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from types import FrameType

import pytest

from benchmarks.cycles import look_into, measure_bulk, measure_small
from benchmarks.feed import received
from benchmarks.floor import import_first
from benchmarks.markdown import todo_text
from benchmarks.profile import profiled
from benchmarks.pull import differences, make_pages, pull_into
from benchmarks.reader import as_zone_changes, read_all
from benchmarks.result import Result
from store.db import Store
from sync.cycle.observing import observe
from sync.cycle.observing.ahead import Ahead

REMINDERS = 450


@pytest.fixture(scope="module")
def feed() -> list[bytes]:
    return make_pages(REMINDERS)


def counts(results: list[Result]) -> list[Result]:
    found = [result for result in results if result.unit not in ("ms", "s", "times")]
    assert found
    return found


def test_a_first_pull_and_its_floor_write_the_same_rows(feed: list[bytes], tmp_path: Path) -> None:
    ours, floor = tmp_path / "ours.sqlite", tmp_path / "floor.sqlite"
    with Store.open(ours) as store:
        pulled = pull_into(store, feed)
        assert len(list(store.mirror.reminders())) == REMINDERS
    assert pulled.pages == len(feed)
    assert pulled.records == sum(len(json.loads(page)["records"]) for page in feed)
    Store.open(floor).close()
    with closing(sqlite3.connect(floor, isolation_level=None)) as database:
        import_first(feed, database)
    assert differences(ours, floor) == []


def test_reading_ahead_sends_no_more_requests_and_writes_the_same(
    feed: list[bytes], tmp_path: Path
) -> None:
    ours, ahead = tmp_path / "ours.sqlite", tmp_path / "ahead.sqlite"
    with Store.open(ours) as store:
        pulled = pull_into(store, feed)
    with Store.open(ahead) as store, Ahead(received(feed)) as reading:
        assert observe.pull(reading, store) == pulled  # one more request would have no answer
    assert differences(ours, ahead) == []


def test_a_second_pull_of_the_same_writes_no_record(feed: list[bytes], tmp_path: Path) -> None:
    with Store.open(tmp_path / "mirror.sqlite") as store:
        pull_into(store, feed)
        before = store.rows_written
        pull_into(store, feed)
        assert store.rows_written - before <= len(feed)  # the token of each page


def test_a_record_takes_few_calls(feed: list[bytes], tmp_path: Path) -> None:
    """Of Python functions, on its way to the mirror: time is not asserted, and this is most of it.

    There were 157 when each field was looked for whether it was there or not.
    """
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    with Store.open(tmp_path / "mirror.sqlite") as store:
        before = sys.getprofile()
        sys.setprofile(count)
        try:
            pulled = pull_into(store, feed)
        finally:
            sys.setprofile(before)
    assert 50 <= calls / pulled.records <= 125


def test_the_other_reader_reads_every_reminder(feed: list[bytes]) -> None:
    assert read_all(as_zone_changes(page) for page in feed) == REMINDERS


def test_an_idle_cycle_and_one_edit_touch_no_more_than_they_must(tmp_path: Path) -> None:
    results = counts(list(measure_small(tmp_path, tasks=60, files=3, rounds=1)))
    assert [result for result in results if result.met is False] == []


def test_a_cycle_that_missed_its_target_can_be_looked_into(tmp_path: Path) -> None:
    with look_into(tmp_path, tasks=20) as work:
        spent = profiled(work, top=10_000)
    assert [one.calls for one in spent if one.function.endswith(" cycle")] == [1, 1]


def test_bulk_edits_take_the_fewest_requests_and_writes(tmp_path: Path) -> None:
    results = counts(list(measure_bulk(tmp_path, tasks=40, files=2, new=210, into=2)))
    assert [result for result in results if result.met is False] == []
    once = ("writes of one file", "fsyncs of one file")
    assert [result.value for result in results if result.name in once] == [1, 1, 1]


def test_the_markdown_that_is_measured_is_full_of_tasks() -> None:
    text = todo_text(10_000)
    assert len(text) >= 10_000
    assert text.count(b"- [") >= 80
