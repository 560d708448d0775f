"""What editing needs to know of a file beside its tasks: its lines and where each part stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from sync.local.lines import Line
from sync.local.tasks import TodoFile

from .blocks import Heading
from .notes import Notes
from .taskline import TaskLine

__all__ = ["Layout", "MarkdownFile", "Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where one task stands: its line's parts, its notes, and the ``end`` of its block.

    ``around`` is the innermost task that it stands beneath; ``is_direct`` says that no plain bullet
    is between the two, or around it if there is no such task.
    """

    line: TaskLine
    notes: Notes
    end: int
    around: int | None
    is_direct: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """A file's lines, and the place of each task, in the order of ``TodoFile.tasks``.

    ``units`` are the indentations that child lines have beside their task's, commonest first.
    """

    bom: str
    lines: tuple[Line, ...]
    places: tuple[Place, ...]
    headings: tuple[Heading, ...]
    front_matter_lines: int
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarkdownFile(TodoFile):
    """One reading of a Markdown file, with all that is needed to edit it."""

    layout: Layout = field(repr=False, compare=False)
