"""What must hold for the bytes of any todo file, in each format, and for any one edit of it."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

from store.model import Field, Reminder
from sync.local.formats import MARKDOWN, TODO_TXT, VDIR, Format
from sync.local.markdown.layout import MarkdownFile
from sync.local.markdown.parse import _parsed, parse
from sync.local.tasks import (
    Beneath,
    CannotEdit,
    DropHeading,
    Edit,
    Insert,
    MoveTo,
    NotTodo,
    Remove,
    RenameHeading,
    SetFields,
    Stamp,
    Task,
    TodoFile,
)
from sync.local.text import clean_section
from sync.local.todotxt.taskline import UNSAID as NOT_IN_TODO_TXT
from sync.local.vdir import VdirFile
from sync.local.vdir.values import UNSAID as NOT_IN_VDIR
from tests.fuzz.engine import Violation
from tests.fuzz.values import HOME, a_reminder, a_text, a_value

__all__ = ["checker"]

NEW = "r-zzzzzzz"
PLACED = (Field.LIST, Field.PARENT, Field.SECTION)
# These are shown together, or hide one another: a completed line says no rule, an alarm at the
# due time is none.
TANGLED = frozenset({Field.DONE, Field.REPEAT, Field.DUE, Field.ALARMS})


def checker(format: Format) -> Callable[[bytes, Random], str]:
    """The check of one format."""
    return lambda data, random: _check(format, data, random)


def _check(format: Format, data: bytes, random: Random) -> str:
    try:
        file = format.parse(data, HOME)
    except NotTodo:
        return "no todo file"
    if format.edit(file, [], HOME) != data:
        raise Violation("no edit changes bytes")
    for task in file.tasks:
        _told(format, task)
    edit = _an_edit(format, file, random)
    if edit is None:
        return "no task"
    try:
        result = format.edit(file, [edit], HOME)
    except CannotEdit as refusal:
        if not refusal.reason:
            raise Violation("refused without a reason") from None
        return "refused"
    if format is VDIR and not result:
        return "removed"
    after = format.parse(result, HOME)
    _is_as_anew(after, result)
    _judge(format, file, edit, after, data, result)
    return "edited"


def _is_as_anew(file: TodoFile, data: bytes) -> None:
    """What an edit left is read in part, since the rest was read before; so it is remembered."""
    if not isinstance(file, MarkdownFile):
        return
    _parsed.cache_clear()
    anew = parse(data, HOME)
    if (file, file.layout) != (anew, anew.layout):
        raise Violation("read in part, it says something else than read anew")


def _told(format: Format, task: Task) -> None:
    """What stands there and cannot be read is named, in words."""
    unsaid = NOT_IN_TODO_TXT if format is TODO_TXT else NOT_IN_VDIR
    unsaid = frozenset() if format is MARKDOWN else unsaid
    hidden = {Field.REPEAT} if task.reminder.done is not None else set()
    if format is VDIR:  # other programmes' alarms, such as mail, are theirs and no mistake
        hidden.add(Field.ALARMS)
    for name in sorted(task.reminder.opaque - unsaid - hidden):
        if not task.unread:
            raise Violation(f"unread words are not named: {name}")


def _an_edit(format: Format, file: TodoFile, random: Random) -> Edit | None:
    if not file.tasks or random.random() < 0.1:
        return Insert(a_reminder(random), NEW)
    index = random.randrange(len(file.tasks))
    names = [name for name in Field if name not in PLACED]
    match random.randrange(12):
        case 0:
            return Stamp(index, NEW, replace=random.random() < 0.3)
        case 1:
            return Remove(index)
        case 2:
            return Insert(a_reminder(random), NEW, after_parent=index)
        case 3 if format is MARKDOWN:
            other = clean_section(a_text(random))
            return MoveTo(index, random.choice((*file.sections, "", "New", other)))
        case 4 if format is MARKDOWN and file.sections:
            section = random.choice(file.sections)
            other = random.choice(("Other", clean_section(a_text(random))))
            return random.choice((DropHeading(section), RenameHeading(section, other)))
        case 5 if format is VDIR:
            return Beneath(index, random.choice((None, "P-1", "a,b;c\\")))
        case _:
            name = random.choice(names)
            return SetFields(index, {name: a_value(name, random)})


def _judge(
    format: Format, file: TodoFile, edit: Edit, after: TodoFile, old: bytes, new: bytes
) -> None:
    before = list(file.tasks)
    match edit:
        case SetFields(index, changes):
            if len(after.tasks) != len(before):
                raise Violation("setting a field changed how many tasks there are")
            _others_stay(before, list(after.tasks), index)
            _said(format, before[index], after.tasks[index], changes)
            _only_there(file, index, old, new)
        case Stamp(index, block, instead):
            _others_stay(before, list(after.tasks), index)
            wanted = block if instead or before[index].block is None else before[index].block
            if after.tasks[index].block != wanted:
                raise Violation("the stamp is not there")
            if after.tasks[index].reminder != before[index].reminder:
                raise Violation("a stamp changed what a task says")
            _only_there(file, index, old, new)
        case Remove(index):
            left = [*before[:index], *before[index + 1 :]]
            if [_words(one) for one in after.tasks] != [_words(one) for one in left]:
                raise Violation("removing one task changed others")
            _is_less(old, new)
        case Insert(reminder):
            _inserted(format, before, after, reminder)
            _is_less(new, old)
        case Beneath(_, parent):
            if after.tasks[0].beneath != parent or after.tasks[0].reminder != before[0].reminder:
                raise Violation("naming a parent did something else")
        case MoveTo() | DropHeading() | RenameHeading():
            if Counter(map(_anywhere, before)) != Counter(map(_anywhere, after.tasks)):
                raise Violation("moving or naming sections changed a task")
    blocks = Counter(task.block for task in after.tasks if task.block)
    twice = Counter(task.block for task in before if task.block)
    if any(count > max(1, twice[block]) for block, count in blocks.items() if block != NEW):
        raise Violation("an id is doubled")


def _said(format: Format, before: Task, after: Task, changes: object) -> None:
    """The field says what was wanted, as the format says it, and no other one changed."""
    assert isinstance(changes, dict)
    [(name, value)] = changes.items()
    asked = replace(before.reminder, **{name.value: value})
    wanted = format.shown(asked, HOME)
    if name not in TANGLED and after.reminder.value(name) != wanted.value(name):
        raise Violation(f"another value than was wanted: {name}")
    tangled = TANGLED if name in TANGLED else {name}
    for other in set(Field) - tangled:
        if after.reminder.value(other) != before.reminder.value(other):
            raise Violation(f"another field changed: {other} with {name}")
    if name in (Field.DONE, Field.DUE) and name not in wanted.opaque:
        is_there = getattr(after.reminder, name.value) is not None
        if is_there != (getattr(wanted, name.value) is not None):
            raise Violation(f"another value than was wanted: {name}")


def _others_stay(before: list[Task], after: list[Task], index: int) -> None:
    if len(before) != len(after):
        raise Violation("there are more or fewer tasks")
    for at, (one, other) in enumerate(zip(before, after, strict=True)):
        if at != index and _words(one) != _words(other):
            raise Violation("another task changed")


def _inserted(format: Format, before: list[Task], after: TodoFile, reminder: Reminder) -> None:
    new = [task for task in after.tasks if task.block == NEW]
    old = [task for task in after.tasks if task.block != NEW]
    if len(new) - sum(task.block == NEW for task in before) != 1:
        raise Violation("a new task is not there once")
    kept = Counter(_words(task) for task in before if task.block != NEW)
    if Counter(map(_words, old)) != kept:
        raise Violation("a new task changed others")
    if new[-1].reminder.title != format.shown(reminder, HOME).title and len(new) == 1:
        raise Violation("a new task says another title")


def _words(task: Task) -> tuple[object, ...]:
    return task.text, task.block, task.reminder, task.section


def _anywhere(task: Task) -> tuple[object, ...]:
    return task.text.strip(" \t"), task.block, replace(task.reminder, section="")


def _only_there(file: TodoFile, index: int, old: bytes, new: bytes) -> None:
    """No byte before the task's line changed, and none behind what belongs to it."""
    if isinstance(file, VdirFile):  # it is its one task
        return
    first = file.tasks[index].line
    end = file.layout.places[index].end if isinstance(file, MarkdownFile) else first + 1
    lines = _lines(old)
    above, below = b"".join(lines[:first]), b"".join(lines[end:])
    if not new.startswith(above):
        raise Violation("bytes above the task changed")
    if not new.endswith(below):
        raise Violation("bytes below the task changed")


def _lines(data: bytes) -> list[bytes]:
    """Lines with their ends, as ``sync.local.lines`` counts them, but found in another way."""
    return data.splitlines(keepends=True)


def _is_less(more: bytes, less: bytes) -> None:
    """Each line of the lesser one stands in the other, in the same order."""
    rest = iter(one.strip(b"\r\n") for one in _lines(more.removeprefix(BOM_UTF8)))
    for line in _lines(less.removeprefix(BOM_UTF8)):
        words = line.strip(b"\r\n")
        if words.strip(b" \t") and words not in rest:
            raise Violation("a line that was not meant is gone or other")
