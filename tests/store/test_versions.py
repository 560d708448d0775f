"""An older version of a file is known again, by how far the history had come with it."""

from __future__ import annotations

from store.activity.journal import HistoryRow
from store.db import Store
from store.local.places import FileRow
from store.local.versions import KEPT


def stands(store: Store, *hashes: str) -> None:
    for sha256 in hashes:
        with store.commit("seen"):
            store.versions.note("A.md", sha256)
            store.journal.record([HistoryRow(None, 1, "file", sha256, "title", "a", "b", "A.md")])


def test_one_step_back_is_an_edit_and_more_is_a_comeback(store: Store) -> None:
    stands(store, "first", "second", "third")
    assert store.versions.brought_back("A.md", "third") is None
    assert store.versions.brought_back("A.md", "second") is None
    assert store.versions.brought_back("A.md", "first") == 0
    assert store.versions.brought_back("A.md", "unheard of") is None
    assert store.versions.brought_back("B.md", "first") is None
    stands(store, "first", "fourth", "fifth")
    assert store.versions.brought_back("A.md", "first") == 3
    assert store.versions.brought_back("A.md", "second") == 1


def test_the_same_again_writes_no_row_and_only_so_many_are_kept(store: Store) -> None:
    stands(store, "first", *map(str, range(KEPT)))
    assert store.versions.brought_back("A.md", "first") is None
    assert store.versions.brought_back("A.md", "0") == 1
    before = store.rows_written
    with store.commit("seen"):
        store.versions.note("A.md", str(KEPT - 1))
    assert store.rows_written == before


def test_versions_of_a_file_that_is_gone_are_known_as_long_as_the_history_of_their_time(
    store: Store,
) -> None:
    stands(store, "first", "second", "third")
    with store.commit("seen"):
        store.versions.note("B.md", "kept")
        store.versions.note("B.md", "kept too")
        store.versions.note("B.md", "now")
        store.places.set_file(FileRow("B.md", "now", 1))
        store.versions.prune()
    assert store.versions.brought_back("A.md", "first") == 0
    with store.commit("pruned"):
        store.journal.prune(2)
        store.versions.prune()
    assert store.versions.brought_back("A.md", "first") is None
    assert store.versions.brought_back("B.md", "kept") == 3
