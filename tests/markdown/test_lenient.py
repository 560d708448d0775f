"""What people and other tools write is read as they meant it, and stays as they wrote it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from store.model import (
    AllDay,
    AtTime,
    Completion,
    Early,
    Field,
    Floating,
    Frequency,
    Priority,
    Reminder,
    Rule,
    Unit,
    Zoned,
)
from sync.local.markdown import SetFields, edit, parse

from .strategies import HOME

DAY = date(2026, 3, 2)
ALL_DAY, TIMED = AllDay(DAY), Zoned(datetime(2026, 3, 2, 14, 30), HOME)
DONE = Completion(day=date(2026, 2, 19))
WEEKLY = Rule(Frequency.WEEKLY)

# A line; what differs from an open task called “a”.
LINES: dict[str, dict[str, Any]] = {
    **{f"{marker} [ ] a": {} for marker in ("-", "*", "+", "1.", "1)", "12345.")},
    "-    [ ] a": {},
    "- [ ]    a   ": {},
    "- [x] a": {"done": Completion()},
    "- [X] a": {"done": Completion()},
    "- [-] a": {"done": Completion()},
    "- [-] a ❌ 2026-02-19": {"done": DONE},
    "- [/] a": {},
    "- [>] a": {},
    "- [!] a": {},
    "- [?] a": {},
    "- [é] a": {},
    **{
        f"- [ ] a {emoji}{gap}2026-03-02": {"due": ALL_DAY}
        for emoji in ("📅", "📆", "🗓", "📅\ufe0f", "🗓\ufe0f")
        for gap in ("", " ", "  ")
    },
    **{
        f"- [ ] a {emoji}{selector}": {"priority": priority}
        for emoji, priority in (
            ("🔺", Priority.HIGH),
            ("⏫", Priority.HIGH),
            ("🔼", Priority.MEDIUM),
            ("🔽", Priority.LOW),
            ("⏬", Priority.LOW),
        )
        for selector in ("", "\ufe0f")
    },
    "- [x] a ✅\ufe0f2026-02-19": {"done": DONE},
    "- [ ] a 🔁\ufe0fevery week": {"repeat": WEEKLY},
    "- [ ] a 🔁 Every week": {"repeat": WEEKLY},
    "- [ ] a📅2026-03-02⏫🚩": {"due": ALL_DAY, "priority": Priority.HIGH, "flagged": True},
    "- [ ] 📅 2026-03-02 a ⏫": {"due": ALL_DAY, "priority": Priority.HIGH},
    "- [ ] ⏫ 🔁 every week 📅 2026-03-02 a": {
        "due": ALL_DAY,
        "priority": Priority.HIGH,
        "repeat": WEEKLY,
    },
    "- [ ] a 📅 2026-03-02 and b ⏫ or c": {
        "title": "a and b or c",
        "due": ALL_DAY,
        "priority": Priority.HIGH,
    },
    "- [ ] a 📅 2026-03-02 #x #y": {"due": ALL_DAY, "tags": frozenset({"x", "y"})},
    "- [ ] a #x 📅 2026-03-02 #y": {"due": ALL_DAY, "tags": frozenset({"x", "y"})},
    "- [ ] a ⏰ 14:30 📅 2026-03-02": {"due": TIMED},
    "- [ ] a 📅 2026-03-02 ⏰14:30": {"due": TIMED},
    "- [ ] a ⏰\ufe0f 9:05 📅 2026-03-02": {"due": Zoned(datetime(2026, 3, 2, 9, 5), HOME)},
    "- [ ] a ⏰ 14:30 Asia/Tokyo 📅 2026-03-02": {
        "due": Zoned(datetime(2026, 3, 2, 14, 30), "Asia/Tokyo")
    },
    "- [ ] a ⏰ 14:30 floating 📅 2026-03-02": {"due": Floating(datetime(2026, 3, 2, 14, 30))},
    "- [ ] a ⏰ 14:30 Bob 📅 2026-03-02": {"title": "a Bob", "due": TIMED},
    "- [ ] a 📅 2026-03-02 14:30": {"due": TIMED},
    "- [ ] a ⏰ 2026-03-01 18:00 📅 2026-03-02": {
        "due": ALL_DAY,
        "alarms": frozenset({AtTime(Zoned(datetime(2026, 3, 1, 18), HOME))}),
    },
    "- [ ] a ⏰ 2 hours before ⏰ 14:30 📅 2026-03-02": {
        "due": TIMED,
        "alarms": frozenset({Early(2, Unit.HOUR)}),
    },
    "- [ ] a [due:: 2026-03-02]": {"due": ALL_DAY},
    "- [ ] a (due::2026-03-02)": {"due": ALL_DAY},
    "- [ ] a [due:: 2026-03-02T14:30]": {"due": TIMED},
    "- [ ] a [due:: 2026-03-02T14:30:00]": {"due": TIMED},
    "- [ ] a [due:: 2026-03-02 14:30]": {"due": TIMED},
    "- [x] a [completion:: 2026-02-19]": {"done": DONE},
    "- [ ] a  [priority:: high]  [due:: 2026-03-02]": {"priority": Priority.HIGH, "due": ALL_DAY},
    **{
        f"- [ ] a [priority:: {word}]": {"priority": priority}
        for word, priority in (
            ("highest", Priority.HIGH),
            ("Medium", Priority.MEDIUM),
            ("low", Priority.LOW),
            ("lowest", Priority.LOW),
            ("normal", Priority.NONE),
        )
    },
    "- [ ] a (repeat:: every week)": {"repeat": WEEKLY},
    "- [ ] a\u00a0b": {"title": "a\u00a0b"},
    "\t- [ ] a": {},
    "  - [ ] a": {},
}
NO_TASKS = (
    *("- a", "[ ] a", "-[ ] a", "- []a", "- [ ]a", "- [xx] a", "> - [ ] a", "# [ ] a", "#. [ ] a"),
    *("```tasks\n- [ ] a\n```", "%%\n- [ ] a\n%%", "<!--\n- [ ] a\n-->", "---\n- [ ] a\n---"),
)
NOTES = {
    "    > one\n    > two": "one\ntwo",
    "    >one\n    >two": "one\ntwo",
    "    one\n    two": "one\ntwo",
    "  one\n  two": "one\ntwo",
    "\tone\n\t\ttwo": "one\n    two",
    "    - one\n    - two": "- one\n- two",
    "    * one\n        - two": "* one\n    - two",
    "    1. one\n    2. two": "1. one\n2. two",
    "    > one\n\n    > two": "one\n\ntwo",
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_read_as_it_is_meant(line: str) -> None:
    text = f"- [ ] outer\n{line}\n" if line.startswith(("\t", "  ")) else f"{line}\n"
    file = parse(text.encode(), HOME)
    said = LINES[line]
    task = file.tasks[-1].reminder
    wanted = Reminder("", **{"title": "a", **said}, opaque=task.opaque)
    assert task == wanted
    assert task.opaque <= ({Field.REPEAT} if task.done else set())
    # A new title is the only thing that changes.
    changed = edit(file, [SetFields(len(file.tasks) - 1, {Field.TITLE: "new"})], HOME).decode()
    again = parse(changed.encode(), HOME).tasks[-1].reminder
    assert again.title == "new"
    assert Reminder("", **{**said, "title": "a"}, opaque=task.opaque) == Reminder(
        "",
        **{**{name.value: again.value(name) for name in Field}, "title": "a"},
        opaque=again.opaque,
    )
    assert changed.count("a") <= text.count("a")


@pytest.mark.parametrize("text", NO_TASKS)
def test_what_only_looks_like_a_task_is_none(text: str) -> None:
    assert parse(f"{text}\n".encode(), HOME).tasks == ()


@pytest.mark.parametrize("below", NOTES)
def test_notes_are_read_in_each_shape(below: str) -> None:
    (task,) = parse(f"- [ ] a\n{below}\n- b\n".encode(), HOME).tasks
    assert task.reminder.notes == NOTES[below]


@pytest.mark.parametrize(
    ("before", "due", "after"),
    [
        ("a 📅 2026-03-02 14:30", AllDay(date(2026, 3, 3)), "a 📅 2026-03-03"),
        (
            "a 📅 2026-03-02 14:30",
            Zoned(datetime(2026, 3, 3, 15), HOME),
            "a ⏰ 15:00 📅 2026-03-03",
        ),
        (
            "a [due:: 2026-03-02T14:30] b",
            Zoned(datetime(2026, 3, 3, 15), HOME),
            "a [due:: 2026-03-03T15:00] b",
        ),
        ("a (due:: 2026-03-02) b", None, "a b"),
        ("a 🗓️2026-03-02", AllDay(date(2026, 3, 3)), "a 🗓️2026-03-03"),
    ],
)
def test_a_foreign_due_date_becomes_a_safe_one_when_it_is_next_written(
    before: str, due: AllDay | Zoned | None, after: str
) -> None:
    file = parse(f"- [ ] {before}\n".encode(), HOME)
    assert edit(file, [SetFields(0, {Field.DUE: due})], HOME).decode() == f"- [ ] {after}\n"
