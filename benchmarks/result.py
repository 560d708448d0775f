"""What one measurement came to, next to what it should come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["Bench", "Measured", "Result"]


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table: ``value`` in ``unit``, good when at most ``target``.

    With ``at_least`` it is good from ``target`` upwards; without a target it only informs.
    ``note`` says what was compared with what, in figures. ``cost`` is our own part of the value
    (CPU seconds, bytes): the line is drawn over the sizes by it, and may not grow faster than
    they do; without it nothing is drawn. ``group`` and ``name`` say no size, or the sizes of
    one line could not be told to be the same line.
    """

    group: str
    name: str
    value: float
    unit: str
    target: float | None = None
    note: str = ""
    at_least: bool = False
    cost: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; ``None`` where there is none."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "met": self.met}


@dataclass(frozen=True, slots=True)
class Bench:
    """Measurements that are made together, at any size.

    ``measure(home, size)`` gets an empty folder of its own. Targets hold at ``size``; ``sizes``
    are measured for the growth alone. ``profile(home, size)`` makes ready, if a result misses its
    target, what is to be looked into, and gives what runs it once (see ``benchmarks.profile``).
    """

    name: str
    measure: Callable[[Path, int], Iterable[Result]]
    size: int
    sizes: Sequence[int] = ()
    profile: Callable[[Path, int], AbstractContextManager[Callable[[], object]]] | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """A result, where it is from, and whether it was measured at the size of its target."""

    bench: str
    size: int
    judged: bool
    result: Result

    def document(self) -> dict[str, Any]:
        """As JSON."""
        placed = {"bench": self.bench, "size": self.size, "judged": self.judged}
        return placed | self.result.document()
