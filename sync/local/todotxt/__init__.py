"""The todo.txt format: one task per line; bytes to tasks and edits to bytes, pure."""

from __future__ import annotations

from .edit import edit, new_file
from .parse import TodoTxtFile, parse
from .render import render, shown

__all__ = ["TodoTxtFile", "edit", "new_file", "parse", "render", "shown", "suffix"]

suffix = ".txt"
