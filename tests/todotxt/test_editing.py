"""One change, one word: what stands on a line when something about it changed."""

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
    Value,
    Zoned,
)
from sync.local.markdown import parse as parse_markdown
from sync.local.tasks import CannotEdit, Edit, Insert, Remove, SetFields, Stamp
from sync.local.todotxt import edit, new_file, parse

from .strategies import HOME

FULL = "(A) 2026-02-10 Renew  passport @papers due:2026-03-02 at:1430 rec:1y id:r-4k7q2mx foo:bar"
DONE = Completion(day=date(2026, 3, 1))


def edited(text: str, *edits: Edit) -> str:
    return edit(parse(text.encode(), HOME), edits, HOME).decode()


def changed(line: str, name: Field, value: Value) -> str:
    return edited(f"one\r\n{line}\r\nthree", SetFields(1, {name: value})).split("\r\n")[1]


@pytest.mark.parametrize(
    ("name", "value", "old", "new"),
    [
        (Field.TITLE, "Get a visa", "Renew  passport", "Get a visa"),
        (Field.TITLE, "+1 for x", "Renew  passport", "+1 for x"),
        (Field.TITLE, "", " Renew  passport", ""),
        (Field.PRIORITY, Priority.MEDIUM, "(A)", "(B)"),
        (Field.PRIORITY, Priority.NONE, "(A) ", ""),
        (Field.FLAGGED, True, "rec:1y id", "rec:1y flag:1 id"),
        (Field.DUE, AllDay(date(2026, 3, 2)), " at:1430", ""),
        (Field.DUE, Zoned(datetime(2026, 3, 9, 14, 30), HOME), "03-02", "03-09"),
        (Field.DUE, Zoned(datetime(2026, 3, 2, 9, 0), HOME), "1430", "0900"),
        (Field.DUE, Floating(datetime(2026, 3, 2, 14, 30)), "rec:1y id", "rec:1y tz:floating id"),
        (Field.DUE, None, " due:2026-03-02 at:1430", ""),
        (Field.TAGS, frozenset({"papers", "x", "a", "b c"}), "@papers", "@papers @a @x"),
        (Field.TAGS, frozenset({"x"}), "@papers", "@x"),
        (Field.TAGS, frozenset(), " @papers", ""),
        (Field.REPEAT, Rule(Frequency.WEEKLY, 2), "rec:1y", "rec:2w"),
        (Field.REPEAT, None, " rec:1y", ""),
    ],
)
def test_one_word_changes(name: Field, value: Value, old: str, new: str) -> None:
    assert FULL.count(old) == 1
    assert changed(FULL, name, value) == FULL.replace(old, new)


@pytest.mark.parametrize(
    ("name", "value", "before", "after"),
    [
        (Field.DONE, DONE, "a", "x 2026-03-01 a"),
        (Field.DONE, DONE, "(B) a @t id:r-4k7q2mx", "x 2026-03-01 a @t pri:B id:r-4k7q2mx"),
        (Field.DONE, DONE, "(D) 2026-02-10 a", "x 2026-03-01 2026-02-10 a pri:D"),
        (Field.DONE, DONE, "x 2026-02-19 a", "x 2026-03-01 a"),
        (Field.DONE, DONE, "x a", "x a"),
        (Field.DONE, Completion(), "2026-02-10 a", "x a created:2026-02-10"),
        (Field.DONE, None, "x 2026-02-19 2026-02-10 a pri:D", "(D) 2026-02-10 a"),
        (Field.DONE, None, "x (A) 2026-02-19 a", "(A) a"),
        (Field.DONE, None, "x 2026-02-19 2026-02-10 2026-02-01", r"2026-02-10 \2026-02-01"),
        (Field.DONE, None, "x x a", r"\x a"),
        (Field.PRIORITY, Priority.NONE, "(A) x a", r"\x a"),
        (Field.PRIORITY, Priority.LOW, "(E) a", "(E) a"),
        (Field.PRIORITY, Priority.HIGH, "x 2026-02-19 a pri:D", "x 2026-02-19 a pri:A"),
        (Field.PRIORITY, Priority.HIGH, "x 2026-02-19 (B) a", "x 2026-02-19 (A) a"),
        (Field.PRIORITY, Priority.HIGH, "x a id:r-4k7q2mx", "x a pri:A id:r-4k7q2mx"),
        (Field.FLAGGED, False, "flag:1 a", "a"),
        (Field.FLAGGED, True, "a flag:0", "a flag:1"),
        (Field.DUE, AllDay(date(2026, 3, 9)), "a due:2026-03-02T14:30", "a due:2026-03-09"),
        (Field.DUE, None, "due:2026-03-02 a  tz:UTC at:0900 b", "a b"),
        (Field.TAGS, frozenset({"t", "u"}), "a @t +P foo:1", "a @t +P @u foo:1"),
        (Field.TAGS, frozenset({"u"}), "a due:2026-03-02 b flag:1", "a due:2026-03-02 b @u flag:1"),
        (Field.REPEAT, Rule(Frequency.MONTHLY), "a flag:1 foo:1", "a rec:1m flag:1 foo:1"),
        (Field.REPEAT, Rule(Frequency.DAILY, 3), "a rec:+3d", "a rec:+3d"),
        (Field.DONE, DONE, "a rec:3d", "x 2026-03-01 a rec:3d"),
        (Field.DONE, None, "x 2026-03-01 a rec:3d", "a rec:3d"),
        (Field.TITLE, "z", "a due:2026-03-02 b @t", "z due:2026-03-02 @t"),
        (Field.TITLE, "z", "x 2026-03-02", "x 2026-03-02 z"),
        (Field.TITLE, "due:now", "@t", r"\due:now @t"),
    ],
)
def test_words_that_depend_on_each_other(
    name: Field, value: Value, before: str, after: str
) -> None:
    assert changed(before, name, value) == after


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r", "\n\n\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_all_else_stays_byte_for_byte(bom: str, end: str) -> None:
    text = f"{bom} odd   line  t:1 \r\n\n(A) b\ttwo{end}"
    assert edited(text, Stamp(1, "r-4k7q2mx")) == text.replace("two", "two id:r-4k7q2mx")
    assert edited(text, SetFields(1, {Field.PRIORITY: Priority.LOW})) == text.replace("(A)", "(C)")
    assert (
        edited(text, Remove(1))
        == f"{bom} odd   line  t:1 \r\n\n{end[1:] if end == end[:1] * 3 else ''}"
    )


