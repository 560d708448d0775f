"""todoman's own command line on our folder: what it lists, makes, completes and edits is the same
on the phone. It keeps its cache and finds its config in the test's own directory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sync.export.book import read_book
from sync.export.calendar import calendar
from sync.local.formats import MARKDOWN, Dialect
from tests.rig import Rig, empty_world, open_rig
from tests.sync.vdirs import put


@dataclass
class Todoman:
    """A person at a terminal."""

    rig: Rig
    config: Path

    def __call__(self, *words: str) -> str:
        home = {"HOME": str(self.config.parent), "XDG_CACHE_HOME": str(self.config.parent)}
        done = subprocess.run(
            [sys.executable, "-m", "todoman", "--config", str(self.config), *words],
            env={**os.environ, **home, "TZ": "Europe/Paris", "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def list(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self("--porcelain", "list"))
        return found

    def id_of(self, title: str) -> str:
        [id] = [str(one["id"]) for one in self.list() if one["summary"] == title]
        return id


@pytest.fixture
def todo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Todoman]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), format="vdir") as rig:
        rig.run()
        yield with_config(rig, rig.folder, "Inbox")


def with_config(rig: Rig, folder: Path, default: str) -> Todoman:
    """todoman, which finds its lists in ``folder``."""
    home = rig.home / "of todoman"
    home.mkdir()
    config = home / "config.py"
    config.write_text(
        f'path = "{folder}/*"\ncache_path = "{home / "cache.sqlite3"}"\n'
        f'default_list = "{default}"\ndate_format = "%Y-%m-%d"\ntime_format = "%H:%M"\n'
    )
    return Todoman(rig, config)


def test_todoman_lists_makes_edits_and_completes(todo: Todoman) -> None:
    rig = todo.rig
    rig.phone.create_list("Work", color="red")  # names of lists are shown where there are two
    rig.phone.create("Inbox", "Call Ann", due="2026-12-14T09:30[Asia/Tokyo]", priority=1)
    rig.run()
    assert "\x1b[38;2;0;122;255m" in todo("--colour", "always", "list")  # the list's own
    [seen] = todo.list()
    assert (seen["summary"], seen["priority"], seen["list"]) == ("Call Ann", 1, "Inbox")
    assert seen["due"] == 1797208200

    todo("new", "--due", "2026-12-20 18:00", "--priority", "low", "Buy milk, oat")
    rig.run()
    milk = rig.shown("Buy milk, oat")
    assert (milk.due, milk.priority) == ("2026-12-20T18:00[Europe/Paris]", 9)
    rig.rest()

    todo("edit", todo.id_of("Call Ann"), "--priority", "medium")
    rig.run()
    ann = rig.shown("Call Ann")
    assert (ann.priority, ann.due) == (5, "2026-12-14T09:30[Asia/Tokyo]")
    rig.rest()

    todo("done", todo.id_of("Buy milk, oat"))
    rig.run()
    assert rig.shown("Buy milk, oat").done
    rig.rest()


def test_todoman_completes_one_occurrence_and_only_one(todo: Todoman) -> None:
    rig = todo.rig
    put(rig, "Inbox/w", "UID:w", "SUMMARY:Water", "DUE;VALUE=DATE:20261214", "RRULE:FREQ=WEEKLY")
    rig.run()
    id = rig.shown("Water").id
    assert rig.shown("Water").repeat == "weekly/1/"
    todo("done", todo.id_of("Water"))
    rig.run()
    rig.run()
    series, copies = [], []
    for one in rig.phone.reminders("Inbox"):
        (copies if one.done else series).append(one)
    assert [(one.id, one.due) for one in series] == [(id, "2026-12-21")]
    assert [one.due for one in copies] == ["2026-12-14"]
    assert len(rig.bytes_of_folder()) == 2
    rig.rest()
    assert [one["summary"] for one in todo.list()] == ["Water"]


def test_todoman_reads_an_export(seeded: Rig, tmp_path: Path) -> None:
    """All reminders of an account, in one file of a directory that is one list there."""
    home = tmp_path / "todoman"
    (home / "Everything").mkdir(parents=True)
    data = calendar(read_book(seeded.store, Dialect(MARKDOWN, "Europe/Paris")), "Europe/Paris")
    (home / "Everything" / "export.ics").write_bytes(data)
    todo = with_config(seeded, home, "Everything")
    seen = {
        one["summary"]: one for one in json.loads(todo("--porcelain", "list", "--status", "ANY"))
    }
    shown = {one.title: one for one in seeded.phone.reminders()}
    assert seen.keys() == shown.keys()
    for title, one in shown.items():
        there = seen[title]
        assert (there["completed"], there["priority"]) == (one.done, one.priority), title
        assert (there["description"], there["due"] is None) == (one.notes, one.due is None), title
        assert set(there["categories"]) == set(one.tags), title
    report = datetime.fromisoformat(shown["Send the quarterly report"].due.partition("[")[0])
    due = report.replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
    assert seen["Send the quarterly report"]["due"] == due
