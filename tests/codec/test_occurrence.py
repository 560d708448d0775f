"""Completing one occurrence: the reminder moves on and a completed copy stays, all or nothing."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from store.model import AllDay, Completion, Due, Field, Floating, Frequency, Priority, Rule, Zoned
from sync.codec.blob import Undecodable
from sync.codec.encode import Context, Group, complete_occurrence
from sync.codec.records import decode_reminder
from sync.codec.repeats import repeat_of
from sync.core.repeating.recurrence import advance, next_due
from tests.codec.conftest import NOW_MS
from tests.codec.rig import Rig
from tests.codec.wire import LIST, REMINDER, Mirror, alarm, reminder, rule, token_map, wrap

Json = dict[str, Any]
COPY = "C0B1E5D2-0000-4000-8000-0000000000C1"
DONE_MS = NOW_MS - 60_000
TORONTO = Zoned(datetime(2026, 3, 7, 9, 30), "America/Toronto")
NEXT = Zoned(datetime(2026, 3, 14, 9, 30), "America/Toronto")  # summer time began on the 8th
WEEKLY = Rule(Frequency.WEEKLY)
BEFORE_MS, AFTER_MS = 1772893800000, 1773495000000
WIRE = {"DueDate": wrap(BEFORE_MS), "TimeZone": wrap("America/Toronto")}


@pytest.fixture
def rig() -> Rig:
    return Rig()


def completed(ctx: Context, *hanging: Json, to: Due = NEXT, **fields: Any) -> Group:
    own = reminder(**{**WIRE, "RecurrenceRuleIDs": wrap(["R1"]), **fields})
    known = Mirror(own, *(hanging or (rule(1),)))
    return complete_occurrence(
        ctx, own, known, next_due=to, next_repeat=WEEKLY, copy_id=COPY, done_at_ms=DONE_MS
    )


def test_the_copy_is_made_and_the_reminder_moves_on(ctx: Context) -> None:
    group = completed(
        ctx,
        *(rule(1), *alarm(1, TORONTO)),
        AlarmIDs=wrap(["A1"]),
        HashtagIDs=wrap(["H1"]),
        Priority=wrap(1),
        Flagged=wrap(1),
        DueDateDeltaAlertsData=wrap("e30="),
    )
    names = [operation["record"]["recordName"] for operation in group.operations]
    assert names == [*(f"Reminder/{COPY}", f"Reminder/{REMINDER}", "Alarm/A1", "AlarmTrigger/T1")]
    copy, own = (operation["record"]["fields"] for operation in group.operations[:2])
    assert copy.keys() == {
        *("TitleDocument", "NotesDocument", "List", "Completed", "CompletionDate", "DueDate"),
        *("TimeZone", "AllDay", "Flagged", "Priority", "Deleted", "Imported", "CreationDate"),
        *("LastModifiedDate", "ResolutionTokenMap"),
    }
    read = decode_reminder(group.operations[0]["record"]).reminder()
    assert (read.title, read.due, read.list) == ("Buy milk", TORONTO, LIST)
    assert (read.done, read.priority) == (Completion(at_ms=DONE_MS), Priority.HIGH)
    assert own["DueDate"]["value"] == AFTER_MS
    assert not own.keys() & {"Completed", "CompletionDate", "DueDateDeltaAlertsData", "AlarmIDs"}
    assert group.creates == {f"Reminder/{COPY}"}
    assert group.needs == {f"List/{LIST}"}
    assert group.change.fields == {Field.DUE, Field.REPEAT}


@pytest.mark.parametrize(
    ("start_ms", "wanted"),
    [
        (BEFORE_MS, AFTER_MS),
        (BEFORE_MS - 5 * 3600_000, BEFORE_MS - 5 * 3600_000 + 7 * 24 * 3600_000),
        (None, None),
    ],
    ids=["mirrors the due date", "is the clock on the wall", "is not there"],
)
def test_the_start_moves_along(ctx: Context, start_ms: int | None, wanted: int | None) -> None:
    own = completed(ctx, StartDate=wrap(start_ms)).operations[1]["record"]["fields"]
    assert own.get("StartDate", {}).get("value") == wanted
    tokens = json.loads(own["ResolutionTokenMap"]["value"])["map"]
    assert ("startDate" in tokens) == (wanted is not None)
    before = json.loads(token_map())["map"]
    raised = {key for key, token in tokens.items() if before.get(key) != token} - {"startDate"}
    assert raised >= {"dueDate", "lastModifiedDate"}
    assert not raised & {"completed", "completionDate", "titleDocument", "recurrenceRuleIDs"}


def test_what_is_done_already_is_not_done_again(ctx: Context) -> None:
    assert (
        completed(ctx, rule(1), {**reminder(), "recordName": f"Reminder/{COPY}"}).operations == ()
    )
    assert completed(ctx, to=TORONTO).operations == ()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"DueDate": None}, ValueError),
        ({"Completed": wrap(1)}, ValueError),
        ({"TitleDocument": wrap("AAAA")}, Undecodable),
        ({"TimeZone": wrap("Not/AZone")}, Undecodable),
        ({"recordChangeTag": ""}, ValueError),
    ],
    ids=str,
)
def test_what_cannot_be_completed_is_refused(
    ctx: Context, fields: Json, error: type[Exception]
) -> None:
    own = reminder(**{**WIRE, "RecurrenceRuleIDs": wrap(["R1"]), **fields})
    own["recordChangeTag"] = fields.get("recordChangeTag", own["recordChangeTag"])
    with pytest.raises(error):
        complete_occurrence(
            *(ctx, own, Mirror(own, rule(1))),
            next_due=NEXT,
            next_repeat=WEEKLY,
            copy_id=COPY,
            done_at_ms=DONE_MS,
        )


def test_a_rule_that_says_more_is_not_advanced(ctx: Context) -> None:
    with pytest.raises(Undecodable, match="more than can be written"):
        completed(ctx, rule(1, DaysOfTheWeek=wrap([2, 4])))


def finish(rig: Rig, repeat: Rule, copy_id: str, identity: str = REMINDER) -> Group:
    """Our side completes what is due of the reminder."""
    record, known = rig.record(f"Reminder/{identity}"), rig.mirror()
    due = decode_reminder(record).reminder().due
    assert due is not None
    following = next_due(repeat, due)
    assert following is not None
    group = complete_occurrence(
        *(rig.ctx, record, known),
        next_due=following,
        next_repeat=advance(repeat),
        copy_id=copy_id,
        done_at_ms=DONE_MS,
    )
    rig.send(group)
    return group


@pytest.mark.parametrize(
    ("due", "dues"),
    [
        (TORONTO, ["2026-03-07T09:30[America/Toronto]", "2026-03-14T09:30[America/Toronto]"]),
        (Floating(datetime(2026, 3, 7, 9, 30)), ["2026-03-07T09:30", "2026-03-14T09:30"]),
        (AllDay(date(2026, 3, 7)), ["2026-03-07", "2026-03-14"]),
    ],
)
def test_the_phone_shows_the_next_one_and_the_copy(rig: Rig, due: Due, dues: list[str]) -> None:
    repeat = Rule(Frequency.WEEKLY, 1, 3, date(2026, 4, 30))
    rig.create(due=due, repeat=repeat, notes="2 l", flagged=True, tags=frozenset({"home"}))
    end = (rig.shown().repeat or "").partition(",")[2]
    finish(rig, repeat, COPY)
    shown, copy = rig.shown(), rig.shown(COPY)
    assert (shown.done, shown.due, shown.shown_due) == (False, dues[1], dues[1])
    assert (shown.repeat, shown.tags) == (f"weekly/1/2,{end}", ("home",))
    assert (copy.done, copy.due, copy.shown_due) == (True, dues[0], dues[0])
    assert (copy.title, copy.notes, copy.flagged, copy.list) == (
        *("Buy milk", "2 l", True, shown.list),
    )
    assert copy.completed_at == datetime.fromtimestamp(DONE_MS / 1000, UTC)
    assert (copy.repeat, copy.tags, copy.problems, shown.problems) == (None, (), (), ())
    known = rig.mirror()
    own = rig.record(f"Reminder/{REMINDER}")
    assert repeat_of(own, known.rules_of(REMINDER), decode_reminder(own).reminder().due) == advance(
        repeat
    )


def test_sent_twice_it_happens_once(rig: Rig) -> None:
    rig.create(due=TORONTO, repeat=WEEKLY)
    group = finish(rig, WEEKLY, COPY)
    again = rig.zone.modify(group.operations, atomic=True)
    assert {item["recordName"]: item["serverErrorCode"] for item in again}[f"Reminder/{COPY}"] == (
        "EXISTS"
    )
    assert len(rig.phone.reminders()) == 0
    rig.phone.sync()
    assert sorted(each.done for each in rig.phone.reminders()) == [False, True]


def test_a_phones_series_is_advanced_as_the_phone_does_it(rig: Rig) -> None:
    """One series is advanced by us, its twin by the phone: both then look the same."""
    twins = [
        rig.phone.create("Work", title, due="2026-03-07T09:30[America/Toronto]", tags=["a"])
        for title in ("Ours", "Theirs")
    ]
    fields = {"Frequency": 1, "Interval": 2, "OccurrenceCount": 4, "FirstDayOfTheWeek": 0}
    for identity in twins:
        rig.phone.attach(identity, "RecurrenceRule", fields)
    finish(rig, Rule(Frequency.WEEKLY, 2, 4), COPY, twins[0])
    rig.phone.sync()
    copies = [COPY, rig.phone.complete_occurrence(twins[1])]
    for ours, theirs in (twins, copies):
        one, two = rig.shown(ours), rig.shown(theirs)
        assert (one.due, one.shown_due, one.repeat, one.done, one.tags, one.problems) == (
            *(two.due, two.shown_due, two.repeat, two.done, two.tags, two.problems),
        )
    assert rig.shown(twins[0]).repeat == "weekly/2/3"
