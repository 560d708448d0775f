"""Puts the lines of an edited file together, in their order, and checks what they say.

The lines of the old file come one after another, but for those that go and for the tasks that
move to another section; chunks of new lines, and what moves there, come between them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from store.model import Reminder
from sync.local.lines import Line, encode, is_blank, nearest_eol
from sync.local.tasks import CannotEdit, Insert
from sync.local.verify import Wanted, as_read, verify

from .headings import LEVEL, name_of
from .layout import MarkdownFile
from .parse import parse
from .render import shown

__all__ = [
    "LINKS",
    "NEW_SECTION",
    "NOTES_FIRST",
    "PICTURES",
    "PLACES",
    "SUBTASKS",
    "TOP_LEVEL",
    "Chunk",
]
__all__ += ["Work", "block_of", "finish"]

_NUMBERED = re.compile(r"[ \t]*([0-9]{1,9})[.)](?:[ \t]|\Z)")
NOTES_FIRST, LINKS, PLACES, PICTURES, SUBTASKS, TOP_LEVEL, NEW_SECTION = range(7)


@dataclass(slots=True)
class Chunk:
    """Lines to put in; ``tasks`` are (line within the chunk, what it is, line of its parent).

    Behind them come the ``blocks`` that move here, each from a line up to another, and ``tail``.
    ``heading`` is the section that a heading among the lines begins.
    """

    rank: int
    lines: list[str]
    tasks: list[tuple[int, Insert, int | None]] = field(default_factory=list)
    parent: int | None = None
    blocks: list[tuple[int, int]] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    heading: str = ""


@dataclass(slots=True)
class Work:
    """What becomes of a file: what each edit asked for, by lines and tasks of the old one."""

    file: MarkdownFile
    home_zone: str
    texts: dict[int, str] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    chunks: dict[int, list[Chunk]] = field(default_factory=dict)
    wanted: dict[int, Reminder] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    stamps: dict[int, str] = field(default_factory=dict)
    restamped: set[int] = field(default_factory=set)
    moves: dict[int, str] = field(default_factory=dict)  # to which section a task goes
    renamed: dict[str, str] = field(default_factory=dict)  # sections


def block_of(work: Work, index: int, now: str | None) -> str | None:
    """The block id that a task shall have."""
    stamp = work.stamps.get(index)
    return stamp if index in work.restamped else now or stamp


def finish(work: Work) -> bytes:
    """The bytes of the file; raises ``CannotEdit`` unless they say what was asked for."""
    old = work.file.layout.lines
    lines: list[Line] = []
    moved: dict[int, int] = {}
    wanted: dict[int, Wanted] = {}
    starts = {work.file.tasks[task].line for task in work.moves}
    for at, piece in _sequence(work):
        if piece is None:
            if at in starts and lines and _would_go_on(lines[-1].text, old[at].text):
                lines.append(Line("", nearest_eol(old, at)))
            moved[at] = len(lines)
            lines.append(Line(work.texts[at], old[at].eol) if at in work.texts else old[at])
            continue
        eol = nearest_eol(old, at)
        if isinstance(piece, Chunk):
            if piece.rank == NEW_SECTION and lines and not is_blank(lines[-1].text):
                lines.append(Line("", eol))
            above = None if piece.parent is None else moved[work.file.tasks[piece.parent].line]
            wanted.update(_wanted_in(piece, len(lines), above, work.home_zone))
            lines += _lines_of(work, piece, eol)
        else:
            lines += [Line(text, eol) for text in piece]
    _end_as_before(old, lines)
    bom = work.file.layout.bom
    data = encode(bom, lines)
    if lines != [*old]:
        after = parse(data, work.home_zone, work.file)
        verify(after, {**_wanted_of_old(work, moved), **wanted})
        _verify_rest(work, after)
    return data


def _lines_of(work: Work, chunk: Chunk, eol: str) -> Iterator[Line]:
    """The lines to put in; those of a task that only moves end as it did, others with ``eol``."""
    old, tasks = work.file.layout.lines, work.file.tasks
    moves = {offset: item.instead_of for offset, item, _ in chunk.tasks}
    end = eol
    for offset, text in enumerate(chunk.lines):
        if offset in moves:
            task = moves[offset]
            end = (old[tasks[task].line].eol if task is not None else "") or eol
        yield Line(text, end)


def _verify_rest(work: Work, after: MarkdownFile) -> None:
    """Raise ``CannotEdit`` unless headings read as wanted and nothing is hidden that was not."""
    wanted: Counter[tuple[int, str]] = Counter()
    for head in work.file.layout.headings:
        name = name_of(head)
        if head.line not in work.dropped and work.texts.get(head.line) != "":
            wanted[head.level, work.renamed.get(name, name) if head.level == LEVEL else name] += 1
    made = (chunk.heading for there in work.chunks.values() for chunk in there)
    wanted.update((LEVEL, name) for name in made if name)
    found = Counter((head.level, name_of(head)) for head in after.layout.headings)
    if found != wanted:
        names = sorted({name for _, name in (found - wanted) + (wanted - found)})
        raise CannotEdit(f"the heading “{names[0]}” would be read as something else")
    if after.front_matter != work.file.front_matter:
        raise CannotEdit("other lines would come to the top of the file, as front matter")
    if len(after.suspicious) > len(work.file.suspicious):
        raise CannotEdit(after.suspicious[-1])


def _would_go_on(above: str, text: str) -> bool:
    """Whether CommonMark takes a numbered item for words of the paragraph above it."""
    number = _NUMBERED.match(text)
    if number is None or number[1] == "1" or is_blank(above):
        return False
    return _NUMBERED.match(above) is None


def _end_as_before(old: Sequence[Line], lines: list[Line]) -> None:
    """Only the last line may lack its end, and does where the file's last line did."""
    for index, line in enumerate(lines[:-1]):
        if not line.eol:
            lines[index] = replace(line, eol=nearest_eol(old, len(old)))
    if lines and old and not old[-1].eol:
        lines[-1] = replace(lines[-1], eol="")


