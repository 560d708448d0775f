"""Reads the YAML that people write in configs, line by line; what is any harder it does not read.

Pure. To load what knows all of YAML takes longer than all else that `status` does. Nothing is
guessed here: where a text is YAML, and anything is told of it, YAML says the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection

__all__ = ["Path", "read_plain"]

Path = tuple[str, ...]
"""The keys on the way to a value, from the outermost."""

_LONGEST = 64 * 1024
_HARMLESS = r"\w~/.@+%:\-"  # what YAML gives no meaning to within words
_WORDS = rf"[\w~/.][{_HARMLESS}]*(?: +[{_HARMLESS}]+)*"
_SENTENCE = rf"[\w~/.][{_HARMLESS},]*(?: +[{_HARMLESS},]+)*"
_QUOTED = r"\"[^\"\\]*\"|'[^']*'"
_ONE = rf"(?:{_WORDS}|{_QUOTED})"
_LIST = rf"\[ *(?:{_ONE}(?: *, *{_ONE})*)? *\]"
_MAP = rf"\{{[{_HARMLESS}, ]*\}}"
_NAMED = rf"(?:{_QUOTED}) *: +{_ONE}"
_NAMES = rf"\{{ *{_NAMED}(?: *, *{_NAMED})* *\}}"
_VALUE = rf"(?P<value>{_SENTENCE}|{_QUOTED}|{_LIST}|{_MAP}|{_NAMES})"
_END = r"(?: +#.*)? *"
_PAIR = re.compile(rf"(?P<indent> *)(?P<key>[A-Za-z_][\w-]*|{_QUOTED}) *:(?: +{_VALUE})?{_END}")
_ITEM = re.compile(rf"(?P<indent> *)-(?P<key>) +{_VALUE}{_END}")
_NOTHING = re.compile(r" *(?:#.*)?")
_SURELY_TEXT = re.compile(r"[A-Za-z/~].*")
_OTHER_TYPES = frozenset({"true", "false", "yes", "no", "on", "off"})
_NULL = frozenset({"", "~", "null"})


class _TooHardError(Exception):
    """Something in it is for YAML itself to tell."""


def read_plain(text: str, wanted: Collection[Path]) -> dict[Path, str | None] | None:
    """What stands under the keys ``wanted``; ``None`` where only YAML can tell."""
    if len(text) > _LONGEST or not text.isascii():
        return None
    try:
        return _Reader(wanted).read(text)
    except _TooHardError:
        return None


class _Reader:
    """A text under way; ``_above`` are the keys that a line stands below, each with its indent."""

    def __init__(self, wanted: Collection[Path]) -> None:
        self._wanted = wanted
        self._found: dict[Path, str | None] = {}
        self._seen: set[Path] = set()
        self._above: list[tuple[int, str]] = []
        self._deepest: int | None = None  # that the next line may stand, else it goes on with this

    def read(self, text: str) -> dict[Path, str | None]:
        for line in text.split("\n"):
            if not _NOTHING.fullmatch(line):
                self._line(line)
        return self._found

    def _line(self, line: str) -> None:
        match = _ITEM.fullmatch(line) or _PAIR.fullmatch(line)
        if match is None:
            raise _TooHardError
        indent, key, value = len(match["indent"]), match["key"], match["value"] or ""
        if _is_pair(value) or (self._deepest is not None and indent > self._deepest):
            raise _TooHardError
        # What a key lists may stand as far to the left as the key itself.
        while self._above and self._above[-1][0] >= indent + (not key):
            self._above.pop()
        path = tuple(name for _, name in self._above)
        if key:
            name = key[1:-1] if key[0] in "\"'" else key
            self._above.append((indent, name))
            self._pair((*path, name), value)
        elif self._matters(path):
            raise _TooHardError
        self._deepest = indent if value else None

    def _pair(self, path: Path, value: str) -> None:
        is_below = any(path[: len(one)] == one != path for one in self._wanted)
        if is_below or path in self._seen:
            raise _TooHardError
        self._seen.add(path)
        if path in self._wanted:
            self._found[path] = _text(value)
        elif value.startswith("{") and self._matters(path):
            self._inline(path, value[1:-1])
        elif value and self._matters(path):
            raise _TooHardError

    def _inline(self, path: Path, inner: str) -> None:
        for part in inner.split(",") if inner.strip() else ():
            name, colon, value = part.strip().partition(": ")
            if not colon or not name.isidentifier() or _is_pair(value.strip()):
                raise _TooHardError
            self._pair((*path, name), value.strip())

    def _matters(self, path: Path) -> bool:
        """Whether something that is wanted stands there, or below."""
        return any(one[: len(path)] == path for one in self._wanted)


def _is_pair(value: str) -> bool:
    """Whether YAML sees a key in what looks like words."""
    return value[:1] not in ("", '"', "'", "[", "{") and (": " in value or value.endswith(":"))


def _text(value: str) -> str | None:
    if value[:1] in ('"', "'"):
        return value[1:-1]
    if value.lower() in _NULL:
        return None
    if not _SURELY_TEXT.fullmatch(value) or value.lower() in _OTHER_TYPES:
        raise _TooHardError
    return value
