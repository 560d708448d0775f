"""Whatever a reminder says, its line says it back, but for its notes; whatever stands, it reads."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from store.model import AllDay, Completion, Field, Priority, Reminder
from sync.local.tasks import CannotEdit, Insert, NotTodo, SetFields, Stamp
from sync.local.todotxt import edit, new_file, parse, render, shown
from sync.local.verify import as_read

from .strategies import HOME, files, reminders, texts

BLOCK = "r-4k7q2mx"
TAGS = frozenset({"home"})
UNSAID = frozenset({Field.NOTES, Field.URLS, Field.ALARMS, Field.IMAGES, Field.SECTION})


@given(reminders)
@settings(max_examples=120)
@example(Reminder("", title="x"))
@example(Reminder("", title="2026-03-02 (A) x", done=Completion()))
@example(Reminder("", title="call @home", tags=TAGS))
@example(Reminder("", title="\\\\due:today"))
@example(Reminder("", title="", tags=TAGS))
def test_what_is_rendered_reads_back_as_shown(reminder: Reminder) -> None:
    line = render(reminder, BLOCK, HOME)
    task, following = parse(f"{line}\nnext\n".encode(), HOME).tasks
    assert task.reminder == as_read(shown(reminder, HOME), UNSAID)
    assert task.block == BLOCK
    assert task.clean
    assert following.text == "next"


@given(reminders)
def test_shown_is_a_projection(reminder: Reminder) -> None:
    once = shown(reminder, HOME)
    assert shown(once, HOME) == once
    assert (once.notes, Field.NOTES in once.opaque) == ("", True)


@given(files)
@settings(max_examples=80)
def test_a_parsed_reminder_is_shown_as_itself(data: bytes) -> None:
    for task in parse(data, HOME).tasks:
        assert shown(task.reminder, HOME) == task.reminder


@given(files)
@settings(max_examples=80)
def test_no_edit_no_change(data: bytes) -> None:
    assert edit(parse(data, HOME), [], HOME) == data


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    data = text.encode("utf-8", "replace")
    assert edit(parse(data, HOME), [], HOME) == data


def test_bytes_that_are_no_text_are_no_todo_file() -> None:
    with pytest.raises(NotTodo, match="byte 2"):
        parse(b"- \xff", HOME)


@given(files, reminders, st.sets(st.sampled_from(Field)), st.data())
@settings(max_examples=150)
def test_an_edit_does_what_it_says_and_nothing_else(
    data: bytes, wanted: Reminder, names: set[Field], draw: st.DataObject
) -> None:
    file = parse(data, HOME)
    if not file.tasks:
        return
    index = draw.draw(st.integers(0, len(file.tasks) - 1))
    before = file.tasks[index]
    names -= {Field.LIST, Field.PARENT, *before.reminder.opaque, *shown(wanted, HOME).opaque}
    changes = {name: wanted.value(name) for name in names}
    after = parse(edit(file, [SetFields(index, changes), Stamp(index, BLOCK)], HOME), HOME)
    assert [task.text for task in after.tasks if task.line != before.line] == [
        task.text for task in file.tasks if task.line != before.line
    ]
    task = after.tasks[index]
    assert task.block == before.block or before.block is None
    for name in names - {Field.DONE}:
        assert task.reminder.value(name) == shown(wanted, HOME).value(name)
    if before.reminder.done is not None or task.reminder.done is not None:
        names.add(Field.REPEAT)  # what a completed line's rule says is read once it is open
    for name in set(Field) - names:
        assert task.reminder.value(name) == before.reminder.value(name)
    kept = [token for token in file.parts[index].tokens if token.kind in ("+", "t", "h", "p")]
    assert [(token.kind, token.value) for token in kept] == [
        (token.kind, token.value)
        for token in after.parts[index].tokens
        if token.kind in ("+", "t", "h", "p")
    ]


@given(files, st.lists(reminders, max_size=3))
def test_new_lines_leave_the_others_as_they_are(data: bytes, new: list[Reminder]) -> None:
    file = parse(data, HOME)
    inserts = [Insert(one, f"r-aaaaaa{'abc'[at]}") for at, one in enumerate(new)]
    after = parse(edit(file, inserts, HOME), HOME)
    assert [task.text for task in after.tasks][: len(file.tasks)] == [
        task.text for task in file.tasks
    ]
    assert [task.reminder for task in after.tasks][len(file.tasks) :] == [
        as_read(shown(one, HOME), UNSAID) for one in new
    ]


@given(st.lists(reminders, max_size=4), st.lists(reminders, max_size=2))
def test_a_new_file_holds_what_was_put_in(tops: list[Reminder], subs: list[Reminder]) -> None:
    children = tuple(Insert(sub, f"r-bbbbbb{'ab'[at]}") for at, sub in enumerate(subs))
    items = [
        Insert(top, f"r-aaaaaa{'abcd'[at]}", children=children if at == 0 else ())
        for at, top in enumerate(tops)
    ]
    file = parse(new_file("l-abc", HOME, items), HOME)
    assert [task.reminder for task in file.tasks if task.parent is None] == [
        as_read(shown(top, HOME), UNSAID) for top in tops
    ]
    below = [task for task in file.tasks if task.parent is not None]
    assert [task.reminder for task in below] == [
        as_read(shown(sub, HOME), UNSAID) for sub in subs if tops
    ]
    assert {task.parent for task in below} <= {0}


@given(texts)
def test_a_plain_title_needs_no_backslash(text: str) -> None:
    plain = "".join(char for char in text if char.isalpha() or char in " .,!?-'()&/*_") + "y"
    assert render(Reminder("", title=f"My {plain}"), "", HOME) == f"My {plain}"


def test_a_due_date_that_no_line_can_say_is_left_alone() -> None:
    file = parse(b"pay due:soon id:r-4k7q2mx\n", HOME)
    assert file.tasks[0].reminder.opaque == UNSAID | {Field.DUE}
    with pytest.raises(CannotEdit, match="its due cannot be read"):
        edit(file, [SetFields(0, {Field.DUE: None})], HOME)
    changed = edit(file, [SetFields(0, {Field.PRIORITY: Priority.LOW})], HOME)
    assert changed == b"(C) pay due:soon id:r-4k7q2mx\n"


def test_notes_are_refused_not_dropped() -> None:
    file = parse(b"pay\n", HOME)
    with pytest.raises(CannotEdit, match=r"line 1: .* notes"):
        edit(file, [SetFields(0, {Field.NOTES: "n"})], HOME)


def test_nothing_of_a_due_date_is_lost_on_a_line_without_time() -> None:
    day = AllDay(parse(b"a due:2026-03-02", HOME).tasks[0].reminder.due.day)  # type: ignore[union-attr]
    assert render(Reminder("", title="a", due=day), "", HOME) == "a due:2026-03-02"