def _sequence(work: Work) -> Iterator[tuple[int, Chunk | list[str] | None]]:
    """All that the file will hold in its order: where in the old one, and what (``None``: that)."""
    old = work.file.layout.lines
    places = work.file.layout.places
    blocks = {work.file.tasks[task].line: places[task].end for task in work.moves}
    at, leaves = 0, -1
    while at <= len(old):
        if at in work.chunks:
            yield from _chunk_lines(work, at, is_left=at == leaves)
        if at in blocks:
            at = leaves = blocks[at]
            continue
        if at < len(old) and at not in work.dropped:
            yield at, None
        at += 1


def _chunk_lines(
    work: Work, at: int, *, is_left: bool
) -> Iterator[tuple[int, Chunk | list[str] | None]]:
    """What is put in before a line; ``is_left``: what is above it moves, with what is beneath."""
    if not is_left:
        yield from ((at, chunk) for chunk in _chunks(work, at, range(TOP_LEVEL)))
    for chunk in _chunks(work, at, range(TOP_LEVEL, NEW_SECTION + 1)):
        yield at, chunk
        for start, end in chunk.blocks:
            yield from _block_lines(work, start, end)
        yield at, chunk.tail


def _block_lines(
    work: Work, start: int, end: int
) -> Iterator[tuple[int, Chunk | list[str] | None]]:
    """The lines of a task that moves, with what is put in beneath it."""
    for at in range(start, end + 1):
        if at > start:
            yield from ((at, chunk) for chunk in _chunks(work, at, range(TOP_LEVEL)))
        if at < end and at not in work.dropped:
            yield at, None


def _chunks(work: Work, at: int, ranks: range) -> list[Chunk]:
    there = [chunk for chunk in work.chunks.get(at, ()) if chunk.rank in ranks]
    return sorted(there, key=lambda each: each.rank)


def _wanted_in(
    chunk: Chunk, base: int, above: int | None, home_zone: str
) -> Iterator[tuple[int, Wanted]]:
    for offset, item, parent in chunk.tasks:
        value = shown(item.reminder, home_zone)
        beneath = parent is not None or above is not None
        yield (
            base + offset,
            Wanted(
                reminder=replace(as_read(value), section="" if beneath else value.section),
                block=item.block or None,
                parent=above if parent is None else base + parent,
            ),
        )


def _wanted_of_old(work: Work, moved: dict[int, int]) -> dict[int, Wanted]:
    """Every task that stays: changed ones as wished, the others exactly as they were."""
    wanted: dict[int, Wanted] = {}
    tasks = work.file.tasks
    for index, task in enumerate(tasks):
        if index in work.removed:
            continue
        section = _section(work, index)
        said = work.wanted.get(index, task.reminder)
        wanted[moved[task.line]] = Wanted(
            reminder=_in_section(said, section or "" if task.parent is None else ""),
            block=block_of(work, index, task.block),
            parent=None if task.parent is None else moved[tasks[task.parent].line],
            before=task,
            text=work.texts.get(task.line, task.text),
            section=section,
            is_touched=index in work.wanted,
        )
    return wanted


def _in_section(reminder: Reminder, section: str) -> Reminder:
    return reminder if reminder.section == section else replace(reminder, section=section)


def _section(work: Work, index: int) -> str | None:
    """The heading that a task shall stand under, with the one that it stands beneath."""
    above = work.file.tasks[index].parent
    top = index if above is None else above
    if top in work.moves:
        return work.moves[top] or None
    now = work.file.tasks[index].section
    return work.renamed.get(now, now) if now else now
