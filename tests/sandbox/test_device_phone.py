"""Phones on one zone: edits travel, merge per field, and end in the same picture everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from sandbox.device.phone import Phone
from tests.sandbox.phones import (
    START,
    Clock,
    picture,
    read,
    settle,
    tokens,
    update,
    value,
    zone_with_phones,
)

PARIS = "2026-03-02T14:30[Europe/Paris]"


def test_what_one_phone_makes_the_other_shows() -> None:
    _, [one, two] = zone_with_phones(2)
    one.create_list("Family", is_group=True)
    one.create_list("Travel", "Family")
    parent = one.create("Travel", "Pack 🧳", notes="shoes\nhat", due=PARIS, priority=1, tags=["eu"])
    one.create("Travel", "Socks", parent=parent, flagged=True, done=True)
    two.sync()
    pack, socks = two.find("Pack 🧳"), two.find("Socks")
    assert (pack.notes, pack.due, pack.shown_due) == ("shoes\nhat", PARIS, PARIS)
    assert (pack.priority, pack.tags, pack.problems) == (1, ("eu",), ())
    assert (socks.parent, socks.flagged, socks.done) == (parent, True, True)
    groups = {entry.name: (entry.group, entry.is_group, entry.count) for entry in two.lists()}
    assert groups == {
        "Family": (None, True, 0),
        "Home": (None, False, 0),
        "Travel": ("Family", False, 1),
    }


def test_edits_of_different_fields_merge() -> None:
    _, [one, two] = zone_with_phones(2)
    identity = one.create("Home", "Tap", due="2026-03-02")
    two.sync()
    one.offline = two.offline = True
    one.edit(identity, title="Dripping tap", priority=1)
    two.edit(identity, notes="washer", flagged=True)
    two.complete(identity, START)
    settle(one, two)
    merged = one.get(identity)
    assert (merged.title, merged.notes) == ("Dripping tap", "washer")
    assert (merged.priority, merged.flagged, merged.done) == (1, True, True)
    assert merged.completed_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert picture(one) == picture(two)


def test_of_one_field_the_higher_token_wins_whoever_uploads_first() -> None:
    for late_first in (False, True):
        _, [one, two] = zone_with_phones(2)
        identity = one.create("Home", "Tap")
        two.sync()
        one.offline = two.offline = True
        one.edit(identity, priority=1)
        one.edit(identity, priority=5)
        two.edit(identity, priority=9)
        settle(*((two, one) if late_first else (one, two)))
        assert one.get(identity).priority == two.get(identity).priority == 5


def test_equal_tokens_do_not_make_phones_quarrel() -> None:
    zone, [one, two] = zone_with_phones(2, Clock(step=0.0))
    identity = one.create("Home", "Tap", due=PARIS)
    two.sync()
    one.offline = two.offline = True
    one.edit(identity, priority=1, due="2026-03-05T10:00")
    two.edit(identity, priority=9, due="2026-03-06")
    settle(one, two)
    assert picture(one) == picture(two)
    token = zone.token()
    settle(one, two)
    assert zone.token() == token


def test_texts_typed_at_once_are_both_kept() -> None:
    _, [one, two] = zone_with_phones(2)
    identity = one.create("Home", "Tap")
    two.sync()
    one.offline = two.offline = True
    one.edit(identity, title="Dripping tap")
    two.edit(identity, title="Broken tap")
    settle(one, two)
    assert one.get(identity).title in ("Dripping tapBroken tap", "Broken tapDripping tap")
    assert picture(one) == picture(two)


DUES = ["2026-03-05T10:00[Asia/Tokyo]", "2026-03-06", None]


@pytest.mark.parametrize("first", DUES)
@pytest.mark.parametrize("second", [*DUES, "2026-03-07T11:00"])
@pytest.mark.parametrize("step", [0.0, 1.0, -1.0])
def test_alarms_follow_the_due_date_that_wins(
    first: str | None, second: str | None, step: float
) -> None:
    """The second phone to sync edited at the same time, later, or (by its clock) earlier."""
    clock = Clock()
    zone, [one, two] = zone_with_phones(2, clock)
    identity = one.create("Home", "Tap", due=PARIS)
    two.sync()
    one.offline = two.offline = True
    clock.step = 0.0
    one.edit(identity, due=first)
    clock.now += step
    two.edit(identity, due=second)
    settle(one, two)
    shown = one.get(identity)
    assert shown.due == (first if step < 0 else second)
    assert (shown.shown_due, shown.problems) == (shown.due, ())
    assert picture(one) == picture(two)
    timed = shown.due is not None and "T" in shown.due
    assert len(value(zone, f"Reminder/{identity}", "AlarmIDs") or []) >= int(timed)


def test_offline_edits_wait_for_sync() -> None:
    zone, [phone] = zone_with_phones(1)
    phone.offline = True
    identity = phone.create("Home", "Later")
    assert phone.find("Later").id == identity
    assert "serverErrorCode" in read(zone, f"Reminder/{identity}")
    phone.sync()
    assert value(zone, f"Reminder/{identity}", "List")["recordName"].startswith("List/")


def test_a_native_bump_raises_only_what_changed_and_keeps_the_replica() -> None:
    zone, [phone] = zone_with_phones(1)
    name = f"Reminder/{(identity := phone.create('Home', 'Tap'))}"
    before = tokens(zone, name)
    phone.edit(identity, flagged=True)
    after = tokens(zone, name)
    changed = {key for key in after if after[key] != before.get(key)}
    assert changed == {"flagged", "lastModifiedDate"}
    assert after["flagged"]["counter"] == before["flagged"]["counter"] + 1
    assert after["flagged"]["replicaID"] == before["flagged"]["replicaID"]
    assert after["flagged"]["modificationTime"] > before["flagged"]["modificationTime"]


def test_saving_without_a_change_writes_nothing() -> None:
    zone, [phone] = zone_with_phones(1)
    identity = phone.create("Home", "Tap", notes="washer", due=PARIS)
    token = zone.token()
    phone.edit(identity, title="Tap", notes="washer", due=PARIS, priority=0, flagged=False)
    phone.sync()
    assert zone.token() == token


def test_an_alarm_follows_its_due_date() -> None:
    zone, [phone] = zone_with_phones(1)
    name = f"Reminder/{(identity := phone.create('Home', 'Tap', due=PARIS))}"
    [alarm] = value(zone, name, "AlarmIDs")
    assert tokens(zone, name)["dueDate"]["counter"] == 1
    phone.edit(identity, due="2026-03-03T08:00")
    token = tokens(zone, name)["dueDate"]
    assert token["counter"] == 2
    assert value(zone, name, "AlarmIDs") == [alarm]
    nonce = value(zone, f"Alarm/{alarm}", "DueDateResolutionTokenAsNonce")
    assert nonce == token["counter"] * 1e11 + token["modificationTime"]
    assert phone.get(identity).shown_due == "2026-03-03T08:00"
    phone.edit(identity, due="2026-03-03")
    assert value(zone, name, "AlarmIDs") == []
    assert "serverErrorCode" in read(zone, f"Alarm/{alarm}")
    phone.edit(identity, due=None)
    assert (phone.get(identity).due, phone.get(identity).problems) == (None, ())
    assert value(zone, name, "DueDate") is None


@pytest.mark.parametrize("hard", [False, True])
def test_a_deleted_parent_takes_its_subtasks_along(hard: bool) -> None:
    zone, [one, two] = zone_with_phones(2)
    parent = one.create("Home", "Hallway", due=PARIS)
    child = one.create("Home", "Tape", parent=parent)
    two.sync()
    two.delete(parent, hard=hard)
    one.sync()
    assert one.reminders() == two.reminders() == []
    gone = "serverErrorCode" in read(zone, f"Reminder/{child}")
    assert gone is hard


def test_what_was_softly_deleted_goes_for_good_with_all_that_hangs_on_it() -> None:
    zone, [one, two] = zone_with_phones(2)
    stays, parent, gone = (one.create("Home", title) for title in ("Stays", "Parent", "Gone"))
    two.sync()
    one.delete(one.create("Home", "Dated", due=PARIS))
    two.delete(gone)
    one.offline = True
    one.delete(parent)
    child = two.create("Home", "Living", parent=parent)
    one.offline = False
    settle(one, two)
    assert two.empty_deleted() == 2
    settle(one, two)
    assert picture(one) == picture(two)
    assert {entry.id for entry in one.reminders()} == {stays, child}
    assert len(zone.live("Reminder")) == 3  # a living subtask holds its parent
    assert zone.live("Alarm") == zone.live("AlarmTrigger") == []


def test_a_living_child_of_a_deleted_parent_is_shown_at_top_level() -> None:
    _, [one, two] = zone_with_phones(2)
    parent = one.create("Home", "Hallway")
    two.sync()
    one.offline = two.offline = True
    one.delete(parent)
    child = two.create("Home", "Tape", parent=parent)
    settle(one, two)
    assert [(entry.id, entry.parent) for entry in one.reminders()] == [(child, None)]
    assert picture(one) == picture(two)


def test_a_hard_deletion_takes_along_what_it_learns_of_on_the_way() -> None:
    zone, [one, two] = zone_with_phones(2)
    parent = one.create("Home", "Hallway")
    two.sync()
    two.create("Home", "Tape", parent=parent, due=PARIS)
    one.delete(parent, hard=True)
    settle(one, two)
    assert picture(one) == picture(two)
    assert zone.live("Reminder") == zone.live("Alarm") == zone.live("AlarmTrigger") == []


def test_a_subtask_of_what_another_phone_purged_goes_to_top_level() -> None:
    _, [one, two] = zone_with_phones(2)
    parent = one.create("Home", "Hallway")
    two.sync()
    two.offline = True
    child = two.create("Home", "Tape", parent=parent)
    two.edit(parent, priority=1)
    one.delete(parent, hard=True)
    settle(two, one)
    assert [(entry.id, entry.parent) for entry in one.reminders()] == [(child, None)]
    assert picture(one) == picture(two)


def test_a_move_to_a_list_that_is_gone_for_good_is_given_up() -> None:
    zone, [one, two] = zone_with_phones(2)
    work = one.create_list("Work")
    identity = one.create("Home", "Tap")
    two.sync()
    two.offline = True
    two.move(identity, "Work")
    two.edit(identity, priority=1)
    zone.modify([{"operationType": "forceDelete", "record": {"recordName": f"List/{work}"}}])
    settle(two, one)
    assert (one.get(identity).list, one.get(identity).priority) == ("Home", 1)
    assert picture(one) == picture(two)


def test_moving_takes_subtasks_along_and_frees_a_subtask() -> None:
    zone, [phone] = zone_with_phones(1)
    work = phone.create_list("Work")
    parent = phone.create("Home", "Hallway")
    child = phone.create("Home", "Tape", parent=parent)
    phone.move(parent, "Work")
    assert {entry.list for entry in phone.reminders()} == {"Work"}
    assert read(zone, f"Reminder/{child}")["parent"] == {"recordName": f"List/{work}"}
    phone.move(child, "Home")
    assert (phone.get(child).list, phone.get(child).parent) == ("Home", None)


def test_reminders_of_a_deleted_list_are_not_shown() -> None:
    _, [one, two] = zone_with_phones(2)
    one.create("Home", "Tap")
    one.rename_list("Home", "House")
    two.sync()
    assert two.find("Tap").list == "House"
    two.delete_list("House")
    one.sync()
    assert picture(one) == ([], [])


def test_unknown_fields_and_records_are_left_alone() -> None:
    zone, [phone] = zone_with_phones(1)
    name = f"Reminder/{(identity := phone.create('Home', 'Tap'))}"
    update(zone, {name: {"FromTheFuture": {"type": "STRING", "value": "kept"}}})
    record = {"recordName": "Widget/1", "recordType": "Widget", "fields": {"A": {"value": 1}}}
    zone.modify([{"operationType": "create", "record": record}])
    phone.sync()
    phone.edit(identity, title="Dripping tap", due=PARIS)
    phone.complete(identity)
    assert value(zone, name, "FromTheFuture") == "kept"
    assert value(zone, "Widget/1", "A") == 1


def test_expired_tokens_lead_to_a_full_walk_that_finds_deletions() -> None:
    zone, [one, two] = zone_with_phones(2)
    gone, kept = one.create("Home", "Gone"), one.create("Home", "Kept")
    two.sync()
    one.delete(gone, hard=True)
    zone.expire_tokens()
    two.sync()
    assert [entry.id for entry in two.reminders()] == [kept]


def test_errors_name_what_there_is() -> None:
    _, [phone] = zone_with_phones(1)
    identity = phone.create("Home", "Tap")
    child = phone.create("Home", "Washer", parent=identity)
    cases: list[tuple[type[Exception], str, Callable[[], object]]] = [
        (LookupError, "'Tap'", lambda: phone.find("Nothing")),
        (LookupError, "Home", lambda: phone.create("Nowhere", "x")),
        (LookupError, "no reminder", lambda: phone.delete("NOPE")),
        (ValueError, "2026-03-02", lambda: phone.edit(identity, due="tomorrow")),
        (ValueError, "Mars/Base", lambda: phone.edit(identity, due="2026-03-02T10:00[Mars/Base]")),
        (ValueError, "one level", lambda: phone.create("Home", "x", parent=child)),
        (ValueError, "one level", lambda: phone.make_subtask(identity, identity)),
    ]
    for kind, part, call in cases:
        with pytest.raises(kind, match=part):
            call()


def test_what_cannot_be_made_where_it_should_be_is_not_made_elsewhere() -> None:
    _, [phone] = zone_with_phones(1)
    tap = phone.create("Home", "Tap")
    below = phone.create("Home", "Washer", parent=tap)
    for parent in (below, "NOPE"):
        with pytest.raises((ValueError, LookupError)):
            phone.create("Home", "Ring", parent=parent)
    phone.sync()
    assert [one.title for one in phone.reminders()] == ["Tap", "Washer"]


def test_a_phone_shows_the_same_after_a_restart() -> None:
    zone, [phone] = zone_with_phones(1)
    phone.create("Home", "Tap", due=PARIS, tags=["x"])
    again = Phone(zone, Clock())
    again.sync()
    assert picture(again) == picture(phone)
