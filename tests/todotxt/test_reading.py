"""What a line of todo.txt says: the format's own rules, its de facto keys, and ours."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from store.model import (
    AllDay,
    Completion,
    Field,
    Floating,
    Frequency,
    Priority,
    Reminder,
    Rule,
    Zoned,
)
from sync.local.files import ids_in
from sync.local.tasks import Task
from sync.local.todotxt import parse, render

from .strategies import HOME

UNSAID = frozenset({Field.NOTES, Field.URLS, Field.ALARMS, Field.IMAGES, Field.SECTION})
NINE_IN_INDIA = Zoned(datetime(2026, 3, 2, 9), "Asia/Kolkata")


def read(line: str) -> Task:
    (task,) = parse(line.encode(), HOME).tasks
    return task


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("Buy milk", "Buy milk"),
        ("(A) 2026-02-10 Buy milk", "Buy milk"),
        ("x 2026-02-19 2026-02-10 Buy milk", "Buy milk"),
        ("x 2026-02-19 (A) 2026-02-10 Buy milk", "Buy milk"),
        ("xylophone lesson", "xylophone lesson"),
        ("X Buy milk", "X Buy milk"),
        ("(a) Buy milk", "(a) Buy milk"),
        ("Buy (A) milk", "Buy (A) milk"),
        ("2026-13-45 Buy milk", "2026-13-45 Buy milk"),
        ("Ask @ann about +Boat today @phone +Home", "Ask @ann about +Boat today"),
        ("Buy due:2026-03-02 more milk", "Buy more milk"),
        ("Buy milk foo:bar", "Buy milk"),
        ("See https://a.example/b at 12:30", "See https://a.example/b at 12:30"),
        ("Re:this a:b:c mailto:a@b.example", "Re:this a:b:c mailto:a@b.example"),
        (r"\x \@home \due:now", "x @home due:now"),
        (r"\\x \y C:\dir", r"\x \y C:\dir"),
        ("# not a comment", "# not a comment"),
    ],
)
def test_title(line: str, title: str) -> None:
    assert read(line).reminder.title == title


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("x marks the spot", r"\x marks the spot"),
        ("(A) is for apple", r"\(A) is for apple"),
        ("2026-03-02 is a Monday", r"\2026-03-02 is a Monday"),
        ("on 2026-03-02 at x (A)", "on 2026-03-02 at x (A)"),
        ("ask @ann", r"ask \@ann"),
        ("ask @ann now", "ask @ann now"),
        ("due:2026-03-02", r"\due:2026-03-02"),
        ("say note:this please", r"say \note:this please"),
        (r"\x", r"\\x"),
        ("see https://a.example 12:30", "see https://a.example 12:30"),
    ],
)
def test_a_title_that_would_mean_something_else_is_escaped(title: str, line: str) -> None:
    assert render(Reminder("", title=title), "", HOME) == line
    assert read(line).reminder.title == title


@pytest.mark.parametrize(
    ("line", "due"),
    [
        ("a due:2026-03-02", AllDay(date(2026, 3, 2))),
        ("a due:2026-03-02 at:1430", Zoned(datetime(2026, 3, 2, 14, 30), HOME)),
        ("a at:9:05 due:2026-03-02", Zoned(datetime(2026, 3, 2, 9, 5), HOME)),
        ("a due:2026-03-02T14:30", Zoned(datetime(2026, 3, 2, 14, 30), HOME)),
        (
            "a due:2026-03-02 at:0900 tz:Asia/Kolkata",
            Zoned(datetime(2026, 3, 2, 9), "Asia/Kolkata"),
        ),
        ("a due:2026-03-02 at:0900 tz:floating", Floating(datetime(2026, 3, 2, 9))),
        ("a at:0900", None),
    ],
)
def test_due(line: str, due: object) -> None:
    reminder = read(line).reminder
    assert (reminder.due, reminder.opaque) == (due, UNSAID)


@pytest.mark.parametrize(
    "pairs",
    [
        "due:tomorrow",
        "due:2026-02-30",
        "due:2026-03-02 due:2026-03-03",
        "due:2026-03-02 at:noon",
        "due:2026-03-02 at:2460",
        "due:2026-03-02 at:0900 tz:Mars",
        "due:2026-03-02T09:00 at:1000",
    ],
)
def test_a_due_date_that_cannot_be_read_is_opaque(pairs: str) -> None:
    task = read(f"a {pairs}")
    assert task.reminder.opaque == UNSAID | {Field.DUE}
    assert not task.clean


@pytest.mark.parametrize(
    ("line", "priority"),
    [
        ("(A) a", Priority.HIGH),
        ("(B) a", Priority.MEDIUM),
        ("(C) a", Priority.LOW),
        ("(Z) a", Priority.LOW),
        ("a", Priority.NONE),
        ("x 2026-03-02 a pri:A", Priority.HIGH),
        ("x (B) a", Priority.MEDIUM),
        ("a pri:soon", Priority.NONE),
    ],
)
def test_priority(line: str, priority: Priority) -> None:
    assert read(line).reminder.priority is priority


def test_two_priorities_are_none_that_can_be_read() -> None:
    assert Field.PRIORITY in read("x (A) a pri:B").reminder.opaque
    assert Field.PRIORITY not in read("x (D) a pri:E").reminder.opaque


@pytest.mark.parametrize(
    ("line", "done"),
    [
        ("x 2026-02-19 2026-02-10 a", Completion(day=date(2026, 2, 19))),
        ("x 2026-02-19 a", Completion(day=date(2026, 2, 19))),
        ("x a", Completion()),
        ("x", Completion()),
        ("2026-02-19 a", None),
    ],
)
def test_done(line: str, done: Completion | None) -> None:
    assert read(line).reminder.done == done


def test_flag_and_tags() -> None:
    task = read("a flag:1 @papers +Boat @Home")
    assert (task.reminder.flagged, task.reminder.tags) == (True, frozenset({"papers", "Home"}))
    assert not read("a flag:0").reminder.flagged


@pytest.mark.parametrize(
    ("line", "block", "extras"),
    [
        ("a id:r-4k7q2mx", "r-4k7q2mx", set()),
        ("a id:7", None, {"id"}),
        ("a id:7 id:r-4k7q2mx", "r-4k7q2mx", {"id"}),
        ("a rec:1w t:2026-03-01 h:1", None, {"t", "h"}),
        ("a rec:1b +Home @home", None, {"recurrence", "project"}),
        ("a p:r-4k7q2mx", None, set()),
        ("a p:7", None, {"p"}),
    ],
)
def test_ids_and_what_belongs_to_other_tools(
    line: str, block: str | None, extras: set[str]
) -> None:
    task = read(line)
    assert (task.block, set(task.extras), task.clean) == (block, extras, not extras)


@pytest.mark.parametrize(
    ("value", "repeat"),
    [
        ("1d", Rule(Frequency.DAILY)),
        ("+02w", Rule(Frequency.WEEKLY, 2)),
        ("3m", Rule(Frequency.MONTHLY, 3)),
        ("10y", Rule(Frequency.YEARLY, 10)),
        ("0d", None),
        ("1b", None),
        ("d", None),
        ("1d2w", None),
    ],
)
def test_rec(value: str, repeat: Rule | None) -> None:
    task = read(f"a rec:{value}")
    assert task.reminder.repeat == repeat
    assert (Field.REPEAT in task.reminder.opaque) == (repeat is None)
    assert task.clean == (repeat is not None)
    done = read(f"x a rec:{value}").reminder
    assert (done.repeat, Field.REPEAT in done.opaque) == (None, True)


def test_parents_are_named_by_any_id_and_are_outermost() -> None:
    lines = (
        "deep p:r-bbbbbbb",
        "sub p:r-aaaaaaa id:r-bbbbbbb",
        "top id:r-aaaaaaa",
        "theirs id:7",
        "beneath p:7",
        "self id:r-ccccccc p:r-ccccccc",
        "ring id:r-ddddddd p:r-eeeeeee",
        "ring id:r-eeeeeee p:r-ddddddd",
        "orphan p:r-zzzzzzz",
    )
    tasks = parse("\n".join(lines).encode(), HOME).tasks
    assert [task.parent for task in tasks] == [2, 2, None, None, 3, None, None, None, None]


def test_blank_lines_are_no_tasks_and_lines_keep_their_numbers() -> None:
    file = parse(b"\xef\xbb\xbf\r\na\r\n \t\r\nb", HOME)
    assert [(task.line, task.text) for task in file.tasks] == [(1, "a"), (3, "b")]
    assert file.suspicious == ()


def test_an_id_is_found_in_the_bytes_and_a_mere_reference_is_not() -> None:
    assert ids_in(b"x a id:r-4k7q2mx p:r-zzzzzzz ^r-aaaaaaa") == {"r-4k7q2mx", "r-aaaaaaa"}
