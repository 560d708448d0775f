"""Runs the benchmarks and says what they came to: a table, JSON, a page."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.machine import Machine, this_machine
from benchmarks.page import write_page
from benchmarks.result import Bench, Measured
from benchmarks.runner import judged, profiles, run
from benchmarks.suite import SUITE
from benchmarks.table import table

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None, suite: Sequence[Bench] = SUITE) -> int:
    """Measure what is asked for; the number that a process ends with."""
    options = _parser(suite).parse_args(arguments)
    benches = [bench for bench in suite if not options.only or bench.name in options.only]
    console = Console()
    machine = this_machine()
    with console.status("measuring") as status:
        found = list(
            run(benches, options.sizes, lambda name, size: status.update(f"{name}, {size:,}"))
        )
        spent = profiles(benches, found)
    console.print(table(judged(found)))
    console.print(f"measured on {machine}", highlight=False)
    for name, functions in spent.items():
        console.print(f"where the time of “{name}” goes:")
        for one in functions:
            console.print(f"  {one.share:6.1%} {one.calls:>10,} x {one.function}", highlight=False)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(_document(found, machine), indent=2)
        options.json.write_text(text + "\n", encoding="utf-8")
    if options.write:
        write_page(options.write, found, spent, machine)
    return 0


def _parser(suite: Sequence[Bench]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = [bench.name for bench in suite]
    parser.add_argument(
        "--only", action="append", choices=names, metavar="NAME", help=f"of {', '.join(names)}"
    )
    parser.add_argument(
        "--sizes", type=_sizes, metavar="N,N", help="sizes in place of each benchmark's own"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    parser.add_argument("--write", type=Path, metavar="FILE", help="bring this page up to date")
    return parser


def _sizes(text: str) -> list[int]:
    sizes = [int(part.replace("_", "")) for part in text.split(",")]
    if min(sizes) < 1:
        raise ValueError
    return sizes


def _document(found: Sequence[Measured], machine: Machine) -> dict[str, object]:
    return {
        "schema": 2,
        "machine": machine.document(),
        "results": [one.document() for one in found],
        "table": [result.document() for result in judged(found)],
    }


if __name__ == "__main__":
    raise SystemExit(main())
