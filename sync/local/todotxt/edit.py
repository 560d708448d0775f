"""Applies edits to a todo.txt file's bytes, all at once, and proves that they did what was asked.

Only the words and lines that have to change do. The result is parsed again: unless every edited
task reads as wanted and every other one exactly as before, nothing is changed and ``CannotEdit``
says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from store.model import Field, Reminder
from sync.local.lines import Line, encode, nearest_eol
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
from sync.local.verify import Wanted, as_read, spoken, verify, wish

from .lineedit import change_line
from .parse import TodoTxtFile, parse
from .render import render, shown
from .taskline import UNSAID, read_rule

__all__ = ["edit", "new_file"]

_NOT_SET_HERE = frozenset({Field.LIST, Field.PARENT}) | UNSAID


@dataclass(frozen=True, slots=True)
class _New:
    """A line to put in, naming ``parent_id``: of the task ``beneath``, or of the line above it."""

    item: Insert
    parent_id: str = ""
    beneath: int | None = None
    is_child: bool = False


@dataclass(slots=True)
class _Work:
    """What is wanted of a file: per task by index, and per place (a line number) what goes in."""

    file: TodoTxtFile
    home_zone: str
    changes: dict[int, dict[Field, Any]] = field(default_factory=dict)
    stamps: dict[int, Stamp] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    inserts: dict[int, list[_New]] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    wanted: dict[int, Reminder] = field(default_factory=dict)


def edit(file: TodoFile, edits: Sequence[Edit], home_zone: str) -> bytes:
    """The bytes of ``file`` after ``edits``; with none, the bytes that it was read from.

    Raises ``CannotEdit`` if an edit cannot be made without changing something else.
    """
    if not isinstance(file, TodoTxtFile):
        raise TypeError("only what was read as todo.txt can be edited as todo.txt")
    work = _Work(file, home_zone)
    inserts: list[Insert] = []
    for one in edits:
        match one:
            case SetFields(task, values):
                work.changes.setdefault(task, {}).update(values)
            case Stamp(task):
                work.stamps[task] = one
            case Remove(task):
                work.removed.add(task)
            case Insert():
                inserts.append(one)
            case MoveTo() | RenameHeading() | DropHeading():
                raise CannotEdit("a todo.txt file has no headings")
    for task in sorted(work.changes.keys() | work.stamps.keys()):
        _change(work, task)
    _place(work, inserts)
    return _finish(work)


def new_file(list_block: str | None, home_zone: str, items: Sequence[Insert] = ()) -> bytes:
    """A fresh list file with ``items``: an empty one says nothing, not even ``list_block``."""
    return edit(parse(b"", home_zone), items, home_zone)


def _block(work: _Work, task: int) -> str | None:
    now, stamp = work.file.tasks[task].block, work.stamps.get(task)
    return stamp.block if stamp is not None and (stamp.replace or now is None) else now


def _change(work: _Work, index: int) -> None:
    task, changes = work.file.tasks[index], work.changes.get(index, {})
    place = f"line {task.line + 1}"
    if index in work.removed:
        raise CannotEdit("a task cannot be changed and removed at once", index)
    for name in changes.keys() & _NOT_SET_HERE:
        raise CannotEdit(f"{place}: a todo.txt line cannot be given its {name.value}", index)

    def show(reminder: Reminder) -> Reminder:
        return shown(reminder, work.home_zone)

    rule, is_opaque = read_rule(work.file.parts[index])
    said = spoken(task.reminder, rule, is_opaque=is_opaque)
    wanted = wish(work.file, SetFields(index, changes), said, show)
    work.wanted[index] = show(wanted)
    work.texts[task.line] = change_line(
        work.file.parts[index],
        said,
        wanted,
        changes.keys(),
        _block(work, index),
        work.home_zone,
    )


# ---- lines that come and go -------------------------------------------------------------------


def _place(work: _Work, inserts: Sequence[Insert]) -> None:
    """Find the places of new lines: subtasks behind their siblings, all else behind all tasks."""
    tasks = work.file.tasks
    there = {task.block for index, task in enumerate(tasks) if index not in work.removed}
    there |= {item.block for item in inserts}
    for index, task in enumerate(tasks):
        above = task.parent
        if above is None or above not in work.removed or index in work.removed:
            continue
        if tasks[above].block not in there:
            raise CannotEdit(f"line {task.line + 1}: this subtask would lose its parent", above)
    for item in inserts:
        parent = item.after_parent
        if parent is None:
            new, at = _New(item), tasks[-1].line + 1 if tasks else 0
        else:
            new = _New(item, _id_of(work, parent), beneath=parent)
            at = 1 + max(
                task.line for index, task in enumerate(tasks) if parent in (index, task.parent)
            )
        chunk = work.inserts.setdefault(at, [])
        chunk += [new, *(_New(child, item.block, is_child=True) for child in item.children)]


def _id_of(work: _Work, parent: int) -> str:
    """The id by which a line can name its parent: ours, or another tool's."""
    if parent in work.removed:
        raise CannotEdit("a subtask cannot go beneath a task that is removed", parent)
    theirs = next((token.value for token in work.file.parts[parent].of("id")), None)
    block = _block(work, parent) or theirs
    if block is None:
        line = work.file.tasks[parent].line + 1
        raise CannotEdit(f"line {line}: it has no id that a subtask could name", parent)
    return block


