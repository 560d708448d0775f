"""Runs all benchmarks and says what they came to, as a table and as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import cycles, markdown, pull, startup
from benchmarks.result import Result

__all__ = ["FULL", "SMALL", "Sizes", "run"]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the work is: counts of reminders, tasks, files and lines; bytes; rounds."""

    reminders: int
    tasks: int
    files: int
    new: int
    into: int
    markdown: int
    rounds: int
    reader_rounds: int


FULL = Sizes(20_000, 10_000, 200, 5_000, 50, 1_000_000, 5, 2)
SMALL = Sizes(1_000, 1_000, 20, 500, 5, 100_000, 3, 1)


def run(sizes: Sizes, home: Path) -> Iterator[Result]:
    """Every measurement, as it is finished."""
    yield from pull.measure(home, sizes.reminders, sizes.rounds, sizes.reader_rounds)
    yield from cycles.measure_small(home, sizes.tasks, sizes.files, sizes.rounds)
    yield from cycles.measure_bulk(home, sizes.tasks, sizes.files, sizes.new, sizes.into)
    yield from markdown.measure(sizes.markdown, sizes.rounds)
    yield from startup.measure(home, sizes.rounds)


def _main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--small", action="store_true", help="a twentieth of the work")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    options = parser.parse_args(arguments)
    console = Console()
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as home, console.status("measuring") as status:
        for result in run(SMALL if options.small else FULL, Path(home)):
            results.append(result)
            status.update(f"measured {result.group}: {result.name}")
    machine = _machine()
    console.print(_table(results, machine))
    if options.json:
        document = {
            "schema": 1,
            "machine": machine,
            "small": options.small,
            "results": [result.document() for result in results],
        }
        options.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return 0


def _machine() -> str:
    load = os.getloadavg()[0]
    python = platform.python_version()
    return f"Python {python}, {platform.machine()}, {os.cpu_count()} CPUs, load {load:.1f}"


def _table(results: Sequence[Result], machine: str) -> Table:
    table = Table("MEASURED", "IS", "SHOULD BE", "", title=machine, title_justify="left")
    group = ""
    for result in results:
        if result.group != group:
            group = result.group
            table.add_section()
            table.add_row(f"[bold]{group}")
        colour = {True: "green", False: "red", None: "default"}[result.met]
        sign = "≥" if result.at_least else "≤"
        target = "" if result.target is None else f"{sign} {result.target:g}"
        value = f"[{colour}]{result.value:,.3g} {result.unit}"
        table.add_row(f"  {result.name}", value, target, result.note)
    return table


if __name__ == "__main__":
    raise SystemExit(_main())
