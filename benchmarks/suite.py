"""All benchmarks, each with the size at which its targets hold."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchmarks import cycles, markdown, memory, pull, startup, wire
from benchmarks.result import Bench, Result

__all__ = ["SUITE"]

_ROUNDS = 5


def _idle(home: Path, tasks: int) -> Iterable[Result]:
    return cycles.measure_small(home, tasks, max(1, tasks // 50), _ROUNDS)


def _bulk(home: Path, tasks: int) -> Iterable[Result]:
    new = tasks // 2
    return cycles.measure_bulk(home, tasks, max(1, tasks // 50), new, max(1, new // 100))


def _markdown(_home: Path, tasks: int) -> Iterable[Result]:
    return markdown.measure(tasks * 100, _ROUNDS)


def _startup(home: Path, _size: int) -> Iterable[Result]:
    return startup.measure(home, _ROUNDS)


SUITE = (
    *pull.BENCHES,
    *wire.BENCHES,
    *memory.BENCHES,
    Bench("idle", _idle, 10_000, (1_000, 10_000)),
    Bench("bulk", _bulk, 10_000, (1_000, 10_000)),
    Bench("markdown", _markdown, 10_000, (1_000, 10_000)),
    Bench("start", _startup, 1),
)
