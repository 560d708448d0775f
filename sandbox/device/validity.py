"""Names each way in which a text document breaks the invariants that Apple's reader checks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

_TERMINAL_CLOCK = 0xFFFFFFFF


def violations(string: Any) -> Iterator[str]:
    """Yield one sentence per broken invariant of a `String` message; nothing when it is sound.

    The service accepts all of these without complaint; a device then shows a blank text.
    """
    if not string.substring:
        yield "no substrings"
        return
    yield from _clocks(string)
    for index, substring in enumerate(string.substring):
        yield from _substring(string, index, substring)
    yield from _markers(string)
    yield from _graph(string)
    yield from _identities(string)
    yield from _lengths(string)


def _clocks(string: Any) -> Iterator[str]:
    for index, entry in enumerate(string.timestamp.clock, 1):
        if len(entry.replicaUUID) != 16 or not any(entry.replicaUUID):
            yield f"replica {index} has a zeroed or malformed UUID"


def _substring(string: Any, index: int, substring: Any) -> Iterator[str]:
    known = len(string.timestamp.clock)
    for component in ("charID", "timestamp"):
        if not substring.HasField(component):
            yield f"substring {index} lacks its {component}"
        elif getattr(substring, component).replicaID > known:
            yield f"substring {index}: {component} names a replica above the clock count {known}"
    for child in substring.child:
        if child >= len(string.substring):
            yield f"substring {index}: child {child} above the substring count"
    replica = substring.charID.replicaID
    if 0 < replica <= known:
        ticks = string.timestamp.clock[replica - 1].replicaClock
        if substring.charID.clock + substring.length > (ticks[0].clock if ticks else 0):
            yield f"substring {index} ends above its replica's clock"


def _markers(string: Any) -> Iterator[str]:
    for name, substring, clock in (
        ("start", string.substring[0], 0),
        ("end", string.substring[-1], _TERMINAL_CLOCK),
    ):
        identity = substring.charID
        if (identity.replicaID, identity.clock, substring.length) != (0, clock, 0):
            yield f"no {name} marker"
    if string.substring[-1].child:
        yield "the end marker has a child"


def _graph(string: Any) -> Iterator[str]:
    """Stored order is a depth-first walk, so each child stands after each of its parents."""
    followed = {0}
    for index, substring in enumerate(string.substring):
        followed.update(substring.child)
        if any(child <= index for child in substring.child):
            yield f"substring {index}: a child stands before it"
    missing = sorted(set(range(len(string.substring))) - followed)
    if missing:
        yield f"substring {missing[0]} follows nothing"


def _identities(string: Any) -> Iterator[str]:
    spans = sorted(
        (s.charID.replicaID, s.charID.clock, s.charID.clock + s.length)
        for s in string.substring
        if s.length
    )
    for before, after in pairwise(spans):
        if before[0] == after[0] and after[1] < before[2]:
            yield f"two substrings claim character {after[1]} of replica {after[0]}"


def _lengths(string: Any) -> Iterator[str]:
    units = len(string.string.encode("utf-16-le", "surrogatepass")) // 2
    live = sum(s.length for s in string.substring if not s.tombstone)
    if live != units:
        yield f"length of substrings {live} != UTF-16 length of the string {units}"
    styled = sum(run.length for run in string.attributeRun)
    if styled != units:
        yield f"length of attribute runs {styled} != UTF-16 length of the string {units}"
