"""Applies edits to a file's bytes, all at once, and proves that they did what was asked.

Only the tokens, note lines and task lines that have to change do. The result is parsed again:
unless every edited task reads as wanted and every other one exactly as before, nothing is changed
and ``CannotEdit`` says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from store.model import Field, Reminder
from sync.local.lines import Line, column, encode, nearest_eol
from sync.local.tasks import CannotEdit, Edit, Insert, Remove, SetFields, Stamp, TodoFile
from sync.local.verify import Wanted, as_read, spoken, verify, wish

from .alarms import places_in, relocate
from .layout import MarkdownFile
from .lineedit import change_line
from .notes import link_line, relink, rewrite
from .parse import parse
from .pictures import picture_line
from .placing import Spot, child_lead, child_prefix, subtask_spot, top_spot, unit_for
from .render import child_bullet, render, shown
from .taskline import read_alarms, read_rule

__all__ = ["edit", "new_file"]

_NOT_ON_THE_LINE = frozenset({Field.LIST, Field.PARENT})
_NOTES_FIRST, _LINKS, _PLACES, _PICTURES, _SUBTASKS, _TOP_LEVEL = range(6)


@dataclass(slots=True)
class _Chunk:
    """Lines to put in; ``tasks`` are (line within the chunk, what it is, line of its parent)."""

    rank: int
    lines: list[str]
    tasks: list[tuple[int, Insert, int | None]] = field(default_factory=list)
    parent: int | None = None


@dataclass(slots=True)
class _Work:
    file: MarkdownFile
    home_zone: str
    texts: dict[int, str] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    chunks: dict[int, list[_Chunk]] = field(default_factory=dict)
    wanted: dict[int, Reminder] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    stamps: dict[int, str] = field(default_factory=dict)
    restamped: set[int] = field(default_factory=set)


def edit(file: TodoFile, edits: Sequence[Edit], home_zone: str) -> bytes:
    """The bytes of ``file`` after ``edits``; with none, the bytes that it was read from.

    Raises ``CannotEdit`` if an edit cannot be made without changing something else.
    """
    if not isinstance(file, MarkdownFile):
        raise TypeError("only what was read as Markdown can be edited as Markdown")
    work = _Work(file, home_zone)
    inserts: list[Insert] = []
    changes: dict[int, SetFields] = {}
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
    for task in sorted(changes.keys() | work.stamps.keys()):
        _change(work, changes.get(task, SetFields(task, {})))
    _remove(work)
    _insert(work, inserts)
    return _finish(work)


def new_file(list_block: str | None, home_zone: str, items: Sequence[Insert] = ()) -> bytes:
    """A fresh list file: front matter with ``icloud-id`` (unless ``None``), then ``items``."""
    head = f"---\nicloud-id: {list_block}\n---\n\n" if list_block else ""
    return edit(parse(head.encode(), home_zone), items, home_zone)


def _block(work: _Work, index: int, now: str | None) -> str | None:
    stamp = work.stamps.get(index)
    return stamp if index in work.restamped else now or stamp


def _change(work: _Work, edit: SetFields) -> None:
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
    block = _block(work, edit.task, task.block)
    work.texts[task.line] = change_line(
        place.line, said, wanted, edit.changes.keys(), block, work.home_zone
    )
    work.wanted[edit.task] = show(wanted)
    _change_below(work, edit.task, wanted)


def _change_below(work: _Work, index: int, wanted: Reminder) -> None:
    """The notes, links, places and images beneath a task, in this order where there are none."""
    task, place = work.file.tasks[index], work.file.layout.places[index]
    if wanted.notes != task.reminder.notes:
        prefix = child_prefix(work.file, index) + ">"
        dropped, at, lines = rewrite(place.notes, task.line, wanted.notes, prefix)
        work.dropped |= dropped
        work.chunks.setdefault(at, []).append(_Chunk(_NOTES_FIRST, lines))
    notes, lead = place.notes, child_lead(work.file, index)
    below = (notes.lines or (task.line,))[-1]
    if wanted.urls != task.reminder.urls:
        dropped, at, lines = relink(notes.links, below, wanted.urls, lead, link_line)
        work.dropped |= dropped
        work.chunks.setdefault(at, []).append(_Chunk(_LINKS, lines))
    places = places_in(wanted.alarms)
    if places != notes.where and Field.ALARMS not in task.reminder.opaque:
        dropped, at, lines = relocate(notes.places, notes.last(task.line), places, lead)
        work.dropped |= dropped
        work.chunks.setdefault(at, []).append(_Chunk(_PLACES, lines))
    if wanted.images != task.reminder.images:
        below = notes.places[-1].line if notes.places else notes.last(task.line)
        dropped, at, lines = relink(notes.pictures, below, wanted.images, lead, picture_line)
        work.dropped |= dropped
        work.chunks.setdefault(at, []).append(_Chunk(_PICTURES, lines))


def _remove(work: _Work) -> None:
    for index, task in enumerate(work.file.tasks):
        around = work.file.layout.places[index].around
        if around in work.removed and index not in work.removed:
            raise CannotEdit(f"line {task.line + 1}: this subtask would lose its parent", around)
    for index in work.removed:
        work.dropped.update(work.file.layout.places[index].notes.own)


def _insert(work: _Work, inserts: Sequence[Insert]) -> None:
    groups: dict[tuple[int | None, bool], list[Insert]] = {}
    for item in inserts:
        parent = item.after_parent
        if parent is not None and parent in work.removed:
            raise CannotEdit("a subtask cannot go beneath a task that is removed", parent)
        groups.setdefault((parent, parent is None and item.before_done_section), []).append(item)
    for (parent, before_done), items in groups.items():
        if parent is None:
            spot = top_spot(work.file, before_done=before_done)
            chunk = _chunk(work, spot, items, _TOP_LEVEL)
        else:
            spot = subtask_spot(work.file, parent)
            chunk = _chunk(work, spot, items, _SUBTASKS)
            above = work.file.tasks[parent].parent
            chunk.parent = parent if above is None else above
        work.chunks.setdefault(spot.at, []).append(chunk)


def _chunk(work: _Work, spot: Spot, items: Sequence[Insert], rank: int) -> _Chunk:
    chunk = _Chunk(rank, [""] if spot.blank_before else [])
    for offset, item in enumerate(items, 1):
        bullet = spot.bullet(offset)
        line = len(chunk.lines)
        unit = _unit(work, spot.indent, bullet)
        _write(work, chunk, item, (spot.indent, bullet), None)
        for child in item.children:
            _write(work, chunk, child, (spot.indent + unit, child_bullet(bullet)), line)
    if spot.blank_after:
        chunk.lines.append("")
    return chunk


def _write(
    work: _Work, chunk: _Chunk, item: Insert, style: tuple[str, str], parent: int | None
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


def _unit(work: _Work, indent: str, bullet: str) -> str:
    return unit_for(work.file.layout, indent, column(indent) + len(bullet) + 1)


def _finish(work: _Work) -> bytes:
    """Puts the lines together and checks what they say."""
    old = work.file.layout.lines
    lines: list[Line] = []
    moved: dict[int, int] = {}
    wanted: dict[int, Wanted] = {}
    for at in range(len(old) + 1):
        for chunk in sorted(work.chunks.get(at, ()), key=lambda each: each.rank):
            above = None if chunk.parent is None else moved[work.file.tasks[chunk.parent].line]
            wanted.update(_wanted_in(chunk, len(lines), above, work.home_zone))
            eol = nearest_eol(old, at)
            lines += [Line(text, eol) for text in chunk.lines]
            if at == len(old) and old and not old[-1].eol:
                lines[-1] = replace(lines[-1], eol="")
        if at < len(old) and at not in work.dropped:
            moved[at] = len(lines)
            lines.append(Line(work.texts.get(at, old[at].text), old[at].eol))
    for index, line in enumerate(lines[:-1]):
        if not line.eol:
            lines[index] = replace(line, eol=nearest_eol(old, len(old)))
    bom = work.file.layout.bom
    data = encode(bom, lines)
    if lines != [*old]:
        verify(parse(data, work.home_zone), {**_wanted_of_old(work, moved), **wanted})
    return data


def _wanted_in(
    chunk: _Chunk, base: int, above: int | None, home_zone: str
) -> Iterator[tuple[int, Wanted]]:
    for offset, item, parent in chunk.tasks:
        yield (
            base + offset,
            Wanted(
                reminder=as_read(shown(item.reminder, home_zone)),
                block=item.block or None,
                parent=above if parent is None else base + parent,
            ),
        )


def _wanted_of_old(work: _Work, moved: dict[int, int]) -> dict[int, Wanted]:
    """Every task that stays: changed ones as wished, the others exactly as they were."""
    wanted: dict[int, Wanted] = {}
    tasks = work.file.tasks
    for index, task in enumerate(tasks):
        if index in work.removed:
            continue
        wanted[moved[task.line]] = Wanted(
            reminder=work.wanted.get(index, task.reminder),
            block=_block(work, index, task.block),
            parent=None if task.parent is None else moved[tasks[task.parent].line],
            before=task,
            text=work.texts.get(task.line, task.text),
            is_touched=index in work.wanted,
        )
    return wanted
