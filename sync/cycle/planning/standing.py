"""Where lines stand, as rows for the store."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping

from store.local.places import LineRow
from sync.core.matching.traces import Leaving
from sync.cycle.observing.reading import LocalFile, LocalState
from sync.cycle.planning.planner import Planned
from sync.cycle.planning.unmarked import kept_rows

__all__ = [
    "LEAVING",
    "by_block",
    "leaving_of",
    "leaving_text",
    "line_rows",
    "lines_by_block",
    "may_stand_still",
]

LEAVING = "leaving"  # meta key: lines of our own moves that still stand where they were


def leaving_text(leaving: Iterable[Leaving]) -> str:
    """Lines on their way to another file, as the store keeps them."""
    return json.dumps(sorted(leaving))


def leaving_of(text: str | None) -> frozenset[Leaving]:
    """What ``leaving_text`` made text of; nothing where there is none."""
    return frozenset(Leaving(*map(str, entry)) for entry in json.loads(text or "[]"))


def by_block(blocks: Mapping[str, str]) -> dict[str, str]:
    """The reminders by their block ids, to be made once for many files."""
    return {block: id for id, block in blocks.items()}


def lines_by_block(
    path: str, file: LocalFile, named: Mapping[str, str], before: Iterable[LineRow]
) -> list[LineRow]:
    """Where reminders stand in a file that we wrote ourselves; ``named`` maps block ids to them.

    A line that could not be given its id (a full disk) is still known by its words, as in
    ``before``.
    """
    found = {named[task.block]: task for task in file.tasks if task.block and task.block in named}
    bare = {task.text: task for task in file.tasks if task.block is None}
    for row in before:
        if row.id not in found and row.text in bare:
            found[row.id] = bare.pop(row.text)
    return [LineRow(id, path, task.line, task.text) for id, task in found.items()]


def line_rows(
    paths: Collection[str], local: LocalState, planned: Planned
) -> dict[str, list[LineRow]]:
    """Where the reminders of these files stand, for recognising them without their ids."""
    found: dict[str, list[LineRow]] = {path: [] for path in paths}
    for (path, index), id in sorted(planned.world.matched.ids.items()):
        if path in found:
            task = local.files[path].tasks[index]
            row = LineRow(id, path, task.line, task.text)
            found[path] += [] if may_stand_still(row, local, planned) else [row]
    for row in kept_rows(planned.known, planned.world.lines):
        if row.path in found:
            found[row.path].append(row)
    return found


def may_stand_still(row: LineRow, local: LocalState, planned: Planned) -> bool:
    """Whether the line that was known may still stand in a file that cannot be read now.

    Then a line that a person put elsewhere may be its copy, and is not remembered in its place.
    Where no line was known and nothing is agreed on, it may stand where iCloud has the reminder.
    """
    known, line = planned.known, planned.world.lines.get(row.id)
    trace = known.traces.get(row.id)
    stood = trace.path if trace is not None else _home(row.id, planned)
    if stood in (None, row.path) or line is None or line.path != row.path:
        return False
    file = local.files.get(stood)
    if file is None or not planned.marks:
        return False
    return file.unread or (bool(file.hides_tasks) and known.blocks.get(row.id) in file.ids)


def _home(id: str, planned: Planned) -> str | None:
    """The file of the list that iCloud has a reminder in, of which nothing is agreed on."""
    known = planned.known
    if id in known.base or id not in known.rows:
        return None
    view = planned.lists.views.get(known.rows[id].list_id)
    return None if view is None else view.path
