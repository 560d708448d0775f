"""Zones are kept apart: tokens, walks, and the records of two people that look alike."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from store.db import Store
from store.remote.zones import PRIVATE, SharedList
from store.rows import DecodedRow, RecordRow, ShareRow, ZoneRow
from tests.store.samples import Pair, a_list, reminder

GRACE = ZoneRow(owner="_grace", database="shared")
ALAN = ZoneRow(owner="_alan", database="shared")


@pytest.fixture(autouse=True)
def zones(store: Store) -> None:
    with store.commit("zones"):
        for zone in (ZoneRow(owner="_me"), GRACE, ALAN):
            store.mirror.set_zone(replace(zone, sync_token=f"of {zone.owner}"))


def put(store: Store, zone: ZoneRow, *pairs: Pair) -> None:
    with store.commit("page"):
        store.mirror.put([(replace(record, zone=zone.key), row) for record, row in pairs])


def gone(store: Store, zone: ZoneRow, name: str) -> None:
    with store.commit("page"):
        store.mirror.tombstone(name, zone=zone.key)


def share(name: str, **fields: str) -> Pair:
    row: DecodedRow = ShareRow(name, **fields)
    return RecordRow(name, "cloudkit.share", {"recordName": name}), row


def token(store: Store, zone: ZoneRow) -> str | None:
    row = store.mirror.zone(zone.key)
    assert row is not None
    return row.sync_token


def titles(store: Store) -> list[str]:
    return [row.title for row in store.mirror.reminders()]


def test_zones_of_one_name_are_three_zones(store: Store) -> None:
    assert [zone.owner for zone in store.mirror.zones()] == ["_me", "_alan", "_grace"]
    assert token(store, ZoneRow()) == "of _me"
    assert (GRACE.key, ZoneRow().key) == ("shared/_grace/Reminders", PRIVATE)


def test_a_walk_buries_only_what_is_in_its_zone(store: Store) -> None:
    put(store, ZoneRow(), reminder("A1"))
    put(store, GRACE, reminder("B2"), reminder("C3"))
    with store.commit("walk"):
        store.mirror.begin_walk(GRACE.key)
    put(store, GRACE, reminder("C3"))
    with store.commit("walk"):
        assert store.mirror.finish_walk(GRACE.key) == ["Reminder/B2"]
    assert titles(store) == ["a1", "c3"]
    assert store.mirror.shared_records() == {"Reminder/C3": GRACE.key}


def test_of_two_that_share_the_first_has_the_place(store: Store) -> None:
    put(store, GRACE, reminder("A1", title="hers"))
    put(store, ALAN, reminder("A1", version=2, title="his"))
    assert titles(store) == ["hers"]
    gone(store, ALAN, "Reminder/A1")
    assert titles(store) == ["hers"]
    put(store, ALAN, reminder("A1", version=2, title="his"))
    gone(store, GRACE, "Reminder/A1")
    assert titles(store) == []
    assert (token(store, ALAN), token(store, GRACE)) == (None, "of _grace")
    put(store, ALAN, reminder("A1", version=2, title="his"))
    assert titles(store) == ["his"]


def test_the_own_record_always_has_it(store: Store) -> None:
    put(store, GRACE, reminder("A1", title="hers"))
    put(store, ZoneRow(), reminder("A1", version=2, title="mine"))
    assert titles(store) == ["mine"]
    put(store, GRACE, reminder("A1", version=3, title="hers"))
    gone(store, GRACE, "Reminder/A1")
    assert titles(store) == ["mine"]
    assert token(store, GRACE) == "of _grace"
    gone(store, ZoneRow(), "Reminder/A1")
    assert titles(store) == []


def test_one_id_under_two_names_is_one_place(store: Store) -> None:
    record, row = reminder("A1", title="hers")
    bare = replace(record, name="A1", raw={"recordName": "A1"})
    put(store, ZoneRow(), reminder("A1", title="mine"))
    put(store, GRACE, (bare, row))
    assert titles(store) == ["mine"]
    put(store, GRACE, reminder("B2", title="hers"))
    put(store, ZoneRow(), (replace(record, name="B2"), replace(row, id="B2", title="mine")))
    assert titles(store) == ["mine", "mine"]


def test_a_walk_frees_the_place_too(store: Store) -> None:
    put(store, GRACE, a_list("TRIP"))
    put(store, ALAN, a_list("TRIP"))
    with store.commit("walk"):
        store.mirror.begin_walk(GRACE.key)
        store.mirror.finish_walk(GRACE.key)
    assert (token(store, ALAN), token(store, GRACE)) == (None, "of _grace")


def test_what_hangs_on_a_record_is_of_its_zone(store: Store) -> None:
    put(store, ZoneRow(), reminder("A1"))
    forged = RecordRow("Alarm/X", "Alarm", {"recordName": "Alarm/X"}, owner="Reminder/A1")
    put(store, GRACE, (forged, None))
    assert store.mirror.children("Reminder/A1") == []


def lists(store: Store) -> list[tuple[object, ...]]:
    shell = sqlite3.connect(store.path)
    found = shell.execute("SELECT id, shared, owner, read_only FROM lists ORDER BY id").fetchall()
    shell.close()
    return found


def test_how_a_list_is_shared(store: Store) -> None:
    put(store, ZoneRow(), a_list("HOME"), a_list("OURS", share="Share-1"))
    put(store, GRACE, a_list("TRIP", share="Share-2"), a_list("PLAN", share="Share-3"))
    put(store, GRACE, share("Share-2", owner="Grace Hopper", permission="READ_ONLY"))
    put(store, GRACE, share("Share-3", permission="READ_WRITE"))
    assert lists(store) == [
        ("HOME", None, None, 0),
        ("OURS", "by you", None, 0),
        ("PLAN", "with you", "Grace Hopper", 0),
        ("TRIP", "with you", "Grace Hopper", 1),
    ]
    assert store.mirror.shared_lists()["TRIP"] == SharedList(GRACE.key, "Grace Hopper", True, False)


def test_a_list_that_names_no_share_is_read_only_with_any_of_its_zone(store: Store) -> None:
    put(store, GRACE, a_list("TRIP"), share("Share-2", permission="READ_ONLY"))
    put(store, ALAN, a_list("TEA"), share("Share-4", permission=""))
    assert lists(store) == [("TEA", "with you", None, 0), ("TRIP", "with you", None, 1)]


def test_what_is_no_longer_shared_is_not_shown(store: Store) -> None:
    put(store, GRACE, a_list("TRIP"), reminder("A1", list_id="TRIP"))
    put(store, ALAN, a_list("TEA"))
    gone(store, ALAN, "List/TEA")
    with store.commit("gone"):
        store.mirror.set_zone(replace(GRACE, gone=True))
    assert store.mirror.unshared_lists() == {"TRIP", "TEA"}
    assert lists(store) == []
    assert store._connection.all("SELECT id FROM reminders") == []
