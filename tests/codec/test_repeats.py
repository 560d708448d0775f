"""Repetition: what a rule record says, where its end is, and how it is written and removed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from store.model import (
    AllDay,
    Due,
    Field,
    Floating,
    Frequency,
    OtherRule,
    Reminder,
    Repeat,
    Rule,
    Value,
    Zoned,
)
from sync.codec.blob import Undecodable
from sync.codec.dates import due_from_fields, fields_from_due
from sync.codec.encode import Context, Group, create_reminder, update_reminder
from sync.codec.repeats import RemoteRule, decode_rule, end_date_ms, last_day, repeat_of
from tests.codec.rig import Rig
from tests.codec.wire import LIST, REMINDER, Mirror, child, reminder, rule, token_map, wrap

Json = dict[str, Any]
TORONTO = Zoned(datetime(2026, 3, 14, 9, 30), "America/Toronto")
TORONTO_WIRE = {"DueDate": wrap(1773495000000), "TimeZone": wrap("America/Toronto")}
WEEKLY = Rule(Frequency.WEEKLY)
UNTIL = date(2026, 3, 28)


def repeating(*rules: Json, **fields: Any) -> tuple[Json, Mirror]:
    """The reminder due in Toronto that names the rules, and the mirror of all."""
    ids = wrap([each["recordName"].partition("/")[2] for each in rules])
    own = reminder(**{**TORONTO_WIRE, "RecurrenceRuleIDs": ids, **fields})
    return own, Mirror(own, *rules)


def changed(ctx: Context, wanted: Repeat, *rules: Json, **fields: Any) -> Group:
    own, known = repeating(*rules, **fields)
    return update_reminder(ctx, own, {Field.REPEAT: wanted}, known)


def kinds(group: Group) -> list[tuple[str, str]]:
    return [
        (operation["operationType"], operation["record"]["recordType"])
        for operation in group.operations
    ]


def raised(operation: Json) -> set[str]:
    before = json.loads(token_map())["map"]
    after = json.loads(operation["record"]["fields"]["ResolutionTokenMap"]["value"])["map"]
    return {key for key, token in after.items() if before.get(key) != token}


@pytest.mark.parametrize(
    ("number", "frequency"),
    [
        (0, Frequency.DAILY),
        (1, Frequency.WEEKLY),
        (2, Frequency.MONTHLY),
        (3, Frequency.YEARLY),
    ],
)
def test_frequencies_are_numbered_from_nought(number: int, frequency: Frequency) -> None:
    assert decode_rule(rule(number)).repeat == Rule(frequency)


def test_a_whole_rule() -> None:
    record = rule(
        2,
        Interval=wrap("3"),
        OccurrenceCount=wrap(5),
        EndDate=wrap(end_date_ms(UNTIL, TORONTO)),
        FirstDayOfTheWeek=wrap(1),
        DaysOfTheWeek=wrap([]),
    )
    assert decode_rule(record, TORONTO) == RemoteRule(
        id="R1",
        reminder_id=REMINDER,
        repeat=Rule(Frequency.MONTHLY, 3, 5, UNTIL),
        frequency=2,
        interval=3,
        count=5,
        until_ms=1774704540000,
    )


def test_nought_times_is_for_ever() -> None:
    assert decode_rule(rule(1, OccurrenceCount=wrap(0))).repeat == WEEKLY


OTHERS: list[tuple[Json, str]] = [
    (rule(4), "every day"),
    (rule(-1), "every day"),
    (rule(None), "every day"),
    (rule(1, Interval=wrap(0)), "every week"),
    (rule(1, Interval=wrap("often")), "every week"),
    (rule(1, OccurrenceCount=wrap(-2)), "every week"),
    (rule(1, Interval=wrap(2), DaysOfTheWeek=wrap([{"day": 2}])), "every 2 weeks"),
    (rule(2, SetPositions=wrap([-1]), OccurrenceCount=wrap(3)), "every month for 3 times"),
    (rule(3, MonthsOfTheYearAsData=wrap("WzEsMl0=")), "every year"),
]


@pytest.mark.parametrize(("record", "words"), OTHERS)
def test_a_rule_that_says_more_shows_its_nearest_words(record: Json, words: str) -> None:
    remote = decode_rule(record)
    assert isinstance(remote.repeat, OtherRule)
    assert remote.repeat.words == words
    assert remote.other


def test_another_rule_is_told_apart_by_all_that_it_says() -> None:
    keys = [repeat.key for repeat in map(_other, [record for record, _ in OTHERS])]
    assert len(set(keys)) == len(keys)
    record = OTHERS[6][0]
    spelled = {**record["fields"], "Interval": {"type": "NUMBER_INT64", "value": 2}}
    same = {**record, "recordChangeTag": "new", "fields": {**spelled, "Imported": wrap(1)}}
    assert _other(same) == _other(record)


def _other(record: Json) -> OtherRule:
    repeat = decode_rule(record).repeat
    assert isinstance(repeat, OtherRule)
    return repeat


def test_the_end_is_the_last_day_at_the_due_time_less_a_minute() -> None:
    assert end_date_ms(UNTIL, TORONTO) == _ms(2026, 3, 28, 13, 29)
    assert end_date_ms(UNTIL, Floating(datetime(2026, 3, 1, 9, 30))) == _ms(2026, 3, 28, 9, 29)
    assert end_date_ms(UNTIL, AllDay(date(2026, 3, 1))) == _ms(2026, 3, 28, 23, 59)


def _ms(year: int, month: int, day: int, hour: int, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("until_ms", "due", "day"),
    [
        (_ms(2026, 3, 28, 23, 59), Floating(datetime(2026, 3, 1)), date(2026, 3, 29)),
        (_ms(2026, 3, 28, 23, 59), AllDay(date(2026, 3, 1)), UNTIL),
        (_ms(2026, 3, 29, 3, 59), TORONTO, UNTIL),
        (_ms(2026, 3, 29, 3, 59), None, date(2026, 3, 29)),
        (_ms(2026, 3, 28, 12), Zoned(datetime(2026, 3, 1), "Not/AZone"), UNTIL),
        (-62135596800000, TORONTO, None),
    ],
)
def test_an_end_of_any_form_is_on_a_day(until_ms: int, due: Due | None, day: date | None) -> None:
    assert last_day(until_ms, due) == day


walls = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(
    lambda wall: wall.replace(microsecond=0)
)
zones = st.sampled_from(["America/Toronto", "Europe/Paris", "Asia/Kathmandu", "America/Havana"])
dues = st.one_of(
    st.none(),
    walls.map(lambda wall: AllDay(wall.date())),
    walls.map(Floating),
    st.builds(Zoned, walls, zones),
)
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@example(date(2026, 3, 8), Zoned(datetime(2026, 3, 1), "America/Havana"))
@example(date(2026, 3, 8), Zoned(datetime(2026, 3, 1, 2, 30), "America/Toronto"))
@given(days, dues)
def test_the_end_that_was_written_is_the_day_that_is_read(until: date, due: Due | None) -> None:
    if due is not None:
        due = due_from_fields(*fields_from_due(due))
    assert last_day(end_date_ms(until, due), due) == until


def test_only_a_live_rule_that_is_named_counts() -> None:
    own = reminder(RecurrenceRuleIDs=wrap(["LOST", "RecurrenceRule/R1"]))
    assert repeat_of(own, [rule(1)], None) == WEEKLY
    assert repeat_of(own, [rule(1, Deleted=wrap(1))], None) is None
    assert repeat_of(reminder(), [rule(1)], None) is None


def test_several_rules_are_another_one_near_the_first() -> None:
    second = child("RecurrenceRule", "R2", Frequency=wrap(3))
    own = reminder(RecurrenceRuleIDs=wrap(["R1", "R2"]))
    repeat = repeat_of(own, [second, rule(1)], None)
    assert isinstance(repeat, OtherRule)
    assert repeat.words == "every week"


def test_a_new_rule_goes_before_the_reminder_that_names_it(ctx: Context) -> None:
    group = changed(ctx, Rule(Frequency.WEEKLY, 2, until=UNTIL))
    assert kinds(group) == [("create", "RecurrenceRule"), ("update", "Reminder")]
    made, own = (operation["record"] for operation in group.operations)
    assert made["parent"] == {"recordName": f"Reminder/{REMINDER}"}
    values = {name: wire["value"] for name, wire in made["fields"].items() if name != "Reminder"}
    assert values == {
        **{"Frequency": 1, "Interval": 2, "OccurrenceCount": 0, "FirstDayOfTheWeek": 0},
        **{"EndDate": 1774704540000, "Deleted": 0, "Imported": 0},
    }
    assert [made["recordName"]] == [
        f"RecurrenceRule/{each}" for each in own["fields"]["RecurrenceRuleIDs"]["value"]
    ]
    assert group.creates == {made["recordName"]}
    assert raised(group.operations[1]) == {"recurrenceRuleIDs", "lastModifiedDate"}


def test_a_rule_is_changed_in_place(ctx: Context) -> None:
    there = rule(1, EndDate=wrap(1774704540000), FirstDayOfTheWeek=wrap(1))
    group = changed(ctx, Rule(Frequency.DAILY, 3, 4), there)
    assert kinds(group) == [("update", "RecurrenceRule"), ("update", "Reminder")]
    made = group.operations[0]["record"]
    assert (made["recordName"], made["recordChangeTag"]) == ("RecurrenceRule/R1", "r1")
    assert made["fields"] == {
        "Frequency": {"type": "INT64", "value": 0},
        "Interval": {"type": "INT64", "value": 3},
        "OccurrenceCount": {"type": "INT64", "value": 4},
        "EndDate": {"type": "TIMESTAMP", "value": None},
    }
    assert raised(group.operations[1]) == {"lastModifiedDate"}
    assert "RecurrenceRuleIDs" not in group.operations[1]["record"]["fields"]


@pytest.mark.parametrize("there", [rule(1), rule(17), rule(1, SetPositions=wrap([1]))])
def test_a_rule_is_removed_for_good_after_it_is_named_no_more(ctx: Context, there: Json) -> None:
    group = changed(ctx, None, there)
    assert kinds(group) == [("update", "Reminder"), ("delete", "RecurrenceRule")]
    assert group.operations[0]["record"]["fields"]["RecurrenceRuleIDs"]["value"] == []
    assert raised(group.operations[0]) == {"recurrenceRuleIDs", "lastModifiedDate"}


def test_a_new_rule_takes_the_place_of_one_deleted_softly(ctx: Context) -> None:
    group = changed(ctx, WEEKLY, rule(1, Deleted=wrap(1)))
    assert kinds(group) == [
        *(("create", "RecurrenceRule"), ("update", "Reminder"), ("delete", "RecurrenceRule"))
    ]
    assert len(group.operations[1]["record"]["fields"]["RecurrenceRuleIDs"]["value"]) == 1


@pytest.mark.parametrize("record", [record for record, _ in OTHERS])
def test_a_rule_that_says_more_is_not_written_over(ctx: Context, record: Json) -> None:
    with pytest.raises(Undecodable, match="more than can be written"):
        changed(ctx, WEEKLY, record)
    assert changed(ctx, decode_rule(record, TORONTO).repeat, record).operations == ()


def test_another_rule_is_not_made_anew(ctx: Context) -> None:
    other = OtherRule("every week", "0123")
    with pytest.raises(Undecodable, match="more than can be written"):
        changed(ctx, other, rule(1))
    with pytest.raises(Undecodable, match="more than can be written"):
        create_reminder(ctx, Reminder(REMINDER, list=LIST, repeat=other))


def test_the_end_follows_the_due_time(ctx: Context) -> None:
    own, known = repeating(rule(1, EndDate=wrap(end_date_ms(UNTIL, TORONTO))))
    noon = Zoned(datetime(2026, 3, 15, 12), "America/Toronto")
    group = update_reminder(ctx, own, {Field.DUE: noon}, known)
    assert group.operations[0]["record"]["recordType"] == "RecurrenceRule"
    end = group.operations[0]["record"]["fields"]["EndDate"]["value"]
    assert end == _ms(2026, 3, 28, 15, 59)
    later = Zoned(datetime(2026, 3, 15, 9, 30), "America/Toronto")
    group = update_reminder(ctx, own, {Field.DUE: later}, known)
    assert group.operations[0]["record"]["recordType"] == "Reminder"


def test_a_new_due_date_and_rule_go_together(ctx: Context) -> None:
    own, known = repeating(rule(1))
    noon = Floating(datetime(2026, 3, 15, 12))
    changes: dict[Field, Value] = {
        Field.DUE: noon,
        Field.REPEAT: Rule(Frequency.DAILY, until=UNTIL),
    }
    group = update_reminder(ctx, own, changes, known)
    names = [operation["record"]["recordName"] for operation in group.operations]
    assert len(set(names)) == len(names)
    end = group.operations[0]["record"]["fields"]["EndDate"]["value"]
    assert end == _ms(2026, 3, 28, 11, 59)


def test_a_new_reminder_goes_before_its_rule(ctx: Context) -> None:
    group = create_reminder(ctx, Reminder(REMINDER, list=LIST, repeat=WEEKLY))
    assert kinds(group) == [("create", "Reminder"), ("create", "RecurrenceRule")]
    own, made = (operation["record"] for operation in group.operations)
    assert made["recordName"].endswith(own["fields"]["RecurrenceRuleIDs"]["value"][0])
    assert "EndDate" not in made["fields"]


rules = st.builds(
    Rule,
    st.sampled_from(Frequency),
    st.integers(1, 99),
    st.none() | st.integers(1, 99),
    st.none() | days,
)


def _said(repeat: Repeat, due: Due | None) -> str | None:
    if not isinstance(repeat, Rule):
        return None
    ends = [str(repeat.count)] if repeat.count else []
    if repeat.until:
        end = datetime.fromtimestamp(end_date_ms(repeat.until, due) / 1000, UTC)
        ends.append(f"{end:%Y-%m-%dT%H:%M}Z")
    return f"{repeat.frequency}/{repeat.interval}/{','.join(ends)}"


@settings(max_examples=30)
@given(dues, st.none() | rules, st.lists(st.tuples(dues, st.none() | rules), max_size=3))
def test_a_phone_shows_each_repetition_that_we_wrote(
    due: Due | None, first: Repeat, steps: list[tuple[Due | None, Repeat]]
) -> None:
    rig = Rig()
    assume(due is None or due_from_fields(*fields_from_due(due)) == due)
    rig.create(due=due, repeat=first)
    assert rig.shown().repeat == _said(first, due)
    for wanted_due, wanted in steps:
        known = rig.mirror()
        changes: dict[Field, Value] = {Field.DUE: wanted_due, Field.REPEAT: wanted}
        group = update_reminder(rig.ctx, rig.record(f"Reminder/{REMINDER}"), changes, known)
        if group.operations:
            rig.send(group)
        shown = rig.shown()
        assert (shown.repeat, shown.problems) == (_said(wanted, wanted_due), ())
        left = [name for name in rig.mirror().records if name.startswith("RecurrenceRule/")]
        assert len(left) == (1 if wanted else 0)
        rule_records = rig.mirror().rules_of(REMINDER)
        own = rig.record(f"Reminder/{REMINDER}")
        assert repeat_of(own, rule_records, wanted_due) == wanted
