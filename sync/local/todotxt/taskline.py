"""Takes one todo.txt line apart: head, title, tags and pairs, each with its place.

    (A) 2026-02-10 Renew passport @papers due:2026-03-02 at:1430 flag:1 id:r-4k7q2mx
    x 2026-02-19 2026-02-01 Send the form pri:A id:r-d6f2g7h p:r-4k7q2mx

The head is the mark of completion, the priority and the dates. The title is every word behind it
that is no pair, wherever it stands, but for the run of tags and projects that it ends with: one
before another word is part of a sentence. A file is a list, so projects are another tool's: they
stay where they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from store.model import Completion, Done, Due, Field, Floating, Frequency, Priority, Rule, Zoned
from sync.local.dates import as_due, is_known_zone, read_day, read_moment, read_time
from sync.local.text import clean_title

from .words import WORD, is_tag, read_pair, read_title

__all__ = ["BLOCK", "PROJECT", "TAG", "UNSAID", "Head", "LineFields", "Part", "TodoLine", "Token"]
__all__ += [
    "priority_of",
    "read_at",
    "read_due",
    "read_fields",
    "read_rec",
    "read_rule",
    "split",
    "write_rec",
]

# No line of the format can say them.
UNSAID = frozenset({Field.NOTES, Field.URLS, Field.ALARMS, Field.IMAGES, Field.SECTION})
TAG, PROJECT = "@", "+"  # the kinds of tags and of projects; a pair's kind is its key
BLOCK = re.compile(r"r-[a-z2-7]{7,52}")
_DONE = re.compile(r"x(?:[ \t]+|$)")
_PRIORITY = re.compile(r"\(([A-Z])\)(?:[ \t]+|$)")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ \t]+|$)")
_AT = re.compile(r"([0-9]{1,2}):?([0-9]{2})")
_FIELD_KEYS = frozenset({TAG, "due", "flag", "pri", "p", "id", "created", "rec"})
_NAMES = {PROJECT: "project"}
_REC = re.compile(r"\+?0*([1-9][0-9]{0,3})([dwmy])")
_UNITS = {
    "d": Frequency.DAILY,
    "w": Frequency.WEEKLY,
    "m": Frequency.MONTHLY,
    "y": Frequency.YEARLY,
}
_UNIT_OF = {frequency: unit for unit, frequency in _UNITS.items()}
_LETTERS = {"A": Priority.HIGH, "B": Priority.MEDIUM}


@dataclass(frozen=True, slots=True)
class Token:
    """A pair, tag or project, from ``start`` to ``end`` of its line; its ``value`` ends there."""

    kind: str
    start: int
    end: int
    value: str

    @property
    def value_at(self) -> int:
        """The place of the value."""
        return self.end - len(self.value)


class Part(StrEnum):
    """The parts of a head, in the order in which they are written."""

    DONE = "done"
    PRIORITY = "priority"
    COMPLETED = "completed"
    CREATED = "created"


_OPEN_HEAD = ((Part.PRIORITY, _PRIORITY), (Part.CREATED, _DAY))
# Some tools put the priority of a completed task between its dates.
_DONE_HEAD = (
    (Part.DONE, _DONE),
    (Part.PRIORITY, _PRIORITY),
    (Part.COMPLETED, _DAY),
    (Part.PRIORITY, _PRIORITY),
    (Part.CREATED, _DAY),
)


@dataclass(frozen=True, slots=True)
class Head:
    """What a line begins with: its parts as they stand there, each with the blanks behind it."""

    indent: str = ""
    parts: tuple[tuple[Part, str], ...] = ()

    @property
    def text(self) -> str:
        """All of it, as it stands on the line."""
        return self.indent + "".join(raw for _, raw in self.parts)

    @property
    def letter(self) -> str:
        """The priority's letter, or ``""``."""
        return self.said(Part.PRIORITY)[1:2]

    def said(self, part: Part) -> str:
        """What stands there for a part, without blanks; ``""`` if nothing does."""
        return next((raw.rstrip(" \t") for each, raw in self.parts if each is part), "")

    def saying(self, part: Part, word: str) -> Head:
        """The head with ``word`` for that part, or without the part; the others stay."""
        if word == self.said(part):
            return self
        order = list(Part)
        before = [one for one in self.parts if order.index(one[0]) < order.index(part)]
        at = next((i for i, one in enumerate(self.parts) if one[0] is part), len(before))
        rest = [one for one in self.parts if one[0] is not part]
        return Head(self.indent, (*rest[:at], *([(part, f"{word} ")] if word else []), *rest[at:]))


