"""What was done is remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from store.activity.journal import HistoryRow, Run, Side
from store.db import Store
from store.model import AllDay, Completion, Field, Frequency, Rule
from store.values import NO_VALUE


def test_a_run_from_start_to_finish(store: Store) -> None:
    with store.commit("run"):
        died = store.journal.start("sync", 10)
        run = store.journal.start("poll", 20)
        store.journal.finish(run, "ok", {"pulled": 3}, at_ms=25)
    expected = Run(run, "poll", 20, 25, "ok", {"pulled": 3})
    assert store.journal.runs() == [expected, Run(died, "sync", 10, None, None, {})]
    assert store.journal.run(run) == expected
    assert store.journal.run(99) is None
    assert store.journal.runs(limit=1) == [expected]


def test_history_by_run_id_and_file(store: Store) -> None:
    rows = [
        HistoryRow(1, 10, "file", "A1", Field.TITLE, "ferns", "moss", "Home.md"),
        HistoryRow(1, 10, "cloud", "A1", Field.DONE, None, Completion(day=date(2026, 3, 2))),
        HistoryRow(2, 20, "cloud", "B2", Field.DUE, AllDay(date(2026, 3, 2)), NO_VALUE),
        HistoryRow(2, 20, "file", "B2", Field.TAGS, NO_VALUE, frozenset({"green", "away"})),
        HistoryRow(2, 20, "file", "B2", Field.REPEAT, None, Rule(Frequency.DAILY, count=2)),
        HistoryRow(None, 30, "file", "HOME", "name", "Home", "House", "Home.md"),
    ]
    with store.commit("plan"):
        store.journal.record(rows)
    found = store.journal.history()
    assert [replace(row, number=0) for row in reversed(found)] == rows
    assert found[2].number < found[1].number < found[0].number
    assert [row.field for row in store.journal.history(run=1)] == [Field.DONE, Field.TITLE]
    assert [row.at_ms for row in store.journal.history(id="B2")] == [20, 20, 20]
    assert [row.at_ms for row in store.journal.history(path="Home.md")] == [30, 10]
    assert [row.at_ms for row in store.journal.history(path="Home.md", id="A1")] == [10]
    assert len(store.journal.history(limit=2)) == 2


def test_pruning_keeps_what_has_history(store: Store) -> None:
    with store.commit("fill"):
        old, kept, new = (store.journal.start("sync", at_ms) for at_ms in (10, 11, 50))
        row = HistoryRow(old, 10, "file", "A1", Field.TITLE, "a", "b", "Home.md")
        store.journal.record([row, replace(row, run=kept, at_ms=60), replace(row, run=new)])
    with store.commit("prune"):
        store.journal.prune(40)
    assert [run.id for run in store.journal.runs()] == [new, kept]
    assert [row.at_ms for row in store.journal.history()] == [60]


def test_the_oldest_runs_go_first_and_whole_where_history_grows_too_large(store: Store) -> None:
    with store.commit("test"):
        runs = [store.journal.start("sync", at_ms) for at_ms in (10, 20, 30)]
        for run in runs:
            rows = [
                HistoryRow(run, run, "cloud", f"{run}-{place}", Field.NOTES, "a" * 400, "ö" * 200)
                for place in range(10)
            ]
            store.journal.record(rows)
        store.journal.prune(0, 21_000)
        kept = {row.run for row in store.journal.history()}
        assert kept == {*runs[1:]}  # 9,060 bytes each
        store.journal.prune(0, 18_000)
        assert [row.run for row in store.journal.history()] == [runs[2]] * 10
        store.journal.prune(0, 5_000)
        assert store.journal.history() == []
    assert [run.id for run in store.journal.runs()] == runs[::-1]


def test_what_was_not_done_is_struck_out_and_a_run_of_nothing_with_it(store: Store) -> None:
    row = HistoryRow(None, 10, "file", "A1", Field.TITLE, "a", "b", "Home.md")
    with store.commit("test"):
        run = store.journal.start("sync", 10)
        store.journal.record([row, replace(row, id="B2"), replace(row, side="cloud")], run)
        store.journal.retract(run, "file", ["A1"])
        assert {(one.id, one.side) for one in store.journal.history(run=run)} == {
            ("B2", "file"),
            ("A1", "cloud"),
        }
        assert not store.journal.drop_empty(run)
        assert store.journal.latest_with([Field.TITLE]) == run
        store.journal.retract(run, "file", path="Home.md")
        store.journal.retract(run, "cloud", ["A1"])
        assert store.journal.drop_empty(run)
    assert (store.journal.runs(), store.journal.latest_with([Field.TITLE])) == ([], None)


def test_who_deleted_it_last(store: Store) -> None:
    def row(id: str, side: Side, before: bool, after: bool) -> HistoryRow:
        return HistoryRow(None, 1, side, id, "deleted", before, after)

    with store.commit("deleted"):
        store.journal.record([row("here", "cloud", False, True), row("there", "file", False, True)])
        store.journal.record([row("back", "cloud", False, True), row("back", "cloud", True, False)])
    assert store.journal.deleted_from_here(["here", "there", "back", "none"]) == {"here"}
