"""Finds what makes fields of a task opaque: tokens and places that cannot be read.

Dates of other tools, unknown emoji and the rule of a completed line are left to the person, and so
not told.
"""

from __future__ import annotations

from collections.abc import Iterator

from store.model import Field
from sync.core.repeating.recurrence import from_words
from sync.local.dates import is_known_zone, read_moment, read_time
from sync.local.tasks import Unread
from sync.local.unread import contradict, is_no, left_alone, wrong_in

from .alarms import read_alarm
from .layout import Place
from .taskline import DONE_STATUS, PRIORITIES, TaskLine, read_due, read_rule
from .tokens import Kind, Token

__all__ = ["unread_in"]


def unread_in(place: Place, line: int, home_zone: str) -> tuple[Unread, ...]:
    """What cannot be read of the task that stands on ``line``, and beneath it."""
    text = place.line
    found = [
        *((Field.DUE, said) for said in _due(text, home_zone)),
        *((Field.ALARMS, said) for said in _alarms(text, home_zone)),
        *((Field.PRIORITY, said) for said in _priority(text)),
        *((Field.REPEAT, said) for said in _rule(text)),
    ]
    on_line = (Unread(line, left_alone(field, said)) for field, said in found)
    beneath = (
        Unread(at, left_alone(Field.ALARMS, is_no(words, "place that can be read")))
        for at, words in place.notes.unread_places
    )
    return (*on_line, *beneath)


def _due(line: TaskLine, home_zone: str) -> Iterator[str]:
    if not read_due(line, home_zone)[1]:
        return
    days, clocks = line.of(Kind.DUE), line.of(Kind.TIME)
    reasons = [
        is_no(_words(line, day), wrong_in(day.value))
        for day in days
        if read_moment(day.value) is None
    ]
    for clock in clocks:
        if read_time(clock.value) is None:
            reasons.append(is_no(_words(line, clock), "time"))
        elif not is_known_zone(clock.zone):
            reasons.append(is_no(clock.zone or "", "time zone"))
    yield from reasons or [contradict(_words(line, token) for token in (*days, *clocks))]


def _alarms(line: TaskLine, home_zone: str) -> Iterator[str]:
    for token in line.of(Kind.ALARM):
        if read_alarm(token, home_zone) is not None:
            continue
        moment = read_moment(token.value)
        if moment is not None and moment[1] is not None:
            yield is_no(token.zone or "", "time zone")
        elif moment is not None:
            yield is_no(_words(line, token), "alarm: it names no time")
        elif token.value.endswith("before"):
            yield is_no(_words(line, token), "time before the due date")
        else:
            yield is_no(_words(line, token), wrong_in(token.value))


def _priority(line: TaskLine) -> Iterator[str]:
    tokens = line.of(Kind.PRIORITY)
    unknown = [token for token in tokens if token.value.lower() not in PRIORITIES]
    yield from (is_no(_words(line, token), "priority") for token in unknown)
    if not unknown and len({PRIORITIES[token.value.lower()] for token in tokens}) > 1:
        yield contradict(_words(line, token) for token in tokens)


def _rule(line: TaskLine) -> Iterator[str]:
    if line.status in DONE_STATUS or not read_rule(line)[1]:
        return
    tokens = line.of(Kind.RECURRENCE)
    unknown = [token for token in tokens if from_words(token.value) is None]
    yield from (is_no(_words(line, token), "repetition that can be read") for token in unknown)
    if not unknown:
        yield contradict(_words(line, token) for token in tokens)


def _words(line: TaskLine, token: Token) -> str:
    return line.text[token.start : token.end]
