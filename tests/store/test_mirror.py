"""The mirror holds what iCloud last said, and calls a record gone only on evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.db import Store
from store.model import AllDay, Completion, Field, ListInfo, Priority, Reminder, Zoned
from store.remote.mirror import KEPT_MS
from store.rows import AlarmRow, ListRow, RecordRow, ReminderRow, RuleRow, TagRow, ZoneRow
from tests.store.samples import (
    Pair,
    a_list,
    alarm,
    attachment,
    reminder,
    rule,
    section,
    tag,
    trigger,
)

FULL = ReminderRow(
    id="A1",
    record_name="Reminder/A1",
    change_tag="k1",
    deleted=False,
    title="Water the ferns",
    notes="both\nof them",
    done=True,
    completed_at_ms=1_772_000_000_000,
    due=Zoned(datetime(2026, 3, 2, 14, 30), "Europe/Paris"),
    priority=Priority.HIGH,
    flagged=True,
    list_id="HOME",
    parent_id="P1",
    recurring=True,
    tag_ids=("T2", "T1"),
    attachment_ids=("I1",),
    rule_ids=("R1",),
    created_ms=1,
    modified_ms=2,
    problems="odd alarm",
)


def put(store: Store, *pairs: Pair) -> None:
    with store.commit("pull"):
        store.mirror.put(pairs)


def gone(store: Store, *names: str) -> None:
    with store.commit("pull"):
        for name in names:
            store.mirror.tombstone(name)


def test_a_reminder_comes_back_as_it_went_in(store: Store) -> None:
    put(store, (RecordRow("Reminder/A1", "Reminder", {"a": 1}, "k1"), FULL))
    assert list(store.mirror.reminders()) == [FULL]
    assert store.mirror.reminder("A1") == FULL
    assert store.mirror.reminder("B2") is None
    assert FULL.reminder() == Reminder(
        id="A1",
        title="Water the ferns",
        notes="both\nof them",
        done=Completion(at_ms=1_772_000_000_000),
        due=FULL.due,
        priority=Priority.HIGH,
        flagged=True,
        list="HOME",
        parent="P1",
    )


def test_lists_alarms_and_tags_come_back(store: Store) -> None:
    order = ("B2", "A1")
    row = a_list("HOME", order=order, color="#ff0000", group_id="G", read_only=True)
    put(
        store, row, reminder("A1"), alarm("X", "A1"), tag("T2", "A1", "green"), tag("T1", "A1", "b")
    )
    assert list(store.mirror.lists()) == [row[1]]
    assert store.mirror.list("HOME") == row[1]
    assert isinstance(row[1], ListRow)
    assert row[1].info() == ListInfo("HOME", "Home", group="G", read_only=True)
    expected = AlarmRow("X", "A1", "Alarm/X", "Y", 0.5, acknowledged_ms=7)
    assert store.mirror.alarms("A1") == store.mirror.alarms() == [expected]
    assert store.mirror.tags("A1") == [
        TagRow("T1", "A1", "b", "Hashtag/T1"),
        TagRow("T2", "A1", "green", "Hashtag/T2"),
    ]
    assert (store.mirror.alarms("B2"), store.mirror.tags("B2")) == ([], [])


def test_attachments_and_rules_come_back(store: Store) -> None:
    image = {"kind": "Image", "uti": "public.png", "file_name": "fern.png"}
    sizes = {"file_size": 2048, "width": 640, "height": 480}
    pairs = [
        attachment("I1", "A1", **image, **sizes),
        attachment("L1", "A1", kind="URL", url="https://ferns.example/", uti="public.url"),
        attachment("L2", "B2", kind="URL", deleted=True),
        rule("R1", "A1", frequency=1, interval=2, count=5, until_ms=1_772_000_000_000),
        rule("R2", "B2", other=True, deleted=True),
    ]
    put(store, *pairs)
    rows = [row for _, row in pairs]
    mirror = store.mirror
    assert (mirror.attachments(), mirror.rules()) == (rows[:3], rows[3:])
    assert (mirror.attachments("A1"), mirror.rules("A1")) == (rows[:2], rows[3:4])
    assert store.mirror.changed_since(0).ids == {"A1", "B2"}
    gone(store, "Attachment/L1", "RecurrenceRule/R1")
    assert (mirror.attachments("A1"), mirror.rules("A1")) == (rows[:1], [])


def test_a_number_that_no_table_holds_leaves_a_rule_not_understood(store: Store) -> None:
    put(store, rule("R1", "A1", frequency=0, interval=2**64, count=-(2**64)))
    expected = RuleRow("R1", "A1", "RecurrenceRule/R1", frequency=0, other=True)
    assert store.mirror.rules("A1") == [expected]
    put(store, attachment("I1", "A1", file_size=2**64, width=2**63 - 1))
    (row,) = store.mirror.attachments("A1")
    assert (row.file_size, row.width) == (None, 2**63 - 1)


def test_raw_records_by_name_type_and_owner(store: Store) -> None:
    put(store, reminder("A1"), reminder("B2"), alarm("X", "A1"), tag("T", "A1", "t"))
    mirror = store.mirror
    assert mirror.record("Reminder/A1") == {"recordName": "Reminder/A1", "version": 1}
    assert mirror.record("Reminder/C3") is None
    assert set(mirror.records(["Reminder/B2", "Alarm/X", "nobody"])) == {"Reminder/B2", "Alarm/X"}
    names = [record["recordName"] for record in mirror.by_type("Reminder")]
    assert names == ["Reminder/A1", "Reminder/B2"]
    children = [record["recordName"] for record in mirror.children("Reminder/A1")]
    assert children == ["Alarm/X", "Hashtag/T"]


def test_the_same_record_again_writes_no_row(store: Store) -> None:
    page = [
        a_list(),
        reminder("A1"),
        alarm("X", "A1"),
        trigger("Y", "X", "A1"),
        tag("T", "A1", "t"),
        attachment("I", "A1", kind="URL"),
        rule("R", "A1"),
    ]
    put(store, *page)
    written, cursor = store.rows_written, store.mirror.cursor()
    put(store, *page)
    assert (store.rows_written, store.mirror.cursor()) == (written, cursor)


def test_a_better_decoder_changes_rows_but_not_what_was_touched(store: Store) -> None:
    put(store, reminder("A1", title=""))
    cursor = store.mirror.cursor()
    put(store, reminder("A1", title="read now"))
    assert [row.title for row in store.mirror.reminders()] == ["read now"]
    assert store.mirror.changed_since(cursor).ids == set()


def test_a_record_twice_in_a_page_counts_once_and_late(store: Store) -> None:
    put(store, (reminder("A1")[0], None), reminder("A1", version=2, title="late"))
    assert [row.title for row in store.mirror.reminders()] == ["late"]
    assert store.mirror.record("Reminder/A1") == {"recordName": "Reminder/A1", "version": 2}


def test_a_time_that_no_clock_shows_does_not_stop_a_page(store: Store) -> None:
    put(store, reminder("A1", created_ms=2**70, modified_ms=-(2**63), completed_at_ms=2**63))
    row = store.mirror.reminder("A1")
    assert row is not None
    assert (row.created_ms, row.modified_ms, row.completed_at_ms) == (None, -(2**63), None)


def test_a_record_that_no_longer_decodes_loses_its_row(store: Store) -> None:
    put(store, reminder("A1"))
    put(store, (reminder("A1", version=2)[0], None))
    assert list(store.mirror.reminders()) == []
    assert store.mirror.record("Reminder/A1") is not None


def test_an_opaque_field_reads_as_its_default(store: Store) -> None:
    opaque = frozenset({Field.TITLE, Field.DUE})
    put(store, reminder("A1", title="rubbish", opaque=opaque))
    row = store.mirror.reminder("A1")
    assert row is not None
    assert (row.title, row.opaque) == ("", opaque)


def test_half_a_surrogate_pair_does_not_stop_a_page(store: Store) -> None:
    record, row = reminder("A1", title="a\ud83db😀", tag_ids=("\ud83d",))
    put(
        store,
        (RecordRow(record.name, "Reminder", {"t": "\ud83d"}), row),
        reminder("B2"),
        attachment("L1", "A1", kind="URL", url="https://a.example/\ud83d", file_name="\ud83d"),
    )
    (link,) = store.mirror.attachments("A1")
    assert (link.url, link.file_name) == ("https://a.example/\ufffd", "\ufffd")
    assert [row.tag_ids for row in store.mirror.reminders()] == [("\ud83d",), ()]
    assert [row.title for row in store.mirror.reminders()] == ["a\ufffdb😀", "b2"]
    assert store.mirror.record("Reminder/A1") == {"t": "\ud83d"}


def test_a_tombstone_keeps_the_raw_record_and_drops_the_rest(store: Store) -> None:
    put(store, reminder("A1"), alarm("X", "A1"), tag("T", "A1", "t"))
    gone(store, "Reminder/A1", "Alarm/X", "Hashtag/T")
    mirror = store.mirror
    assert mirror.record("Reminder/A1") is None
    assert mirror.gone("Reminder/A1") == {"recordName": "Reminder/A1", "version": 1}
    assert mirror.tombstones() == {"A1": "Reminder/A1"}
    assert set(mirror.tombstones("list")) == set()
    assert (list(mirror.reminders()), mirror.alarms(), mirror.tags()) == ([], [], [])
    assert mirror.children("Reminder/A1") == list(mirror.by_type("Reminder")) == []
    written = store.rows_written
    gone(store, "Reminder/A1")
    assert store.rows_written == written


def test_of_what_is_gone_for_long_only_identities_are_left(store: Store) -> None:
    put(store, a_list(), section("S"), reminder("A1"), alarm("X", "A1"), tag("T", "A1", "t"))
    put(store, reminder("A2"), tag("T2", "A2", "t"), tag("T3", "A2", "t"))
    gone(store, "List/HOME", "ListSection/S", "Reminder/A1", "Alarm/X", "Hashtag/T", "Hashtag/T2")
    mirror, cursor = store.mirror, store.mirror.cursor()
    with store.commit("refused"):
        store.blockers.note("Reminder/A2", ["Hashtag/T2"])
    for now_ms in (1, KEPT_MS):
        with store.commit("plan"):
            mirror.let_go(now_ms)
    assert mirror.gone("Alarm/X") == {"recordName": "Alarm/X"}
    with store.commit("plan"):
        mirror.let_go(KEPT_MS + 2)
    assert mirror.gone("Alarm/X") is mirror.gone("Hashtag/T") is None
    assert mirror.gone("Hashtag/T2") == {}  # it is known not to be in the way any more
    assert mirror.gone("ListSection/S") == {}
    assert (mirror.tombstones(), mirror.gone_at()) == ({"A1": "Reminder/A1"}, {})
    assert mirror.tombstones("list") == {"HOME": "List/HOME"}
    assert [tag.id for tag in mirror.tags()] == ["T3"]
    assert mirror.cursor() == cursor


def test_the_latest_change_is_known_whatever_is_let_go(store: Store) -> None:
    put(store, reminder("A1"), tag("T", "A1", "t"))
    gone(store, "Hashtag/T")
    cursor = store.mirror.cursor()
    for now_ms in (1, KEPT_MS + 2):
        with store.commit("plan"):
            store.mirror.let_go(now_ms)
    assert store.mirror.cursor() == cursor
    put(store, reminder("A1", version=2))
    assert store.mirror.changed_since(cursor).ids == {"A1"}


def test_an_alarm_that_is_gone_does_not_take_its_reminder_along(store: Store) -> None:
    put(store, reminder("A1"), alarm("X", "A1"))
    gone(store, "Alarm/X")
    assert set(store.mirror.tombstones()) == set()


def test_a_tombstone_of_a_stranger_is_evidence_too(store: Store) -> None:
    with store.commit("pull"):
        store.mirror.tombstone("Reminder/A1", "reminder", "A1")
    assert set(store.mirror.tombstones()) == {"A1"}
    assert store.mirror.gone("Reminder/A1") == {}
    assert store.mirror.changed_since(0).ids == {"A1"}


def test_a_record_may_come_back(store: Store) -> None:
    put(store, reminder("A1"))
    gone(store, "Reminder/A1")
    cursor = store.mirror.cursor()
    put(store, reminder("A1"))
    assert set(store.mirror.tombstones()) == set()
    assert store.mirror.changed_since(cursor).ids == {"A1"}
    assert store.mirror.reminder("A1") is not None


def test_what_was_touched_since_a_cursor(store: Store) -> None:
    put(store, a_list(), reminder("A1"), reminder("B2"), alarm("X", "B2"), trigger("Y", "X", "B2"))
    first = store.mirror.changed_since(0)
    assert first.ids == {"HOME", "A1", "B2"}
    assert store.mirror.changed_since(first.cursor) == type(first)(first.cursor, frozenset())
    record, _ = trigger("Y", "X", "B2")
    put(store, reminder("A1"), (replace(record, raw={"moved": 1}), None))
    second = store.mirror.changed_since(first.cursor)
    assert second.ids == {"B2"}
    gone(store, "Reminder/A1")
    assert store.mirror.changed_since(second.cursor).ids == {"A1"}


def test_a_zone_and_its_token(store: Store) -> None:
    assert store.mirror.zone() is None
    zone = ZoneRow(owner="_abc", sync_token="t1", feed="records")
    with store.commit("pull"):
        store.mirror.set_zone(zone)
        store.mirror.set_zone(ZoneRow("Shared", "_def", "shared"))
    assert store.mirror.zone() == zone
    assert [zone.name for zone in store.mirror.zones()] == ["Reminders", "Shared"]
    written = store.rows_written
    with store.commit("pull"):
        store.mirror.set_zone(zone)
    assert store.rows_written == written


def test_a_walk_buries_what_it_did_not_meet(store: Store) -> None:
    put(store, a_list(), reminder("A1"), reminder("B2"), reminder("C3"))
    gone(store, "Reminder/C3")
    cursor = store.mirror.cursor()
    with store.commit("walk"):
        store.mirror.set_zone(ZoneRow())
        store.mirror.begin_walk()
    zone = store.mirror.zone()
    assert zone is not None
    assert (zone.walking, zone.complete) == (True, False)
    put(store, a_list(), reminder("B2", version=2))
    with store.commit("walk"):
        assert store.mirror.finish_walk() == ["Reminder/A1"]
    zone = store.mirror.zone()
    assert zone is not None
    assert (zone.walking, zone.complete) == (False, True)
    assert set(store.mirror.tombstones()) == {"A1", "C3"}
    assert [row.id for row in store.mirror.reminders()] == ["B2"]
    assert store.mirror.changed_since(cursor).ids == {"A1", "B2"}


def test_a_walk_that_is_begun_again_wants_to_meet_everything_again(store: Store) -> None:
    with store.commit("walk"):
        store.mirror.begin_walk()
    put(store, reminder("A1"), reminder("B2"))
    with store.commit("walk"):
        store.mirror.begin_walk()
    put(store, reminder("B2"))
    with store.commit("walk"):
        assert store.mirror.finish_walk() == ["Reminder/A1"]


def test_a_walk_of_one_zone_leaves_the_others(store: Store) -> None:
    record, row = reminder("S1")
    put(store, (RecordRow(record.name, "Reminder", {}, zone="Shared"), row), reminder("A1"))
    with store.commit("walk"):
        store.mirror.begin_walk("Shared")
        assert store.mirror.finish_walk("Shared") == ["Reminder/S1"]
    assert [row.id for row in store.mirror.reminders()] == ["A1"]


def test_absence_without_a_walk_is_no_evidence(store: Store) -> None:
    put(store, reminder("A1"))
    for _ in range(2):
        with pytest.raises(RuntimeError, match="no walk"), store.commit("walk"):
            store.mirror.finish_walk()
    assert set(store.mirror.tombstones()) == set()


IDS = st.sampled_from(["A", "B", "C", "D", "E"])


@settings(max_examples=40, deadline=None)
@given(st.lists(IDS), st.lists(IDS), st.lists(IDS))
def test_after_a_walk_the_mirror_is_what_was_met(
    shared_store: Store, before: list[str], buried: list[str], met: list[str]
) -> None:
    store = shared_store
    with store.commit("clear"):
        store.mirror.begin_walk()
        store.mirror.finish_walk()
    put(store, *(reminder(id) for id in before))
    gone(store, *(f"Reminder/{id}" for id in buried))
    with store.commit("walk"):
        store.mirror.begin_walk()
        store.mirror.put([reminder(id) for id in met])
        lost = store.mirror.finish_walk()
    assert {row.id for row in store.mirror.reminders()} == set(met)
    assert set(lost) == {f"Reminder/{id}" for id in set(before) - set(buried) - set(met)}
    assert store.mirror.tombstones().keys().isdisjoint(met)


def test_an_all_day_date_keeps_its_kind(store: Store) -> None:
    put(store, reminder("A1", due=AllDay(date(2026, 3, 2))))
    row = store.mirror.reminder("A1")
    assert row is not None
    assert row.due == AllDay(date(2026, 3, 2))
