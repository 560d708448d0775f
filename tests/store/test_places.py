"""Where things stand in the files: one block for one reminder, one line, one place."""

from __future__ import annotations

import pytest

from store.db import Store
from store.local.places import Block, FileRow, LineRow, Vanished


def test_a_block_stands_for_one_reminder(store: Store) -> None:
    with store.commit("stamp"):
        store.places.set_block("A1", "r-aaaaaaa", own=True)
        store.places.set_block("B2", "shopping", own=False)
    places = store.places
    assert places.block_of("A1") == Block("r-aaaaaaa", True)
    assert places.block_of("C3") is None
    assert places.id_of("shopping") == "B2"
    assert places.id_of("nothing") is None
    assert places.all_blocks() == {"A1": Block("r-aaaaaaa", True), "B2": Block("shopping", False)}
    with pytest.raises(ValueError, match="r-aaaaaaa stands for A1, not for B2"), store.commit("x"):
        places.set_block("B2", "r-aaaaaaa", own=True)
    with store.commit("stamp"):
        places.set_block("A1", "r-bbbbbbb", own=True)
        places.set_block("B2", "r-aaaaaaa", own=True)
    assert places.all_blocks() == {"A1": Block("r-bbbbbbb", True), "B2": Block("r-aaaaaaa", True)}


def lines(store: Store, path: str, *ids: str) -> None:
    with store.commit("scan"):
        rows = [LineRow(id, path, number, f"hash of {id}") for number, id in enumerate(ids)]
        store.places.set_lines(path, rows)


def test_the_lines_of_a_file_are_exactly_those_given(store: Store) -> None:
    lines(store, "Home.md", "A1", "B2", "C3")
    lines(store, "Work.md", "D4")
    lines(store, "Home.md", "C3", "A1")
    assert store.places.lines_in("Home.md") == [
        LineRow("C3", "Home.md", 0, "hash of C3"),
        LineRow("A1", "Home.md", 1, "hash of A1"),
    ]
    assert set(store.places.all_lines()) == {"A1", "C3", "D4"}
    assert store.places.line_of("B2") is None


def test_a_line_that_moves_to_another_file_is_in_one_place(store: Store) -> None:
    lines(store, "Home.md", "A1", "B2")
    lines(store, "Work.md", "A1")
    lines(store, "Home.md", "B2")
    assert store.places.line_of("A1") == LineRow("A1", "Work.md", 0, "hash of A1")


def test_files(store: Store) -> None:
    home = FileRow("Home.md", "ab", 12, "HOME", 99, 7)
    with store.commit("scan"):
        store.places.set_file(home)
        store.places.set_file(FileRow("Inbox.md", "cd", 3))
    assert store.places.file("Home.md") == home
    assert store.places.file("Work.md") is None
    lines(store, "Inbox.md", "A1")
    with store.commit("scan"):
        store.places.drop_file("Inbox.md")
    assert store.places.files() == {"Home.md": home}
    assert store.places.all_lines() == {}


def test_what_has_vanished_since_when(store: Store) -> None:
    with store.commit("scan"):
        store.places.set_vanished([Vanished("A1", 10.5, 0.0, 10.5)])
        store.places.set_vanished([Vanished("A1", 20.0, 9.5, 20.0, "HOME")])
        store.places.set_vanished([Vanished("B2", 30.0, 0.0, 30.0)])
    first, second = store.places.vanished().values()
    assert first == Vanished("A1", 10.5, 9.5, 20.0, "HOME")
    assert second == Vanished("B2", 30.0, 0.0, 30.0)
    with store.commit("scan"):
        store.places.clear_vanished("A1", "C3")
    assert store.places.vanished() == {"B2": second}


def test_an_idle_scan_writes_no_row(store: Store) -> None:
    def scan() -> None:
        lines(store, "Home.md", "A1", "B2")
        with store.commit("scan"):
            store.places.set_file(FileRow("Home.md", "ab", 12, "HOME", 99, 7))
            store.places.set_block("A1", "r-aaaaaaa", own=True)
            store.places.set_vanished([Vanished("C3", 1.0)])
            store.places.clear_vanished()
            store.meta.set("marker", "m")
            store.meta.drop("nothing")

    scan()
    written = store.rows_written
    scan()
    assert store.rows_written == written


def test_facts_by_name(store: Store) -> None:
    assert store.meta.get("region") is None
    with store.commit("facts"):
        store.meta.set("region", "world")
        store.meta.set("region", "china")
        store.meta.set("flag", "1")
        store.meta.drop("flag")
    assert store.meta.all() == {"region": "china"}