def test_stamping() -> None:
    assert edited("a  \n", Stamp(0, "r-4k7q2mx")) == "a id:r-4k7q2mx  \n"
    assert edited("a id:7 p:8", Stamp(0, "r-4k7q2mx")) == "a id:7 id:r-4k7q2mx p:8"
    assert edited("a id:r-aaaaaaa", Stamp(0, "r-4k7q2mx")) == "a id:r-aaaaaaa"
    assert edited("a id:r-aaaaaaa", Stamp(0, "r-4k7q2mx", replace=True)) == "a id:r-4k7q2mx"


def test_new_lines_go_behind_the_last_task_and_subtasks_behind_their_siblings() -> None:
    text = "top id:r-aaaaaaa\nsub p:r-aaaaaaa id:r-bbbbbbb\nlast\n\n"
    tags = frozenset({"home", "no tag"})
    new = Insert(Reminder("", title="new", tags=tags), "r-ccccccc")
    sub = Insert(Reminder("", title="two"), "r-ddddddd", after_parent=1)
    assert edited(text, new, sub) == (
        "top id:r-aaaaaaa\nsub p:r-aaaaaaa id:r-bbbbbbb\ntwo id:r-ddddddd p:r-bbbbbbb\n"
        "last\nnew @home id:r-ccccccc\n\n"
    )


def test_a_file_without_a_last_line_end_keeps_having_none() -> None:
    assert edited("a\r\nb", Insert(Reminder("", title="c"), "r-ccccccc")) == (
        "a\r\nb\r\nc id:r-ccccccc"
    )


def test_a_new_file_is_empty_until_it_has_tasks() -> None:
    assert new_file("l-abcdefg", HOME) == b""
    child = Insert(Reminder("", title="sub"), "r-bbbbbbb")
    item = Insert(Reminder("", title="top"), "r-aaaaaaa", children=(child,))
    assert new_file(None, HOME, [item]) == b"top id:r-aaaaaaa\nsub id:r-bbbbbbb p:r-aaaaaaa\n"


def test_a_parent_goes_only_with_its_subtasks_or_to_come_back() -> None:
    text = "top id:r-aaaaaaa\nsub p:r-aaaaaaa\n"
    with pytest.raises(CannotEdit, match="line 2: this subtask would lose its parent"):
        edited(text, Remove(0))
    assert edited(text, Remove(0), Remove(1)) == ""
    back = Insert(Reminder("", title="top"), "r-aaaaaaa")
    assert edited(text, Remove(0), back) == "sub p:r-aaaaaaa\ntop id:r-aaaaaaa\n"


def test_one_that_only_moves_keeps_its_line_end() -> None:
    text = "sub id:r-bbbbbbb\r\ntop id:r-aaaaaaa\nlast"
    new, sub = (
        Insert(Reminder("", title=title), block, after_parent=1, instead_of=task)
        for title, block, task in (("new", "r-ddddddd", None), ("sub", "r-bbbbbbb", 0))
    )
    assert edited(text, Remove(0), new, sub) == (
        "top id:r-aaaaaaa\nnew id:r-ddddddd p:r-aaaaaaa\nsub id:r-bbbbbbb p:r-aaaaaaa\r\nlast"
    )
    back = Insert(Reminder("", title="last"), "r-ccccccc", after_parent=1, instead_of=2)
    assert edited(f"{text}\n", Remove(2), back).endswith("\nlast id:r-ccccccc p:r-aaaaaaa\n")


def test_a_parent_that_comes_back_finds_its_subtasks() -> None:
    back = Insert(Reminder("", title="top"), "r-aaaaaaa")
    assert edited("sub p:r-aaaaaaa\n", back) == "sub p:r-aaaaaaa\ntop id:r-aaaaaaa\n"


def test_a_task_without_an_id_cannot_get_subtasks_unless_it_is_stamped() -> None:
    sub = Insert(Reminder("", title="sub"), "r-bbbbbbb", after_parent=0)
    with pytest.raises(CannotEdit, match="line 1: it has no id"):
        edited("top\n", sub)
    assert edited("top\n", Stamp(0, "r-aaaaaaa"), sub) == (
        "top id:r-aaaaaaa\nsub id:r-bbbbbbb p:r-aaaaaaa\n"
    )
    assert edited("top id:7\n", sub) == "top id:7\nsub id:r-bbbbbbb p:7\n"


def test_what_was_read_otherwise_is_not_edited() -> None:
    with pytest.raises(TypeError, match=r"read as todo\.txt"):
        edit(parse_markdown(b"- [ ] a", HOME), [], HOME)


@pytest.mark.parametrize(
    ("line", "value"),
    [("a", Rule(Frequency.DAILY, 1, 3)), ("a rec:1b", None), ("x a rec:1b", None)],
)
def test_a_rule_that_cannot_be_said_or_read_is_refused(line: str, value: Value) -> None:
    with pytest.raises(CannotEdit, match=r"line 1: .*repeat"):
        edited(line, SetFields(0, {Field.REPEAT: value}))
