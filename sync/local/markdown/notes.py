"""Reads the lines beneath a task as its notes, links and places, and says how to change them.

Notes are written as a quote; a person may also have written them as indented text or plain
bullets, which are read as they stand, less their indentation. Links are bullets of their own,
``- 🔗 <https://…>``, and so are places, ``- 📍 …``, and downloaded images. What is none of these
stays as it is: other lines with images (``- 📎``), links with other words, comments and HTML,
bullets that hold tasks of their own, and text that is not indented, which CommonMark counts to
the task and people do not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from store.model import Place
from sync.local.lines import column, is_blank, leading
from sync.local.tasks import NONE
from sync.local.text import clean_notes

from .alarms import PlaceLine, is_place, read_place_line
from .blocks import Blocks, Item
from .images import IMAGE

__all__ = ["Link", "Notes", "is_url", "link_line", "quote", "read_notes"]
__all__ += ["relink", "rewrite"]

_QUOTE = re.compile(r"([ \t]*>)( ?)(.*)", re.DOTALL)
_ATTACHMENT = re.compile(r"[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+(🔗|📎)")
_EXTRA = {"🔗": "link", "📎": "image"}
_URL = re.compile(r"[^\s<>\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_LINK = re.compile(
    r"(?P<lead>[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)🔗\ufe0f?[ \t]*"
    rf"(?:<(?P<url>{_URL.pattern})>|(?P<bare>[a-z]+://{_URL.pattern}))[ \t]*"
)


@dataclass(frozen=True, slots=True)
class Link:
    """The line of a link or an image beneath a task; ``lead`` is what stands before its mark."""

    line: int
    url: str
    lead: str


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes of one task and everything else beneath it.

    ``lines`` are the lines that the notes stand on and ``parts`` what each says; ``prefix`` is the
    quote's, such as ``"    >"``, if they are one quote. ``own`` are all lines to go if the task
    goes (its subtasks' left out); ``extras`` names what is there beside notes, links and places.
    ``unread_places`` are lines that begin as a place does and say none, with their words.
    """

    text: str
    lines: tuple[int, ...]
    parts: tuple[str, ...]
    prefix: str | None
    own: tuple[int, ...]
    links: tuple[Link, ...]
    places: tuple[PlaceLine, ...]
    image_lines: tuple[Link, ...]
    extras: frozenset[str]
    unread_places: tuple[tuple[int, str], ...] = ()

    @property
    def urls(self) -> frozenset[str]:
        """What the links point to."""
        return frozenset(link.url for link in self.links) or NONE

    @property
    def where(self) -> frozenset[Place]:
        """The places that alarms ring at."""
        return frozenset(one.place for one in self.places) or NONE

    def last(self, task: int) -> int:
        """The last line of the links, else of the notes, else ``task``, the task's own line."""
        return self.links[-1].line if self.links else (self.lines or (task,))[-1]

    @property
    def images(self) -> frozenset[str]:
        """The paths of its downloaded images."""
        return frozenset(link.url for link in self.image_lines) or NONE


@dataclass(slots=True)
class _Found:
    notes: list[int]
    own: list[int]
    links: list[Link]
    places: list[PlaceLine]
    image_lines: list[Link]
    extras: set[str]
    unread_places: list[tuple[int, str]] = field(default_factory=list)


def read_notes(lines: Sequence[str], blocks: Blocks, item: Item, content_column: int) -> Notes:
    """The notes beneath the task ``item``, whose child lines begin at ``content_column``."""
    if item.end == item.start + 1:
        return _nothing(item.start)
    found = _Found([], [item.start], [], [], [], set())
    children = [blocks.items[child] for child in item.children]
    index = item.start + 1
    for child in children:
        for line in range(index, child.start):
            _read_line(lines, blocks, line, content_column, found)
        _read_child(lines, blocks, child, content_column, found)
        index = max(index, child.end)
    for line in range(index, item.end):
        _read_line(lines, blocks, line, content_column, found)
    return _assemble(lines, found)


def _nothing(line: int) -> Notes:
    """What stands beneath a task that is alone on its line."""
    return Notes("", (), (), None, (line,), (), (), (), NONE)


def _read_line(
    lines: Sequence[str],
    blocks: Blocks,
    index: int,
    content_column: int,
    found: _Found,
    attachment: str = "",
) -> None:
    text = lines[index]
    is_empty = is_blank(text)
    if index in blocks.hidden:
        found.extras.add("comment")
    elif not is_empty and column(leading(text)) < content_column:
        found.extras.add("text")
        return  # not indented: it stays when the task goes
    elif attachment:
        found.extras.add(attachment)
    elif not is_empty:
        found.notes.append(index)
    found.own.append(index)


