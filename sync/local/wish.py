"""What a task shall say once its fields are set, or why its format cannot say it.

A completed line's rule says nothing and stays as it stands, so that it holds again if the line is
reopened. Here it is looked at as if the line were open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from store.model import Field, Reminder, Rule
from sync.local.dates import settled_done
from sync.local.tasks import CannotEdit, SetFields, TodoFile

__all__ = ["as_read", "spoken", "wish"]

_REPEAT = frozenset({Field.REPEAT})


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
