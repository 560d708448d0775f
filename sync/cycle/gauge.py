"""Tells who watches how much of some work is done; of how much only where that is really known."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

__all__ = ["Gauge", "Phase", "unwatched"]


class Phase(StrEnum):
    """What a cycle, or an export, spends its time on, each counted in a unit of its own."""

    PULL = "pull"  # records
    READ = "read"  # files
    PLAN = "plan"  # not counted
    WRITE = "write"  # files
    SEND = "send"  # changes
    WALK = "walk"  # records
    COMPARE = "compare"  # not counted
    GATHER = "gather"  # not counted
    EXPORT = "export"  # reminders


Gauge = Callable[[Phase, int, int | None], None]
"""Hears what is worked on, how many are done, and of how many; ``None`` where nobody can know."""


def unwatched(_phase: Phase, _done: int, _total: int | None) -> None:
    """The gauge that nobody looks at."""
