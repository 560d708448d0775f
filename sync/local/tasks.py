"""What a todo file says and what can be asked of it, as values, in whichever format it is.

A ``TodoFile`` is one reading of one file's bytes. Edits name tasks by their index in it, so they
are good for exactly these bytes and no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from store.model import Field, Reminder, Value

__all__ = [
    "INSTANT",
    "NONE",
    "Beneath",
    "CannotEdit",
    "DropHeading",
    "Edit",
    "FrontMatter",
    "Insert",
    "MoveTo",
    "NotTodo",
    "Remove",
    "RenameHeading",
    "SetFields",
    "Stamp",
    "Task",
    "TodoFile",
    "Unread",
]


INSTANT = "instant"  # among the extras of a task: its due time names no zone

NONE: frozenset[Any] = frozenset()
"""The empty set that all tasks share: each of its own takes 216 bytes, and a task has seven."""


class NotTodo(ValueError):
    """These bytes are no text, so nothing can be said about tasks in them."""


class CannotEdit(ValueError):
    """The edit cannot be made without touching more than was asked; nothing was changed.

    ``reason`` is a sentence for a person; ``task`` the index of the task at fault, if it is one.
    """

    def __init__(self, reason: str, task: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.task = task


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The YAML head of a file; ``list_name`` is ``icloud-list``, ``list_id`` is ``icloud-id``.

    ``looks`` are ``icloud-color`` and ``icloud-emblem`` where they stand: key, text, and line,
    counted from 1.
    """

    present: bool = False
    list_name: str | None = None
    list_id: str | None = None
    looks: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """Words that look like a field and cannot be read as one; ``line`` counts from 0.

    ``reason`` is a sentence for a person: the words, what is wrong with them, what follows.
    """

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Task:
    """One task line and what belongs to it.

    ``line`` counts from 0. ``block`` is the block id without ``^``, ours or a person's own.
    ``parent`` indexes ``TodoFile.tasks``: the outermost task that this one stands beneath.
    ``section`` is the level-two heading above. ``reminder`` has the fields that a file can say:
    its id, list and parent are empty, and its section too beneath another task. ``extras`` names
    what stands there beside them, such as ``"image"`` or ``"comment"``. ``clean`` says that the
    line and its child block hold nothing but fields, so that removing them loses nobody's words.
    ``text`` is the line. ``beneath`` is the id of a parent that a task names, where each task has
    a file of its own. ``unread`` says what stands behind opaque fields of ``reminder``.
    """

    line: int
    block: str | None
    parent: int | None
    section: str | None
    reminder: Reminder
    extras: frozenset[str]
    clean: bool
    text: str
    beneath: str | None = None
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class TodoFile:
    """One reading of a file. Each of ``suspicious`` is a sentence saying why tasks may be hidden:
    with any there, a task that is not found must not be taken for deleted. Each format adds what
    it needs for editing. ``sections`` are the names of the sections that have a heading there."""

    tasks: tuple[Task, ...]
    front_matter: FrontMatter
    suspicious: tuple[str, ...]
    sections: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class SetFields:
    """Make ``task`` say ``changes``; a value is written as ``shown`` would show it."""

    task: int
    changes: Mapping[Field, Value]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Put the block id on the line, unless it has one; with ``replace``, in the place of it."""

    task: int
    block: str
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Remove:
    """Take out the line and everything beneath it that is indented; its subtasks must go too."""

    task: int


@dataclass(frozen=True, slots=True)
class Insert:
    """Put in a new task, at the end of its section or beneath the task ``after_parent``.

    ``children`` are its subtasks (their own ``after_parent`` and ``children`` are not looked at).
    ``beneath`` is the id of its parent, where each task has a file of its own. ``instead_of`` is
    the task that is removed for it, as it only moves: its lines end as that one's did.
    """

    reminder: Reminder
    block: str
    after_parent: int | None = None
    children: tuple[Insert, ...] = ()
    beneath: str | None = None
    instead_of: int | None = None


@dataclass(frozen=True, slots=True)
class MoveTo:
    """Put the task at the end of a section (``""``: of none), with all that stands beneath it.

    Its lines stay as they are, but for their indentation where they go behind a task that has
    another; the heading is made where it is missing.
    """

    task: int
    section: str


@dataclass(frozen=True, slots=True)
class RenameHeading:
    """Let the headings of the section ``old`` say ``new``."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class DropHeading:
    """Take out the headings of a section, but for those that something is left beneath."""

    section: str


@dataclass(frozen=True, slots=True)
class Beneath:
    """Let the task name this parent (``None``: none), where each task has a file of its own."""

    task: int
    parent: str | None


Edit = SetFields | Stamp | Remove | Insert | MoveTo | RenameHeading | DropHeading | Beneath
