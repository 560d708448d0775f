"""Takes one task line apart: marker, status, title, tokens, tags and block id, each with its place.

The title is every word that no token takes, wherever it stands, joined by single spaces: so no
word of a person's is hidden, and taking a token out never changes the title. Tags are the run of
``#words`` behind the last word of the title; one before it is part of the title.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from store.model import Alarm, AtTime, Completion, Done, Due, Early, Field, Priority, Rule
from sync.core.alarms import extra_alarms
from sync.core.repeating.recurrence import from_words
from sync.local.dates import as_due, is_known_zone, read_day, read_moment, read_time
from sync.local.lines import column
from sync.local.text import clean_title

from .alarms import read_alarm
from .tokens import Kind, Token, is_tag, scan, unescape

__all__ = ["DONE_STATUS", "PRIORITIES", "LineFields", "TaskLine", "read_alarms", "read_due"]
__all__ += ["read_fields", "read_rule", "split"]

PRIORITIES = {
    "🔺": Priority.HIGH,
    "⏫": Priority.HIGH,
    "🔼": Priority.MEDIUM,
    "🔽": Priority.LOW,
    "⏬": Priority.LOW,
    "highest": Priority.HIGH,
    "high": Priority.HIGH,
    "medium": Priority.MEDIUM,
    "normal": Priority.NONE,
    "none": Priority.NONE,
    "low": Priority.LOW,
    "lowest": Priority.LOW,
}
DONE_STATUS = frozenset("xX-")
_KNOWN_STATUS = DONE_STATUS | frozenset(" /")
_TASK = re.compile(r"([ \t]*)([-*+]|[0-9]{1,9}[.)])([ \t]+)\[(.)\](?=[ \t]|$)")
_BLOCK = re.compile(r"(?<=[ \t])\^([A-Za-z0-9-]+)[ \t]*$")
_WORD = re.compile(r"[^ \t]+")
_FIELD_KINDS = frozenset({Kind.FLAG, Kind.TAG, Kind.TIME, Kind.PRIORITY, Kind.DUE, Kind.COMPLETED})
_FIELD_KINDS |= {Kind.RECURRENCE, Kind.ALARM}
_CODE_GAP = 4
_START = attrgetter("start")


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task line's parts; all numbers are places in ``text``.

    ``status_at`` is the character in the brackets, ``body`` the first place behind them,
    ``end`` the place behind the last character that is neither block id nor blank.
    """

    text: str
    indent: str
    marker: str
    content_column: int
    status_at: int
    body: int
    end: int
    block: str | None
    tokens: tuple[Token, ...]
    title: tuple[tuple[int, int], ...]

    @property
    def status(self) -> str:
        """The character in the brackets."""
        return self.text[self.status_at]

    def of(self, *kinds: Kind) -> tuple[Token, ...]:
        """The tokens of these kinds, from left to right."""
        return tuple([token for token in self.tokens if token.kind in kinds])


@dataclass(frozen=True, slots=True)
class LineFields:
    """What a task line says; ``opaque`` fields are there but cannot be read.

    ``alarms`` are those on the line itself, that say something beside its due date.
    """

    title: str
    done: Done
    due: Due | None
    priority: Priority
    flagged: bool
    tags: frozenset[str]
    repeat: Rule | None
    alarms: frozenset[Alarm]
    opaque: frozenset[Field]
    extras: frozenset[str]


def split(text: str) -> TaskLine | None:
    """The parts of a line, or ``None`` if it is no task line."""
    head = _TASK.match(text)
    if head is None:
        return None
    body = head.end()
    block = _BLOCK.search(text, body) if "^" in text else None
    stop = block.start() if block else len(text)
    end = max(body, len(text[:stop].rstrip(" \t")))
    tokens = list(scan(text, body, end))
    title, tags = _title_and_tags(text, body, end, tokens)
    return TaskLine(
        text=text,
        indent=head[1],
        marker=head[2],
        content_column=_content_column(head),
        status_at=head.start(4),
        body=body,
        end=end,
        block=block[1] if block else None,
        tokens=tuple(sorted((*tokens, *tags), key=_START) if tags else tokens),
        title=title,
    )


def _content_column(head: re.Match[str]) -> int:
    """The column that the item's content, and so every child line, must reach."""
    marker_end = column(head[1]) + len(head[2])
    content = column(head[1] + "x" * len(head[2]) + head[3])
    return marker_end + 1 if content - marker_end > _CODE_GAP else content


def _title_and_tags(
    text: str, body: int, end: int, tokens: list[Token]
) -> tuple[tuple[tuple[int, int], ...], list[Token]]:
    gaps = []
    begin = body
    for token in tokens:
        gaps.append((begin, token.start))
        begin = token.end
    gaps.append((begin, end))
    tags: list[Token] = []
    title: list[tuple[int, int]] = []
    for start, stop in reversed(gaps):
        if not title and text.find("#", start, stop) >= 0:
            words = list(_WORD.finditer(text, start, stop))
            while words and is_tag(words[-1][0]):
                at, behind = words.pop().span()
                tags.append(Token(Kind.TAG, at, behind, text[at + 1 : behind], at + 1))
            stop = words[-1].end() if words else start
        piece = text[start:stop].strip(" \t")
        if piece:
            start = text.index(piece, start)
            title.append((start, start + len(piece)))
    return tuple(reversed(title)), tags


