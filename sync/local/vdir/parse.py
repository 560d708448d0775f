"""Reads a file with one VTODO: which task it holds, and where its properties stand.

What the properties mean is read by the iCalendar library, where they stand by ourselves. A file
with anything else than one task (and time zones) is not ours to understand, and left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from warnings import catch_warnings, simplefilter

from store.model import Field, Reminder, Rule
from sync.core.alarms import extra_alarms
from sync.local.lines import Line, decode
from sync.local.tasks import INSTANT, FrontMatter, NotTodo, Task, TodoFile
from sync.local.text import clean_notes, clean_title

from .alarms import Valarm, read_alarms, rings
from .content import Content, split
from .unread import unread_in
from .values import (
    FLAG,
    UNSAID,
    is_tag,
    read_categories,
    read_done,
    read_due,
    read_links,
    read_parent,
    read_priority,
    read_rule,
)

if TYPE_CHECKING:
    from icalendar import Todo

__all__ = ["VdirFile", "parse"]

_WORDS = ("LOCATION", "COMMENT", "CONTACT", "ATTENDEE", "RESOURCES")  # that iCloud has no place for
_SINGLE = {"SUMMARY": Field.TITLE, "DESCRIPTION": Field.NOTES}


@dataclass(frozen=True, slots=True)
class VdirFile(TodoFile):
    """One reading of a file: its lines, and the content lines of the VTODO itself.

    ``begin`` is the line where the VTODO begins, ``stop`` the one before which a new property
    goes. ``rule`` stands there even if the task is done. ``zones`` are those described.
    """

    bom: str = ""
    lines: tuple[Line, ...] = ()
    own: tuple[Content, ...] = ()
    begin: int = 0
    stop: int = 0
    rule: Rule | None = None
    rule_is_opaque: bool = False
    alarms: tuple[Valarm, ...] = ()
    zones: frozenset[str] = frozenset()


def parse(data: bytes, home_zone: str, before: TodoFile | None = None) -> VdirFile:
    """The task in these bytes; raises ``NotTodo`` unless it is exactly one, and readable.

    It is read anew, whatever it said ``before``. An empty file holds nothing, and does not say that
    there is nothing.
    """
    bom, lines = decode(data)
    if not any(line.text.strip() for line in lines):
        return VdirFile((), FrontMatter(), ("the file is empty",), bom, lines)
    contents = split(lines)
    own, begin, stop, blocks = _find(contents)
    alarms = read_alarms(blocks, home_zone, starts=any(one.key == "DTSTART" for one in own))
    try:
        todo = _meant(data[len(bom.encode()) :])
        reminder, rule, rule_is_opaque = _read(todo, alarms, home_zone)
    except OSError as error:  # of a zone "Asia", which is a folder of zones
        raise NotTodo("it is no valid iCalendar file: no time zone is called so") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotTodo(f"it is no valid iCalendar file: {error}") from error
    return VdirFile(
        tasks=(_task(todo, reminder, own, begin),),
        front_matter=FrontMatter(),
        suspicious=(),
        bom=bom,
        lines=lines,
        own=own,
        begin=begin,
        stop=stop,
        rule=rule,
        rule_is_opaque=rule_is_opaque,
        alarms=alarms,
        zones=frozenset(one.value for one in contents if one.key == "TZID"),
    )


def _meant(data: bytes) -> Todo:
    """The VTODO as the library reads it, imported late: it is large, and most folders have none."""
    from icalendar import Calendar, Todo

    with catch_warnings():
        simplefilter("ignore")  # what it guesses at, we decide
        calendar = Calendar.from_ical(data)
    [todo] = calendar.walk("VTODO")
    assert isinstance(todo, Todo)
    return todo


def _find(
    contents: Sequence[Content],
) -> tuple[tuple[Content, ...], int, int, list[list[Content]]]:
    """The VTODO's own content lines, where it begins, where its properties end; its VALARMs."""
    inside: list[str] = []
    own: list[Content] = []
    blocks: list[list[Content]] = []
    begin = stop = -1
    for one in contents:
        name = one.value.strip().upper()
        if one.key == "BEGIN":
            if len(inside) == 1 and name not in ("VTODO", "VTIMEZONE"):
                raise NotTodo(f"it holds a {name}, and not a task alone")
            if inside == ["VCALENDAR"] and name == "VTODO":
                if begin >= 0:
                    raise NotTodo("it holds several tasks")
                begin = one.start
            elif len(inside) == 2 and inside[1] == "VTODO" and stop < 0:
                stop = one.start
            blocks += [[]] if inside == ["VCALENDAR", "VTODO"] and name == "VALARM" else []
            inside.append(name)
        if inside[:3] == ["VCALENDAR", "VTODO", "VALARM"]:
            blocks[-1].append(one)
        if one.key == "END":
            if not inside or inside.pop() != name:
                raise NotTodo(f"line {one.start + 1} ends a {name} that did not begin")
            if name == "VTODO" and stop < 0:
                stop = one.start
        elif one.key != "BEGIN" and inside == ["VCALENDAR", "VTODO"]:
            own.append(one)
    if begin < 0 or inside:
        raise NotTodo("it holds no task" if begin < 0 else f"its {inside[-1]} has no end")
    return tuple(own), begin, stop, blocks


