"""Where lines stand, as rows for the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from store.places import LineRow
from sync.core.matching.traces import Leaving
from sync.cycle.observing.reading import LocalFile, LocalState
from sync.cycle.planning.planner import Planned
from sync.cycle.planning.unmarked import kept_rows

__all__ = ["leaving_of", "leaving_text", "line_rows", "lines_by_block"]


def leaving_text(leaving: Iterable[Leaving]) -> str:
    """Lines on their way to another file, as the store keeps them."""
    return json.dumps(sorted(leaving))


def leaving_of(text: str | None) -> frozenset[Leaving]:
    """What ``leaving_text`` made text of; nothing where there is none."""
    return frozenset(Leaving(*map(str, entry)) for entry in json.loads(text or "[]"))


def lines_by_block(
    path: str, file: LocalFile, blocks: Mapping[str, str], before: Iterable[LineRow]
) -> list[LineRow]:
    """Where reminders stand in a file that we wrote ourselves, by their ids.

    A line that could not be given its id (a full disk) is still known by its words, as in
    ``before``.
    """
    id_of = {block: id for id, block in blocks.items()}
    found = {id_of[task.block]: task for task in file.tasks if task.block in id_of}
    bare = {task.text: task for task in file.tasks if task.block is None}
    for row in before:
        if row.id not in found and row.text in bare:
            found[row.id] = bare.pop(row.text)
    return [LineRow(id, path, task.line, task.text) for id, task in found.items()]


def line_rows(path: str, local: LocalState, planned: Planned) -> list[LineRow]:
    """Where the reminders of one file stand, for recognising them without their ids."""
    tasks = local.files[path].tasks
    here = [
        LineRow(id, path, tasks[index].line, tasks[index].text)
        for (other, index), id in sorted(planned.world.matched.ids.items())
        if other == path
    ]
    return [*here, *kept_rows(path, planned.known, planned.world.lines)]
