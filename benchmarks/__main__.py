"""Runs the benchmarks and says what they came to: a table, JSON, a page."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.document import Run, load, save
from benchmarks.machine import this_machine
from benchmarks.page import write_page
from benchmarks.result import Bench
from benchmarks.runner import judged, profiles, run
from benchmarks.suite import SUITE
from benchmarks.table import table

__all__ = ["UP_TO", "main"]

UP_TO = 10_000
"""Up to which size the growth is measured, unless more is asked for."""


def main(arguments: Sequence[str] | None = None, suite: Sequence[Bench] = SUITE) -> int:
    """Measure what is asked for, or take what was; the number that a process ends with."""
    options = _parser(suite).parse_args(arguments)
    console = Console()
    if options.taken:
        made = load(options.taken)
    else:
        made = Run(this_machine(), [])
        for bench in suite:
            if not options.only or bench.name in options.only:
                made = _measured(made, bench, options, console)
                if options.json:
                    save(made, options.json)  # or what comes later and fails would take it along
    console.print(table(judged(made.found)))
    console.print(f"measured on {made.machine}", highlight=False)
    for name, functions in made.spent.items():
        console.print(f"where the time of “{name}” goes:")
        for one in functions:
            console.print(f"  {one.share:6.1%} {one.calls:>10,} x {one.function}", highlight=False)
    if options.json:
        save(made, options.json)
    if options.write:
        write_page(options.write, made)
    return 0


def _measured(made: Run, bench: Bench, options: argparse.Namespace, console: Console) -> Run:
    """What was ``made`` before, and what this bench came to."""
    with console.status("measuring") as status:

        def begin(name: str, size: int) -> None:
            status.update(f"{name}, {size:,}")

        found = list(run([bench], options.sizes, begin, options.up_to))
        spent = {**made.spent, **profiles([bench], found)}
    return Run(made.machine, [*made.found, *found], spent)


def _parser(suite: Sequence[Bench]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = [bench.name for bench in suite]
    parser.add_argument(
        "--only", action="append", choices=names, metavar="NAME", help=f"of {', '.join(names)}"
    )
    parser.add_argument(
        "--sizes", type=_sizes, metavar="N,N", help="sizes in place of each benchmark's own"
    )
    parser.add_argument(
        "--up-to",
        type=_size,
        default=UP_TO,
        metavar="N",
        help="measure the growth up to this size (%(default)s); 100000 takes half an hour more",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    parser.add_argument(
        "--from",
        action="append",
        dest="taken",
        type=Path,
        metavar="FILE",
        help="measure nothing, take what --json wrote; may be given again",
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="bring this page up to date")
    return parser


def _sizes(text: str) -> list[int]:
    return [_size(part) for part in text.split(",")]


def _size(text: str) -> int:
    size = int(text.replace("_", ""))
    if size < 1:
        raise ValueError
    return size


if __name__ == "__main__":
    raise SystemExit(main())
