"""Says how much of a file has to be read again where an earlier reading of it is known.

A task at the left margin begins a block wherever it stands, and ends what is open above it, but
for code and HTML: so what is above one is read as before if no line up to it has changed, and what
is beneath one is, if none has from it on. Only what is between two such tasks is looked at.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sync.local.tasks import Task

from .blocks import COMMENT_MARK, Blocks, Heading
from .layout import MarkdownFile, Place

__all__ = ["Kept", "Part", "kept_of"]


@dataclass(frozen=True, slots=True)
class Part:
    """Tasks of a file, one after another, and the headings that stand among them."""

    tasks: tuple[Task, ...] = ()
    places: tuple[Place, ...] = ()
    headings: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays as it was read: ``above`` line ``start``, and from ``end`` on, ``below``.

    ``between`` is what stood between the two.
    """

    start: int
    end: int
    above: Part = Part()
    between: Part = Part()
    below: Part = Part()

    def holds(self, blocks: Blocks, tasks: int) -> bool:
        """Whether what is below stays so, with these blocks and so many tasks in between."""
        if not self.below.tasks:
            return True
        were = [(head.level, head.text) for head in self.between.headings]
        return (
            tasks == len(self.between.tasks)
            and [(head.level, head.text) for head in blocks.headings] == were
            and not blocks.may_go_on
            and not blocks.suspicious
        )

    def without_end(self, lines: int) -> Kept:
        """The same for a file with so many lines, with nothing that stays below."""
        return replace(self, end=lines, below=Part())


def kept_of(file: MarkdownFile, texts: Sequence[str]) -> Kept | None:
    """What stays of ``file`` now that its lines are ``texts``, as far as that can be told."""
    old, head = [line.text for line in file.layout.lines], file.layout.front_matter_lines
    if file.suspicious or any(COMMENT_MARK in text for text in (*old, *texts)):
        return None
    pairs = enumerate(zip(old, texts, strict=False))
    first = next((at for at, (one, other) in pairs if one != other), min(len(old), len(texts)))
    if first < max(head, 1):
        return None
    places, lines = file.layout.places, [task.line for task in file.tasks]
    above = bisect_left(lines, first) - 1
    while above >= 0 and not _begins(places[above]):
        above -= 1
    start, above = (lines[above], above) if above >= 0 else (head, 0)
    kept = Kept(start, len(texts), _part(file, slice(0, above), range(start)))
    if len(old) != len(texts):
        return kept
    last = next((at for at in range(len(old) - 1, first, -1) if old[at] != texts[at]), first)
    below = bisect_left(lines, last + 1)
    while below < len(lines) and not _begins(places[below]):
        below += 1
    if below == len(lines):
        return kept
    return replace(
        kept,
        end=lines[below],
        between=_part(file, slice(above, below), range(start, lines[below])),
        below=_part(file, slice(below, None), range(lines[below], len(old))),
    )


def _begins(place: Place) -> bool:
    """Whether the task's line ends whatever is open above it, and begins a block."""
    line = place.line
    is_outer = place.around is None and place.is_direct
    return is_outer and not line.indent and len(line.marker) == 1


def _part(file: MarkdownFile, tasks: slice, lines: range) -> Part:
    heads = tuple(head for head in file.layout.headings if head.line in lines)
    return Part(file.tasks[tasks], file.layout.places[tasks], heads)
