"""An independent reader and writer of the format, pytodotxt, agrees with ours."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from hypothesis import assume, given, settings
from pytodotxt import Task as TheirTask
from pytodotxt import TodoTxt, serialize_relaxed

from store.model import AllDay, Completion, Field, Priority, Reminder
from sync.local.tasks import Insert
from sync.local.todotxt import edit, new_file, parse, render, shown

from .strategies import HOME, reminders

LETTERS = {"A": Priority.HIGH, "B": Priority.MEDIUM, "C": Priority.LOW}
# Where they part words and we do not, or where their words for a title end.
OTHER_BLANKS = re.compile(r"[^\S \t]|[\x00-\x1f\x7f-\x9f\ufffd]")


@given(reminders)
@settings(max_examples=80)
def test_they_read_what_we_write(reminder: Reminder) -> None:
    said = shown(reminder, HOME)
    assume(not OTHER_BLANKS.search(said.title))
    reminder = replace(reminder, tags=frozenset({"papers"}))
    theirs = TheirTask(render(reminder, "r-4k7q2mx", HOME))
    assert theirs.is_completed == (said.done is not None)
    assert theirs.completion_date == (said.done.day if said.done else None)
    letter = theirs.priority or next(iter(theirs.attr_pri), None)
    assert LETTERS.get(letter or "", Priority.NONE) is said.priority
    assert theirs.creation_date is None
    assert theirs.contexts[-1] == "papers"
    assert theirs.attr_id == ["r-4k7q2mx"]
    assert theirs.attr_flag == (["1"] if said.flagged else [])
    day = getattr(said.due, "day", None) or getattr(said.due, "wall", None)
    assert theirs.attr_due == ([f"{day:%Y-%m-%d}".zfill(10)] if day else [])


def test_we_read_what_they_write(tmp_path: Path) -> None:
    file = TodoTxt(tmp_path / "Home.txt", serializer=serialize_relaxed)
    first = TheirTask("Renew passport")
    first.priority, first.creation_date = "A", date(2026, 2, 10)
    first.add_context("papers")
    first.add_attribute("due", "2026-03-02")
    second = TheirTask("(B) 2026-02-01 Send the form id:7")
    second.is_completed, second.completion_date = True, date(2026, 2, 19)
    for task in (first, second):
        file.add(task)
    file.save()
    ours = [task.reminder for task in parse(file.filename.read_bytes(), HOME).tasks]
    hidden = frozenset({Field.NOTES, Field.URLS, Field.ALARMS, Field.IMAGES, Field.SECTION})
    assert ours == [
        Reminder(
            "",
            title="Renew passport",
            due=AllDay(date(2026, 3, 2)),
            priority=Priority.HIGH,
            tags=frozenset({"papers"}),
            opaque=hidden,
        ),
        Reminder(
            "",
            title="Send the form",
            done=Completion(day=date(2026, 2, 19)),
            priority=Priority.MEDIUM,
            opaque=hidden | {Field.REPEAT},
        ),
    ]


def test_a_file_goes_through_them_and_stays_the_same(tmp_path: Path) -> None:
    items = [
        Insert(Reminder("", title="x (A) due:now", priority=Priority.HIGH), "r-aaaaaaa"),
        Insert(Reminder("", title="plain", flagged=True, tags=frozenset({"home"})), "r-bbbbbbb"),
        Insert(Reminder("", title="done", done=Completion(day=date(2026, 3, 1))), "r-ccccccc"),
    ]
    path = tmp_path / "Home.txt"
    path.write_bytes(new_file(None, HOME, items))
    file = TodoTxt(path, serializer=serialize_relaxed)
    file.parse()
    file.save()
    assert path.read_bytes() == new_file(None, HOME, items)
    before = parse(path.read_bytes(), HOME)
    assert edit(before, [], HOME) == path.read_bytes()
