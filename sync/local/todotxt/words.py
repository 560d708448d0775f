"""Tells which words of a todo.txt line mean something, and lets a title use such words as words.

A word is what stands between blanks. Three kinds can mean something: what may begin a line (``x``,
``(A)``, a date), a pair ``key:value``, and a tag (``@context`` or ``+project``). A backslash before
such a word makes it an ordinary one, and is taken off when it is read; before any other word a
backslash is a backslash.
"""

from __future__ import annotations

import re

__all__ = ["LEAD", "WORD", "is_tag", "read_pair", "read_title", "write_title"]

WORD = re.compile(r"[^ \t]+")
# Wider than what we read ourselves: other tools also take "(AB)" and a date with letters behind it.
LEAD = re.compile(r"x(?=[ \t]|$)|(?:\([A-Z]+\)|[0-9]{4}-[0-9]{2}-[0-9]{2})[^ \t]*")
_KNOWN = re.compile(r"(?:due|at|tz|flag|pri|created|id|p|t|rec):.")
_TAG = re.compile(r"[@+][^\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
# The format allows one colon; these two values are written with another one by some tools.
_PAIR = re.compile(
    r"(?P<key>[a-z][a-z0-9_-]*):(?P<value>(?!//)[^:]+)"
    r"|(?P<due>due):(?P<moment>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)"
    r"|(?P<at>at):(?P<time>[0-9]{1,2}:[0-9]{2})"
)
_ADDRESSES = frozenset({"mailto", "tel"})  # what links begin with, like ``https://``


def read_pair(word: str) -> tuple[str, str] | None:
    """The key and the value of a pair, or ``None`` if the word is none; a link is none."""
    found = _PAIR.fullmatch(word)
    if found is None or found["key"] in _ADDRESSES:
        return None
    key = found["key"] or found["due"] or found["at"]
    return key, word[len(key) + 1 :]


def is_tag(word: str) -> bool:
    """Whether the word, with its ``@`` or ``+``, is a tag where tags stand."""
    return _TAG.fullmatch(word) is not None


def read_title(text: str) -> str:
    """Words of a title as they are meant."""

    def bare(found: re.Match[str]) -> str:
        word = found[0]
        return word[1:] if word[0] == "\\" and _means_something(word.lstrip("\\")) else word

    return WORD.sub(bare, text)


def write_title(title: str) -> str:
    """A clean title so that it is read back the same, with as few backslashes as that takes.

    What may begin a line is guarded only as first word and a tag only as last one.
    """
    words = list(WORD.finditer(title))
    first, last = (words[0].start(), words[-1].start()) if words else (0, 0)

    def guard(found: re.Match[str]) -> str:
        bare = found[0].lstrip("\\")
        needed = (
            (bare != found[0] and _means_something(bare))
            or _is_pair(bare)
            or (found.start() == first and LEAD.fullmatch(bare))
            or (found.start() == last and is_tag(bare))
        )
        return f"\\{found[0]}" if needed else found[0]

    return WORD.sub(guard, title)


def _means_something(word: str) -> bool:
    return bool(LEAD.fullmatch(word) or _is_pair(word) or is_tag(word))


def _is_pair(word: str) -> bool:
    """Whether the word is a pair, or would be one of a key that we know for another tool."""
    return read_pair(word) is not None or _KNOWN.match(word) is not None
