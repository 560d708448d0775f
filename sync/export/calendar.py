"""An export as one iCalendar file (RFC 5545), and any such file's tasks as what they say.

A task's list and section, for which iCalendar has no words, stand in properties of our own, which
other programmes leave alone. Tasks are written and read by the vdir format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from store.model import Reminder
from sync.core.importing import Entry
from sync.cycle.gauge import Gauge, unwatched
from sync.export.book import Book, counted
from sync.export.errors import NotAnExport
from sync.local.lines import Line, decode
from sync.local.tasks import NotTodo
from sync.local.vdir.content import Content, escape, fold, split, unescape
from sync.local.vdir.parse import parse
from sync.local.vdir.render import render, shown

__all__ = ["calendar", "read_calendar", "shown"]

_LIST, _SECTION, _NAME = "X-REMINDERSD-LIST", "X-REMINDERSD-SECTION", "X-WR-CALNAME"
_EOL = "\r\n"
_HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//remindersd//export//EN\r\n"
_END = "END:VCALENDAR\r\n"
_ZONE = re.compile(r"BEGIN:VTIMEZONE\r\n.*?END:VTIMEZONE\r\n", re.DOTALL)
_TASK = re.compile(r"BEGIN:VTODO\r\n.*?END:VTODO\r\n", re.DOTALL)


def calendar(book: Book, home_zone: str, gauge: Gauge = unwatched) -> bytes:
    """All reminders as VTODOs of one VCALENDAR, with the zones that they name."""
    zones: dict[str, None] = {}
    tasks: list[str] = []
    names = book.names()
    for id, one in counted(book.reminders, gauge):
        beneath = one.parent if one.parent in book.reminders else None
        text = render(one, id, home_zone, beneath).decode()
        zones |= dict.fromkeys(_ZONE.findall(text))
        tasks += [_placed(task, one, names) for task in _TASK.findall(text)]
    return "".join((_HEAD, *zones, *tasks, _END)).encode()


def _placed(task: str, one: Reminder, names: Mapping[str, str]) -> str:
    said = [f"{_LIST}:{escape(names.get(one.list, ''))}"]
    said += [f"{_SECTION}:{escape(one.section)}"] if one.section else []
    own = "".join(f"{line.text}{line.eol}" for text in said for line in fold(text, _EOL))
    return task.removesuffix("END:VTODO\r\n") + own + "END:VTODO\r\n"


def read_calendar(data: bytes, home_zone: str) -> list[Entry]:
    """The tasks of a calendar; raises NotAnExport where one cannot be read, naming its line."""
    try:
        _, lines = decode(data)
        contents = split(lines)
    except (NotTodo, ValueError) as error:
        raise NotAnExport(f"it is no iCalendar file: {error}") from None
    zones, name = "", ""
    tasks: list[tuple[int, list[Content]]] = []
    for kind, block in _blocks(contents):
        if kind == "VTIMEZONE":
            zones += _text(lines, block)
        elif kind == "VTODO":
            tasks.append((block[0].start + 1, block))
        elif block[0].key == _NAME:
            name = unescape(block[0].value)
    return [_entry(number, block, lines, zones, name, home_zone) for number, block in tasks]


def _blocks(contents: tuple[Content, ...]) -> Iterator[tuple[str, list[Content]]]:
    """What stands in the VCALENDAR itself: components whole, properties by themselves."""
    inside: list[str] = []
    block: list[Content] = []
    for one in contents:
        word = one.value.strip().upper()
        if one.key == "BEGIN":
            inside.append(word)
        if len(inside) >= 2:
            block.append(one)
        elif one.key not in ("BEGIN", "END"):
            yield "", [one]
        if one.key == "END":
            if len(inside) == 2:
                yield inside[1], block
                block = []
            if inside:
                inside.pop()


def _text(lines: tuple[Line, ...], block: list[Content]) -> str:
    return "".join(f"{one.text}{_EOL}" for one in lines[block[0].start : block[-1].end])


def _entry(
    number: int,
    block: list[Content],
    lines: tuple[Line, ...],
    zones: str,
    name: str,
    home_zone: str,
) -> Entry:
    try:
        file = parse(f"{_HEAD}{zones}{_text(lines, block)}{_END}".encode(), home_zone)
    except NotTodo as error:
        raise NotAnExport(f"the task in line {number} cannot be read: {error}") from None
    (task,) = file.tasks
    own = {one.key: unescape(one.value) for one in block if one.key in (_LIST, _SECTION)}
    return Entry(
        reminder=replace(task.reminder, id=task.block or "", section=own.get(_SECTION, "")),
        list=own.get(_LIST, name),
        key=task.block or f"line {number}",
        parent=task.beneath or "",
        shown=shown,
        home_zone=home_zone,
    )
