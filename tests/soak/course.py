"""Judges whether what was measured after equal rounds grows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.soak.gauge import Sample

__all__ = ["Course", "courses"]

MIB = 1 << 20

# (share, least): so much more than before is no growth. The memory of a Python process is what its
# allocator has of the system, in arenas that one object keeps; a database grows by pages.
_TOLERATED: Mapping[str, tuple[float, int]] = {
    "private memory": (0.02, MIB // 2),
    "file descriptors": (0.0, 0),
    "threads": (0.0, 0),
    "database": (0.02, 16 * 4096),
    "write-ahead log": (0.02, 16 * 4096),
}
_ROWS = (0.02, 8)

# A deletion leaves the name of what is gone, and its id, for good, so that it does not come back;
# a hundred versions of a file are known; and what was done is kept for a time, however much it is.
LASTING = frozenset(
    {"database", *(f"rows: {name}" for name in ("tombstones", "record", "block", "version"))}
    | {"rows: history"}
)


@dataclass(frozen=True, slots=True)
class Course:
    """One figure after each round. The first third of them is for getting warm."""

    name: str
    values: Sequence[int]

    @property
    def middle(self) -> float:
        """Of the second third."""
        return median(self._third(1))

    @property
    def last(self) -> float:
        """Of the last one."""
        return median(self._third(2))

    @property
    def grows(self) -> bool:
        """Whether the last third is above the middle one by more than chance would have it.

        What goes up and down with the last minute of each round, as writes do that may still be
        displaced, has one high round or the other; what grows leaves all rounds before beneath it.
        """
        share, least = _TOLERATED.get(self.name, _ROWS)
        more = self.last - self.middle > max(share * self.middle, least)
        return more and self.last > max(self._third(1))

    def _third(self, number: int) -> Sequence[int]:
        size = len(self.values) / 3
        return self.values[round(number * size) : round((number + 1) * size)]


def courses(samples: Sequence[Sample]) -> Iterator[Course]:
    """Each figure over all rounds; needs three of them."""
    taken = [dict(one.measures()) for one in samples]
    for name in taken[-1]:
        yield Course(name, [one.get(name, 0) for one in taken])
