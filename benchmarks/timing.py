"""Measures fairly on a busy machine: CPU time of this process, in turns, the best of several."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping

__all__ = ["best_cpu_s", "cpu_s"]


def cpu_s(work: Callable[[], object]) -> float:
    """CPU seconds (user and system, all threads) that ``work`` takes, from a clean heap."""
    gc.collect()
    started = time.process_time()
    work()
    return time.process_time() - started


def best_cpu_s(rounds: int, work: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """The least CPU seconds of each, all of them measured once a round, in turns."""
    best = dict.fromkeys(work, float("inf"))
    for _ in range(rounds):
        for name, run in work.items():
            best[name] = min(best[name], cpu_s(run))
    return best
