"""Reads the keys of ours in a file's YAML front matter, and where the front matter ends.

The rest of the front matter is a person's and is not looked at. Without its closing ``---`` there
is no front matter: the first line is then a rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sync.local.tasks import FrontMatter

__all__ = ["read_front_matter"]

_FENCE = "---"
_ENTRY = re.compile(r"(icloud-list|icloud-id):(?:[ \t]+(.*))?$")
_LOOKS = ("icloud-color", "icloud-emblem")
_BARE_COLOR = re.compile(r"#\w+(?=[ \t]|\Z)")
_BARE_COMMENT = re.compile(r"(?:^|[ \t])#.*$")


def read_front_matter(lines: Sequence[str]) -> tuple[FrontMatter, int, tuple[str, ...]]:
    """The front matter, the number of lines it takes, and why it is suspicious, if it is."""
    if not lines or lines[0].rstrip(" \t") != _FENCE:
        return FrontMatter(), 0, ()
    for end, line in enumerate(lines[1:], 1):
        if line.rstrip(" \t") == _FENCE:
            found = dict(_entry(text) for text in lines[1:end] if _ENTRY.match(text))
            looks = {_key(text): (_look(text), at) for at, text in enumerate(lines[:end], 1)}
            known = FrontMatter(
                present=True,
                list_name=found.get("icloud-list"),
                list_id=found.get("icloud-id"),
                looks=tuple((key, *looks[key]) for key in _LOOKS if key in looks),
            )
            return known, end + 1, ()
    return FrontMatter(), 0, ("line 1: the front matter is not closed",)


def _key(line: str) -> str:
    return line.partition(":")[0]


def _look(line: str) -> str:
    """The value of a key that says how a list looks; a bare ``#RRGGBB`` is no comment there."""
    value = line.partition(":")[2].strip(" \t")
    bare = _BARE_COLOR.match(value) if _key(line) == "icloud-color" else None
    return bare[0] if bare else _scalar(value)


def _entry(line: str) -> tuple[str, str | None]:
    found = _ENTRY.match(line)
    assert found is not None
    return found[1], _scalar((found[2] or "").strip(" \t")) or None


def _scalar(value: str) -> str:
    if value.startswith("'") and (end := value.rfind("'")) > 0:
        return value[1:end].replace("''", "'")
    if value.startswith('"') and (end := value.rfind('"')) > 0:
        return re.sub(r"\\(.)", r"\1", value[1:end])
    return _BARE_COMMENT.sub("", value).strip(" \t")