def _finish(work: _Work) -> bytes:
    """Puts the lines together and checks what they say."""
    file = work.file
    old = file.lines
    dropped = {file.tasks[index].line for index in work.removed}
    lines: list[Line] = []
    moved: dict[int, int] = {}
    new: list[tuple[int, _New]] = []
    for at in range(len(old) + 1):
        for one in work.inserts.get(at, ()):
            is_last = at == len(old) and bool(old) and not old[-1].eol
            new.append((len(lines), one))
            lines.append(Line(_text(one, work.home_zone), "" if is_last else _end(file, one, at)))
        if at < len(old) and at not in dropped:
            moved[at] = len(lines)
            lines.append(Line(work.texts.get(at, old[at].text), old[at].eol))
    for index, line in enumerate(lines[:-1]):
        if not line.eol:
            lines[index] = replace(line, eol=nearest_eol(old, len(old)))
    data = encode(file.bom, lines)
    if lines != [*old]:
        result = parse(data, work.home_zone)
        verify(result, {**_wanted_of_old(work, moved, result), **_wanted_of_new(work, moved, new)})
    return data


def _end(file: TodoTxtFile, new: _New, at: int) -> str:
    """How a line ends that is put in: one that only moves as it did."""
    task = new.item.instead_of
    before = file.lines[file.tasks[task].line].eol if task is not None else ""
    return before or nearest_eol(file.lines, at)


def _text(new: _New, home_zone: str) -> str:
    item = new.item
    return render(item.reminder, item.block, home_zone, parent=new.parent_id)


def _wanted_of_new(
    work: _Work, moved: Mapping[int, int], new: Sequence[tuple[int, _New]]
) -> dict[int, Wanted]:
    """The lines that were put in; a subtask of a subtask stands beneath the outermost task."""
    tasks = work.file.tasks
    wanted: dict[int, Wanted] = {}
    top = 0
    for line, one in new:
        if one.is_child:
            parent = wanted[top].parent
            parent = top if parent is None else parent
        else:
            top, above = line, one.beneath
            outermost = None if above is None else tasks[above].parent
            above = above if outermost is None else outermost
            parent = None if above is None else moved.get(tasks[above].line)
        reminder = as_read(shown(one.item.reminder, work.home_zone), UNSAID)
        wanted[line] = Wanted(reminder, one.item.block or None, parent)
    return wanted


def _wanted_of_old(work: _Work, moved: Mapping[int, int], result: TodoTxtFile) -> dict[int, Wanted]:
    """Every task that stays: changed ones as wished, the others exactly as they were.

    But where lines name a parent whose id comes or goes just now, they follow it.
    """
    tasks, parts = work.file.tasks, work.file.parts
    moving: set[str | None] = {one.item.block for chunk in work.inserts.values() for one in chunk}
    moving |= {_block(work, index) for index in work.stamps}
    moving |= {tasks[index].block for index in work.stamps.keys() | work.removed}
    follows = any(part.parent in moving - {None} for part in parts)
    parent_of = {
        task.line: None if task.parent is None else result.tasks[task.parent].line
        for task in result.tasks
    }
    wanted: dict[int, Wanted] = {}
    for index, task in enumerate(tasks):
        if index in work.removed:
            continue
        line = moved[task.line]
        parent = None if task.parent is None else moved.get(tasks[task.parent].line)
        wanted[line] = Wanted(
            reminder=work.wanted.get(index, task.reminder),
            block=_block(work, index),
            parent=parent_of.get(line) if follows else parent,
            before=task,
            text=work.texts.get(task.line, task.text),
            is_touched=index in work.wanted,
        )
    return wanted
