"""Changes a value in a file's front matter, in its place; every other byte stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from sync.local.lines import encode
from sync.local.tasks import CannotEdit, TodoFile

from .layout import MarkdownFile

__all__ = ["set_head"]

_PLAIN = re.compile(r"\w(?:[\w .,&()+/-]*[\w.)])?")
_QUOTED = r"'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\""
_SPECIAL = frozenset({"null", "true", "false", "yes", "no", "on", "off"})


def set_head(file: TodoFile, values: Mapping[str, str], home_zone: str) -> bytes:
    """The bytes of ``file`` with these values for keys that stand in its front matter.

    A comment behind a value stays. Raises ``CannotEdit`` for a key that is not there.
    """
    if not isinstance(file, MarkdownFile):
        raise TypeError("only what was read as Markdown has front matter")
    lines = [*file.layout.lines]
    end = file.layout.front_matter_lines
    for key, value in values.items():
        entry = re.compile(rf"({re.escape(key)}:)([ \t]*)({_QUOTED}|.*?)([ \t]*|[ \t]+#.*)")
        found = [(at, match) for at in range(end) if (match := entry.fullmatch(lines[at].text))]
        if not found:
            raise CannotEdit(f"there is no `{key}` in the front matter")
        at, match = found[-1]  # of two, YAML takes the last
        text = f"{match[1]}{match[2] or ' '}{_scalar(value)}{match[4]}"
        lines[at] = replace(lines[at], text=text)
    return encode(file.layout.bom, lines)


def _scalar(value: str) -> str:
    is_number = re.fullmatch(r"[\d.]+", value) is not None
    if _PLAIN.fullmatch(value) and not is_number and value.lower() not in _SPECIAL:
        return value
    return "'" + value.replace("'", "''") + "'"
