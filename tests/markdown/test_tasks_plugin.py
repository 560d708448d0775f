"""Obsidian's Tasks finds in each line of ours what we mean, and writes it back as it stands."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from store.model import AllDay, Field, Priority, Reminder
from sync.local.markdown import Insert, SetFields, edit, new_file, parse, render, shown
from sync.local.projection import words_of

from . import tasks_plugin
from .strategies import HOME, SHARDS, reminders

SYMBOLS = {Priority.HIGH: "⏫", Priority.MEDIUM: "🔼", Priority.LOW: "🔽", Priority.NONE: None}
ENDINGS = (
    *(
        "📅 2026-03-02",
        "📆️2026-03-02",
        "⏳ 2026-03-02",
        "✅ 2026-03-02",
        "⏫",
        "⏬️",
        "🔁 foo, bar!",
    ),
    *(
        "🔁 every day",
        "🏁 delete",
        "🏁 x",
        "⛔ Stop",
        "🆔 a_b",
        "⏫ #12",
        "⏫ \\",
        "📅 2026-03-02\\",
    ),
    *("⏫\xa0", "🔁 ever\\\\", "📅 2026-03-02 14:30", "⛔ a, b", "📅", "🔁", "#tag", "^r-4k7q2mx"),
)


def day_of(reminder: Reminder) -> str | None:
    due = reminder.due
    day = due.day if isinstance(due, AllDay) else due and due.wall.date()
    return day.isoformat() if day else None


def assert_understood(reminder: Reminder) -> None:
    value = shown(reminder, HOME)
    line = render(reminder, "r-4k7q2mx", HOME)[0]
    task = tasks_plugin.read(line)
    said = {
        "due": day_of(value),
        "priority": SYMBOLS[value.priority],
        "rule": words_of(reminder.repeat),
        "done": value.done and value.done.day and value.done.day.isoformat(),
    }
    assert task.said == {name: words for name, words in said.items() if words}, line
    assert task.status == (" " if value.done is None else "x")
    assert {f"#{tag}" for tag in value.tags} <= set(task.description.split()), line
    if not value.title.strip():
        return  # with nothing before it, the plugin takes an id for the description
    assert task.block == "^r-4k7q2mx"
    (again,) = parse(tasks_plugin.write(task).encode(), HOME).tasks
    (ours,) = parse(line.encode(), HOME).tasks
    if value.title == value.title.strip():  # it knows more blanks than we do, and trims them
        assert tasks_plugin.write(task) == line
        assert again.reminder == ours.reminder


@given(reminders)
@settings(max_examples=50)
def test_a_line_says_to_the_plugin_what_we_mean(reminder: Reminder) -> None:
    assert_understood(reminder)


@given(st.lists(st.sampled_from((*ENDINGS, *SHARDS)), max_size=4), reminders)
@settings(max_examples=50)
def test_a_title_that_looks_like_a_token_is_none_to_the_plugin(
    words: list[str], reminder: Reminder
) -> None:
    assert_understood(replace(reminder, title=" ".join(words)))


@given(reminders, reminders, st.data())
@settings(max_examples=40)
def test_a_line_that_we_changed_still_says_what_we_mean(
    old: Reminder, new: Reminder, data: st.DataObject
) -> None:
    old, new = replace(old, title=f"a {old.title}", done=None), replace(new, done=None)
    file = parse(new_file("l-a", HOME, [Insert(old, "r-4k7q2mx")]), HOME)
    value = shown(new, HOME)
    names = (Field.DUE, Field.PRIORITY, Field.FLAGGED, Field.TAGS, Field.ALARMS, Field.REPEAT)
    picked = data.draw(st.sets(st.sampled_from((Field.TITLE, *names)), min_size=1))
    picked -= value.opaque | file.tasks[0].reminder.opaque
    changes = {name: value.value(name) for name in picked}
    (task,) = parse(edit(file, [SetFields(0, changes)], HOME), HOME).tasks
    seen = tasks_plugin.read(task.text)
    rule = words_of(task.reminder.repeat)
    found = {
        "due": day_of(task.reminder),
        "priority": SYMBOLS[task.reminder.priority],
        "rule": rule,
    }
    assume(task.reminder.title.strip())
    assert seen.said == {name: words for name, words in found.items() if words}, task.text
    assert seen.block == "^r-4k7q2mx"
