"""Draws what a terminal shows as a picture of lines and letters, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from rich.ansi import AnsiDecoder
from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

__all__ = ["drawn"]

_CELL, _ROW, _EDGE, _LETTERS = 8.4, 19, 16, 14
_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_LIGHT = {"red": "#a8231c", "green": "#1a6b35", "yellow": "#7a5200", "blue": "#1d57b0",
          "magenta": "#7d2f94", "cyan": "#116a75"}  # fmt: skip
_DARK = {"red": "#ff958c", "green": "#7ed39a", "yellow": "#e8c06a", "blue": "#86b2ff",
         "magenta": "#dba2f0", "cyan": "#7fd3dd"}  # fmt: skip
_FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


def drawn(screen: str, title: str) -> str:
    """An SVG of ``screen``: lines as tmux captures them, with the codes of their colours.

    ``title`` is told to who cannot see it. Nothing in it is fetched from anywhere.
    """
    rows = list(AnsiDecoder().decode(screen))
    width = max(cell_len(row.plain) for row in rows) * _CELL + 2 * _EDGE
    height = len(rows) * _ROW + 2 * _EDGE
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}"'
        f' width="{width:.0f}" height="{height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{_sheet()}</style>",
        f'<rect x=".5" y=".5" width="{width - 1:.0f}" height="{height - 1}" rx="8"/>',
        *(_line(row, number) for number, row in enumerate(rows) if row.plain.strip()),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _sheet() -> str:
    return "\n".join(
        [
            f"text {{ font: {_LETTERS}px {_FONT}; white-space: pre; }}",
            ".bold { font-weight: 700; } .dim { opacity: .65; } .italic { font-style: italic; }",
            *_colours("#fbfbfa", "#d9d9d4", "#1c1c1a", _LIGHT),
            "@media (prefers-color-scheme: dark) {",
            *_colours("#161615", "#3b3b37", "#ecece8", _DARK),
            "}",
        ]
    )


def _colours(back: str, edge: str, ink: str, named: Mapping[str, str]) -> Iterator[str]:
    yield f"rect {{ fill: {back}; stroke: {edge}; }} text {{ fill: {ink}; }}"
    yield " ".join(f".{name} {{ fill: {colour}; }}" for name, colour in named.items())


def _line(row: Text, number: int) -> str:
    y = _EDGE + number * _ROW + _LETTERS
    return f'<text y="{y}">{"".join(_pieces(row))}</text>'


def _pieces(row: Text) -> Iterator[str]:
    """Each stretch of one look at its column: so the columns stand, whatever the font."""
    column = 0
    for text, style in _stretches(row):
        cells = cell_len(text)
        if text.strip():
            x, length = _EDGE + column * _CELL, cells * _CELL
            look = f' class="{_look(style)}"' if _look(style) else ""
            yield f'<tspan x="{x:.1f}" textLength="{length:.1f}"{look}>{escape(text)}</tspan>'
        column += cells


def _stretches(row: Text) -> Iterator[tuple[str, Style]]:
    """Split where the look changes, and around each wide letter, whose width no font keeps."""
    plain, looks = row.plain, [Style()] * len(row.plain)
    for span in row.spans:
        for at in range(span.start, min(span.end, len(plain))):
            looks[at] += span.style if isinstance(span.style, Style) else Style.parse(span.style)
    begin = 0
    for at in range(1, len(plain) + 1):
        if at == len(plain) or looks[at] != looks[begin] or _wide(plain[at - 1 : at + 1]):
            yield plain[begin:at], looks[begin]
            begin = at


def _wide(pair: str) -> bool:
    cells = [cell_len(letter) for letter in pair]
    return 2 in cells and 0 not in cells  # what has no width belongs to its neighbour


def _look(style: Style) -> str:
    number = None if style.color is None else style.color.number
    known = "" if number is None else _NAMES[number % 8]
    said = [name for name in ("bold", "dim", "italic") if getattr(style, name)]
    return " ".join([*said, *([known] if known in _LIGHT else [])])
