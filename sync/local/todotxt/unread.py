"""Finds what makes fields of a todo.txt line opaque: keys with values that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from store.model import Field
from sync.local.dates import is_known_zone, read_moment
from sync.local.tasks import Unread
from sync.local.unread import contradict, is_no, left_alone, wrong_in

from .taskline import Part, TodoLine, Token, read_at, read_due, read_rec, read_rule

__all__ = ["unread_in"]


def unread_in(
    line: TodoLine, at: int, home_zone: str, opaque: frozenset[Field]
) -> tuple[Unread, ...]:
    """What cannot be read of the task on line ``at``, of which these fields are ``opaque``."""
    found = [*((Field.DUE, said) for said in _due(line, home_zone))]
    if Field.PRIORITY in opaque:
        letters = [f"({line.head.letter})"] if line.head.letter else []
        letters += [_words(line, token) for token in line.letters]
        found.append((Field.PRIORITY, contradict(letters)))
    if not line.head.said(Part.DONE):
        found += ((Field.REPEAT, said) for said in _rule(line))
    return tuple(Unread(at, left_alone(field, said)) for field, said in found)


def _due(line: TodoLine, home_zone: str) -> Iterator[str]:
    if not read_due(line, home_zone)[1]:
        return
    days, clocks, zones = line.of("due"), line.of("at"), line.of("tz")
    reasons = [
        is_no(_words(line, day), wrong_in(day.value))
        for day in days
        if read_moment(day.value) is None
    ]
    reasons += [is_no(_words(line, one), "time") for one in clocks if read_at(one.value) is None]
    reasons += [
        is_no(_words(line, zone), "time zone") for zone in zones if not is_known_zone(zone.value)
    ]
    yield from reasons or [contradict(_words(line, one) for one in (*days, *clocks, *zones))]


def _rule(line: TodoLine) -> Iterator[str]:
    if not read_rule(line)[1]:
        return
    tokens = line.of("rec")
    unknown = [token for token in tokens if read_rec(token.value) is None]
    yield from (is_no(_words(line, token), "repetition that can be read") for token in unknown)
    if not unknown:
        yield contradict(_words(line, token) for token in tokens)


def _words(line: TodoLine, token: Token) -> str:
    return line.text[token.start : token.end]
