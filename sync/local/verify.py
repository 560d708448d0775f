"""Says what tasks shall say after edits, and compares an edited file with that, task by task.

A completed line's rule says nothing and stays as it stands, so that it holds again if the line is
reopened. While a line is edited, it is looked at as if the line were open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from store.model import Field, Reminder, Rule
from sync.local.dates import settled_done
from sync.local.tasks import CannotEdit, SetFields, Task, TodoFile

__all__ = ["Wanted", "as_read", "spoken", "verify", "wish"]

_REPEAT = frozenset({Field.REPEAT})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the task on one line should be; ``parent`` is the line of its parent.

    ``before`` is the task as it was (``None``: a new one), ``text`` its line as it should stand,
    ``section`` the heading that it should stand under, ``is_touched`` says that an edit names it.
    """

    reminder: Reminder
    block: str | None
    parent: int | None
    before: Task | None = None
    text: str | None = None
    section: str | None = None
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
    if (task.text, task.section) != (wanted.text, wanted.section):
        return "its words or section would change"
    if not wanted.is_touched and task.extras != before.extras:
        return "what stands beneath it would change"
    return ""


def spoken(reminder: Reminder, rule: Rule | None, *, is_opaque: bool) -> Reminder:
    """What a line says, with the rule that stands there even if it is completed."""
    opaque = reminder.opaque | _REPEAT if is_opaque else reminder.opaque - _REPEAT
    return replace(reminder, repeat=rule, opaque=opaque)


def wish(
    file: TodoFile,
    edit: SetFields,
    said: Reminder,
    shown: Callable[[Reminder], Reminder],
) -> Reminder:
    """What a task, of which ``said`` is as ``spoken``, shall say; its rule as if it were open.

    Raises ``CannotEdit`` for a field that cannot be read, and for a value without words.
    """
    place = f"line {file.tasks[edit.task].line + 1}"
    for name in edit.changes:
        if name in said.opaque:
            raise CannotEdit(f"{place}: its {name.value} cannot be read", edit.task)
    values: dict[str, Any] = {name.value: value for name, value in edit.changes.items()}
    done = values.pop(Field.DONE.value, said.done)
    asked = shown(replace(said, done=None, **values))
    wordless = sorted(asked.opaque - said.opaque)
    if wordless:
        raise CannotEdit(f"{place}: no line can say this {' or '.join(wordless)}", edit.task)
    completed = shown(replace(said, done=done)).done
    return replace(asked, done=settled_done(said.done, completed))


def as_read(reminder: Reminder, unsaid: frozenset[Field] = frozenset()) -> Reminder:
    """A shown reminder as it is read from its own new line, in a format without ``unsaid``."""
    opaque = unsaid if reminder.done is None else unsaid | _REPEAT
    return replace(reminder, id="", list="", parent=None, opaque=opaque)
