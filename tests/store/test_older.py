"""A file of an older version is brought up, with a copy kept, and loses nothing by it."""

from __future__ import annotations

import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from store.db import Store
from store.errors import StoreError
from store.model import Field
from store.rows import RecordRow, ZoneRow
from tests.store.samples import a_list, tag

SCRIPTS = {1: (1,), 2: (1, 2), 4: (4,), 5: (5,), 6: (6,), 7: (7,), 8: (8,)}

OLDEST = pytest.mark.parametrize("version", [1, 2])
ANY_OLDER = pytest.mark.parametrize("version", SCRIPTS)


def older(path: Path, version: int) -> None:
    path.parent.mkdir()
    for number in SCRIPTS[version]:
        run(path, Path(__file__).with_name(f"version{number}.sql").read_text())


def run(path: Path, script: str) -> None:
    old = sqlite3.connect(path)
    old.executescript(script)
    old.close()


@ANY_OLDER
def test_an_older_file_is_brought_up_and_a_copy_kept(path: Path, version: int) -> None:
    older(path, version)
    with Store.open(path) as store:
        assert store.meta.get("apple_id") == "ada@example.com"
        assert [row.title for row in store.mirror.reminders()] == ["Water the ferns"]
        shown = store._connection.all("SELECT list, title, due, tags, file, line FROM reminders")
        assert shown == [
            ("Home", "Water the ferns", "2026-03-02T14:30:00+01:00", "green", "Home.md", 3)
        ]
        assert store.bases.all()["A1"].placed
    copy = path.with_name(f"mirror.db.schema-{version}")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    kept = sqlite3.connect(copy)
    assert kept.execute("PRAGMA user_version").fetchone() == (version,)
    assert kept.execute("SELECT title FROM reminder").fetchall() == [("Water the ferns",)]
    kept.close()
    Store.open(path).close()


@ANY_OLDER
def test_a_migrated_file_has_the_schema_of_a_new_one(
    path: Path, tmp_path: Path, version: int
) -> None:
    older(path, version)
    schema = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
    with Store.open(path) as old, Store.open(tmp_path / "new.db") as new:
        assert [(kind, name, _flat(sql)) for kind, name, sql in old._connection.all(schema)] == [
            (kind, name, _flat(sql)) for kind, name, sql in new._connection.all(schema)
        ]


@OLDEST
@pytest.mark.parametrize("walking", [0, 1])
def test_the_zone_of_an_older_file_is_to_be_walked_again(
    path: Path, version: int, walking: int
) -> None:
    older(path, version)
    run(path, f"UPDATE zone SET walking = {walking}")
    with Store.open(path) as store:
        assert store.mirror.zone() == ZoneRow(owner="_0a1b", feed="records")


def test_walking_again_fills_the_rows_and_loses_nothing(path: Path) -> None:
    older(path, 2)
    with Store.open(path) as store:
        base, line = store.bases.all(), store.places.line_of("A1")
        assert base["A1"].values[Field.TITLE] == "Water the ferns"
        assert base["A1"].values.keys().isdisjoint({Field.TAGS, Field.URLS, Field.REPEAT})
        cursor = store.mirror.cursor()
        row = replace(
            *store.mirror.reminders(),
            tag_ids=("T1",),
            attachment_ids=("L1",),
            rule_ids=("R1",),
        )
        with store.commit("walk"):
            store.mirror.begin_walk()
            store.mirror.put(
                [
                    (RecordRow("List/HOME", "List", {}, "k1"), a_list()[1]),
                    (RecordRow("Reminder/A1", "Reminder", {}, "k2", "List/HOME"), row),
                    (RecordRow("Hashtag/T1", "Hashtag", {}, "k3"), tag("T1", "A1", "green")[1]),
                ]
            )
            assert store.mirror.finish_walk() == []
        assert list(store.mirror.reminders()) == [row]
        assert store.mirror.cursor() == cursor
        assert (store.bases.all(), store.places.line_of("A1")) == (base, line)


def _flat(sql: str | None) -> str:
    return "".join((sql or "").replace('"', "").split())


def test_a_reader_of_an_older_file_is_told_what_to_do(path: Path) -> None:
    older(path, 1)
    with pytest.raises(StoreError, match="start remindersd once"):
        Store.open_reading(path)
