"""Changes the tokens of one task line that have to change, and no other character of it.

A new token goes before the first one that is written after it in canonical order, else to the end
of the line; a token that goes takes the blanks before it along.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import time

from store.model import Alarm, Completion, Done, Due, Field, Floating, Priority, Reminder, Zoned
from sync.local.dates import FLOATING, read_day, read_time
from sync.local.projection import words_of

from .alarms import alarm_words, alarms_in_order, alarms_on_line, read_alarm
from .render import SYMBOLS, due_words, write_title
from .taskline import DONE_STATUS, TaskLine
from .tokens import Kind, Token

__all__ = ["change_line"]

_ORDER = {kind: rank for rank, kind in enumerate(Kind)}
_TITLE_RANK, _BLOCK_RANK = -1, len(_ORDER)
_NOT_ANCHORS = frozenset({Kind.COMMENT, Kind.FIELD})
_DAY_LENGTH = len("2026-03-02")


@dataclass(slots=True)
class _Changes:
    """What to do to a line: spans to put text in place of, what to take out, tokens to add."""

    line: TaskLine
    spans: list[tuple[int, int, int, str]] = field(default_factory=list)
    gone: list[Token] = field(default_factory=list)
    cut: list[tuple[int, int]] = field(default_factory=list)
    new: list[tuple[Kind, str]] = field(default_factory=list)

    def put(self, start: int, end: int, text: str) -> None:
        if self.line.text[start:end] != text:
            self.spans.append((start, end, _TITLE_RANK, text))

    def put_value(self, token: Token, text: str) -> None:
        self.put(token.value_at, token.value_at + len(token.value), text)

    def take_out(self, start: int, end: int) -> None:
        text, begin = self.line.text, start
        while begin > self.line.body and text[begin - 1] in " \t":
            begin -= 1
        if begin == self.line.body and end < self.line.end:
            # First on the line: the blank behind the brackets stays, the one behind us goes.
            begin, rest = start, text[end : self.line.end]
            end += len(rest) - len(rest.lstrip(" \t"))
        is_glued = begin == start and text[begin - 1] not in " \t" and text[end : end + 1].strip()
        self.spans.append((begin, end, _TITLE_RANK, " " if is_glued else ""))


def change_line(
    line: TaskLine,
    current: Reminder,
    wanted: Reminder,
    names: Collection[Field],
    block: str | None,
    home_zone: str,
) -> str:
    """The line with the fields in ``names`` as in ``wanted`` (a shown value), and stamped.

    ``current`` is what the line says now. ``block`` is the id that it shall have.
    """
    changes = _Changes(line)
    differing = {name for name in names if current.value(name) != wanted.value(name)}
    if Field.TITLE in differing:
        _set_title(changes, wanted.title)
    if Field.FLAGGED in differing:
        _set_flag(changes, flagged=wanted.flagged)
    if Field.PRIORITY in differing:
        _set_priority(changes, wanted.priority)
    if Field.DUE in differing:
        _set_due(changes, wanted.due, home_zone)
    if Field.ALARMS in differing:
        _set_alarms(changes, wanted.alarms, home_zone)
    if Field.TAGS in differing:
        _set_tags(changes, wanted.tags)
    if Field.REPEAT in differing:
        _set_rule(changes, words_of(wanted.repeat))
    if Field.DONE in differing:
        _set_done(changes, current.done, wanted.done)
    for start, end in _merged(line.text, changes):
        changes.take_out(start, end)
    for kind, text in changes.new:
        _add(changes, kind, text)
    if block and line.block is not None and line.block != block:
        end = len(line.text.rstrip(" \t"))
        changes.spans.append((end - len(line.block), end, _BLOCK_RANK, block))
    elif block and line.block is None:
        changes.spans.append((line.end, line.end, _BLOCK_RANK, f" ^{block}"))
    return _apply(changes)


def _set_title(changes: _Changes, title: str) -> None:
    line = changes.line
    if not line.title:
        # Before the first token, or at the end of a line that has none.
        at = line.tokens[0].start if line.tokens else line.end
        text = f"{write_title(title)} " if line.tokens else f" {write_title(title)}"
        changes.spans.append((at, at, _TITLE_RANK, text))
        return
    first, *others = line.title
    if title:
        changes.put(*first, write_title(title))
    else:
        changes.cut.append(first)
    changes.cut.extend(others)


def _set_flag(changes: _Changes, *, flagged: bool) -> None:
    if flagged:
        changes.new.append((Kind.FLAG, "🚩"))
    else:
        changes.gone.extend(changes.line.of(Kind.FLAG))


def _set_tags(changes: _Changes, tags: frozenset[str]) -> None:
    """New ones go to the end of the run; without one, behind the title, or they are part of it."""
    line = changes.line
    run = line.of(Kind.TAG)
    changes.gone.extend(token for token in run if token.value not in tags)
    new = " ".join(f"#{tag}" for tag in sorted(tags - {token.value for token in run}))
    staying = [token for token in run if token.value in tags]
    if new and staying:
        at = staying[-1].end
        changes.spans.append((at, at, _ORDER[Kind.TAG], f" {new}"))
    elif new:
        changes.new.append((Kind.TAG, new))


def _set_alarms(changes: _Changes, alarms: frozenset[Alarm], home_zone: str) -> None:
    """A new one takes the place of one of its kind that goes, else it goes behind those there."""
    said = {token: read_alarm(token, home_zone) for token in changes.line.of(Kind.ALARM)}
    going = [token for token, alarm in said.items() if alarm not in alarms]
    behind: set[Alarm] = set()
    for alarm in alarms_in_order(alarms.difference(said.values()), home_zone):
        place = next((token for token in going if type(said[token]) is type(alarm)), None)
        if place is None:
            behind.add(alarm)
        else:
            going.remove(place)
            changes.put(place.value_at, place.end, alarm_words(alarm, home_zone))
    changes.gone.extend(going)
    if behind:
        changes.new.append((Kind.ALARM, " ".join(alarms_on_line(frozenset(behind), home_zone))))


def _set_rule(changes: _Changes, words: str | None) -> None:
    tokens = changes.line.of(Kind.RECURRENCE)
    if words is None:
        changes.gone.extend(tokens)
    elif not tokens:
        changes.new.append((Kind.RECURRENCE, f"🔁 {words}"))
    else:
        changes.put_value(tokens[0], words)
        changes.gone.extend(tokens[1:])


def _set_priority(changes: _Changes, priority: Priority) -> None:
    tokens = changes.line.of(Kind.PRIORITY)
    if priority is Priority.NONE:
        changes.gone.extend(tokens)
    elif not tokens:
        changes.new.append((Kind.PRIORITY, SYMBOLS[priority]))
    else:
        first = tokens[0]
        changes.put_value(first, priority.value if first.is_field else SYMBOLS[priority])
        changes.gone.extend(tokens[1:])


def _set_due(changes: _Changes, due: Due | None, home_zone: str) -> None:
    days, clocks = changes.line.of(Kind.DUE), changes.line.of(Kind.TIME)
    clock, day = due_words(due, home_zone)
    if not day:
        changes.gone.extend((*days, *clocks))
        return
    if not days:
        changes.new.append((Kind.DUE, f"📅 {day}"))
    for token in days:
        # A field may hold the time too; behind 📅 it would hide the date from other tools.
        tail = token.value[_DAY_LENGTH:] if token.is_field else ""
        is_inside = token.is_field and not clocks and clock and " " not in clock
        separator = tail[: len(tail) - len(tail.lstrip("T \t"))] or "T"
        changes.put_value(token, f"{day}{separator}{clock}" if is_inside else day)
        if is_inside:
            clock = ""
    if clock and not clocks:
        changes.new.append((Kind.TIME, f"⏰ {clock}"))
    for token in clocks:
        if clock:
            _set_clock(changes, token, due, home_zone)
        else:
            changes.gone.append(token)


def _set_clock(changes: _Changes, token: Token, due: Due | None, home_zone: str) -> None:
    at, zone = _clock_of(due)
    if read_time(token.value) != at:
        changes.put_value(token, f"{at:%H:%M}")
    if (token.zone or home_zone) != (zone or home_zone):
        is_said = zone is not None and zone != home_zone
        end_of_time = token.value_at + len(token.value)
        changes.put(end_of_time, token.end, f" {zone}" if is_said else "")


def _clock_of(due: Due | None) -> tuple[time | None, str | None]:
    match due:
        case Floating(wall):
            return wall.time(), FLOATING
        case Zoned(wall, zone):
            return wall.time(), zone
        case _:
            return None, None


def _set_done(changes: _Changes, current: Done, wanted: Done) -> None:
    line = changes.line
    stamps = line.of(Kind.COMPLETED)
    if wanted is None:
        changes.put(line.status_at, line.status_at + 1, " ")
        changes.gone.extend(stamps)
        if line.status == "-":
            changes.gone.extend(line.of(Kind.CANCELLED))
    elif current is not None:
        if current.day is None or wanted.day is None:
            return
        for token in line.of(Kind.COMPLETED, Kind.CANCELLED):
            if read_day(token.value[:_DAY_LENGTH]) == current.day:
                changes.put(token.value_at, token.value_at + _DAY_LENGTH, wanted.day.isoformat())
    else:
        assert line.status not in DONE_STATUS
        changes.put(line.status_at, line.status_at + 1, "x")
        _date_completion(changes, stamps, wanted)


def _date_completion(changes: _Changes, stamps: tuple[Token, ...], wanted: Completion) -> None:
    """A date left over on an open line must not pass for the day of this completion."""
    if wanted.day is None:
        changes.gone.extend(stamps)
    elif stamps:
        changes.put_value(stamps[0], wanted.day.isoformat())
        changes.gone.extend(stamps[1:])
    else:
        changes.new.append((Kind.COMPLETED, f"✅ {wanted.day.isoformat()}"))


def _add(changes: _Changes, kind: Kind, text: str) -> None:
    line, rank = changes.line, _ORDER[kind]
    title_end = line.title[-1][1] if kind is Kind.TAG and line.title else line.body
    for token in line.tokens:
        stays = token not in changes.gone and token.kind not in _NOT_ANCHORS
        stays = stays and token.start >= title_end
        if stays and _ORDER[token.kind] > rank:
            glue = "" if line.text[token.start - 1] in " \t" else " "
            changes.spans.append((token.start, token.start, rank, f"{glue}{text} "))
            return
    changes.spans.append((line.end, line.end, rank, f" {text}"))


def _merged(text: str, changes: _Changes) -> list[tuple[int, int]]:
    """What goes, neighbours as one, so that no blank is taken twice or left over."""
    merged: list[tuple[int, int]] = []
    gone = [(token.start, token.end) for token in changes.gone]
    for start, end in sorted((*gone, *changes.cut)):
        if merged and not text[merged[-1][1] : start].strip(" \t"):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _apply(changes: _Changes) -> str:
    text = changes.line.text
    pieces: list[str] = []
    position = 0
    for start, end, _, replacement in sorted(changes.spans, key=lambda span: span[:3]):
        pieces += (text[position : max(position, start)], replacement)
        position = max(position, end)
    return "".join(pieces) + text[position:]
