"""Says where in a file a new task goes and how it is indented, after the file's own habits.

A new task goes behind the last one of its section outside every list item; one of no section
behind the last that stands in none and before ``Done``, else before the first section. Where a
section has no heading, one is made at the end of the file, but before ``Done``. A new subtask
goes to the end of its parent's block.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sync.local.lines import column, is_blank

from .headings import first_section, heading_line, regions
from .layout import Layout, MarkdownFile, Place
from .render import CHILD_INDENT, child_bullet

__all__ = ["Spot", "child_lead", "child_prefix", "subtask_spot", "top_spot", "unit_for"]

_DONE = "done"
_CODE_GAP = 4
_LARGEST_NUMBER = 999_999_999


@dataclass(frozen=True, slots=True)
class Spot:
    """New lines go before line ``at``; ``marker`` is the list marker of the neighbour above.

    ``heading`` is one to be made above them.
    """

    at: int
    indent: str
    marker: str
    blank_before: bool = False
    blank_after: bool = False
    heading: str = ""

    def bullet(self, offset: int) -> str:
        """The marker of the ``offset``-th new item (from 1): numbered lists count on."""
        if not self.marker[:-1].isdigit():
            return self.marker
        return f"{min(int(self.marker[:-1]) + offset, _LARGEST_NUMBER)}{self.marker[-1]}"


def top_spot(file: MarkdownFile, section: str) -> Spot:
    """Where new top-level tasks of a section go; ``""`` is none."""
    layout = file.layout
    if section:
        return _section_spot(file, section)
    done = _done_heading(layout)
    limit = len(layout.lines) if done is None else done
    for index, task in reversed([*enumerate(file.tasks)]):
        place = layout.places[index]
        is_outer = task.parent is None and place.is_direct
        if is_outer and not task.section and task.line < limit:
            return Spot(place.end, place.line.indent, place.line.marker)
    first = first_section(layout)
    return _empty_spot(layout, limit if first is None else min(limit, first))


def _section_spot(file: MarkdownFile, section: str) -> Spot:
    """The end of the first section of that name; where there is none, that of the file."""
    layout = file.layout
    region = next((one for one in regions(layout) if one.name == section), None)
    if region is None:
        done = _done_heading(layout)
        spot = _empty_spot(layout, len(layout.lines) if done is None else done)
        return replace(spot, heading=heading_line(section))
    for index, task in reversed([*enumerate(file.tasks)]):
        place = layout.places[index]
        if region.body <= task.line < region.end and task.parent is None and place.is_direct:
            return Spot(place.end, place.line.indent, place.line.marker)
    return _empty_spot(layout, region.end)


def _done_heading(layout: Layout) -> int | None:
    return next((head.line for head in layout.headings if head.text.casefold() == _DONE), None)


def _empty_spot(layout: Layout, limit: int) -> Spot:
    """In a place without a task to stand behind: set off by blank lines."""
    at = limit
    is_end = limit == len(layout.lines)
    while not is_end and at > layout.front_matter_lines and is_blank(layout.lines[at - 1].text):
        at -= 1
    return Spot(
        at=at,
        indent="",
        marker="-",
        blank_before=at > 0 and not is_blank(layout.lines[at - 1].text),
        blank_after=not is_end and not is_blank(layout.lines[at].text),
    )


def subtask_spot(file: MarkdownFile, parent: int) -> Spot:
    """Where new subtasks of ``parent`` go; beneath its outermost parent if it has one."""
    above = file.tasks[parent].parent
    parent = parent if above is None else above
    place = file.layout.places[parent]
    for child in reversed(_children(file, parent)):
        return Spot(place.end, child.line.indent, child.line.marker)
    marker = child_bullet(place.line.marker)
    indent = place.line.indent
    unit = unit_for(file.layout, indent, place.line.content_column)
    return Spot(place.end, indent + unit, marker)


def child_prefix(file: MarkdownFile, task: int) -> str:
    """The indentation of child lines of ``task``: its subtasks' if it has any."""
    line = file.layout.places[task].line
    for child in _children(file, task):
        if _fits(child.line.indent, line.content_column):
            return child.line.indent
    return line.indent + unit_for(file.layout, line.indent, line.content_column)


def child_lead(file: MarkdownFile, task: int) -> str:
    """The indentation and bullet of a new child line of ``task`` that is no task."""
    return f"{child_prefix(file, task)}{child_bullet(file.layout.places[task].line.marker)} "


def unit_for(layout: Layout, indent: str, content_column: int) -> str:
    """How much deeper child lines stand, as elsewhere in this file if that fits here."""
    for unit in layout.units:
        if _fits(indent + unit, content_column):
            return unit
    return " " * max(CHILD_INDENT, content_column - column(indent))


def _children(file: MarkdownFile, parent: int) -> list[Place]:
    """The tasks right beneath ``parent``, which follow it in the file."""
    end = file.layout.places[parent].end
    children: list[Place] = []
    for index in range(parent + 1, len(file.tasks)):
        if file.tasks[index].line >= end:
            break
        place = file.layout.places[index]
        if place.around == parent and place.is_direct:
            children.append(place)
    return children


def _fits(indent: str, content: int) -> bool:
    return content <= column(indent) < content + _CODE_GAP
