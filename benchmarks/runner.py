"""Runs benchmarks at their sizes, and says what they came to as they come to it."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.growth import curves, growth_of
from benchmarks.profile import Spent, profiled
from benchmarks.result import Bench, Measured, Result

__all__ = ["judged", "profiles", "run"]


def run(
    benches: Iterable[Bench],
    sizes: Sequence[int] | None = None,
    begin: Callable[[str, int], None] = lambda _name, _size: None,
    up_to: float = math.inf,
) -> Iterator[Measured]:
    """Every measurement, as it is finished; ``begin`` hears which one comes.

    ``sizes`` take the place of those of each bench; the largest of them is judged then. What is
    measured for the growth alone is left out where it is larger than ``up_to``.
    """
    for bench in benches:
        growing = [size for size in bench.sizes if size <= up_to]
        asked = tuple(sizes) if sizes else (*growing, bench.size)
        target = max(asked) if sizes else bench.size
        for size in sorted(set(asked)):
            begin(bench.name, size)
            with tempfile.TemporaryDirectory() as home:
                for result in bench.measure(Path(home), size):
                    yield Measured(bench.name, size, size == target, result)


def judged(measured: Sequence[Measured]) -> list[Result]:
    """The lines of the table: what has a target, at its size, and then how everything grows."""
    return [
        *(one.result for one in measured if one.judged),
        *(growth_of(curve) for curve in curves(measured)),
    ]


def profiles(benches: Iterable[Bench], measured: Sequence[Measured]) -> dict[str, list[Spent]]:
    """Where the time goes in each bench that has missed a target, by the bench's name."""
    found: dict[str, list[Spent]] = {}
    for bench in benches:
        missed = [
            one.size
            for one in measured
            if one.bench == bench.name and one.judged and one.result.met is False
        ]
        if missed and bench.profile is not None:
            with (
                tempfile.TemporaryDirectory() as home,
                bench.profile(Path(home), missed[0]) as work,
            ):
                found[bench.name] = profiled(work)
    return found
