"""The results as a table in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from benchmarks.result import Result

__all__ = ["reached", "table", "verdict", "wanted"]

_COLOURS = {True: "green", False: "red", None: "default"}


def reached(result: Result) -> str:
    """The value with its unit."""
    digits = ",.0f" if abs(result.value) >= 1000 else ".3g"
    return f"{result.value:{digits}} {result.unit}"


def wanted(result: Result) -> str:
    """The target as an inequality, or nothing."""
    if result.target is None:
        return ""
    return f"{'≥' if result.at_least else '≤'} {result.target:g}"


def verdict(result: Result) -> str:
    """Pass, miss, or nothing where there is no target."""
    return {True: "pass", False: "MISS", None: ""}[result.met]


def table(results: Sequence[Result]) -> Table:
    """One line for each, under the heading of its group."""
    drawn = Table("MEASURED", "IS", "SHOULD BE", "", "")
    group = ""
    for result in results:
        if result.group != group:
            group = result.group
            drawn.add_section()
            drawn.add_row(f"[bold]{group}")
        colour = _COLOURS[result.met]
        cells = (f"[{colour}]{reached(result)}", wanted(result), f"[{colour}]{verdict(result)}")
        drawn.add_row(f"  {result.name}", *cells, result.note)
    return drawn
