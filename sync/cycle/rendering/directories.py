"""Lists that are directories: which files move between them, what names them, what ends them.

Pure. A task's file is moved as it is, since much may stand in it that nobody but its maker knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sync.core.actions import ListField, MoveLine, RenderOp
from sync.core.listplan import LabelFile
from sync.cycle.observing.reading import LocalFile, LocalState
from sync.cycle.rendering.desk import Desk, FileWrite
from sync.local.layout import Layout
from sync.local.text import clean_title

__all__ = ["FileMove", "label_writes", "moving_files", "nothing_but_labels"]


@dataclass(frozen=True, slots=True)
class FileMove:
    """The file of one task goes to another list's directory."""

    id: str
    old: str
    new: str


def moving_files(desk: Desk, renders: Iterable[RenderOp]) -> list[FileMove]:
    """The files that a plan moves to another list; under their own names, unless those are taken.

    The base hears of it by looking: a move that was interrupted is simply planned again.
    """
    layout = desk.dialect.layout
    if not layout.per_task:
        return []
    moves = []
    for op in renders:
        line = desk.lines.get(op.id)
        place = desk.paths.get(op.reminder.list) if isinstance(op, MoveLine) else None
        if not isinstance(op, MoveLine) or line is None or place is None:
            continue
        if layout.place_of(line.path) != place:
            new = f"{place}/{line.path.rpartition('/')[2]}"
            if new in desk.local.files:
                new = desk.path_for(op.id, op.reminder)
            moves.append(FileMove(op.id, line.path, new))
    return moves


def label_writes(local: LocalState, labels: Iterable[LabelFile], layout: Layout) -> list[FileWrite]:
    """The writes that give lists their names and colours, where files of their own say those."""
    writes = []
    for label in labels:
        path = f"{label.path}/{layout.label if label.what is ListField.NAME else layout.color}"
        file = local.files.get(path)
        before = file.data.decode() if file is not None else ""
        name, said = clean_title(label.text), before.strip()
        data = (before.replace(said, name, 1) if said else name).encode()
        writes.append(FileWrite(path, file.sha256 if file is not None else "", data, 0))
    return writes


def nothing_but_labels(local: LocalState, place: str, layout: Layout) -> list[LocalFile]:
    """The files of a directory, if all of them only speak of the list; else none."""
    files = [file for path, file in local.files.items() if layout.place_of(path) == place]
    return files if all(layout.is_beside(file.path) for file in files) else []
