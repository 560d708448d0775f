"""Where does the time of one piece of work go?"""

from __future__ import annotations

import cProfile
import pstats
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Spent", "profiled"]

_ROOT = f"{Path(__file__).resolve().parent.parent}/"
_LIBRARIES = tuple(
    f"{sysconfig.get_path(name)}/" for name in ("purelib", "platlib", "stdlib") if name
)


@dataclass(frozen=True, slots=True)
class Spent:
    """A function, how often it ran, and its share of all time without what it calls."""

    function: str
    calls: int
    share: float


def profiled(work: Callable[[], object], top: int = 12) -> list[Spent]:
    """The functions that most of the time of ``work`` was spent in, the worst first.

    Shares, since the profiler itself takes time: it makes many small calls look worse than they
    are.
    """
    profile = cProfile.Profile()
    profile.runcall(work)
    stats = pstats.Stats(profile)
    rows = [
        (own_s, calls, _called(*where))
        for where, (_, calls, own_s, _, _) in stats.stats.items()  # type: ignore[attr-defined]
    ]
    total_s = sum(own_s for own_s, _, _ in rows) or 1.0
    rows.sort(reverse=True)
    return [Spent(name, calls, own_s / total_s) for own_s, calls, name in rows[:top]]


def _called(path: str, line: int, name: str) -> str:
    if path == "~":
        return name.strip("<>").removeprefix("built-in method ").removeprefix("method ")
    for root in (_ROOT, *_LIBRARIES):
        path = path.removeprefix(root)
    return f"{path}:{line} {name}"
