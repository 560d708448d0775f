"""The colour of a list as files say it: ``#RRGGBB``, or one of the names that the apps give. Pure.

Within the programme a colour is text: its name, if it has one, and its hexadecimal form, if that
is known ("blue #007AFF", "#123ABC"); no colour is "".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import MappingProxyType

__all__ = ["PALETTE", "hexadecimal_of", "said_color", "shown_color"]

PALETTE = MappingProxyType(
    {
        "red": "#FF3B30",
        "orange": "#FF9500",
        "yellow": "#FFCC00",
        "green": "#34C759",
        "lightBlue": "#5AC8FA",
        "blue": "#007AFF",
        "indigo": "#5856D6",
        "pink": "#FF2D55",
        "purple": "#AF52DE",
        "brown": "#A2845E",
        "gray": "#8E8E93",
    }
)
"""Names of colours, and the form that is written for each (a belief; see docs/wire.md)."""

_HEXADECIMAL = re.compile(r"#[0-9A-Fa-f]{6}")


def said_color(text: str, known: Iterable[str]) -> str:
    """The colour that a file's ``text`` says: one of ``known`` if it is a word for that.

    Raises ``ValueError`` for what is no colour.
    """
    word = text.casefold()
    for color in known:
        if word in (*color.casefold().split(), hexadecimal_of(color).casefold()):
            return color
    for name, hexadecimal in PALETTE.items():
        if word in (name.casefold(), hexadecimal.casefold()):
            return f"{name} {hexadecimal}"
    if _HEXADECIMAL.fullmatch(text):
        return text.upper()
    raise ValueError(f"“{text}” is no colour; write '#RRGGBB' or one of {', '.join(PALETTE)}")


def hexadecimal_of(color: str) -> str:
    """The colour as ``#RRGGBB``; "" if that is not known."""
    name, *more = color.split() or [""]
    return more[0] if more else PALETTE.get(name, name if _HEXADECIMAL.fullmatch(name) else "")


def shown_color(color: str, before: str) -> str:
    """The word for a colour, of the same sort as the one that stands there now."""
    name, *more = color.split() or [""]
    is_name = bool(before) and not before.startswith("#")
    return name if is_name or not more else more[0]
