"""How fast does a cost grow with the size of the work?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.result import Measured, Result

__all__ = ["LINEAR", "Curve", "curves", "exponent", "growth_of"]

LINEAR = 1.05
"""The exponent up to which a growth counts as linear."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What one line of the table cost at each size, in the order of the sizes."""

    bench: str
    group: str
    name: str
    unit: str
    points: tuple[tuple[int, float], ...]

    @property
    def exponent(self) -> float:
        """The power of the size that the cost grows with."""
        return exponent(self.points)


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """The slope of the line through the logarithms of ``(size, cost)``, by least squares.

    A part of the cost that does not depend on the size only lowers it. Needs two sizes, and
    costs above zero.
    """
    xs = [math.log(size) for size, _ in points]
    ys = [math.log(cost) for _, cost in points]
    middle, level = sum(xs) / len(xs), sum(ys) / len(ys)
    across = sum((x - middle) * (y - level) for x, y in zip(xs, ys, strict=True))
    return across / sum((x - middle) ** 2 for x in xs)


def curves(measured: Iterable[Measured]) -> list[Curve]:
    """A curve for each line that has a cost at two sizes or more."""
    found: dict[tuple[str, str, str], dict[int, float]] = {}
    units: dict[tuple[str, str, str], str] = {}
    for one in measured:
        key = (one.bench, one.result.group, one.result.name)
        if one.result.cost is not None and one.result.cost > 0:
            found.setdefault(key, {})[one.size] = one.result.cost
            units[key] = one.result.unit
    return [
        Curve(*key, units[key], tuple(sorted(costs.items())))
        for key, costs in found.items()
        if len(costs) > 1
    ]


def growth_of(curve: Curve) -> Result:
    """The curve as a line of the table; of three sizes or more, with how it goes on at the end."""
    said = "at " + ", ".join(f"{size:,}" for size, _ in curve.points)
    if len(curve.points) > 2:
        said += f"; {exponent(curve.points[-2:]):.2f} between the last two"
    name = f"{curve.group}: {curve.name}"
    return Result("growth", name, curve.exponent, "as exponent", LINEAR, said)
