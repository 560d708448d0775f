"""Tells whether anything stands in a file beside what belongs to its list."""

from __future__ import annotations

from collections.abc import Collection

from sync.local.lines import is_blank
from sync.local.tasks import TodoFile

from .headings import regions
from .layout import MarkdownFile

__all__ = ["is_bare"]

_OURS = ("icloud-", "---")


def is_bare(file: TodoFile, sections: Collection[str]) -> bool:
    """Whether only keys of ours, headings of these sections and blank lines are left in it."""
    if not isinstance(file, MarkdownFile) or file.tasks or file.suspicious:
        return False
    layout = file.layout
    lines, body = [line.text for line in layout.lines], layout.front_matter_lines
    named = {
        at
        for region in regions(layout)
        if region.name in sections
        for at in range(region.start, region.body)
    }
    rest = (text for at, text in enumerate(lines) if at >= body and at not in named)
    return all(is_blank(text) or text.startswith(_OURS) for text in lines[:body]) and all(
        is_blank(text) for text in rest
    )
