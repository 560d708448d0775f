"""Brings the measured part of a page up to date: table, growth, and where the time of misses goes.

What people wrote around it stays: only what stands between the two marks is written anew, and the
drawing beside the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.document import Run
from benchmarks.drawing import draw
from benchmarks.growth import curves
from benchmarks.machine import Machine
from benchmarks.profile import Spent
from benchmarks.result import Result
from benchmarks.runner import judged
from benchmarks.table import reached, verdict, wanted

__all__ = ["BEGIN", "END", "write_page"]

BEGIN = "<!-- measured: written by `make bench` -->"
END = "<!-- measured: end -->"


def write_page(path: Path, run: Run) -> None:
    """Write what ``run`` found between the marks in ``path``, and ``growth.svg`` beside it.

    The drawing is in a folder that is called as the page is. Raises ValueError if the page has
    not both marks.
    """
    page = path.read_text(encoding="utf-8")
    before, begun, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (begun and ended):
        raise ValueError(f"{path} has no place for the results: it needs {BEGIN} and {END}")
    drawn = curves(run.found)
    picture = path.with_suffix("") / "growth.svg"
    parts = [f"Measured on {run.machine}.{_busy(run.machine)}", *_tables(judged(run.found))]
    if drawn:
        draw(drawn, picture)
        parts.append(f"![What each line costs at each size]({picture.relative_to(path.parent)})")
    parts += [_profile(name, functions) for name, functions in run.spent.items()]
    text = "\n\n".join(parts)
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def _busy(machine: Machine) -> str:
    if machine.load <= machine.cpus:
        return ""
    return " It was busy with other work: trust no seconds on the clock, and ratios only roughly."


def _tables(results: Sequence[Result]) -> Iterator[str]:
    for group in dict.fromkeys(result.group for result in results):
        rows = [_row(one) for one in results if one.group == group]
        head = "| measured | is | should be | | |\n|---|---|---|---|---|"
        yield f"### {group[:1].upper()}{group[1:]}"
        yield "\n".join([head, *rows])


def _row(result: Result) -> str:
    cells = (result.name, reached(result), wanted(result), verdict(result), result.note)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _profile(name: str, functions: Sequence[Spent]) -> str:
    lines = [
        f"Where the time of “{name}” goes:",
        "",
        "| share | calls | function |",
        "|--:|--:|---|",
    ]
    lines += [f"| {one.share:.1%} | {one.calls:,} | `{one.function}` |" for one in functions]
    return "\n".join(lines)
