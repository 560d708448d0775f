"""What files shall hold: a plan's line changes, gathered into one new content per file.

Pure: bytes of today and wanted changes in, bytes of tomorrow out, with what each write will mean
for the base once it stands. A line that moves to another file is first written there; the line
that it leaves is taken out afterwards, so that it is twice for a moment, never nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from store.local.places import LineRow
from store.local.renders import BaseChange
from store.model import Field, Reminder, Value
from store.values import NO_VALUE, NoValue
from sync.core.actions import AddLine, MoveLine, RemoveLine, RenderOp, SetLine, Why
from sync.core.matching.identity import list_block_id
from sync.core.matching.match import Leaving, Line, words
from sync.core.merging.fields import images_after
from sync.core.merging.lift import PLACE
from sync.cycle.observing.reading import LocalFile
from sync.cycle.planning.standing import by_block
from sync.cycle.planning.unmarked import rows_after
from sync.cycle.rendering.desk import Desk, FileWrite, Problem, Values, applied
from sync.local.formats import Dialect
from sync.local.tasks import (
    Beneath,
    DropHeading,
    Edit,
    Insert,
    MoveTo,
    Remove,
    RenameHeading,
    SetFields,
)

__all__ = ["moving_out", "write_files"]


@dataclass(slots=True)
class _FileJob:
    """What is wanted of one file: edits of lines that are there, and reminders to put in."""

    edits: list[tuple[str, Edit]] = field(default_factory=list)
    inserts: list[tuple[str, Reminder]] = field(default_factory=list)
    changes: dict[str, list[BaseChange]] = field(default_factory=lambda: defaultdict(list))


def write_files(
    desk: Desk, renders: Collection[RenderOp], new_files: Mapping[str, str]
) -> tuple[list[FileWrite], list[Problem]]:
    """The writes that the plan's changes come to, with headings that follow their sections.

    ``new_files`` maps paths to list ids.
    """
    jobs: defaultdict[str, _FileJob] = defaultdict(_FileJob)
    for path in new_files:
        jobs[path] = _FileJob()
    problems: list[Problem] = []
    for op in renders:
        problem = _homeless(desk, op) or _add_job(desk, op, jobs)
        if problem is not None:
            problems.append(problem)
    _follow_sections(desk, jobs)
    writes = []
    leaving = {(one.path, one.id) for one in moving_out(desk, renders)}
    named = {} if desk.dialect.marks else by_block(desk.blocks)
    for path, job in sorted(jobs.items()):
        file = desk.local.files.get(path) or _fresh_file(path, new_files.get(path), desk.dialect)
        inserts, families = _nest(desk, file, job)
        edits = [*job.edits, *inserts]
        data, failed = applied(file, edits, desk.dialect, families)
        problems += [Problem(id, path, reason) for id, reason in failed.items()]
        done = {id: made for id, made in job.changes.items() if id not in failed}
        per_task = desk.dialect.layout.per_task
        if data != file.data or not (file.sha256 or per_task):
            flat = tuple(change for made in done.values() for change in made)
            kept = None if per_task and not data else data
            rows: tuple[LineRow, ...] = ()
            if not desk.dialect.marks:
                made = [(id, edit) for id, edit in edits if id not in failed]
                rows = rows_after(file, made, data, desk.lines, named, desk.dialect)
                rows = tuple(row for row in rows if (path, row.id) not in leaving)
            ids = frozenset(done)
            writes.append(FileWrite(path, file.sha256, kept, len(done), flat, ids, rows))
    return writes, problems


def moving_out(desk: Desk, renders: Iterable[RenderOp]) -> list[Leaving]:
    """The lines that a plan moves to another file, to be taken out afterwards."""
    if desk.dialect.layout.per_task:
        return []
    return sorted(
        Leaving(line.path, op.id, words(line.text, line.reminder.notes))
        for op in renders
        if isinstance(op, MoveLine)
        and _homeless(desk, op) is None
        and (line := desk.lines.get(op.id)) is not None
        and line.path != desk.path_for(op.id, op.reminder)
    )


# ---- from operations to edits of one file -------------------------------------------------------


def _homeless(desk: Desk, op: RenderOp) -> Problem | None:
    """Why a line cannot be put anywhere now: its list has no file, or not yet one again."""
    if not isinstance(op, AddLine | MoveLine) or op.reminder.list in desk.paths:
        return None
    line = desk.lines.get(op.id)
    reason = f"“{op.reminder.title}” waits where it is: the list that it moved to has no file now"
    return Problem(op.id, line.path if line is not None else op.reminder.list, reason)


def _add_job(desk: Desk, op: RenderOp, jobs: Mapping[str, _FileJob]) -> Problem | None:
    line = desk.lines.get(op.id)
    match op:
        case SetLine(changes=changes) if line is not None:
            jobs[line.path].edits.append((op.id, SetFields(line.task, changes)))
            jobs[line.path].changes[op.id] += _moved(desk, op.id, {**changes, **op.agreed})
        case RemoveLine(why=why) if line is not None:
            jobs[line.path].edits.append((op.id, Remove(line.task)))
            jobs[line.path].changes[op.id] += [] if why is Why.ARCHIVED else _forgotten(desk, op.id)
        case AddLine(reminder=reminder):
            path = desk.path_for(op.id, reminder)
            jobs[path].inserts.append((op.id, reminder))
            jobs[path].changes[op.id] += _moved(desk, op.id, reminder.values(), placed=True)
        case MoveLine() if line is not None and desk.dialect.layout.per_task:
            _name_parent(desk, op, line, jobs[line.path])
        case MoveLine(reminder=reminder, changes=changes) if line is not None:
            path = desk.path_for(op.id, reminder)
            if path == line.path and reminder.parent is None and line.parent is None:
                _move_within(desk, op, line, jobs[path])
                return None
            task = desk.local.files[line.path].tasks[line.task]
            if not task.clean:
                return Problem(
                    op.id,
                    line.path,
                    "it moved in iCloud, but there is more on its lines than iCloud knows: "
                    "move them by hand",
                )
            if path == line.path:
                jobs[path].edits.append((op.id, Remove(line.task)))
            jobs[path].inserts.append((op.id, reminder))
            jobs[path].changes[op.id] += _moved(desk, op.id, {**changes, **op.agreed})
    return None


def _move_within(desk: Desk, op: MoveLine, line: Line, job: _FileJob) -> None:
    """To another section of its file a line goes as it stands, whatever is on it."""
    changes = {name: value for name, value in op.changes.items() if name not in PLACE}
    if changes:
        job.edits.append((op.id, SetFields(line.task, changes)))
    job.edits.append((op.id, MoveTo(line.task, op.reminder.section)))
    job.changes[op.id] += _moved(desk, op.id, {**op.changes, **op.agreed})


def _follow_sections(desk: Desk, jobs: Mapping[str, _FileJob]) -> None:
    """Headings of sections that iCloud renamed or deleted; what stands beneath them goes along."""
    for op in desk.outlook.retitles:
        if not op.to_files:
            continue
        job = jobs[desk.paths[op.list]]
        job.edits.append((op.id, RenameHeading(op.old, op.new)))
        settled = {id for id, made in job.changes.items() if any(_is_section(one) for one in made)}
        for id, values in desk.base.items():
            is_in = (values.get(Field.LIST), values.get(Field.SECTION)) == (op.list, op.base)
            if is_in and id not in settled:
                job.changes[op.id] += _moved(desk, id, {Field.SECTION: op.new})
    for drop in desk.outlook.drops:
        job = jobs[desk.paths[drop.list]]
        job.edits.append((f"{drop.list} {drop.name}", DropHeading(drop.name)))


def _is_section(change: BaseChange) -> bool:
    return change.field is Field.SECTION


def _name_parent(desk: Desk, op: MoveLine, line: Line, job: _FileJob) -> None:
    """Edit the task where it stands; its file is moved afterwards, which the base then sees."""
    changes = {name: value for name, value in op.changes.items() if name not in PLACE}
    job.edits.append((op.id, SetFields(line.task, dict(changes))))
    if Field.PARENT in op.changes:
        parent = op.reminder.parent
        job.edits.append((op.id, Beneath(line.task, desk.blocks[parent] if parent else None)))
        changes[Field.PARENT] = parent
    job.changes[op.id] += _moved(desk, op.id, {**changes, **op.agreed})


def _moved(desk: Desk, id: str, changes: Values, placed: bool = False) -> list[BaseChange]:
    base = desk.base.get(id, {})
    after = dict(changes)
    if Field.IMAGES in after and id in desk.lines and not placed:
        here = desk.lines[id].reminder.images
        after[Field.IMAGES] = images_after(
            base.get(Field.IMAGES, frozenset()), here, after[Field.IMAGES]
        )
    moved = [
        BaseChange(id, name, base.get(name, NO_VALUE), value, _stood(desk, id, name))
        for name, value in after.items()
    ]
    return [*moved, BaseChange(id, None, bool(base), True)] if placed else moved


def _stood(desk: Desk, id: str, name: Field) -> Value | NoValue:
    """What its line says of this field, if that is not what was agreed on."""
    line = desk.lines.get(id)
    if line is None or name in PLACE or name in line.reminder.opaque:
        return NO_VALUE
    value = line.reminder.value(name)
    return NO_VALUE if value == desk.base.get(id, {}).get(name, NO_VALUE) else value


def _forgotten(desk: Desk, id: str) -> list[BaseChange]:
    gone = [BaseChange(id, name, value, NO_VALUE) for name, value in desk.base.get(id, {}).items()]
    return [*gone, BaseChange(id, None, True, False)]


def _fresh_file(path: str, list_id: str | None, dialect: Dialect) -> LocalFile:
    data = dialect.new_file(list_block_id(list_id) if list_id else None)
    return LocalFile(path, "", data, dialect.parser(path)(data))


def _nest(
    desk: Desk, file: LocalFile, job: _FileJob
) -> tuple[list[tuple[str, Insert]], dict[str, frozenset[str]]]:
    """Inserts in order, subtasks beneath their parent, be it there already or new as well.

    Also, for each reminder, all that are put in as one with it.
    """
    coming = dict(job.inserts)
    leaving = {id: change.task for id, change in job.edits if isinstance(change, Remove)}
    order = sorted(coming, key=lambda id: (desk.rank.get(id, (1 << 30, 0)), id))
    below: defaultdict[str, list[str]] = defaultdict(list)
    top: list[tuple[str, int | None]] = []
    for id in order:
        first = _outermost(coming, id)
        parent = coming[id].parent
        above = desk.lines.get(parent) if parent is not None else None
        if first != id:
            below[first].append(id)
        elif above is not None and above.path == file.path and parent not in leaving:
            top.append((id, above.task))
        else:
            top.append((id, None))
    inserts = [
        (id, _insert(desk, coming, leaving, id, after, below.get(id, []))) for id, after in top
    ]
    families = {
        id: frozenset({first, *ids}) for first, ids in below.items() for id in (first, *ids)
    }
    return inserts, families


def _outermost(coming: Mapping[str, Reminder], id: str) -> str:
    """The insert that ``id`` goes beneath, itself if none; in a circle, the first by name."""
    passed = [id]
    while (parent := coming[passed[-1]].parent) is not None and parent in coming:
        if parent in passed:
            return min(passed[passed.index(parent) :])
        passed.append(parent)
    return passed[-1]


def _insert(
    desk: Desk,
    coming: Mapping[str, Reminder],
    leaving: Mapping[str, int],
    id: str,
    after: int | None,
    below: Sequence[str],
) -> Insert:
    return Insert(
        reminder=coming[id],
        block=desk.blocks[id],
        after_parent=after,
        children=tuple(_insert(desk, coming, leaving, child, None, ()) for child in below),
        beneath=desk.blocks.get(coming[id].parent or ""),
        instead_of=leaving.get(id),
    )
