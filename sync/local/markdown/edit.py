"""Applies edits to a file's bytes, all at once, and proves that they did what was asked.

Only the tokens, note lines and task lines that have to change do. The result is parsed again:
unless every edited task reads as wanted and every other one exactly as before, nothing is changed
and ``CannotEdit`` says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from store.model import Field, Reminder
from sync.local.lines import column, is_blank
from sync.local.tasks import (
    CannotEdit,
    DropHeading,
    Edit,
    Insert,
    MoveTo,
    Remove,
    RenameHeading,
    SetFields,
    Stamp,
    TodoFile,
)
from sync.local.verify import spoken, wish

from .alarms import places_in, relocate
from .assemble import (
    LINKS,
    NEW_SECTION,
    NOTES_FIRST,
    PICTURES,
    PLACES,
    SUBTASKS,
    TOP_LEVEL,
    Chunk,
    Work,
    block_of,
    finish,
)
from .headings import Region, regions, renamed
from .images import image_line
from .layout import MarkdownFile
from .lineedit import change_line
from .notes import link_line, relink, rewrite
from .parse import parse
from .placing import Spot, child_lead, child_prefix, subtask_spot, top_spot, unit_for
from .render import child_bullet, render, shown
from .taskline import read_alarms, read_rule

__all__ = ["edit", "new_file"]

_NOT_ON_THE_LINE = frozenset({Field.LIST, Field.PARENT, Field.SECTION})


def edit(file: TodoFile, edits: Sequence[Edit], home_zone: str) -> bytes:
    """The bytes of ``file`` after ``edits``; with none, the bytes that it was read from.

    Raises ``CannotEdit`` if an edit cannot be made without changing something else.
    """
    if not isinstance(file, MarkdownFile):
        raise TypeError("only what was read as Markdown can be edited as Markdown")
    work = Work(file, home_zone)
    inserts: list[Insert] = []
    changes: dict[int, SetFields] = {}
    emptied: list[str] = []
    for one in edits:
        match one:
            case SetFields(task, values):
                before = changes[task].changes if task in changes else {}
                changes[task] = SetFields(task, {**before, **values})
            case Stamp(task, block, instead):
                work.stamps[task] = block
                if instead:
                    work.restamped.add(task)
            case Remove(task):
                work.removed.add(task)
            case Insert():
                inserts.append(one)
            case MoveTo(task, section):
                work.moves[task] = section
            case RenameHeading(old, new):
                work.renamed[old] = new
            case DropHeading(section):
                emptied.append(section)
    for task in sorted(changes.keys() | work.stamps.keys()):
        _change(work, changes.get(task, SetFields(task, {})))
    _remove(work)
    _insert(work, inserts)
    _head(work, emptied)
    return finish(work)


def new_file(list_block: str | None, home_zone: str, items: Sequence[Insert] = ()) -> bytes:
    """A fresh list file: front matter with ``icloud-id`` (unless ``None``), then ``items``."""
    head = f"---\nicloud-id: {list_block}\n---\n\n" if list_block else ""
    return edit(parse(head.encode(), home_zone), items, home_zone)


def _change(work: Work, edit: SetFields) -> None:
    task, place = work.file.tasks[edit.task], work.file.layout.places[edit.task]
    if edit.task in work.removed:
        raise CannotEdit("a task cannot be changed and removed at once", edit.task)
    for name in edit.changes.keys() & _NOT_ON_THE_LINE:
        raise CannotEdit(f"a line does not say its {name.value}: move the line", edit.task)

    def show(reminder: Reminder) -> Reminder:
        return shown(reminder, work.home_zone)

    rule, is_opaque = read_rule(place.line)
    said = spoken(task.reminder, rule, is_opaque=is_opaque)
    if Field.ALARMS not in said.opaque:
        # All that stand there, also those that say nothing beside the due date as it is now.
        on_line = read_alarms(place.line, work.home_zone) or frozenset()
        said = replace(said, alarms=on_line | place.notes.where)
    wanted = wish(work.file, edit, said, show)
    block = block_of(work, edit.task, task.block)
    work.texts[task.line] = change_line(
        place.line, said, wanted, edit.changes.keys(), block, work.home_zone
    )
    work.wanted[edit.task] = show(wanted)
    _change_below(work, edit.task, wanted)


def _change_below(work: Work, index: int, wanted: Reminder) -> None:
    """The notes, links, places and images beneath a task, in this order where there are none."""
    task, place = work.file.tasks[index], work.file.layout.places[index]
    if wanted.notes != task.reminder.notes:
        prefix = child_prefix(work.file, index) + ">"
        dropped, at, lines = rewrite(place.notes, task.line, wanted.notes, prefix)
        work.dropped |= dropped
        work.chunks.setdefault(at, []).append(Chunk(NOTES_FIRST, lines))
    notes, lead = place.notes, child_lead(work.file, index)
    below = (notes.lines or (task.line,))[-1]
    if wanted.urls != task.reminder.urls:
        dropped, at, lines = relink(notes.links, below, wanted.urls, lead, link_line)
        work.dropped |= dropped
        work.chunks.setdefault(at, []).append(Chunk(LINKS, lines))
    places = places_in(wanted.alarms)
    if places != notes.where and Field.ALARMS not in task.reminder.opaque:
        dropped, at, lines = relocate(notes.places, notes.last(task.line), places, lead)
        work.dropped |= dropped
        work.chunks.setdefault(at, []).append(Chunk(PLACES, lines))
    if wanted.images != task.reminder.images:
        below = notes.places[-1].line if notes.places else notes.last(task.line)
        dropped, at, lines = relink(notes.image_lines, below, wanted.images, lead, image_line)
        work.dropped |= dropped
        work.chunks.setdefault(at, []).append(Chunk(PICTURES, lines))


def _remove(work: Work) -> None:
    for index, task in enumerate(work.file.tasks):
        around = work.file.layout.places[index].around
        if around in work.removed and index not in work.removed:
            raise CannotEdit(f"line {task.line + 1}: this subtask would lose its parent", around)
    for index in work.removed:
        work.dropped.update(work.file.layout.places[index].notes.own)


def _insert(work: Work, inserts: Sequence[Insert]) -> None:
    """New tasks, and those that move to another section, which are put behind them."""
    groups: dict[tuple[int | None, str], list[Insert]] = {}
    for item in inserts:
        parent = item.after_parent
        if parent is not None and parent in work.removed:
            raise CannotEdit("a subtask cannot go beneath a task that is removed", parent)
        section = shown(item.reminder, work.home_zone).section if parent is None else ""
        groups.setdefault((parent, section), []).append(item)
    as_headed = {new: old for old, new in work.renamed.items() if old in work.file.sections}
    for section in work.moves.values():
        groups.setdefault((None, section), [])
    indents: dict[str, str] = {}
    for (parent, section), items in groups.items():
        if parent is None:
            spot = top_spot(work.file, as_headed.get(section, section))
            chunk = _chunk(work, spot, items, NEW_SECTION if spot.heading else TOP_LEVEL)
            chunk.blocks = _blocks_for(work, section)
            chunk.heading = section if spot.heading else ""
            indents[section] = spot.indent
        else:
            spot = subtask_spot(work.file, parent)
            chunk = _chunk(work, spot, items, SUBTASKS)
            above = work.file.tasks[parent].parent
            chunk.parent = parent if above is None else above
        work.chunks.setdefault(spot.at, []).append(chunk)
    for task, section in work.moves.items():
        _reindent(work, task, indents[section])


def _reindent(work: Work, task: int, indent: str) -> None:
    """Let all that moves with a task stand as deep as what it is put behind."""
    old, end = work.file.layout.places[task].line.indent, work.file.layout.places[task].end

    def shifted(text: str) -> str:
        return indent + text.removeprefix(old) if not is_blank(text) else text

    if old == indent:
        return
    first = work.file.tasks[task].line
    for at in range(first, end):
        work.texts[at] = shifted(work.texts.get(at, work.file.layout.lines[at].text))
    for at in range(first + 1, end + 1):
        for chunk in work.chunks.get(at, ()):
            if chunk.rank < TOP_LEVEL:
                chunk.lines = [shifted(text) for text in chunk.lines]


def _blocks_for(work: Work, section: str) -> list[tuple[int, int]]:
    """The lines of the tasks that move to a section."""
    tasks, places = work.file.tasks, work.file.layout.places
    coming = sorted(task for task, to in work.moves.items() if to == section)
    for task in coming:
        if tasks[task].parent is not None:
            raise CannotEdit(f"line {tasks[task].line + 1}: it stands beneath another task", task)
    return [(tasks[task].line, places[task].end) for task in coming]


def _chunk(work: Work, spot: Spot, items: Sequence[Insert], rank: int) -> Chunk:
    chunk = Chunk(rank, [""] if spot.blank_before else [])
    if spot.heading:
        chunk.lines = [spot.heading, ""]
    for offset, item in enumerate(items, 1):
        bullet = spot.bullet(offset)
        line = len(chunk.lines)
        unit = _unit(work, spot.indent, bullet)
        _write(work, chunk, item, (spot.indent, bullet), None)
        for child in item.children:
            _write(work, chunk, child, (spot.indent + unit, child_bullet(bullet)), line)
    if spot.blank_after:
        chunk.tail.append("")
    return chunk


def _head(work: Work, emptied: Sequence[str]) -> None:
    """Headings under other names, and those that go since nothing is left beneath them."""
    layout, places = work.file.layout, work.file.layout.places
    leaving = set(work.dropped)
    for task in work.moves:
        leaving.update(range(work.file.tasks[task].line, places[task].end))
    last = len(layout.lines)  # behind it, nothing stays
    for region in reversed([*regions(layout)]):
        if region.name in work.renamed:
            text, gone = renamed(layout, region, work.renamed[region.name])
            work.texts[region.start] = text
            work.dropped.update(gone)
        inside = range(region.body, region.end)
        left = [at for at in inside if at not in leaving and not is_blank(layout.lines[at].text)]
        if region.name not in emptied or left or _is_coming(work, region):
            continue
        first = region.start
        while region.end >= last and first and is_blank(layout.lines[first - 1].text):
            first -= 1
        last = first if region.end >= last else last
        work.dropped |= {at for at in range(first, region.end) if at not in leaving}
        if region.end < last and not layout.lines[region.end].text.lstrip(" ").startswith("#"):
            # What is above must not become words of the next heading.
            work.dropped.discard(first)
            work.texts[first] = ""


def _is_coming(work: Work, region: Region) -> bool:
    """Whether a task is put beneath the heading."""
    ends = range(region.body, region.end + 1)
    return any(chunk.rank == TOP_LEVEL for at in ends for chunk in work.chunks.get(at, ()))


def _write(
    work: Work, chunk: Chunk, item: Insert, style: tuple[str, str], parent: int | None
) -> None:
    indent, bullet = style
    chunk.tasks.append((len(chunk.lines), item, parent))
    chunk.lines += render(
        item.reminder,
        item.block,
        work.home_zone,
        indent=indent,
        bullet=bullet,
        unit=_unit(work, indent, bullet),
    )


def _unit(work: Work, indent: str, bullet: str) -> str:
    return unit_for(work.file.layout, indent, column(indent) + len(bullet) + 1)