def read_fields(line: TaskLine, home_zone: str) -> LineFields:
    """What the parts of a line say."""
    due, due_is_opaque = read_due(line, home_zone)
    priorities = {PRIORITIES.get(token.value.lower()) for token in line.of(Kind.PRIORITY)}
    priority_is_opaque = len(priorities) > 1 or None in priorities
    opaque = set()
    if due_is_opaque:
        opaque.add(Field.DUE)
    if priority_is_opaque:
        opaque.add(Field.PRIORITY)
    rule, rule_is_opaque = read_rule(line)
    done = _done(line)
    if rule_is_opaque or done is not None:
        # A rule on a completed line says nothing: other tools leave it there.
        opaque.add(Field.REPEAT)
    alarms = read_alarms(line, home_zone)
    if alarms is None or due_is_opaque:
        opaque.add(Field.ALARMS)
    extras = {token.kind.value for token in line.tokens if token.kind not in _FIELD_KINDS}
    if rule_is_opaque:
        extras.add(Kind.RECURRENCE.value)
    if done is not None and done.day is not None and line.status == "-":
        extras.discard(Kind.CANCELLED.value)
    if line.of(Kind.COMPLETED) and (done is None or done.day is None):
        extras.add(Kind.COMPLETED.value)
    early_is_idle = due is None and any(isinstance(alarm, Early) for alarm in alarms or ())
    if early_is_idle or (Field.ALARMS in opaque and line.of(Kind.ALARM)):
        extras.add(Kind.ALARM.value)
    if line.of(Kind.TIME) and due is None:
        extras.add(Kind.TIME.value)
    if line.status not in _KNOWN_STATUS:
        extras.add("status")
    return LineFields(
        title=clean_title(
            " ".join(unescape(line.text[start:stop]) for start, stop in line.title),
        ),
        done=done,
        due=due,
        priority=(
            Priority.NONE if priority_is_opaque else next(iter(priorities), None) or Priority.NONE
        ),
        flagged=bool(line.of(Kind.FLAG)),
        tags=frozenset(token.value for token in line.of(Kind.TAG)),
        repeat=None if done is not None else rule,
        alarms=frozenset() if Field.ALARMS in opaque else extra_alarms(due, alarms or ()),
        opaque=frozenset(opaque),
        extras=frozenset(extras),
    )


def read_rule(line: TaskLine) -> tuple[Rule | None, bool]:
    """The rule that stands on a line, completed or not, and whether there is an unreadable one."""
    tokens = line.of(Kind.RECURRENCE)
    if not tokens:
        return None, False
    rules = {from_words(token.value) for token in tokens}
    if len(rules) > 1 or None in rules:
        return None, True
    return next(iter(rules), None), False


def read_alarms(line: TaskLine, home_zone: str) -> frozenset[AtTime | Early] | None:
    """All alarms that stand on a line, or ``None`` where one of them cannot be read."""
    alarms = {read_alarm(token, home_zone) for token in line.of(Kind.ALARM)}
    return None if None in alarms else frozenset(alarm for alarm in alarms if alarm is not None)


def _done(line: TaskLine) -> Done:
    if line.status not in DONE_STATUS:
        return None
    order = (Kind.CANCELLED, Kind.COMPLETED) if line.status == "-" else (Kind.COMPLETED,)
    for kind in order:
        for token in line.of(kind):
            day = _completion_day(token)
            if day is not None:
                return Completion(day=day)
    return Completion()


def _completion_day(token: Token) -> date | None:
    return read_day(token.value[:10])


def read_due(line: TaskLine, home_zone: str) -> tuple[Due | None, bool]:
    """The due value of a line, and whether what stands there cannot be read as one."""
    tokens = line.of(Kind.DUE, Kind.TIME)
    if not tokens:
        return None, False
    moments = [read_moment(token.value) for token in tokens if token.kind is Kind.DUE]
    clocks = {(read_time(token.value), token.zone) for token in tokens if token.kind is Kind.TIME}
    if None in moments or any(at is None or not is_known_zone(zone) for at, zone in clocks):
        return None, True
    days = {moment[0] for moment in moments if moment}
    # "📅 date HH:MM ⏰ HH:MM Zone" says one time twice; the clock alone knows the zone.
    spoken = {at for at, _ in clocks}
    clocks |= {
        (moment[1], None) for moment in moments if moment and moment[1] not in {None} | spoken
    }
    if len(days) > 1 or len(clocks) > 1:
        return None, True
    if not days:
        return None, False  # a time without a day is preserved, but it is no due date
    at, zone = next(iter(clocks), (None, None))
    return as_due(days.pop(), at, zone, home_zone), False
