"""Measures fairly on a busy machine: CPU time of this process, in turns, several times.

What is compared is measured in the same round, so that what else the machine does then falls on
both; a ratio is the median of those of the rounds.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

__all__ = ["best_cpu_s", "cpu_s", "in_turns", "more", "times", "wall_s"]


def cpu_s(work: Callable[[], object]) -> float:
    """CPU seconds (user and system, all threads) that ``work`` takes, from a clean heap."""
    gc.collect()
    started = time.process_time()
    work()
    return time.process_time() - started


def wall_s(work: Callable[[], object]) -> float:
    """Seconds that ``work`` takes, waiting included, from a clean heap."""
    gc.collect()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turns(rounds: int, work: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """What each of ``work`` measured in each round, one after the other within the round."""
    took: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, measure in work.items():
            took[name].append(measure())
    return took


def times(ours: Sequence[float], other: Sequence[float]) -> float:
    """How many times ``other`` are ``ours``: the median of the rounds."""
    return median(one / two for one, two in zip(ours, other, strict=True))


def more(ours: Sequence[float], other: Sequence[float]) -> float:
    """How much more than ``other`` are ``ours``: the median of the rounds."""
    return median(one - two for one, two in zip(ours, other, strict=True))


def best_cpu_s(rounds: int, work: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """The least CPU seconds of each, all of them measured once a round, in turns."""

    def timed(run: Callable[[], object]) -> Callable[[], float]:
        return lambda: cpu_s(run)

    took = in_turns(rounds, {name: timed(run) for name, run in work.items()})
    return {name: min(each) for name, each in took.items()}
