"""An edit changes the lines that it is about, and no other byte."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from store.model import AllDay, Completion, Field, Frequency, Priority, Reminder, Rule, Value, Zoned
from sync.local.tasks import Beneath, CannotEdit, Edit, Insert, NotTodo, Remove, SetFields, Stamp
from sync.local.vdir import assign_blocks, edit, parse, render, shown
from sync.local.vdir.content import escape, fold, join_list, split, split_list, unescape
from sync.local.vdir.values import UNSAID
from sync.local.verify import as_read
from tests.markdown.strategies import reminders, texts

from .calendars import HOME, calendar

FULL = (
    "UID:a", "DTSTAMP:20260101T000000Z", "SUMMARY;LANGUAGE=de:Milch und eine sehr lange Zeile, d",
    " ie gefaltet ist", "X-LIC;P=\"a;b:c\":kept,\\, as it is", "CATEGORIES;X-C=1:one,two words",
    "DUE;X-D=1;TZID=Asia/Tokyo:20260302T090000", "STATUS:IN-PROCESS", "BEGIN:VALARM",
    "TRIGGER;RELATED=END:-PT5M", "ACTION:DISPLAY", "DESCRIPTION:ring", "END:VALARM", "SEQUENCE:3",
)  # fmt: skip
TOKYO = datetime(2026, 3, 2, 9)


def edited(*edits: Edit, eol: str = "\r\n") -> str:
    return edit(parse(calendar(*FULL, eol=eol), HOME), edits, HOME).decode()


def swap(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


ALARM = "BEGIN:VALARM\r\n"
CASES: list[tuple[Field, Value, str, str]] = [
    (Field.TITLE, "Oat, milk", "Milch und eine sehr lange Zeile, d\r\n ie gefaltet ist",
     "Oat\\, milk"),
    (Field.NOTES, "a;\nb", ALARM, "DESCRIPTION:a\\;\\nb\r\n" + ALARM),
    (Field.PRIORITY, Priority.MEDIUM, ALARM, "PRIORITY:5\r\n" + ALARM),
    (Field.FLAGGED, True, ALARM, "X-REMINDERSD-FLAGGED:TRUE\r\n" + ALARM),
    (Field.TAGS, frozenset({"new"}), "one,two words", "two words,new"),
    (Field.URLS, frozenset({"https://a.test", "https://b.test"}), ALARM,
     "URL:https://a.test\r\nATTACH:https://b.test\r\n" + ALARM),
    (Field.DUE, AllDay(date(2026, 3, 3)), ";X-D=1;TZID=Asia/Tokyo:20260302T090000",
     ";VALUE=DATE;X-D=1:20260303"),
    (Field.DUE, None, "DUE;X-D=1;TZID=Asia/Tokyo:20260302T090000\r\n", ""),
    (Field.DONE, Completion(at_ms=1_772_000_000_000), "STATUS:IN-PROCESS\r\n" + ALARM,
     "STATUS:COMPLETED\r\nCOMPLETED:20260225T061320Z\r\nPERCENT-COMPLETE:100\r\n" + ALARM),
    (Field.REPEAT, Rule(Frequency.WEEKLY, 2, until=date(2026, 5, 1)), ALARM,
     "RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20260501T000000Z\r\n" + ALARM),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "old", "new"), CASES)
@pytest.mark.parametrize("eol", ["\r\n", "\n"])
def test_one_field_changes_one_property(
    name: Field, value: Value, old: str, new: str, eol: str
) -> None:
    before = calendar(*FULL).decode()
    assert edited(SetFields(0, {name: value}), eol=eol) == swap(before, old, new).replace(
        "\r\n", eol
    )


def test_the_same_again_changes_nothing() -> None:
    said = parse(calendar(*FULL), HOME).tasks[0].reminder
    same = {name: value for name, value in said.values().items() if name in CHANGEABLE}
    assert edited(SetFields(0, same)) == calendar(*FULL).decode()


def test_marks_of_identity() -> None:
    before = calendar(*FULL).decode()
    assert edited(Stamp(0, "b")) == before
    assert edited(Stamp(0, "b", replace=True)) == swap(before, "UID:a", "UID:b")
    assert edited(Beneath(0, "p")) == swap(before, ALARM, "RELATED-TO:p\r\n" + ALARM)
    bare = parse(calendar("SUMMARY:x"), HOME)
    assert edit(bare, [Stamp(0, "b")], HOME) == calendar("SUMMARY:x", "UID:b")
    assert edited(Remove(0)) == ""


def test_a_parent_goes_and_other_relations_stay() -> None:
    file = parse(calendar("UID:a", "RELATED-TO:p", "RELATED-TO;RELTYPE=SIBLING:s"), HOME)
    wanted = calendar("UID:a", "RELATED-TO;RELTYPE=SIBLING:s")
    assert edit(file, [Beneath(0, None)], HOME) == wanted


def test_a_reopened_task_is_open_to_every_reader() -> None:
    file = parse(
        calendar("UID:a", "STATUS:COMPLETED", "COMPLETED:20260302T000000Z", "PERCENT-COMPLETE:100"),
        HOME,
    )
    assert edit(file, [SetFields(0, {Field.DONE: None})], HOME) == calendar(
        "UID:a", "STATUS:NEEDS-ACTION"
    )


def test_a_new_zone_is_described_once() -> None:
    file = parse(calendar("UID:a"), HOME)
    first = edit(file, [SetFields(0, {Field.DUE: Zoned(TOKYO, "Asia/Tokyo")})], HOME)
    later = Zoned(TOKYO.replace(day=9), "Asia/Tokyo")
    second = edit(parse(first, HOME), [SetFields(0, {Field.DUE: later})], HOME)
    assert [one["TZID"] for one in Calendar.from_ical(second).walk("VTIMEZONE")] == ["Asia/Tokyo"]
    assert second == first.replace(b"20260302T090000", b"20260309T090000")


def test_what_cannot_be_read_is_not_written() -> None:
    file = parse(calendar("UID:a", "RRULE:FREQ=WEEKLY;BYDAY=MO", "SUMMARY:a", "SUMMARY:b"), HOME)
    for change in ({Field.REPEAT: None}, {Field.TITLE: "c"}):
        with pytest.raises(CannotEdit, match="cannot be read"):
            edit(file, [SetFields(0, change)], HOME)
    changed = edit(file, [SetFields(0, {Field.FLAGGED: True})], HOME)
    assert b"BYDAY=MO" in changed
    with pytest.raises(CannotEdit):
        edit(file, [Insert(Reminder("", title="x"), "b")], HOME)


def test_uids_are_uuids_unless_taken() -> None:
    assert assign_blocks(["B", "A"], {"A": "C", "A-2": "A"}) == {"A": "A-2", "B": "B"}


# ---- for any value ------------------------------------------------------------------------------

CHANGEABLE = set(Field) - UNSAID - {Field.LIST, Field.PARENT}


@given(reminders)
@settings(max_examples=50, deadline=None)
@example(Reminder("", title="BEGIN:VTODO", notes="END:VTODO\nUID:x"))
def test_what_is_rendered_reads_back_as_shown(reminder: Reminder) -> None:
    data = render(reminder, "A,B", HOME, "P")
    task = parse(data, HOME).tasks[0]
    assert task.reminder == as_read(shown(reminder, HOME), UNSAID)
    assert (task.block, task.beneath, task.clean) == ("A,B", "P", True)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))


@given(reminders)
@settings(max_examples=50, deadline=None)
def test_shown_is_a_projection(reminder: Reminder) -> None:
    assert shown(shown(reminder, HOME), HOME) == shown(reminder, HOME)


@given(reminders, st.sets(st.sampled_from(sorted(CHANGEABLE))))
@settings(max_examples=50, deadline=None)
def test_an_edit_says_what_was_asked_and_keeps_the_rest(
    reminder: Reminder, names: set[Field]
) -> None:
    value = shown(reminder, HOME)
    changes = {name: value.value(name) for name in names if name not in value.opaque}
    data = edit(parse(calendar(*FULL), HOME), [SetFields(0, changes)], HOME)
    task = parse(data, HOME).tasks[0]
    for name, wanted in changes.items():
        assert task.reminder.value(name) == wanted or name is Field.REPEAT
    alarm = () if changes.keys() & {Field.ALARMS, Field.DUE} else (b"TRIGGER;RELATED=END:-PT5M",)
    for line in (b"SEQUENCE:3", *alarm, b'X-LIC;P="a;b:c":kept,\\, as it is'):
        assert line + b"\r\n" in data


@given(texts, st.sampled_from(["\r\n", "\n"]))
def test_folding_tears_no_character(text: str, eol: str) -> None:
    clean = "X:" + text.replace("\r", "").replace("\n", "").replace("\ud800", "")
    lines = fold(clean, eol)
    assert all(len(line.text.encode()) <= 75 for line in lines)
    [content] = split(lines)
    assert f"{content.name}:{content.value}" == clean


@given(st.lists(st.text(st.sampled_from("a\\,;"), max_size=4), min_size=1))
def test_lists_come_apart_at_their_commas(items: list[str]) -> None:
    value = join_list(map(escape, items))
    assert [unescape(one) for one in split_list(value)] == items


@given(st.binary(max_size=60) | texts.map(lambda text: text.encode("utf-8", "replace")))
@settings(deadline=None)
def test_whatever_stands_there_is_a_task_or_is_left(data: bytes) -> None:
    try:
        file = parse(data, HOME)
    except NotTodo:
        return
    assert edit(file, [], HOME) == data
