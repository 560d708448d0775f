"""What a run did to each value: its writes on both sides, told as one before and one after. Pure.

A run may write a value more than once: first to iCloud and then to a file, or in two steps. Where
both sides had changed it the run joined them; then what was before is what neither had changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from store.model import Field
from sync.core.merging.merge import MISSING, Base
from sync.core.merging.notes import merged_lines

__all__ = ["Trail", "Trails", "Wrote", "trails_of"]


@dataclass(frozen=True, slots=True)
class Wrote:
    """One write of a run: ``MISSING`` where there was nothing, or is nothing any more."""

    id: str
    word: str
    before: Base
    after: Base


@dataclass(frozen=True, slots=True)
class Trail:
    """What all writes of one value come to; ``split``: what was before cannot be said."""

    before: Base
    after: Base
    split: bool = False


Trails = Mapping[str, Mapping[str, Trail]]
"""By id and word, in the order in which the run came to them."""


def trails_of(writes: Iterable[Wrote]) -> Trails:
    """Put the writes of a run, in their order, together."""
    found: dict[str, dict[str, Trail]] = {}
    for one in writes:
        words = found.setdefault(one.id, {})
        known = words.get(one.word)
        new = Trail(one.before, one.after)
        words[one.word] = new if known is None else _joined(one.word, known, new)
    return found


def _joined(word: str, known: Trail, new: Trail) -> Trail:
    if (known.before, known.after) == (new.before, new.after):
        return known
    if known.after == new.before:
        return Trail(known.before, new.after, known.split)
    if known.after == new.after:
        before = _neither(word, new.after, known.before, new.before)
        if before is not MISSING:
            return Trail(before, new.after, known.split)
    return Trail(known.before, new.after, split=True)


def _neither(word: str, after: Base, one: Base, other: Base) -> Base:
    """What was there before both changed it, if ``after`` has the changes of both."""
    if isinstance(after, frozenset) and isinstance(one, frozenset) and isinstance(other, frozenset):
        return (after & one & other) | ((one | other) - after)
    if word != Field.NOTES:
        return MISSING
    if isinstance(after, str) and isinstance(one, str) and isinstance(other, str):
        text = merged_lines(after, one, other)
        return MISSING if text is None else text
    return MISSING