@dataclass(frozen=True, slots=True)
class TodoLine:
    """A line's parts; all numbers are places in ``text``.

    ``body`` is the place behind the head, ``end`` the one behind the last word.
    """

    text: str
    head: Head
    body: int
    end: int
    tokens: tuple[Token, ...]
    title: tuple[tuple[int, int], ...]

    def of(self, *kinds: str) -> tuple[Token, ...]:
        """The tokens of these kinds, from left to right."""
        return tuple(token for token in self.tokens if token.kind in kinds)

    @property
    def letters(self) -> tuple[Token, ...]:
        """The ``pri:A`` tokens: priorities outside the head."""
        return tuple(token for token in self.of("pri") if _is_letter(token.value))

    @property
    def block(self) -> Token | None:
        """The first id that is ours; other tools' ids are theirs."""
        return next((token for token in self.of("id") if BLOCK.fullmatch(token.value)), None)

    @property
    def parent(self) -> str | None:
        """The id that ``p:`` names."""
        return next((token.value for token in self.of("p")), None)


@dataclass(frozen=True, slots=True)
class LineFields:
    """What a line says; ``opaque`` fields are there but cannot be read."""

    title: str
    done: Done
    due: Due | None
    priority: Priority
    flagged: bool
    tags: frozenset[str]
    repeat: Rule | None
    opaque: frozenset[Field]
    extras: frozenset[str]


def split(text: str) -> TodoLine | None:
    """The parts of a line, or ``None`` if it is blank."""
    if not text.strip(" \t"):
        return None
    head, body = _head(text)
    words = list(WORD.finditer(text, body))
    found = [_pair(word) for word in words]
    plain = [index for index, token in enumerate(found) if token is None]
    while plain and is_tag(words[plain[-1]][0]):
        index = plain.pop()
        found[index] = _tag(words[index])
    tokens = tuple(token for token in found if token is not None)
    end = words[-1].end() if words else body
    return TodoLine(text, head, body, end, tokens, tuple(_pieces(text, body, end, tokens)))


def _head(text: str) -> tuple[Head, int]:
    """The head and the place behind it; where a part is missing, it is empty."""
    indent = text[: len(text) - len(text.lstrip(" \t"))]
    at = len(indent)

    parts: list[tuple[Part, str]] = []
    for part, pattern in _DONE_HEAD if _DONE.match(text, at) else _OPEN_HEAD:
        found = pattern.match(text, at)
        is_day = pattern is not _DAY or (found is not None and read_day(found[1]) is not None)
        if found is not None and is_day and part not in dict(parts):
            parts.append((part, found[0]))
            at = found.end()
    return Head(indent, tuple(parts)), at


def _pair(word: re.Match[str]) -> Token | None:
    pair = read_pair(word[0])
    return None if pair is None else Token(pair[0], word.start(), word.end(), pair[1])


def _tag(word: re.Match[str]) -> Token:
    return Token(word[0][0], word.start(), word.end(), word[0][1:])


def _pieces(text: str, start: int, end: int, tokens: Iterable[Token]) -> Iterator[tuple[int, int]]:
    """The places of the words between the tokens, without the blanks around them."""
    for stop, behind in [*((token.start, token.end) for token in tokens), (end, end)]:
        piece = text[start:stop].strip(" \t")
        if piece:
            begin = text.index(piece, start)
            yield begin, begin + len(piece)
        start = behind


