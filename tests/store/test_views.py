"""The views are what a person with a sqlite3 shell may rely on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from store.base.bases import ListBase
from store.db import Store
from store.local.places import FileRow, LineRow
from store.model import AllDay, Field, Floating, Priority, Zoned
from tests.store.samples import Pair, a_list, attachment, reminder, rule, section, tag


@pytest.fixture
def shell(store: Store, path: Path) -> Iterator[sqlite3.Connection]:
    """A second connection, as the sqlite3 shell has one, while the writer is open."""
    shell = sqlite3.connect(path)
    shell.row_factory = sqlite3.Row
    yield shell
    shell.close()


def put(store: Store, *pairs: Pair) -> None:
    with store.commit("pull"):
        store.mirror.put(pairs)


def titles(shell: sqlite3.Connection) -> list[str]:
    return [row["title"] for row in shell.execute("SELECT title FROM reminders ORDER BY title")]


def test_the_columns_are_the_promised_ones(store: Store, shell: sqlite3.Connection) -> None:
    put(
        store,
        a_list("HOME"),
        reminder("P1"),
        reminder(
            "A1",
            title="Water the ferns",
            notes="both",
            due=Zoned(datetime(2026, 3, 2, 14, 30), "Europe/Paris"),
            priority=Priority.HIGH,
            flagged=True,
            parent_id="P1",
            tag_ids=("T1", "T2", "T3", "AHEAD"),
            created_ms=1_772_366_400_000,
            modified_ms=-1_000,
            start_ms=1_772_461_800_000,
            imported=True,
        ),
        tag("T1", "A1", "green"),
        tag("T2", "A1", "away"),
        tag("T3", "A1", "green"),
        tag("T4", "A1", "not named by it"),
    )
    with store.commit("scan"):
        store.places.set_lines("Home.md", [LineRow("A1", "Home.md", 4)])
    (row,) = shell.execute("SELECT * FROM reminders WHERE id = 'A1'")
    assert dict(row) == {
        "id": "A1",
        "list": "Home",
        "title": "Water the ferns",
        "notes": "both",
        "done": 0,
        "due": "2026-03-02T14:30:00+01:00",
        "priority": "high",
        "flagged": 1,
        "tags": "away,green",
        "parent": "P1",
        "file": "Home.md",
        "line": 5,
        "section": None,
        "completed_utc": None,
        "created_utc": "2026-03-01T12:00:00Z",
        "modified_utc": "1969-12-31T23:59:59Z",
        "start_wall": "2026-03-02T14:30:00",
        "imported": 1,
    }


@pytest.mark.parametrize(
    ("due", "shown"),
    [
        (None, None),
        (AllDay(date(2026, 3, 2)), "2026-03-02"),
        (Floating(datetime(2026, 3, 2, 9, 30)), "2026-03-02T09:30:00"),
        (Zoned(datetime(2026, 7, 2, 9, 30), "America/New_York"), "2026-07-02T09:30:00-04:00"),
    ],
)
def test_due_dates_are_iso(store: Store, shell: sqlite3.Connection, due: Any, shown: Any) -> None:
    put(store, a_list(), reminder("A1", due=due), reminder("B2", done=True))
    found = shell.execute("select title, due from reminders where done = 0").fetchall()
    assert [tuple(row) for row in found] == [("a1", shown)]


def test_a_reader_sees_the_last_commit_while_one_is_open(
    store: Store, shell: sqlite3.Connection
) -> None:
    put(store, a_list(), reminder("A1"))
    with store.commit("pull"):
        store.mirror.put([reminder("B2")])
        assert titles(shell) == ["a1"]
    assert titles(shell) == ["a1", "b2"]


def test_only_what_a_phone_would_show(store: Store, shell: sqlite3.Connection) -> None:
    put(
        store,
        a_list("HOME"),
        a_list("OLD", deleted=True),
        a_list("BURIED"),
        reminder("LIVE"),
        reminder("SOFT", deleted=True),
        reminder("HARD"),
        reminder("IN-OLD", list_id="OLD"),
        reminder("IN-BURIED", list_id="BURIED"),
        reminder("AHEAD", list_id="NOT-PULLED-YET"),
        reminder("CHILD", parent_id="SOFT"),
    )
    with store.commit("pull"):
        store.mirror.tombstone("Reminder/HARD")
        store.mirror.tombstone("List/BURIED")
    assert titles(shell) == ["ahead", "child", "live"]
    (child,) = shell.execute("SELECT parent FROM reminders WHERE id = 'CHILD'")
    assert child["parent"] is None


def test_a_title_that_could_not_be_read_is_null(store: Store, shell: sqlite3.Connection) -> None:
    put(store, a_list(), reminder("A1", opaque=frozenset({Field.TITLE})))
    (row,) = shell.execute("SELECT title, notes FROM reminders")
    assert tuple(row) == (None, "")


def test_a_list_that_is_a_directory_is_told_by_that(
    store: Store, shell: sqlite3.Connection
) -> None:
    put(store, a_list("HOME"), a_list("HOMEWORK"))
    with store.commit("scan"):
        for path, id in (("Home/1.ics", "HOME"), ("Home work/1.ics", "HOMEWORK")):
            store.places.set_file(FileRow(path, "ab", 3, id))
        store.bases.set_list("HOME", ListBase("Home", None, "Home"))
        store.bases.set_list("HOMEWORK", ListBase("Homework", None, "Home"))  # moved just now
    told = shell.execute("SELECT id, file FROM lists ORDER BY id")
    assert [tuple(row) for row in told] == [("HOME", "Home"), ("HOMEWORK", "Home work/1.ics")]


def test_lists_with_their_groups_files_and_counts(store: Store, shell: sqlite3.Connection) -> None:
    put(
        store,
        a_list("FAMILY", is_group=True),
        a_list(
            "HOME",
            group_id="FAMILY",
            color_hex="#007AFF",
            color_name="blue",
            emblem="house",
            sorting="manual",
            linked=True,
        ),
        a_list("WORK"),
        a_list("OLD", deleted=True),
        reminder("A1"),
        reminder("B2", done=True),
        reminder("C3", deleted=True),
    )
    with store.commit("scan"):
        store.places.set_file(FileRow("Family/Home.md", "ab", 3, "HOME"))
        store.places.set_file(FileRow("A note.md", "ab", 3, "HOME"))
        store.bases.set_list("HOME", ListBase("Home", "FAMILY", "Family/Home.md"))
    lists = (
        'SELECT id, name, "group", file, open, total, color, color_name, emblem, sorting, linked'
        " FROM lists ORDER BY name"
    )
    assert [dict(row) for row in shell.execute(lists)] == [
        {
            "id": "HOME",
            "name": "Home",
            "group": "Family",
            "file": "Family/Home.md",
            "open": 1,
            "total": 2,
            "color": "#007AFF",
            "color_name": "blue",
            "emblem": "house",
            "sorting": "manual",
            "linked": 1,
        },
        {"id": "WORK", "name": "Work", "group": None, "file": None, "open": 0, "total": 0}
        | dict.fromkeys(("color", "color_name", "emblem", "sorting", "linked")),
    ]
    assert found(shell, "groups") == [{"id": "FAMILY", "name": "Family", "lists": 1}]


def found(shell: sqlite3.Connection, view: str) -> list[dict[str, Any]]:
    return [dict(row) for row in shell.execute(f"SELECT * FROM {view} ORDER BY id")]


def test_one_row_for_each_tag_that_counts(store: Store, shell: sqlite3.Connection) -> None:
    put(
        store,
        a_list(),
        reminder("A1", tag_ids=("T1", "T2")),
        reminder("B2", tag_ids=("T3",), deleted=True),
        tag("T1", "A1", "green"),
        tag("T2", "A1", "away"),
        tag("T3", "B2", "gone"),
        tag("T4", "A1", "not named by it"),
    )
    assert found(shell, "tags") == [
        {"id": "T1", "reminder": "A1", "name": "green"},
        {"id": "T2", "reminder": "A1", "name": "away"},
    ]


def test_links_and_images_of_what_is_shown(store: Store, shell: sqlite3.Connection) -> None:
    image = {"kind": "Image", "uti": "public.png", "file_name": "fern.png"}
    put(
        store,
        a_list(),
        reminder("A1", attachment_ids=("L1", "I1", "L2")),
        reminder("B2", attachment_ids=("L3",), list_id="OLD"),
        a_list("OLD", deleted=True),
        attachment("L1", "A1", kind="URL", url="https://ferns.example/", uti="public.url"),
        attachment("I1", "A1", **image, file_size=2048, width=640, height=480, file_mark="v2"),
        attachment("L2", "A1", kind="URL", url="https://gone.example/", deleted=True),
        attachment("L3", "B2", kind="URL", url="https://hidden.example/"),
        attachment("L4", "A1", kind="URL", url="https://not-named.example/"),
    )
    with store.commit("image"):
        store.images.put("Attachment/I1", "v2", "Pictures", "Pictures/fern.png", "00")
        store.images.put("Attachment/I1", "v1", "Pictures", "Pictures/old-fern.png", "00")
    unknown = dict.fromkeys(("file_name", "bytes", "width_pixels", "height_pixels", "path"))
    link = {"kind": "url", "url": "https://ferns.example/", "uti": "public.url"}
    sizes = {"bytes": 2048, "width_pixels": 640, "height_pixels": 480, "path": "Pictures/fern.png"}
    assert found(shell, "attachments") == [
        {"id": "I1", "reminder": "A1", **image, "kind": "image", "url": None, **sizes},
        {"id": "L1", "reminder": "A1", **link, **unknown},
    ]


def test_rules_in_words_where_the_number_is_known(store: Store, shell: sqlite3.Connection) -> None:
    put(
        store,
        a_list(),
        reminder("A1", rule_ids=("R1", "R3")),
        reminder("B2", rule_ids=("R2",)),
        rule("R1", "A1", frequency=1, interval=2, count=5, until_ms=1_772_461_800_000),
        rule("R2", "B2", frequency=7, other=True),
        rule("R3", "A1", frequency=0, deleted=True),
        rule("R4", "A1", frequency=0),
    )
    assert found(shell, "recurrence_rules") == [
        {
            "id": "R1",
            "reminder": "A1",
            "frequency": "weekly",
            "interval": 2,
            "count": 5,
            "until_utc": "2026-03-02T14:30:00Z",
            "other_parts": 0,
        },
        {
            "id": "R2",
            "reminder": "B2",
            "frequency": None,
            "interval": 1,
            "count": None,
            "until_utc": None,
            "other_parts": 1,
        },
    ]


def test_no_name_of_a_record_stops_a_query(store: Store, shell: sqlite3.Connection) -> None:
    put(
        store,
        a_list("HOME", memberships={"A": "S1", "A1": "S1"}),
        section("S1", name="Garden"),
        reminder("A1"),
        reminder('A"2'),
    )
    rows = shell.execute("SELECT title, section FROM reminders ORDER BY title").fetchall()
    assert [tuple(row) for row in rows] == [('a"2', None), ("a1", "Garden")]
