"""Decides how answers look: a table in colour on a terminal, plain text on a pipe, JSON on request.

What came from files or from iCloud is cleaned before it is shown: a title must not be able to
steer the terminal. ``NO_COLOR`` is respected.
"""

from __future__ import annotations

import codecs
import json
import os
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import click

__all__ = [
    "ago",
    "clean",
    "coloured",
    "document",
    "dumped",
    "pace",
    "plural",
    "say",
    "table",
    "warn",
]

_GAP = "  "
_FAST = 10  # in a second: of that many no tenths are told
_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_HARMLESS = frozenset("\u200d")  # joins emoji into one


def clean(text: str) -> str:
    """``text`` on one line, with every character that could steer a terminal escaped."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_clean(character) for character in text)


def _clean(character: str) -> str:
    if unicodedata.category(character) in _STEERING and character not in _HARMLESS:
        return character.encode("unicode_escape").decode("ascii")
    return character


def coloured() -> bool:
    """Whether colours are wanted: on a terminal, unless ``NO_COLOR`` says otherwise."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def say(text: str = "") -> None:
    """One line on standard output."""
    click.echo(clean(text))


def warn(text: str) -> None:
    """One line on standard error."""
    click.echo(clean(text), err=True)


def document(content: Mapping[str, Any]) -> None:
    """One JSON document on standard output."""
    click.echo(dumped(content, indent=2))


def dumped(content: Mapping[str, Any], indent: int | None = None) -> str:
    """``content`` as JSON, in ASCII unless standard output is UTF-8, as JSON has to be."""
    is_utf8 = codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"
    return json.dumps(content, ensure_ascii=not is_utf8, indent=indent)


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """``rows`` in aligned columns; a cell that is ``None`` is empty."""
    cells = [["" if cell is None else clean(str(cell)) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _rich_table(headings, cells)
    else:
        _plain_table(headings, cells)


def _rich_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    # Imported here: on a pipe nobody needs it.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        shown.add_column(heading, overflow="fold")
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    Console().print(shown)


def _plain_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    every = [list(headings), *map(list, rows)]
    wide = [[_cells(cell) for cell in row] for row in every]
    widths = [max(column) for column in zip(*wide, strict=True)]
    for row, taken in zip(every, wide, strict=True):
        room = (width - cells for width, cells in zip(widths, taken, strict=True))
        line = _GAP.join(cell + " " * left for cell, left in zip(row, room, strict=True))
        click.echo(line.rstrip())


def _cells(text: str) -> int:
    """How many columns of a terminal it takes: an emoji takes two, and an accent none."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def plural(count: int, one: str, many: str = "") -> str:
    """``1 file``, ``2 files``."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def pace(rate: float | None, left_s: float | None) -> str:
    """How fast it goes and how long it takes, as far as is known: ``25/s, 2 minutes left``."""
    if rate is None:
        return ""
    shown = f"{rate:.0f}/s" if rate >= _FAST else f"{rate:.1f}/s"
    return shown if left_s is None else f"{shown}, {ago(left_s + 0.5)} left"


def ago(seconds: float) -> str:
    """A span of time in one unit, such as ``5 minutes``."""
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return plural(int(seconds // size), name)
    return plural(max(int(seconds), 0), "second")
