"""Compares what an edited file says with what it should say, task by task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from store.model import Field, Reminder
from sync.local.tasks import CannotEdit, Task, TodoFile

__all__ = ["Wanted", "verify"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the task on one line should be; ``parent`` is the line of its parent.

    ``before`` is the task as it was (``None``: a new one), ``text`` its line as it should stand,
    ``is_touched`` says that an edit names it.
    """

    reminder: Reminder
    block: str | None
    parent: int | None
    before: Task | None = None
    text: str | None = None
    is_touched: bool = True


def verify(file: TodoFile, wanted: Mapping[int, Wanted]) -> None:
    """Raise ``CannotEdit`` unless ``file`` has exactly the tasks of ``wanted`` (by line)."""
    found = {task.line: task for task in file.tasks}
    for line in sorted(found.keys() | wanted.keys()):
        if line not in found:
            raise CannotEdit(f"line {line + 1} would not be read as a task")
        if line not in wanted:
            raise CannotEdit(f"line {line + 1} would become a task")
        reason = _difference(file, found[line], wanted[line])
        if reason:
            raise CannotEdit(f"line {line + 1}: {reason}")


def _difference(file: TodoFile, task: Task, wanted: Wanted) -> str:
    parent = None if task.parent is None else file.tasks[task.parent].line
    if parent != wanted.parent:
        return "it would stand beneath another task"
    if task.block != wanted.block:
        return "its block id would be read as another"
    if task.reminder != wanted.reminder:
        names = [
            name.value for name in Field if task.reminder.value(name) != wanted.reminder.value(name)
        ]
        return f"its {', '.join(names) or 'readability'} would be read as something else"
    before = wanted.before
    if before is None:
        return ""
    if (task.text, task.section) != (wanted.text, before.section):
        return "its words or section would change"
    if not wanted.is_touched and task.extras != before.extras:
        return "what stands beneath it would change"
    return ""
