"""Three-way merge of notes by lines: what both sides typed, wherever they typed apart.

A text is cut into its lines, each side's difference from the base into hunks. Hunks of both sides
that touch different lines all apply. What both put in at the same place stands there in the order
of the policy, the winner's first. Where both changed the same line nothing is guessed: that is a
conflict, with the whole text of the loser kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from store.model import Value
from sync.core.merging.merge import Base, Conflicted, Joined, Merged, Side, merge

__all__ = ["merge_notes", "merged_lines"]

Lines = Sequence[str]


@dataclass(frozen=True, slots=True)
class _Hunk:
    """The lines ``start`` to ``end`` (not with it) of the base are ``lines`` now."""

    start: int
    end: int
    lines: tuple[str, ...]

    @property
    def adds(self) -> bool:
        return self.start == self.end


def merge_notes(base: Base, local: Value, remote: Value, wins: Side) -> Merged:
    """``merge``, with a conflict of two texts resolved by lines where that can be done."""
    merged = merge(base, local, remote, wins)
    if not isinstance(merged, Conflicted) or not isinstance(base, str) or not base:
        return merged
    winner, loser = merged.winner, merged.loser
    if not isinstance(winner, str) or not isinstance(loser, str):
        return merged
    joined = merged_lines(base, winner, loser)
    return merged if joined is None else Joined(joined)


def merged_lines(base: str, winner: str, loser: str) -> str | None:
    """The text with both sides' changes of lines, or ``None`` where they changed the same ones.

    Every line that either side typed is in it, and none more often than one of the sides has it.
    """
    before = _lines(base)
    ours, theirs = _hunks(before, _lines(winner)), _hunks(before, _lines(loser))
    if any(_collide(one, other) for one in ours for other in theirs):
        return None
    merged = _applied(before, ours, theirs)
    sides = Counter(_lines(winner)) | Counter(_lines(loser))
    if any(line.strip() and count > sides[line] for line, count in Counter(merged).items()):
        return None  # both moved it, to different places
    return "\n".join(merged)


def _lines(text: str) -> Lines:
    return text.split("\n") if text else []


def _hunks(before: Lines, after: Lines) -> list[_Hunk]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        _Hunk(start, end, tuple(after[low:high]))
        for tag, start, end, low, high in matcher.get_opcodes()
        if tag != "equal"
    ]


def _collide(one: _Hunk, other: _Hunk) -> bool:
    """Whether both changed the same line; what is put in at the edge of a change is apart."""
    if one == other or (one.adds and other.adds):
        return False
    return max(one.start, other.start) < min(one.end, other.end) or any(
        hunk.start < point.start < hunk.end
        for hunk, point in ((one, other), (other, one))
        if point.adds
    )


def _applied(before: Lines, ours: Sequence[_Hunk], theirs: Sequence[_Hunk]) -> list[str]:
    merged: list[str] = []
    place = 0
    for hunk in _in_order(ours, theirs):
        merged += before[place : hunk.start]
        merged += hunk.lines
        place = max(place, hunk.end)
    return [*merged, *before[place:]]


def _in_order(ours: Sequence[_Hunk], theirs: Sequence[_Hunk]) -> Iterator[_Hunk]:
    """The hunks of both from top to bottom; what both did comes once."""
    added = {hunk.start: hunk.lines for hunk in ours if hunk.adds}
    apart = [_without(hunk, added.get(hunk.start, ())) for hunk in theirs if hunk not in ours]
    # What is put in before a line comes before what that line has become.
    yield from sorted([*ours, *apart], key=lambda hunk: (hunk.start, hunk.end))


def _without(hunk: _Hunk, said: Lines) -> _Hunk:
    """What is put in, less the lines that the other side put in at the same place."""
    if not hunk.adds:
        return hunk
    lines = tuple(line for line in hunk.lines if not line.strip() or line not in said)
    return _Hunk(hunk.start, hunk.end, lines)
