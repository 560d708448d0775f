"""Headings that are sections: what they say, how one is written, renamed in place, or taken out.

A level-two heading is the section of the tasks up to the next heading of level one or two. One
that ends in ``#`` needs a backslash, or CommonMark would take that for its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sync.local.lines import leading
from sync.local.text import clean_section

from .blocks import Heading, find_blocks
from .layout import Layout

__all__ = ["LEVEL", "Region", "first_section", "heading_line", "name_of", "regions", "renamed"]

LEVEL = 2
_ATX = re.compile(r"([ ]{0,3}##[ \t]+)(.*?)((?:[ \t]+#+)?[ \t]*)\Z", re.DOTALL)
_CLOSES = re.compile(r"(?:\A|(?<=[ \t]))(#+)\Z")


@dataclass(frozen=True, slots=True)
class Region:
    """A section's heading, in lines ``start`` up to ``body``, and what it holds, up to ``end``."""

    name: str
    start: int
    body: int
    end: int


def name_of(heading: Heading) -> str:
    """The section's name that a heading says."""
    return clean_section(heading.text)


def heading_line(name: str) -> str:
    """The heading of a section of that (clean) name."""
    return f"## {_escaped(name)}"


def regions(layout: Layout) -> Iterator[Region]:
    """The sections of a file, from its top."""
    breaks = [head for head in layout.headings if head.level <= LEVEL]
    ends = [*(head.line for head in breaks[1:]), len(layout.lines)]
    for head, end in zip(breaks, ends, strict=False):
        if head.level == LEVEL:
            yield Region(name_of(head), head.line, head.end, end)


def first_section(layout: Layout) -> int | None:
    """The line of the first heading that begins a section."""
    return next((region.start for region in regions(layout)), None)


def renamed(layout: Layout, region: Region, name: str) -> tuple[str, range]:
    """The heading's line under another (clean) name, all else on it as it was; lines that go.

    One with a line drawn beneath it loses that if it cannot say the name, or has words on several
    lines.
    """
    text = layout.lines[region.start].text
    below = range(region.start + 1, region.body)
    atx = _ATX.match(text)
    if atx is not None and not below:
        return f"{atx[1]}{_escaped(name)}{atx[3]}", below
    if len(below) == 1 and _can_be_underlined(name):
        return f"{leading(text)}{name}", range(0)
    return heading_line(name), below


def _can_be_underlined(name: str) -> bool:
    """Whether the name is a paragraph, not a list item, a quote, HTML or the like."""
    blocks = find_blocks([name, "---"], 0)
    return blocks.headings == (Heading(0, LEVEL, name, 2),) and not blocks.suspicious


def _escaped(name: str) -> str:
    return _CLOSES.sub(r"\\\1", name)
