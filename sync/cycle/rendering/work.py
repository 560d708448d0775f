"""What is to be done to files: a plan's changes as writes, moves and removals, in order. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from store.model import Field
from sync.core.actions import Hold, ListField
from sync.core.colors import hexadecimal_of
from sync.core.listplan import LabelFile
from sync.core.matching.match import Leaving, words
from sync.cycle.observing.reading import LocalFile, LocalState
from sync.cycle.planning.known import ranks_of
from sync.cycle.planning.planner import Planned
from sync.cycle.rendering.desk import Desk, FileWrite, Problem
from sync.cycle.rendering.directories import (
    FileMove,
    label_writes,
    moving_files,
    nothing_but_labels,
)
from sync.cycle.rendering.render import moving_out, write_files
from sync.local.formats import Dialect

__all__ = ["Removal", "Work", "desk_of", "plan_work"]


@dataclass(frozen=True, slots=True)
class Removal:
    """A file whose list is gone and which holds nothing that is anybody else's: it goes."""

    key: str
    id: str  # the list's
    path: str
    sha256: str
    headings: tuple[str, ...] = ()


@dataclass(slots=True)
class Work:
    """What is to be done to files now that it is committed, and what a person has to hear."""

    writes: list[tuple[str, FileWrite]] = field(default_factory=list)
    new_files: dict[str, str] = field(default_factory=dict)
    removals: list[Removal] = field(default_factory=list)
    moves: list[FileMove] = field(default_factory=list)
    leaving: list[Leaving] = field(default_factory=list)
    awaited: list[Leaving] = field(default_factory=list)
    """Lines that are gone now, and are to be taken out if they stand there again."""
    problems: list[Problem] = field(default_factory=list)
    new_holds: list[Hold] = field(default_factory=list)


def plan_work(
    planned: Planned,
    local: LocalState,
    homes: Mapping[str, str],
    known: Mapping[str, str],
    dialect: Dialect,
    mint: Callable[[], str],
) -> Work:
    """The file work of a plan; none of one that waits.

    ``homes`` are the places where lists were last time, ``known`` the hashes that files had then,
    ``mint`` names the writes.
    """
    work = Work()
    if planned.waits:
        return work
    desk = desk_of(planned, local, dialect)
    renders = planned.plan.renders
    labels = [*planned.lists.label_files]
    new_lists = {op.path: op.id for op in planned.lists.create_files}
    work.new_files = new_lists
    if dialect.layout.per_task:  # a list is known by its name before it has tasks
        infos = {id: planned.known.list_rows[id].info() for id in new_lists.values()}
        labels += [LabelFile(id, place, infos[id].name) for place, id in new_lists.items()]
        colors = {place: hexadecimal_of(infos[id].color) for place, id in new_lists.items()}
        labels += [
            LabelFile(id, place, colors[place], ListField.COLOR)
            for place, id in new_lists.items()
            if colors[place]
        ]
        work.new_files = {f"{place}/{dialect.layout.label}": id for place, id in new_lists.items()}
        new_lists = {}
    tasks, work.problems = write_files(desk, renders, new_lists)
    writes = [*label_writes(local, labels, dialect.layout), *tasks]
    work.writes = [(mint(), write) for write in writes]
    work.moves = moving_files(desk, renders)
    leftovers = [
        Leaving(path, id, words(task.text, task.reminder.notes))
        for (path, index), id in planned.world.matched.leftovers.items()
        for task in (local.files[path].tasks[index],)
    ]
    put = {(write.path, id) for write in tasks for id in write.ids}
    leaving = {one for one in planned.leaving if not _comes_back(one, planned, put)}
    unclear = {one for one in leaving if _may_be_twice(one, planned, local)}
    work.leaving = sorted({*moving_out(desk, renders), *leftovers, *unclear})
    twins = (_lost_twin(one, planned) for one in leaving - unclear)
    lost = (one for one in leaving - unclear if _is_lost(one, planned, local))
    just_lost = {one for one in lost if local.files[one.path].sha256 != known.get(one.path)}
    work.awaited = sorted({twin for twin in twins if twin is not None} | just_lost)
    for id in planned.lists.ended:
        view = planned.lists.views.get(id)
        place = (view.path if view is not None else None) or homes.get(id, "")
        ending = _ending(place, local, dialect, planned.known.sections.named_in(id))
        for file in ending:
            headings = file.todo.sections if file.todo is not None else ()
            work.removals.append(Removal(mint(), id, file.path, file.sha256, headings))
    return work


def _comes_back(one: Leaving, planned: Planned, put: Collection[tuple[str, str]]) -> bool:
    """Whether the reminder's line, which stands elsewhere, is ``put`` into the file that it left.

    What stands there from then on is that line, and none that was left behind.
    """
    line = planned.world.lines.get(one.id)
    return (one.path, one.id) in put and (line is None or line.path != one.path)


def _lost_twin(one: Leaving, planned: Planned) -> Leaving | None:
    """What a move had put elsewhere for this line, if that is gone: so it passes for moved back.

    If the other was missing in a file that was half saved, it comes again: as one too many.
    """
    line, trace = planned.world.lines.get(one.id), planned.known.traces.get(one.id)
    if line is None or trace is None or line.path != one.path or trace.path == one.path:
        return None
    agreed = planned.known.base.get(one.id, {}).get(Field.LIST)
    if line.reminder.list == agreed:
        return None
    return Leaving(trace.path, one.id, words(trace.text, trace.notes))


def _is_lost(one: Leaving, planned: Planned, local: LocalState) -> bool:
    """Whether a line that was to leave its file is gone from it, though the file is there.

    If that was saved just now, it may be half of a save, and the line comes again.
    """
    line, blocks = planned.world.lines.get(one.id), planned.known.blocks
    file = local.files.get(one.path)
    if file is None or line is None or line.path == one.path:
        return False
    return all(task.block != blocks.get(one.id) for task in file.tasks)


def _may_be_twice(one: Leaving, planned: Planned, local: LocalState) -> bool:
    """Whether nobody can tell now that this line stands, or that what was put elsewhere does."""
    file, block = local.files.get(one.path), planned.known.blocks.get(one.id)
    if file is None and planned.rests(one.path):  # under another name it may be just being saved
        return True
    if file is not None and file.hides_tasks:
        return True
    others = (other for other in local.files.values() if other.path != one.path)
    return any(other.unread or (other.hides_tasks and block in other.ids) for other in others)


def _ending(
    place: str, local: LocalState, dialect: Dialect, sections: Collection[str]
) -> list[LocalFile]:
    """The files of a list that is gone, if nothing stands in them but what went with it."""
    if dialect.layout.per_task:
        return nothing_but_labels(local, place, dialect.layout)
    file = local.files.get(place)
    if file is None or file.todo is None or file.hides_tasks:
        return []
    return [file] if dialect.is_bare(file.todo, sections) else []


def desk_of(planned: Planned, local: LocalState, dialect: Dialect) -> Desk:
    """What writing lines needs to know, as it was planned."""
    known, views = planned.known, planned.lists.views.values()
    return Desk(
        local=local,
        lines=planned.world.lines,
        paths={view.id: view.path for view in views if view.path is not None},
        owner=planned.lists.owner,
        blocks=known.blocks,
        base=known.base,
        dialect=dialect,
        rank=ranks_of(known),
        outlook=planned.world.outlook,
    )