def read_fields(line: TodoLine, home_zone: str) -> LineFields:
    """What the parts of a line say; whether ``p:`` names a task is not known here."""
    due, due_is_opaque = read_due(line, home_zone)
    letters = {line.head.letter, *(token.value for token in line.letters)} - {""}
    priorities = {priority_of(letter) for letter in letters}
    opaque = set(UNSAID)
    if due_is_opaque:
        opaque.add(Field.DUE)
    if len(priorities) > 1:
        opaque.add(Field.PRIORITY)
    rule, rule_is_opaque = read_rule(line)
    done = _done(line)
    if rule_is_opaque or done is not None:
        opaque.add(Field.REPEAT)  # a rule on a completed line says nothing
    return LineFields(
        title=clean_title(" ".join(read_title(line.text[a:b]) for a, b in line.title)),
        done=done,
        due=due,
        priority=priorities.pop() if len(priorities) == 1 else Priority.NONE,
        flagged=any(token.value != "0" for token in line.of("flag")),
        tags=frozenset(token.value for token in line.of(TAG)),
        repeat=None if done is not None else rule,
        opaque=frozenset(opaque),
        extras=frozenset(_extras(line, due)),
    )


def priority_of(letter: str) -> Priority:
    """The priority that a letter stands for: whatever is behind B is low."""
    return _LETTERS.get(letter, Priority.LOW)


def read_at(value: str) -> time | None:
    """The time that ``HHMM`` (or ``HH:MM``) says, or ``None`` if there is no such time."""
    found = _AT.fullmatch(value)
    return None if found is None else read_time(f"{found[1]}:{found[2]}")


def read_rec(value: str) -> Rule | None:
    """The rule that the value of ``rec:`` says: a number of days, weeks, months or years.

    A ``+`` before it, which tells some tools to count from the due date, is what we do anyway.
    """
    found = _REC.fullmatch(value)
    return None if found is None else Rule(_UNITS[found[2]], int(found[1]))


def write_rec(rule: Rule) -> str:
    """The value of ``rec:`` for a rule; one that ends cannot be read back from it."""
    return f"{rule.interval}{_UNIT_OF[rule.frequency]}"


def read_rule(line: TodoLine) -> tuple[Rule | None, bool]:
    """The rule that stands on a line, completed or not, and whether there is an unreadable one."""
    rules = {read_rec(token.value) for token in line.of("rec")}
    if len(rules) > 1 or None in rules:
        return None, True
    return next(iter(rules), None), False


def _done(line: TodoLine) -> Done:
    if not line.head.said(Part.DONE):
        return None
    return Completion(day=read_day(line.head.said(Part.COMPLETED)))


def read_due(line: TodoLine, home_zone: str) -> tuple[Due | None, bool]:
    """The due value of a line, and whether what stands there cannot be read as one."""
    moments = {read_moment(token.value) for token in line.of("due")}
    clocks = {read_at(token.value) for token in line.of("at")}
    zones = {token.value for token in line.of("tz")}
    if not moments:
        return None, False  # a time without a day is kept, but it is no due date
    if None in moments or None in clocks:
        return None, True
    days = {moment[0] for moment in moments if moment}
    clocks |= {moment[1] for moment in moments if moment and moment[1]}
    zone = next(iter(zones), None)
    if len(days) > 1 or len(clocks) > 1 or len(zones) > 1:
        return None, True
    at = next(iter(clocks), None)
    if at is not None and not is_known_zone(zone):
        return None, True
    return as_due(days.pop(), at, zone, home_zone), False


def _extras(line: TodoLine, due: Due | None) -> Iterator[str]:
    """What stands there beside fields and tags, by name."""
    clock = {"at", "tz"} if isinstance(due, Floating | Zoned) else set()
    yield from (
        _NAMES.get(token.kind, token.kind)
        for token in line.tokens
        if token.kind not in _FIELD_KEYS | clock
    )
    if read_rule(line)[1]:
        yield "recurrence"
    if set(line.of("pri")) - set(line.letters):
        yield "pri"
    if any(token != line.block for token in line.of("id")):
        yield "id"
    if len(line.of("p")) > 1:
        yield "p"


def _is_letter(value: str) -> bool:
    return len(value) == 1 and "A" <= value <= "Z"
