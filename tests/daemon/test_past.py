"""What runs did, and taking one back, over the control socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from daemon.control.client import call
from store.activity.journal import HistoryRow
from store.db import Store
from store.model import Completion, Field
from store.values import NO_VALUE
from sync.cycle.asked.undoing import Stays, Undone
from sync.errors import CannotUndo
from tests.daemon.fakes import FakeEngine
from tests.daemon.serving import fill, serving

AT_MS = 1767225600000


class Undoing(FakeEngine):
    """Takes run 1 back, and no other."""

    def __init__(self) -> None:
        super().__init__()
        self.undone: list[tuple[int | None, bool]] = []

    def undo(self, run: int | None = None, *, dry_run: bool = False) -> Undone:
        self.undone.append((run, dry_run))
        if run not in (None, 1):
            raise CannotUndo(f"there is no run {run}", "see `remindersd log`")
        rows = [HistoryRow(2, AT_MS, "cloud", "MILK", Field.LIST, "WORK", "HOME")]
        return Undone(
            run=1,
            by=None if dry_run else 2,
            rows=rows,
            left=[Stays("CALL", "CÄLL", "it was deleted since")],
            names={"MILK": "Buy milk", "WORK": "Work", "HOME": "Home"},
            lists={"MILK": "Work"},
            deletions=6,
        )


@pytest.fixture
def engine() -> Undoing:
    return Undoing()


@pytest.fixture
def socket(tmp_path: Path, engine: Undoing) -> Iterator[Path]:
    with serving(tmp_path, engine) as (socket, running):
        running.until("ok")
        fill(tmp_path / "mirror.db")
        with Store.open(tmp_path / "mirror.db") as store, store.commit("more"):
            done = Completion(at_ms=AT_MS)
            store.journal.record(
                [
                    HistoryRow(1, AT_MS, "file", "MILK", Field.DONE, None, done, "Home.md"),
                    HistoryRow(1, AT_MS, "cloud", "MILK", Field.TITLE, "Milk", "Buy milk"),
                    HistoryRow(1, AT_MS, "cloud", "GONE", Field.TITLE, "Cake", NO_VALUE),
                    HistoryRow(1, AT_MS, "cloud", "CALL", Field.LIST, "HOME", "WORK"),
                ]
            )
        yield socket


def test_a_run_with_its_changes(socket: Path) -> None:
    status, document = call(socket, "GET", "/runs/1")
    assert (status, document["schema"], document["run"]["result"]) == (200, 1, "done")
    told = [
        (one["side"], one["title"], one["field"], one["before"], one["after"], one["file"])
        for one in document["changes"]
    ]
    assert told == [
        ("file", "Buy milk", "done", None, "2026-01-01T00:00:00+00:00", "Home.md"),
        ("cloud", "Buy milk", "title", "Milk", "Buy milk", None),
        ("cloud", "Cake", "title", "Cake", None, None),
        ("cloud", "CÄLL", "list", "Home", "Work", None),
    ]


@pytest.mark.parametrize("key", ["MILK", "milk", "Milk", "Buy%20milk"])
def test_the_changes_of_one_reminder(socket: Path, key: str) -> None:
    status, document = call(socket, "GET", f"/changes?of={key}")
    assert status == 200
    assert [one["field"] for one in document["changes"]] == ["title", "done"]


def test_a_run_is_taken_back(socket: Path, engine: Undoing) -> None:
    status, document = call(socket, "POST", "/undo", {"run": 1, "dry_run": True})
    assert (status, document["by"], document["dry_run"]) == (200, None, True)
    status, document = call(socket, "POST", "/undo", {})
    assert engine.undone == [(1, True), (None, False)]
    (change,) = document.pop("changes")
    assert (change["title"], change["list"]) == ("Buy milk", "Work")
    assert (change["before"], change["after"]) == ("Work", "Home")
    assert document == {
        "schema": 1,
        "run": 1,
        "by": 2,
        "dry_run": False,
        "deletions": 6,
        "many": True,
        "left": [{"id": "CALL", "title": "CÄLL", "reason": "it was deleted since"}],
        "lost": [],
        "back": 0,
        "shown": 0,
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("GET", "/runs/99", None, 404, "there is no run 99"),
        ("GET", "/runs/one", None, 404, "there is no run one"),
        ("GET", "/changes", None, 400, "`of` must name a reminder"),
        ("POST", "/undo", {"run": 99}, 409, "there is no run 99"),
        ("POST", "/undo", {"run": "1"}, 400, "`run` in the body must be a number"),
        ("POST", "/undo", {"run": True}, 400, "`run` in the body must be a number"),
        ("POST", "/undo", {"runs": 1}, 400, "unknown key"),
    ],
)
def test_what_cannot_be(
    socket: Path, method: str, path: str, body: Any, status: int, message: str
) -> None:
    answered, document = call(socket, method, path, body)
    assert answered == status
    assert message in document["error"]["message"]
