"""Splits a file into lines and puts it together again, losing no byte.

Only ``\\r\\n``, ``\\r`` and ``\\n`` end a line (``str.splitlines`` knows eight more), each line
keeps the end that it has, and a byte order mark belongs to the file, not to its first line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync.local.tasks import NotTodo

__all__ = ["Line", "column", "decode", "encode", "is_blank", "leading", "nearest_eol"]

_BOM = "\ufeff"
_LINE = re.compile(r"([^\r\n]*)(\r\n?|\n|\Z)")
_TAB_STOP = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its text and the bytes that end it (empty at most on the last line)."""

    text: str
    eol: str


def decode(data: bytes) -> tuple[str, tuple[Line, ...]]:
    """The byte order mark (or ``""``) and the lines of ``data``; ``NotTodo`` if it is not UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotTodo(f"not UTF-8: byte {error.start} cannot be read") from error
    bom = _BOM if text.startswith(_BOM) else ""
    found = _LINE.findall(text, len(bom))
    if found and found[-1] == ("", ""):
        found.pop()  # the empty match behind the last line end is no line
    return bom, tuple(Line(*pair) for pair in found)


def encode(bom: str, lines: Iterable[Line]) -> bytes:
    """The bytes of a file: the inverse of ``decode``."""
    return (bom + "".join(line.text + line.eol for line in lines)).encode("utf-8")


def is_blank(text: str) -> bool:
    """Whether CommonMark calls this line blank."""
    return not text.strip(" \t")


def leading(text: str) -> str:
    """The spaces and tabs that a line begins with."""
    return text[: len(text) - len(text.lstrip(" \t"))]


def column(whitespace: str) -> int:
    """The column reached behind ``whitespace``, with tab stops every four columns."""
    if "\t" not in whitespace:
        return len(whitespace)
    reached = 0
    for char in whitespace:
        reached += _TAB_STOP - reached % _TAB_STOP if char == "\t" else 1
    return reached


def nearest_eol(lines: Sequence[Line], index: int) -> str:
    """The line end to use for a line put in before ``index``: that of the nearest line above."""
    near = (*reversed(lines[max(0, index - 2) : index]), *lines[:1])
    return next((line.eol for line in near if line.eol), "\n")
