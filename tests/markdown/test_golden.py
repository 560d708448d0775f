"""Thirty-four ugly files, each with what it should be read as, one line for each task."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.model import Field, Priority, Reminder
from sync.cycle.planning.sentences import member
from sync.local.markdown import Task, TodoFile, edit, parse
from sync.local.projection import words_of

from .strategies import HOME

GOLDEN = Path(__file__).parent.parent / "golden" / "markdown"
FILES = sorted(GOLDEN.glob("*.md"))


def describe(file: TodoFile) -> str:
    head = [f"! {reason}" for reason in file.suspicious]
    if file.front_matter.present:
        head.append(f"= {file.front_matter.list_name!r} {file.front_matter.list_id!r}")
    return "\n".join([*head, *(row for task in file.tasks for row in _task(task))]) + "\n"


def _task(task: Task) -> list[str]:
    value = task.reminder
    unsaid = frozenset({Field.REPEAT} if value.done else ())
    words = [
        f"{task.line + 1}",
        "" if task.parent is None else f"under {task.parent}",
        "" if task.section is None else f"in {task.section!r}",
        repr(value.title),
        "" if value.done is None else f"done {value.done.day or '?'}",
        "" if value.due is None else " ".join(map(str, _parts(value))),
        "" if value.priority is Priority.NONE else value.priority.value,
        "flagged" if value.flagged else "",
        *(f"#{tag}" for tag in sorted(value.tags)),
        *(f"({words})" for words in sorted(map(member, value.alarms))),
        "" if value.repeat is None else words_of(value.repeat) or "",
        f"^{task.block}" if task.block else "",
        "" if task.clean else "unclean",
        *(f"+{extra}" for extra in sorted(task.extras)),
        *(f"?{name.value}" for name in sorted(value.opaque - unsaid)),
    ]
    rows = [" ".join(word for word in words if word)]
    rows += [f"    <{url}>" for url in sorted(value.urls)]
    if value.notes:
        rows.append(f"    {value.notes!r}")
    return rows


def _parts(value: Reminder) -> tuple[object, ...]:
    due = value.due
    return tuple(getattr(due, name) for name in ("day", "wall", "zone") if hasattr(due, name))


def test_there_are_thirty_four() -> None:
    assert len(FILES) == 34


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_is_read_as_written_down(path: Path) -> None:
    file = parse(path.read_bytes(), HOME)
    assert describe(file) == path.with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_edit_gives_the_same_bytes(path: Path) -> None:
    data = path.read_bytes()
    assert edit(parse(data, HOME), [], HOME) == data


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_field_is_known(path: Path) -> None:
    for task in parse(path.read_bytes(), HOME).tasks:
        assert task.reminder.values().keys() | task.reminder.opaque == set(Field)
        assert path.read_bytes().decode().find(task.text) >= 0
