"""The todo.txt format: one task per line; bytes to tasks and edits to bytes, pure."""

from __future__ import annotations

from collections.abc import Mapping

from sync.local.tasks import CannotEdit, TodoFile

from .edit import edit, new_file
from .parse import TodoTxtFile, parse
from .render import render, shown

__all__ = ["TodoTxtFile", "bound_by", "edit", "new_file", "parse", "render", "set_head", "shown"]
__all__ += ["suffix"]

suffix = ".txt"
bound_by: bytes | None = None


def set_head(file: TodoFile, values: Mapping[str, str], home_zone: str) -> bytes:
    """Every line of a todo.txt file is a task: there is no place for ``values``."""
    raise CannotEdit("a todo.txt file has no front matter")
