"""The Markdown dialect: todo files to tasks, edits to bytes; pure, and lossless by construction."""

from __future__ import annotations

from sync.core.matching.identity import assign_blocks
from sync.local.layout import Layout
from sync.local.tasks import (
    CannotEdit,
    Edit,
    FrontMatter,
    Insert,
    NotTodo,
    Remove,
    SetFields,
    Stamp,
    Task,
    TodoFile,
)

from .bare import is_bare
from .cut import cut, heading
from .edit import edit, new_file
from .head import set_head
from .parse import parse
from .render import render, shown

__all__ = [
    "LAYOUT",
    "CannotEdit",
    "Edit",
    "FrontMatter",
    "Insert",
    "NotTodo",
    "Remove",
    "SetFields",
    "Stamp",
    "Task",
    "TodoFile",
    "assign_blocks",
    "bound_by",
    "cut",
    "edit",
    "heading",
    "is_bare",
    "new_file",
    "parse",
    "render",
    "set_head",
    "shown",
]

LAYOUT = Layout(".md")
bound_by: bytes | None = b"icloud-list:"
