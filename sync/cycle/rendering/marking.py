"""Ids onto new lines, and lines out of the file that they left: the small writes around a plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from sync.core.matching.match import Leaving, Matched, words
from sync.cycle.observing.reading import LocalFile, LocalState
from sync.cycle.planning.unmarked import line_saying
from sync.cycle.rendering.desk import FileWrite, Problem, applied
from sync.local.formats import Dialect
from sync.local.tasks import Edit, Insert, Remove, Stamp, Task

__all__ = ["stamp_files", "take_out"]


def stamp_files(
    local: LocalState, matched: Matched, blocks: Mapping[str, str], dialect: Dialect
) -> tuple[list[FileWrite], list[Problem]]:
    """Write block ids onto the lines that have none yet."""
    wanted: defaultdict[str, list[tuple[str, Edit]]] = defaultdict(list)
    for path, task in sorted(matched.unstamped if dialect.marks else ()):
        id = matched.ids[path, task]
        replaces = (path, task) in matched.copies
        wanted[path].append((id, Stamp(task, blocks[id], replace=replaces)))
    writes, problems = [], []
    for path, edits in wanted.items():
        file = local.files[path]
        data, failed = applied(file, edits, dialect)
        problems += [Problem(id, path, reason) for id, reason in failed.items()]
        if data != file.data:
            writes.append(FileWrite(path, file.sha256, data, len(edits) - len(failed)))
    return writes, problems


def take_out(
    local: LocalState,
    leaving: Iterable[Leaving],
    blocks: Mapping[str, str],
    dialect: Dialect,
    moved: Collection[str] = (),
) -> tuple[list[FileWrite], list[Problem]]:
    """Take lines out of the files that they left, where they stand in another file by now.

    A line that was edited meanwhile stays: somebody's words are on it; one that only lost its id
    goes. Where lines have no ids, ``moved`` are those that stand elsewhere.
    """
    wanted: defaultdict[str, list[tuple[str, Edit]]] = defaultdict(list)
    problems: list[Problem] = []
    for path, id, left in leaving:
        if not dialect.marks:
            if id in moved and (old := line_saying(local, path, left)) is not None:
                wanted[path].append((id, Remove(old)))
            continue
        block, file = blocks.get(id), local.files.get(path)
        elsewhere = (one for other, one in local.files.items() if other != path)
        if block is None or not any(task.block == block for one in elsewhere for task in one.tasks):
            continue
        gone = {edit.task for _, edit in wanted.get(path, ()) if isinstance(edit, Remove)}
        behind = _behind(file, block, left, gone) if file is not None else []
        if behind and all(task.clean for _, task in behind):
            wanted[path] += [(id, Remove(index)) for index, _ in behind]
        elif behind:
            reason = "it moved, but there is more on its old lines than iCloud knows: remove them"
            problems.append(Problem(id, path, reason))
    writes = []
    for path, edits in sorted(wanted.items()):
        file = local.files[path]
        data, failed = applied(file, [*edits, *_left_behind(file, edits)], dialect)
        problems += [Problem(id, path, reason) for id, reason in failed.items()]
        if data != file.data:
            writes.append(FileWrite(path, file.sha256, data, len(edits) - len(failed)))
    return writes, problems


def _behind(
    file: LocalFile, block: str, left: str, gone: Collection[int]
) -> list[tuple[int, Task]]:
    """What stands in a file as it was left: with its id, else one that has none now."""
    found = [
        (index, task)
        for index, task in enumerate(file.tasks)
        if task.block in (block, None) and words(task.text, task.reminder.notes) == left
    ]
    named = [one for one in found if one[1].block is not None]
    return named or [one for one in found if one[0] not in gone][:1]


def _left_behind(file: LocalFile, edits: Iterable[tuple[str, Edit]]) -> Iterator[tuple[str, Edit]]:
    """To the top level goes what was typed beneath a line that leaves, and does not leave."""
    leaving = {edit.task: id for id, edit in edits if isinstance(edit, Remove)}
    for index, task in enumerate(file.tasks):
        if task.parent in leaving and index not in leaving and task.clean:
            section = file.tasks[task.parent].section or ""
            id = leaving[task.parent]
            yield id, Remove(index)
            moved = replace(task.reminder, section=section)
            yield id, Insert(moved, task.block or "", instead_of=index)