def _read(
    todo: Todo, alarms: Sequence[Valarm], home_zone: str
) -> tuple[Reminder, Rule | None, bool]:
    """What a file can say, and the rule that stands there, if it can be read."""
    due, due_is_opaque = read_due(todo, home_zone)
    done, done_is_opaque = read_done(todo, home_zone)
    priority, priority_is_opaque = read_priority(todo)
    rule, rule_is_opaque = read_rule(todo, due, home_zone)
    opaque = set(UNSAID)
    opaque |= {field for name, field in _SINGLE.items() if isinstance(todo.get(name), list)}
    for field, is_opaque in (
        (Field.DUE, due_is_opaque),
        (Field.DONE, done_is_opaque),
        (Field.PRIORITY, priority_is_opaque),
        (Field.REPEAT, rule_is_opaque or done is not None),
        (Field.ALARMS, not all(one.is_known for one in alarms)),
        (Field.ALARMS, bool(alarms) and due_is_opaque),
    ):
        opaque |= {field} if is_opaque else set()
    reminder = Reminder(
        "",
        title="" if Field.TITLE in opaque else clean_title(str(todo.get("SUMMARY", ""))),
        notes="" if Field.NOTES in opaque else clean_notes(str(todo.get("DESCRIPTION", ""))),
        done=done,
        due=due,
        priority=priority,
        flagged=str(todo.get(FLAG, "")).upper() in ("TRUE", "1"),
        tags=frozenset(name for name in read_categories(todo) if is_tag(name)),
        urls=frozenset(read_links(todo)),
        repeat=None if Field.REPEAT in opaque else rule,
        alarms=frozenset() if Field.ALARMS in opaque else extra_alarms(due, rings(alarms)),
        opaque=frozenset(opaque),
    )
    return reminder, rule, rule_is_opaque


def _task(todo: Todo, reminder: Reminder, own: Sequence[Content], begin: int) -> Task:
    extras = {name.lower() for name in _WORDS if name in todo}
    extras |= {"category"} if not all(map(is_tag, read_categories(todo))) else set()
    due = next((one for one in own if one.key == "DUE"), None)
    instant = {INSTANT} if due is not None and due.value.strip().endswith(("Z", "z")) else set()
    done_rule = frozenset({Field.REPEAT}) if reminder.done is not None else frozenset()
    uid = todo.get("UID")
    return Task(
        line=begin,
        block=str(uid).strip() or None if uid is not None and not isinstance(uid, list) else None,
        parent=None,
        section=None,
        reminder=reminder,
        extras=frozenset(extras | instant),
        clean=not extras,
        text=reminder.title,
        beneath=read_parent(todo),
        unread=unread_in(own, reminder.opaque - done_rule),
    )
