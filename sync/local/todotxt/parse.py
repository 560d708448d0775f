"""Reads a todo.txt file: every line that is not blank is a task, and ``p:`` says beneath which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from store.model import Field, Reminder
from sync.local.lines import Line, decode
from sync.local.tasks import FrontMatter, Task, TodoFile

from .taskline import BLOCK, UNSAID, TodoLine, read_fields, split
from .unread import unread_in

__all__ = ["TodoTxtFile", "parse"]


@dataclass(frozen=True, slots=True)
class TodoTxtFile(TodoFile):
    """One reading of a file, with what editing needs: its lines, and the parts of each task's."""

    bom: str = field(repr=False, compare=False)
    lines: tuple[Line, ...] = field(repr=False, compare=False)
    parts: tuple[TodoLine, ...] = field(repr=False, compare=False)


def parse(data: bytes, home_zone: str, before: TodoFile | None = None) -> TodoTxtFile:
    """Read a file; ``home_zone`` is the IANA zone of times that name none.

    It is read anew, whatever it said ``before``.
    Nothing hides a task, so nothing is ever suspicious. Raises ``NotTodo`` if ``data`` is not
    UTF-8.
    """
    bom, lines = decode(data)
    found = [(at, parts) for at, line in enumerate(lines) if (parts := split(line.text))]
    direct = _parents([parts for _, parts in found])
    tasks = tuple(
        _task(at, parts, direct[index], _outermost(index, direct), home_zone)
        for index, (at, parts) in enumerate(found)
    )
    return TodoTxtFile(tasks, FrontMatter(), (), bom, lines, tuple(parts for _, parts in found))


def _parents(lines: Sequence[TodoLine]) -> list[int | None]:
    """For each task the one that its ``p:`` names; of tasks with one id the first."""
    owners: dict[str, int] = {}
    for index, line in enumerate(lines):
        for token in line.of("id"):
            owners.setdefault(token.value, index)
    return [owners.get(line.parent or "") for line in lines]


def _outermost(index: int, direct: Sequence[int | None]) -> int | None:
    """The last parent above; ``None`` at top level, and where parents go round in a ring."""
    above, passed = direct[index], {index}
    outermost: int | None = None
    while above is not None:
        if above in passed:
            return None
        passed.add(above)
        outermost, above = above, direct[above]
    return outermost


def _task(at: int, parts: TodoLine, named: int | None, parent: int | None, zone: str) -> Task:
    said = read_fields(parts, zone)
    extras = set(said.extras)
    if parts.parent is not None and named is None and not BLOCK.fullmatch(parts.parent):
        extras.add("p")  # another tool's, and of another file
    block = parts.block
    return Task(
        line=at,
        block=None if block is None else block.value,
        parent=parent,
        section=None,
        reminder=Reminder(
            id="",
            title=said.title,
            done=said.done,
            due=said.due,
            priority=said.priority,
            flagged=said.flagged,
            tags=said.tags,
            repeat=said.repeat,
            opaque=said.opaque,
        ),
        extras=frozenset(extras),
        clean=not extras and said.opaque <= UNSAID | {Field.REPEAT},
        text=parts.text,
        unread=unread_in(parts, at, zone, said.opaque) if said.opaque != UNSAID else (),
    )
