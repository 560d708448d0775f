"""Says which text leaves a file with a task, as it can stand on its own elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from sync.local.lines import leading
from sync.local.tasks import TodoFile

from .layout import MarkdownFile

__all__ = ["cut", "heading"]


def cut(file: TodoFile, tasks: Sequence[int]) -> str:
    """The lines that removing ``tasks`` takes out, byte for byte.

    They lose the indentation that the first of them has, and the last ends with a line end.
    """
    if not isinstance(file, MarkdownFile):
        raise TypeError("only what was read as Markdown can be cut as Markdown")
    layout = file.layout
    own = sorted({at for task in tasks for at in layout.places[task].notes.own})
    indent = leading(layout.lines[own[0]].text)
    lines = [layout.lines[at] for at in own]
    return "".join(line.text.removeprefix(indent) + (line.eol or "\n") for line in lines)


def heading(words: str) -> str:
    """What a file of such lines begins with."""
    return f"# {words}\n\n"
