"""Whatever a reminder says, its line says it back; whatever a file holds, it reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from store.model import Completion, Field, Frequency, Reminder, Rule, Zoned
from sync.local.markdown import Insert, NotTodo, edit, new_file, parse, render, shown
from sync.local.verify import as_read

from .strategies import HOME, files, reminders, texts

TAGS = frozenset({"home"})


def written(reminder: Reminder, *, around: str = "") -> bytes:
    lines = render(reminder, "r-4k7q2mx", HOME)
    return "\n".join((*lines, around)).encode()


@given(reminders)
@settings(max_examples=100)
@example(Reminder("", title="(a:: 📅 2026-03-02)"))
@example(Reminder("", title="\\📅 2026-03-02"))
@example(Reminder("", title="\\\\#a", tags=TAGS))
@example(Reminder("", title="", tags=TAGS))
@example(Reminder("", done=Completion(), repeat=Rule(Frequency.DAILY)))
def test_what_is_rendered_reads_back_as_shown(reminder: Reminder) -> None:
    file = parse(written(reminder, around="- [ ] next ^n\n"), HOME)
    task, following = file.tasks
    assert task.reminder == as_read(shown(reminder, HOME))
    assert task.block == "r-4k7q2mx"
    assert task.clean
    assert following.text == "- [ ] next ^n"
    assert not file.suspicious


@given(reminders)
def test_shown_is_a_projection(reminder: Reminder) -> None:
    once = shown(reminder, HOME)
    assert shown(once, HOME) == once


@given(files)
@settings(max_examples=50)
def test_a_parsed_reminder_is_shown_as_itself(data: bytes) -> None:
    for task in parse(data, HOME).tasks:
        assert shown(task.reminder, HOME) == task.reminder


@given(files)
@settings(max_examples=50)
def test_no_edit_no_change(data: bytes) -> None:
    assert edit(parse(data, HOME), [], HOME) == data


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    data = text.encode("utf-8", "replace")
    assert edit(parse(data, HOME), [], HOME) == data


def test_bytes_that_are_no_text_are_no_todo_file() -> None:
    with pytest.raises(NotTodo, match="byte 2"):
        parse(b"- \xff", HOME)


@given(st.lists(reminders, max_size=4), st.lists(reminders, max_size=2))
def test_a_new_file_holds_what_was_put_in(tops: list[Reminder], subs: list[Reminder]) -> None:
    children = tuple(Insert(sub, f"s-{index}") for index, sub in enumerate(subs))
    items = [
        Insert(top, f"r-{index}", children=children if index == 0 else ())
        for index, top in enumerate(tops)
    ]
    file = parse(new_file("l-abc", HOME, items), HOME)
    assert file.front_matter.list_id == "l-abc"
    expected = [as_read(shown(top, HOME)) for top in tops]
    assert [task.reminder for task in file.tasks if task.parent is None] == expected
    below = [task for task in file.tasks if task.parent is not None]
    assert [task.reminder for task in below] == [as_read(shown(sub, HOME)) for sub in subs if tops]
    assert {task.parent for task in below} <= {0}


@given(texts)
def test_a_plain_title_needs_no_backslash(text: str) -> None:
    plain = "".join(char for char in text if char.isalnum() or char in " .,!?-'()&/+*_")
    assert render(Reminder("", title=plain), "", HOME)[0] == f"- [ ] {plain.strip(' ')}".rstrip(" ")


def test_fields_that_no_line_says_are_passed_through() -> None:
    reminder = Reminder("ID", list="L", parent="P", title=" a\nb ")
    assert shown(reminder, HOME) == replace(reminder, title="a b")


def test_a_zone_without_a_name_makes_the_due_date_opaque() -> None:
    value = shown(Reminder("", due=Zoned(datetime(2026, 3, 2, 9), "Mars/Olympus")), HOME)
    assert value.opaque == {Field.DUE}
    assert value.due is None


def test_a_completion_is_shown_as_the_day_at_home() -> None:
    late_in_utc = Completion(at_ms=1_771_545_600_000 - 60_000)  # 2026-02-19 23:59 UTC
    assert str(getattr(shown(Reminder("", done=late_in_utc), HOME).done, "day", "")) == "2026-02-20"
