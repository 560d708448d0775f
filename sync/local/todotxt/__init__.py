"""The todo.txt format: one task per line; bytes to tasks and edits to bytes, pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sync.core.matching.identity import assign_blocks
from sync.local.layout import Layout
from sync.local.lines import is_blank
from sync.local.tasks import CannotEdit, TodoFile

from .edit import edit, new_file
from .parse import TodoTxtFile, parse
from .render import render, shown

__all__ = ["LAYOUT", "TodoTxtFile", "assign_blocks", "bound_by", "cut", "edit", "heading"]
__all__ += ["is_bare", "new_file", "parse", "render", "set_head", "shown"]

LAYOUT = Layout(".txt", done="done.txt")
bound_by: bytes | None = None


def is_bare(file: TodoFile, sections: Collection[str]) -> bool:
    """Whether nothing but blank lines is left in a file."""
    return isinstance(file, TodoTxtFile) and all(is_blank(line.text) for line in file.lines)


def cut(file: TodoFile, tasks: Sequence[int]) -> str:
    """The lines of ``tasks``, byte for byte; the last ends with a line end."""
    if not isinstance(file, TodoTxtFile):
        raise TypeError("only what was read as todo.txt can be cut as todo.txt")
    lines = [file.lines[at] for at in sorted({file.tasks[task].line for task in tasks})]
    return "".join(line.text + (line.eol or "\n") for line in lines)


def heading(words: str) -> str:
    """Nothing: every line of a todo.txt file is a task."""
    return ""


def set_head(file: TodoFile, values: Mapping[str, str], home_zone: str) -> bytes:
    """Every line of a todo.txt file is a task: there is no place for ``values``."""
    raise CannotEdit("a todo.txt file has no front matter")
