"""``python -m tests.simulation 17``: live through a history and tell it; through many; or sweep."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tests.simulation.history import Verdict
from tests.simulation.runner import Tally, replay, run_histories, run_seeds, workplace
from tests.simulation.scenarios import SCENARIOS
from tests.simulation.story import Story, choose, choose_two
from tests.simulation.sweep import AGAIN, WAYS, Grid, run_sweep, sweep
from tests.simulation.sweep import replay as play_again
from tests.simulation.trace import trace


def main() -> int:
    """The exit code: 1 if any history ended badly."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seed", nargs="?", type=int, help="one history, told step by step")
    parser.add_argument("--two", action="store_true", help="of two machines")
    parser.add_argument("--story", type=Path, help="a story that was saved")
    parser.add_argument("--histories", metavar="A-B", help="many of them")
    parser.add_argument("--part", metavar="A-B", help=argparse.SUPPRESS)
    parser.add_argument("--trace", type=int, metavar="SEED", help="hashes of all that it leaves")
    parser.add_argument("--jobs", type=int, default=2, help="in so many processes (2)")
    parser.add_argument("--gently", action="store_true", help="in the time that others leave")
    parser.add_argument("--whole", action="store_true", help="do not look for a shorter story")
    parser.add_argument("--sweep", nargs="?", const="all", metavar="SCENARIO",
                        help="crash at each effect of one scenario, or of all")  # fmt: skip
    parser.add_argument("--way", choices=WAYS, help="in this way alone")
    parser.add_argument("--stride", type=int, default=1, help="at every so many effects (1)")
    parser.add_argument("--first", type=int, default=1, help="from this effect on (1)")
    parser.add_argument("--again", type=_numbers, default=AGAIN, metavar="A,B",
                        help="a second crash comes so many effects after the first")  # fmt: skip
    parser.add_argument("--dice", type=int, default=0, help="with these edits (0)")
    given = parser.parse_args()
    if given.sweep:
        return _sweep(given)
    if given.part:
        first, last = _range(given.part)
        os.nice(5 if given.gently else 0)  # a third of what others get, where all want it
        tell = choose_two if given.two else choose
        print(json.dumps(run_seeds(range(first, last + 1, given.jobs), tell).document()))
        return 0
    if given.trace is not None:
        with workplace() as place:
            print(json.dumps(trace(choose(given.trace), place / "home"), indent=1))
        return 0
    if given.histories:
        first, last = _range(given.histories)
        started = time.monotonic()
        tally = run_histories(first, last, given.jobs, two=given.two, gently=given.gently)
        _sum_up(tally, time.monotonic() - started, " --two" if given.two else "")
        return int(bool(tally.failed))
    if given.story is None and given.seed is None:
        parser.error("name a seed, --story or --histories")
    story = (
        Story.read(given.story.read_text())
        if given.story
        else (choose_two if given.two else choose)(given.seed)
    )
    verdict = replay(story, shorten=not given.whole)
    _tell(verdict)
    return int(bool(verdict.wrong))


def _sweep(given: argparse.Namespace) -> int:
    """One scenario or all; ``--sweep "conflicts: crash@17"`` plays that one again."""
    if ":" in given.sweep:
        told, wrong = play_again(given.sweep)
        print(*told, *(["ENDED BADLY", *wrong] if wrong else ["ended well"]), sep="\n")
        return int(bool(wrong))
    grid = Grid(given.stride, given.first, given.again, given.dice)
    if given.part:
        part, parts = _range(given.part)
        print(json.dumps(asdict(sweep(given.sweep, given.way, grid, part, parts))))
        return 0
    if given.sweep not in {"all", *SCENARIOS}:
        print(f"no scenario is called {given.sweep!r}: {', '.join(SCENARIOS)}", file=sys.stderr)
        return 2
    failed = 0
    for name in SCENARIOS if given.sweep == "all" else [given.sweep]:
        for way in [given.way] if given.way else WAYS:
            found = run_sweep(name, way, grid, given.jobs)
            failed += len(found.failed)
            for again, wrong in found.failed.items():
                print(f'python -m tests.simulation --sweep "{again}"', *wrong, sep="\n  ")
            print(f"{name}, {way}: {found.effects} effects, {found.plays} plays, {found.struck}"
                  f" with a crash, {len(found.failed)} ended badly", flush=True)  # fmt: skip
    return int(bool(failed))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


def _range(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def _tell(verdict: Verdict) -> None:
    print(f"settings: {dict(verdict.story.settings)}", *sorted(verdict.story.traits), sep=", ")
    print(*verdict.told, sep="\n")
    if not verdict.wrong:
        print("ended well")
        return
    print("ENDED BADLY", *verdict.wrong, sep="\n  ")
    place = Path(f"story-{verdict.story.seed}.json")
    place.write_text(verdict.story.told() + "\n")
    print(f"again: python -m tests.simulation --story {place}")


def _sum_up(tally: Tally, seconds: float, way: str) -> None:
    for seed, wrong in sorted(tally.failed.items()):
        print(f"python -m tests.simulation {seed}{way}", *wrong, sep="\n  ")
    for kind, count in sorted(tally.struck.items()):
        print(f"{kind:30} in {100 * count / tally.histories:5.1f} % of histories")
    print(
        f"{tally.histories} histories, {tally.steps} steps, {len(tally.failed)} ended badly,"
        f" {seconds:.0f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
