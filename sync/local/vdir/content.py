"""Content lines of an iCalendar file: where each stands, what its parts are, how one is written.

A content line may be folded over several lines of the file; its bytes stay as they are unless
the line itself has to change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync.local.lines import Line
from sync.local.tasks import NotTodo

__all__ = ["Content", "escape", "fold", "join_list", "split", "split_list", "unescape"]

_FOLD_OCTETS = 75
_QUOTED = r'"[^"]*"'
_PARAM = rf"[A-Za-z0-9-]+=(?:{_QUOTED}|[^\";:,]*)(?:,(?:{_QUOTED}|[^\";:,]*))*"
_CONTENT = re.compile(rf"([A-Za-z0-9-]+)((?:;{_PARAM})*):(.*)", re.DOTALL)
_PARAMS = re.compile(rf";({_PARAM})")
_ESCAPES = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ITEM = re.compile(r"(?:[^\\,]|\\.)*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Content:
    """One content line: lines ``start`` to ``end`` (excluded) of the file, unfolded.

    ``name`` is as written, ``params`` with the ``;`` before each, ``value`` not unescaped.
    """

    start: int
    end: int
    name: str
    params: str
    value: str

    @property
    def key(self) -> str:
        """The name as names are compared."""
        return self.name.upper()

    def param(self, name: str) -> str | None:
        """The value of a parameter, without quotes."""
        for found in _PARAMS.findall(self.params):
            key, _, value = found.partition("=")
            if key.upper() == name:
                return str(value).strip('"')
        return None

    def without(self, *names: str) -> str:
        """The parameters but for these, as they are written."""
        kept = [p for p in _PARAMS.findall(self.params) if p.partition("=")[0].upper() not in names]
        return "".join(f";{param}" for param in kept)


def split(lines: Sequence[Line]) -> tuple[Content, ...]:
    """The content lines of a file; blank lines belong to none. Raises ``NotTodo``."""
    found: list[Content] = []
    start = 0
    while start < len(lines):
        end = start + 1
        while end < len(lines) and lines[end].text[:1] in (" ", "\t"):
            end += 1
        text = lines[start].text + "".join(line.text[1:] for line in lines[start + 1 : end])
        if text.strip():
            parts = _CONTENT.fullmatch(text)
            if parts is None:
                raise NotTodo(f"line {start + 1} is no line of an iCalendar file")
            found.append(Content(start, end, *parts.groups()))
        start = end
    return tuple(found)


def fold(text: str, eol: str) -> list[Line]:
    """A content line as lines of a file: none longer than 75 octets, no character torn apart."""
    pieces, piece, octets = [], "", 0
    for char in text:
        size = len(char.encode())
        if octets + size > _FOLD_OCTETS:
            pieces.append(piece)
            piece, octets = " ", 1
        piece += char
        octets += size
    return [Line(part, eol) for part in (*pieces, piece)]


def escape(text: str) -> str:
    """A text as the value of a property."""
    return re.sub(r"[\\;,\n]", lambda found: _ESCAPES[found[0]], text)


def unescape(value: str) -> str:
    """The text that a value stands for."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def split_list(value: str) -> list[str]:
    """The items of a value that is a list, as they are written."""
    items = []
    at = 0
    while True:
        found = _ITEM.match(value, at)
        assert found is not None
        items.append(found[0])
        at = found.end() + 1
        if found.end() >= len(value):
            return items


def join_list(items: Iterable[str]) -> str:
    """The inverse of ``split_list``."""
    return ",".join(items)
