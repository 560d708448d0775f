"""Reads a todo file: bytes in, tasks out; total on anything that is UTF-8."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from store.model import Field, Reminder
from sync.local.lines import decode
from sync.local.tasks import NONE, Task, TodoFile

from .again import Kept, Part, kept_of
from .blocks import Blocks, Heading, find_blocks
from .front_matter import read_front_matter
from .headings import LEVEL, name_of, regions
from .layout import Layout, MarkdownFile, Place
from .notes import read_notes
from .taskline import TaskLine, read_fields, split
from .unread import unread_in

__all__ = ["parse"]

_REMEMBERED = 4  # files: what an edit made is read to verify it, and again once it is written


def parse(data: bytes, home_zone: str, before: TodoFile | None = None) -> MarkdownFile:
    """Read a file; ``home_zone`` is the IANA zone of times that name none.

    ``before`` is an earlier reading in the same zone, if there is one: it takes less time then.
    Raises ``NotTodo`` if ``data`` is not UTF-8.
    """
    return _parsed(data, home_zone, _Earlier(before if isinstance(before, MarkdownFile) else None))


class _Earlier:
    """An earlier reading, which changes nothing of what a file says: all are equal.

    It is given out once, so that nobody remembers it longer than it is of use.
    """

    __slots__ = ("_file",)

    def __init__(self, file: MarkdownFile | None) -> None:
        self._file = file

    def take(self) -> MarkdownFile | None:
        file, self._file = self._file, None
        return file

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Earlier)

    def __hash__(self) -> int:
        return 0


@lru_cache(_REMEMBERED)
def _parsed(data: bytes, home_zone: str, earlier: _Earlier) -> MarkdownFile:
    bom, lines = decode(data)
    texts = [line.text for line in lines]
    before = earlier.take()
    kept = None if before is None else kept_of(before, texts)
    if before is not None and kept is not None:
        front_matter, body = before.front_matter, before.layout.front_matter_lines
        part, suspicious = _read(texts, kept, home_zone)
    else:
        front_matter, body, unclosed = read_front_matter(texts)
        part, suspicious = _read(texts, Kept(body, len(texts)), home_zone)
        suspicious = (*unclosed, *suspicious)
    layout = Layout(bom, lines, part.places, part.headings, body, _units(part.places))
    names = dict.fromkeys(region.name for region in regions(layout) if region.name)
    return MarkdownFile(part.tasks, front_matter, suspicious, layout, sections=tuple(names))


def _read(texts: Sequence[str], kept: Kept, home_zone: str) -> tuple[Part, tuple[str, ...]]:
    """What the file says, with what is kept above and below; and why it is suspicious."""
    blocks = find_blocks(texts[: kept.end], kept.start)
    found = _find_tasks(texts, blocks)
    if not kept.holds(blocks, len(found)):
        return _read(texts, kept.without_end(len(texts)), home_zone)
    above, below = kept.above, kept.below
    places, tasks = [*above.places], [*above.tasks]
    headings = (*above.headings, *blocks.headings)
    index_of = {item: index for index, item in enumerate(found, len(tasks))}
    sections = _sections(headings, [blocks.items[item].start for item in found])
    for (item, line), section in zip(found.items(), sections, strict=True):
        place = _place(texts, blocks, item, line, index_of)
        around = None if place.around is None else tasks[place.around]
        parent = place.around if around is None or around.parent is None else around.parent
        places.append(place)
        tasks.append(_task(place, blocks.items[item].start, parent, section, home_zone))
    part = Part((*tasks, *below.tasks), (*places, *below.places), (*headings, *below.headings))
    return part, blocks.suspicious


def _find_tasks(texts: Sequence[str], blocks: Blocks) -> dict[int, TaskLine]:
    """The task line of each item that is a task; marks those items and all around them."""
    found: dict[int, TaskLine] = {}
    for index, item in enumerate(blocks.items):
        line = split(texts[item.start]) if item.has_text else None
        if line is None:
            continue
        found[index] = line
        item.is_task = True
        around: int | None = index
        while around is not None and not blocks.items[around].holds_task:
            blocks.items[around].holds_task = True
            around = blocks.items[around].parent
    return found


def _place(
    texts: Sequence[str], blocks: Blocks, index: int, line: TaskLine, index_of: dict[int, int]
) -> Place:
    item = blocks.items[index]
    around = item.parent
    while around is not None and around not in index_of:
        around = blocks.items[around].parent
    return Place(
        line=line,
        notes=read_notes(texts, blocks, item, line.content_column),
        end=item.end,
        around=None if around is None else index_of[around],
        is_direct=item.parent is None or item.parent in index_of,
    )


def _units(places: Sequence[Place]) -> tuple[str, ...]:
    units: Counter[str] = Counter()
    for place in places:
        if place.notes.prefix is not None:
            prefix = place.notes.prefix.removesuffix(">")
            units[prefix.removeprefix(place.line.indent)] += 1
        if place.around is not None:
            units[place.line.indent.removeprefix(places[place.around].line.indent)] += 1
    return tuple(unit for unit, _ in units.most_common() if unit)


def _task(place: Place, line: int, parent: int | None, section: str | None, zone: str) -> Task:
    said = read_fields(place.line, zone)
    extras = said.extras | place.notes.extras or NONE
    opaque = said.opaque | ({Field.ALARMS} if "place" in extras else NONE) or NONE
    is_silent = Field.ALARMS in opaque
    return Task(
        line=line,
        block=place.line.block,
        parent=parent,
        section=section,
        reminder=Reminder(
            id="",
            title=said.title,
            notes=place.notes.text,
            done=said.done,
            due=said.due,
            priority=said.priority,
            flagged=said.flagged,
            tags=said.tags or NONE,
            urls=place.notes.urls,
            images=place.notes.images,
            repeat=said.repeat,
            alarms=NONE if is_silent else said.alarms | place.notes.where or NONE,
            section=section or "" if parent is None else "",
            opaque=opaque,
        ),
        extras=extras,
        clean=not extras and opaque <= {Field.REPEAT},
        text=place.line.text,
        unread=unread_in(place, line, zone) if opaque else (),
    )


def _sections(headings: Sequence[Heading], starts: Sequence[int]) -> list[str | None]:
    """The level-two heading above each line; a level-one heading ends the section."""
    sections: list[str | None] = []
    section: str | None = None
    coming = iter(headings)
    heading = next(coming, None)
    for start in starts:
        while heading is not None and heading.line < start:
            if heading.level <= LEVEL:
                section = (name_of(heading) or None) if heading.level == LEVEL else None
            heading = next(coming, None)
        sections.append(section)
    return sections