def _read_child(
    lines: Sequence[str], blocks: Blocks, child: Item, content_column: int, found: _Found
) -> None:
    if child.is_task:
        return
    if child.holds_task:
        found.extras.add("bullet")
        return
    if child.end == child.start + 1 and _read_attachment(lines[child.start], child.start, found):
        found.own.append(child.start)
        return
    if is_place(lines[child.start]):
        at = read_place_line(child.start, lines[child.start])
        if at is None or child.end != child.start + 1:
            found.extras.add("place")
            found.unread_places.append((child.start, lines[child.start].strip(" \t")))
        else:
            found.places.append(at)
        found.own.extend(range(child.start, child.end))
        return
    mark = _ATTACHMENT.match(lines[child.start])
    for index in range(child.start, child.end):
        _read_line(lines, blocks, index, content_column, found, _EXTRA[mark[1]] if mark else "")


def _read_attachment(line: str, index: int, found: _Found) -> bool:
    """Whether the line is a link or a downloaded image, and nothing else."""
    link = _LINK.fullmatch(line)
    if link:
        found.links.append(Link(index, link["url"] or link["bare"], link["lead"]))
        return True
    image = IMAGE.fullmatch(line)
    if image:
        found.image_lines.append(Link(index, image["path"], image["lead"]))
    return image is not None


def _assemble(lines: Sequence[str], found: _Found) -> Notes:
    """Puts the note lines together; only blank lines between two of them belong to the notes."""
    at: list[int] = []
    for index in found.notes:
        gap = range(at[-1] + 1, index) if at else range(0)
        if all(is_blank(lines[between]) for between in gap):
            at.extend(gap)
        at.append(index)
    quotes = [_QUOTE.match(lines[index]) for index in at]
    prefixes = {
        match[1] if match else None
        for index, match in zip(at, quotes, strict=True)
        if not is_blank(lines[index])
    }
    is_one_block = bool(at) and at[-1] - at[0] == len(at) - 1
    parts = _parts(lines, at, quotes)
    return Notes(
        text=clean_notes("\n".join(parts)),
        lines=tuple(at),
        parts=tuple(parts),
        prefix=prefixes.pop() if is_one_block and len(prefixes) == 1 else None,
        own=tuple(found.own),
        links=tuple(found.links),
        places=tuple(found.places),
        image_lines=tuple(found.image_lines),
        extras=frozenset(found.extras) or NONE,
        unread_places=tuple(found.unread_places),
    )


def _parts(
    lines: Sequence[str], at: Sequence[int], quotes: Sequence[re.Match[str] | None]
) -> list[str]:
    """What each note line says: quotes without their mark, runs of text without their indent."""
    parts: list[str] = []
    run: list[str] = []

    def dedent() -> None:
        base = min((column(leading(text)) for text in run if not is_blank(text)), default=0)
        for text in run:
            extra = max(0, column(leading(text)) - base)
            parts.append("" if is_blank(text) else " " * extra + text.lstrip(" \t"))
        run.clear()

    for index, match in zip(at, quotes, strict=True):
        if match:
            dedent()
            parts.append(match[3])
        else:
            run.append(lines[index])
    dedent()
    return parts


def is_url(url: str) -> bool:
    """Whether a link's line can say ``url``."""
    return _URL.fullmatch(url) is not None


def link_line(url: str, lead: str) -> str:
    """The line of a link; ``lead`` is its indentation and bullet, such as ``"    - "``."""
    return f"{lead}🔗 <{url}>"


def quote(text: str, prefix: str) -> list[str]:
    """The lines of a quote that says ``text``, each beginning with ``prefix`` (ends in ``>``)."""
    return [f"{prefix} {line}" if line else prefix for line in text.split("\n")] if text else []


def rewrite(notes: Notes, after: int, text: str, prefix: str) -> tuple[set[int], int, list[str]]:
    """How to make the notes say ``text``: lines to drop, where to put lines in, and those lines.

    Lines of one quote that stay the same at its beginning and end are not touched. ``after`` is
    the task's line: new notes go right behind it, as a quote that begins with ``prefix``.
    """
    if not notes.lines:
        return set(), after + 1, quote(text, prefix)
    if notes.prefix is None or not text:
        return set(notes.lines), notes.lines[0], quote(text, prefix)
    old = [part.rstrip(" \t") for part in notes.parts]
    new = text.split("\n")
    limit = min(len(old), len(new))
    head = next((i for i in range(limit) if old[i] != new[i]), limit)
    limit -= head
    tail = next((i for i in range(limit) if old[-1 - i] != new[-1 - i]), limit)
    changed = new[head : len(new) - tail]
    dropped = notes.lines[head : len(old) - tail]
    where = notes.lines[head] if head < len(old) else notes.lines[-1] + 1
    return (
        set(dropped),
        where,
        [f"{notes.prefix} {line}" if line else notes.prefix for line in changed],
    )


def relink(
    there: Sequence[Link],
    after: int,
    wanted: frozenset[str],
    lead: str,
    write: Callable[[str, str], str],
) -> tuple[set[int], int, list[str]]:
    """How to make the links or images that are there ``wanted``, as ``rewrite`` does for notes.

    New ones go behind the last one, else behind the line ``after``, with ``lead`` before them;
    ``write`` makes a line of one and its lead.
    """
    new = sorted(wanted - {link.url for link in there})
    dropped = {link.line for link in there if link.url not in wanted}
    if there:
        after, lead = there[-1].line, there[-1].lead
    return dropped, after + 1, [write(one, lead) for one in new]
