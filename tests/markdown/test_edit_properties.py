"""Whatever the file and the edit: what is said is there afterwards, and all else is as it was."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from store.model import (
    Field,
    Priority,
    Reminder,
)
from sync.local.markdown import (
    CannotEdit,
    Insert,
    Remove,
    SetFields,
    Stamp,
    edit,
    new_file,
    parse,
    shown,
)

from .strategies import HOME, dones, dues, files, reminders, repeats, tags, texts, urls

UGLY = [
    path.read_bytes()
    for path in sorted((Path(__file__).parent.parent / "golden" / "markdown").glob("*.md"))
]
VALUES: dict[Field, st.SearchStrategy[Any]] = {
    Field.TITLE: texts,
    Field.NOTES: texts,
    Field.DONE: dones,
    Field.DUE: dues,
    Field.PRIORITY: st.sampled_from(Priority),
    Field.FLAGGED: st.booleans(),
    Field.TAGS: tags,
    Field.URLS: urls,
    Field.REPEAT: repeats,
}


@given(st.lists(reminders, min_size=1, max_size=3), st.data())
@settings(max_examples=40)
def test_a_field_of_our_own_line_can_always_be_set_and_set_back(
    made: list[Reminder], data: st.DataObject
) -> None:
    before = new_file("l-a", HOME, [Insert(each, f"r-{i}") for i, each in enumerate(made)])
    file = parse(before, HOME)
    index = data.draw(st.integers(0, len(made) - 1))
    name = data.draw(st.sampled_from(sorted(VALUES)))
    value = data.draw(VALUES[name])
    old = file.tasks[index].reminder
    values: dict[str, Any] = {name.value: value}
    expected = shown(replace(old, **values), HOME)
    assume(name not in expected.opaque | old.opaque)
    after = edit(file, [SetFields(index, {name: value})], HOME)
    changed = parse(after, HOME)
    new = changed.tasks[index].reminder
    if old.done and not expected.done:
        rule = shown(replace(made[index], done=None), HOME).repeat
        expected = replace(expected, repeat=rule, opaque=frozenset())
    if (
        name is Field.DONE
        and old.done
        and expected.done
        and not (old.done.day and expected.done.day)
    ):
        expected = old
    assert new == expected
    assume(name is not Field.DONE or old.done is None or new.done is None or old == new)
    if name in {Field.TAGS, Field.URLS}:
        # What goes and comes back does so at the end.
        assume(old.tags <= new.tags and old.urls <= new.urls)
    back = edit(changed, [SetFields(index, {name: old.value(name)})], HOME)
    assert back == before


def lines_of(data: bytes) -> Counter[str]:
    return Counter(re.split(r"\r\n?|\n", data.decode("utf-8-sig")))


@given(st.one_of(st.sampled_from(UGLY), files), st.data())
@settings(max_examples=50)
def test_an_edit_of_a_field_leaves_every_other_line_alone(data: bytes, draw: st.DataObject) -> None:
    file = parse(data, HOME)
    assume(file.tasks)
    index = draw.draw(st.integers(0, len(file.tasks) - 1))
    name = draw.draw(st.sampled_from(sorted(VALUES)))
    try:
        after = edit(file, [SetFields(index, {name: draw.draw(VALUES[name])})], HOME)
    except CannotEdit:
        return
    gone, come = lines_of(data) - lines_of(after), lines_of(after) - lines_of(data)
    task = file.tasks[index]
    if name in {Field.NOTES, Field.URLS}:
        notes = file.layout.places[index].notes
        lines = notes.lines if name is Field.NOTES else [link.line for link in notes.links]
        assert set(gone) <= {file.layout.lines[line].text for line in lines}
        assert parse(after, HOME).tasks[index].text == task.text
    else:
        assert gone.total() == come.total() <= 1
        assert set(gone) <= {task.text}
        assert re.sub(rb"[^\r\n]", b"", data) == re.sub(rb"[^\r\n]", b"", after)


@given(st.one_of(st.sampled_from(UGLY), files), st.data())
@settings(max_examples=40)
def test_stamps_and_inserts_only_add(data: bytes, draw: st.DataObject) -> None:
    file = parse(data, HOME)
    wishes: list[Any] = [
        Stamp(index, f"r-{index}") for index in range(len(file.tasks)) if draw.draw(st.booleans())
    ]
    if draw.draw(st.booleans()):
        wishes.append(Insert(draw.draw(reminders), "r-new"))
    try:
        after = edit(file, wishes, HOME)
    except CannotEdit:
        return
    rest = iter(after)
    assert all(byte in rest for byte in data)  # the old bytes are a subsequence of the new


@given(st.one_of(st.sampled_from(UGLY), files), st.data())
@settings(max_examples=40)
def test_removing_only_removes(data: bytes, draw: st.DataObject) -> None:
    file = parse(data, HOME)
    assume(file.tasks)
    index = draw.draw(st.integers(0, len(file.tasks) - 1))
    try:
        after = edit(file, [Remove(index)], HOME)
    except CannotEdit:
        return
    assert not lines_of(after) - lines_of(data) - Counter([""])
    assert len(parse(after, HOME).tasks) == len(file.tasks) - 1
