"""Files beside records: wanted is not empty, and a new version is not the old one."""

from __future__ import annotations

from store.db import Store
from store.rows import RecordRow

LIST, FIELD = "List/A", "ReminderIDsAsset"


def want(store: Store, mark: str, name: str = LIST) -> None:
    with store.commit("page"):
        store.mirror.put([(RecordRow(name, "List", {"recordName": name}), None)])
        store.documents.want(name, FIELD, mark)


def put(store: Store, mark: str, data: bytes) -> None:
    with store.commit("document"):
        store.documents.put(LIST, FIELD, mark, data)


def test_a_file_is_missing_until_it_is_put(store: Store) -> None:
    want(store, "v1")
    assert (store.documents.missing(), store.documents.get(LIST, FIELD)) == ([(LIST, FIELD)], None)
    put(store, "v1", b"[]")
    assert (store.documents.missing(), store.documents.get(LIST, FIELD)) == ([], b"[]")


def test_the_same_version_stays_and_a_new_one_is_missing(store: Store) -> None:
    want(store, "v1")
    put(store, "v1", b"one")
    want(store, "v1")
    assert store.documents.get(LIST, FIELD) == b"one"
    want(store, "v2")
    assert store.documents.get(LIST, FIELD) is None
    put(store, "v1", b"late")
    assert store.documents.get(LIST, FIELD) is None


def test_wanting_what_is_known_writes_nothing(store: Store) -> None:
    want(store, "v1")
    put(store, "v1", b"one")
    before = store.rows_written
    want(store, "v1")
    put(store, "v1", b"one")
    assert store.rows_written == before


def test_files_of_what_is_gone_are_not_missed(store: Store) -> None:
    want(store, "v1")
    with store.commit("page"):
        store.mirror.tombstone(LIST, "list", "A")
    assert store.documents.missing() == []
    want(store, "v1")
    with store.commit("page"):
        store.documents.keep_only(LIST, ["Other"])
    assert store.documents.missing() == []
