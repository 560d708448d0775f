"""What a format of todo files has to offer, and the formats that there are.

The rooms that scan, plan and write know files through a ``Dialect`` alone: a format, read with the
home zone. To add a format is to write a module with these names and to list it here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from store.model import Reminder
from sync.local import markdown, todotxt, vdir
from sync.local.layout import Layout
from sync.local.tasks import Edit, FrontMatter, TodoFile

__all__ = ["FORMATS", "MARKDOWN", "TODO_TXT", "VDIR", "Dialect", "Format"]


class Format(Protocol):
    """A way of writing tasks: pure functions between bytes, tasks and reminders.

    For every reminder, the file that an ``Insert`` of it makes reads back as ``shown`` says; for
    every file, ``edit`` without edits gives back its bytes. ``home_zone`` is the IANA zone of times
    that name none.
    """

    LAYOUT: Layout  # which files there are, and whose they are
    bound_by: bytes | None  # stands in the head of a file that names its list, if one can

    def parse(self, data: bytes, home_zone: str, before: TodoFile | None = None) -> TodoFile:
        """What a file says; raises ``NotTodo`` for bytes that are no text.

        ``before`` is an earlier reading of it, which changes nothing but how long it takes.
        """

    def shown(self, reminder: Reminder, home_zone: str) -> Reminder:
        """What a file can say of a reminder; what it never can is opaque."""

    def edit(self, file: TodoFile, edits: Sequence[Edit], home_zone: str) -> bytes:
        """The file's bytes after all of ``edits``; raises ``CannotEdit`` and then makes none."""

    def new_file(self, list_block: str | None, home_zone: str) -> bytes:
        """A file without tasks; it carries the list's id where the format has a place for it."""

    def is_bare(self, file: TodoFile, sections: Collection[str]) -> bool:
        """Whether nothing is left in a file but what a list's file has by itself, and blank lines.

        Headings of ``sections`` are the list's, too.
        """

    def cut(self, file: TodoFile, tasks: Sequence[int]) -> str:
        """The text that a ``Remove`` of ``tasks`` takes out, such that it can stand elsewhere."""

    def heading(self, words: str) -> str:
        """What a file of such text begins with."""

    def set_head(self, file: TodoFile, values: Mapping[str, str], home_zone: str) -> bytes:
        """The file's bytes with other values for keys of its front matter, or ``CannotEdit``."""

    def assign_blocks(self, uuids: Iterable[str], taken: Mapping[str, str]) -> dict[str, str]:
        """The ids by which files shall know these reminders; ``taken`` maps ids to reminders."""


MARKDOWN: Format = markdown
TODO_TXT: Format = todotxt
VDIR: Format = vdir
FORMATS: Mapping[str, Format] = {"markdown": MARKDOWN, "todo.txt": TODO_TXT, "vdir": VDIR}


@dataclass(frozen=True, slots=True)
class Dialect:
    """A format as it is read and written at home: with the zone of times that name none.

    Without ``marks`` no id is written into a file.
    """

    format: Format
    home_zone: str
    marks: bool = True

    @property
    def layout(self) -> Layout:
        """Which files there are, and whose they are."""
        return self.format.LAYOUT

    def parse(self, data: bytes, before: TodoFile | None = None) -> TodoFile:
        """``Format.parse``."""
        return self.format.parse(data, self.home_zone, before)

    def parse_beside(self, data: bytes, before: TodoFile | None = None) -> TodoFile:
        """A file that speaks of its list: whatever it says, it has no tasks."""
        return TodoFile((), FrontMatter(), ())

    def parser(self, path: str) -> Callable[[bytes], TodoFile]:
        """How the file at this path is read."""
        return self.parse_beside if self.layout.is_beside(path) else self.parse

    def shown(self, reminder: Reminder) -> Reminder:
        """``Format.shown``."""
        return self.format.shown(reminder, self.home_zone)

    def edit(self, file: TodoFile, edits: Sequence[Edit]) -> bytes:
        """``Format.edit``."""
        return self.format.edit(file, edits, self.home_zone)

    def new_file(self, list_block: str | None) -> bytes:
        """``Format.new_file``."""
        return self.format.new_file(list_block if self.marks else None, self.home_zone)

    def is_bare(self, file: TodoFile, sections: Collection[str]) -> bool:
        """``Format.is_bare``."""
        return self.format.is_bare(file, sections)

    def cut(self, file: TodoFile, tasks: Sequence[int]) -> str:
        """``Format.cut``."""
        return self.format.cut(file, tasks)

    def heading(self, words: str) -> str:
        """``Format.heading``."""
        return self.format.heading(words)

    def set_head(self, file: TodoFile, values: Mapping[str, str]) -> bytes:
        """``Format.set_head``."""
        return self.format.set_head(file, values, self.home_zone)

    def assign_blocks(self, uuids: Iterable[str], taken: Mapping[str, str]) -> dict[str, str]:
        """``Format.assign_blocks``."""
        return self.format.assign_blocks(uuids, taken)
