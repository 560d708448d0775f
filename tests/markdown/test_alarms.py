"""Alarms in lines: what is read as one, and which characters change when they do."""

from __future__ import annotations

from datetime import datetime

import pytest

from store.model import Alarm, AtTime, Early, Field, Floating, Place, Unit, Zoned
from sync.local.markdown import SetFields, edit, parse

from .strategies import HOME

EVENING = AtTime(Zoned(datetime(2026, 2, 27, 18), HOME))
TOWN = Place(True, 52.52, 13.405, 100.0, "Town hall", "1 Main Street")
DUE = "📅 2026-03-02"


def alarms(*lines: str) -> frozenset[Alarm]:
    (task,) = parse("\n".join(lines).encode(), HOME).tasks
    return task.reminder.alarms


@pytest.mark.parametrize(
    ("words", "alarm"),
    [
        ("⏰ 2026-02-27 18:00", EVENING),
        ("⏰2026-02-27  18:00", EVENING),
        ("⏰\ufe0f 2026-02-27 6:05", AtTime(Zoned(datetime(2026, 2, 27, 6, 5), HOME))),
        ("⏰ 2026-02-27 18:00 floating", AtTime(Floating(datetime(2026, 2, 27, 18)))),
        ("⏰ 2026-02-27 18:00 Asia/Tokyo", AtTime(Zoned(datetime(2026, 2, 27, 18), "Asia/Tokyo"))),
        ("⏰ 15m before", Early(15, Unit.MINUTE)),
        ("⏰ 15 minutes before", Early(15, Unit.MINUTE)),
        ("⏰ 1 min before", Early(1, Unit.MINUTE)),
        ("⏰ 2hours  before", Early(2, Unit.HOUR)),
        ("⏰ 1mo before", Early(1, Unit.MONTH)),
        ("⏰ 3 weeks before", Early(3, Unit.WEEK)),
    ],
)
def test_what_is_read_on_the_line(words: str, alarm: Alarm) -> None:
    assert alarms(f"- [ ] Call {words} {DUE}") == {alarm}
    assert alarms(f"- [ ] Call {DUE} {words}") == {alarm}


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("📍 arriving <geo:52.52,13.405;u=100> Town hall, 1 Main Street", TOWN),
        ("📍arriving geo:52.52,13.405 Town hall,1 Main Street", TOWN),
        ("📍 leaving <geo:-1,+2.50>", Place(False, -1.0, 2.5)),
        ("📍 leaving <geo:1,2;u=9.5> A\\, B, C, D", Place(False, 1.0, 2.0, 9.5, "A, B", "C, D")),
        ("📍 leaving <geo:1,2> , C", Place(False, 1.0, 2.0, address="C")),
    ],
)
def test_what_is_read_beneath_it(words: str, place: Place) -> None:
    assert alarms("- [ ] Call", f"    * {words}") == {place}


@pytest.mark.parametrize(
    ("line", "extra"),
    [
        (f"- [ ] a ⏰ 2026-02-30 18:00 {DUE}", "alarm"),
        (f"- [ ] a ⏰ 2026-02-27 {DUE}", "alarm"),
        (f"- [ ] a ⏰ 0m before {DUE}", "alarm"),
        ("- [ ] a\n    - 📍 arriving nowhere", "place"),
        ("- [ ] a\n    - 📍 leaving <geo:91,2>", "place"),
        ("- [ ] a\n    - 📍 leaving <geo:1,2,3>", "place"),
        ("- [ ] a\n    - 📍 leaving <geo:1,2>\n      with more", "place"),
    ],
)
def test_one_that_cannot_be_read_makes_all_of_the_line_opaque(line: str, extra: str) -> None:
    (task,) = parse(line.encode(), HOME).tasks
    assert task.reminder.opaque == {Field.ALARMS}
    assert (task.extras, task.clean, task.reminder.notes) == ({extra}, False, "")


def test_other_bullets_with_a_pin_are_notes() -> None:
    (task,) = parse("- [ ] a\n    - 📍 a café".encode(), HOME).tasks
    assert (task.reminder.notes, task.reminder.alarms) == ("- 📍 a café", frozenset())


CHANGES = [
    ({EVENING}, set(), f"- [ ] a  {DUE} ^x", f"- [ ] a  ⏰ 2026-02-27 18:00 {DUE} ^x"),
    (set(), {EVENING}, f"- [ ] a ⏰2026-02-27 18:00 {DUE}", f"- [ ] a {DUE}"),
    (
        {AtTime(Floating(datetime(2026, 2, 28, 7)))},
        {EVENING},
        f"- [ ] a {DUE} ⏰2026-02-27 18:00  ^x",
        f"- [ ] a {DUE} ⏰2026-02-28 07:00 floating  ^x",
    ),
    (
        {EVENING, Early(2, Unit.DAY)},
        {EVENING, Early(1, Unit.DAY)},
        f"- [ ] a ⏰ 1 day before ⏰ 2026-02-27 18:00 {DUE}",
        f"- [ ] a ⏰ 2d before ⏰ 2026-02-27 18:00 {DUE}",
    ),
    (
        {EVENING, Early(1, Unit.DAY)},
        {Early(1, Unit.DAY)},
        f"- [ ] a ⏰ 1 day before 🔼 {DUE}",
        f"- [ ] a ⏰ 1 day before ⏰ 2026-02-27 18:00 🔼 {DUE}",
    ),
    (
        {TOWN},
        set(),
        "* [ ] a\n  > note\n  * 🔗 <https://a.example>\n* [ ] b",
        "* [ ] a\n  > note\n  * 🔗 <https://a.example>\n"
        "  * 📍 arriving <geo:52.52,13.405;u=100> Town hall, 1 Main Street\n* [ ] b",
    ),
    (
        {Place(False, 1.0, 2.0)},
        {TOWN},
        "- [ ] a\n    -  📍 arriving geo:52.52,13.405 Town hall, 1 Main Street\n    > note",
        "- [ ] a\n    -  📍 leaving <geo:1,2;u=100>\n    > note",
    ),
]


@pytest.mark.parametrize(("wanted", "there", "before", "after"), CHANGES)
def test_a_change_touches_nothing_else(
    wanted: set[Alarm], there: set[Alarm], before: str, after: str
) -> None:
    file = parse(before.encode(), HOME)
    assert file.tasks[0].reminder.alarms == there
    change = SetFields(0, {Field.ALARMS: frozenset(wanted)})
    assert edit(file, [change], HOME).decode() == after
