"""What writing into files needs to know, and what it comes to: words, and one file's new bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from store.local.places import LineRow
from store.local.renders import BaseChange
from store.model import Field, Reminder, Value
from sync.core.matching.match import Line
from sync.core.sections import Outlook
from sync.cycle.observing.reading import LocalFile, LocalState
from sync.cycle.planning.unmarked import without_ids
from sync.local.formats import Dialect
from sync.local.making import NO_FAMILIES, make_edits
from sync.local.tasks import Edit

__all__ = ["Desk", "FileWrite", "Problem", "Values", "applied"]

Values = Mapping[Field, Value]


@dataclass(frozen=True, slots=True)
class Problem:
    """A change that could not be made without touching more than was asked."""

    id: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileWrite:
    """One file's new content; ``expected`` is the hash it must have now, ``""`` for a new one.

    ``rows`` say where each reminder stands in it, where lines have no ids to show it. Without
    ``data`` the file goes: it was one task's own.
    """

    path: str
    expected: str
    data: bytes | None
    lines: int
    changes: tuple[BaseChange, ...] = ()
    ids: frozenset[str] = frozenset()
    rows: tuple[LineRow, ...] = ()

    @property
    def new_sha256(self) -> str:
        """The hash that the file shall have, ``""`` if it shall be gone."""
        return "" if self.data is None else hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Desk:
    """All that is needed to write: where lines are, their ids, and how new ones look.

    ``paths`` maps list ids to the place that new lines go to, ``owner`` every place to its list,
    ``blocks`` reminders to block ids, ``rank`` gives the order of new lines, ``base`` what is
    agreed on now, ``outlook`` what becomes of headings.
    """

    local: LocalState
    lines: Mapping[str, Line]
    paths: Mapping[str, str]
    blocks: Mapping[str, str]
    base: Mapping[str, Values]
    dialect: Dialect
    owner: Mapping[str, str] = field(default_factory=dict)
    rank: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    outlook: Outlook = field(default_factory=Outlook)

    def path_for(self, id: str, reminder: Reminder) -> str:
        """The file where its line belongs: its parent's, else its own if that is of its list.

        Where each task has a file of its own, a new one.
        """
        layout = self.dialect.layout
        if layout.per_task:
            return layout.file_of(self.paths[reminder.list], self.blocks[id], self.local.files)
        for other in (reminder.parent, id):
            line = self.lines.get(other) if other is not None else None
            if line is not None and self.owner.get(line.path) == reminder.list:
                return line.path
        return self.paths[reminder.list]


def applied(
    file: LocalFile,
    edits: Sequence[tuple[str, Edit]],
    dialect: Dialect,
    families: Mapping[str, frozenset[str]] = NO_FAMILIES,
) -> tuple[bytes, dict[str, str]]:
    """The file's bytes after all edits that can be made, and why the others cannot, by id."""
    assert file.todo is not None
    if not dialect.marks:
        edits = [(id, without_ids(edit)) for id, edit in edits]
    data, failed = make_edits(file.todo, edits, dialect, families)
    return (file.data if data is None else data), failed
