"""Runs many histories, in several processes, and counts what they went through."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.simulation.history import Verdict
from tests.simulation.living import live
from tests.simulation.shrink import shrink
from tests.simulation.spare import sparing
from tests.simulation.story import Story, choose

ROOT = Path(__file__).parents[2]
MEMORY = Path("/dev/shm")
COLLECTED = 20
"""After so many histories garbage is collected."""


@dataclass
class Tally:
    """What many histories came to; ``struck`` counts histories in which a fault occurred."""

    histories: int = 0
    steps: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    failed: dict[int, list[str]] = field(default_factory=dict)

    def add(self, seed: int, verdict: Verdict) -> None:
        """Count one more."""
        self.histories += 1
        self.steps += verdict.steps
        self.struck.update(verdict.struck.keys())
        if verdict.wrong:
            self.failed[seed] = verdict.wrong

    def merge(self, other: dict[str, Any]) -> None:
        """Add what another process counted, as ``document`` told it."""
        self.histories += other["histories"]
        self.steps += other["steps"]
        self.struck.update(other["struck"])
        self.failed.update({int(seed): wrong for seed, wrong in other["failed"].items()})

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "histories": self.histories,
            "steps": self.steps,
            "struck": dict(self.struck),
            "failed": self.failed,
        }


@contextmanager
def workplace(name: str = "simulation") -> Iterator[Path]:
    """A directory in memory, where there is such a place."""
    base = MEMORY if os.access(MEMORY, os.W_OK) else None
    with TemporaryDirectory(prefix=f"{name}-", dir=base) as directory:
        yield Path(directory)


def run_seeds(seeds: range, tell: Callable[[int], Story] = choose) -> Tally:
    """These histories, one after another, in this process; ``tell`` makes a story of a seed."""
    tally = Tally()
    with workplace() as place, sparing(place / "spare"), _rare_collections():
        for number, seed in enumerate(seeds):
            tally.add(seed, live(tell(seed), place / "home"))
            if number % COLLECTED == 0:
                gc.collect()
    return tally


@contextmanager
def _rare_collections() -> Iterator[None]:
    """The garbage of a history lasts longer than that, and what was imported is none."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def run_histories(
    first: int, last: int, jobs: int, *, two: bool = False, gently: bool = False
) -> Tally:
    """The histories of seeds ``first`` to ``last``, shared by so many processes.

    ``two``: each told of two machines. ``gently``: in the time that everything else leaves.
    """
    tally = Tally()
    options = [*(["--two"] if two else []), *(["--gently"] if gently else [])]
    command = [sys.executable, "-m", "tests.simulation", *options, "--part"]
    parts = [
        subprocess.Popen(
            [*command, f"{first + job}-{last}", "--jobs", str(jobs)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"},
        )
        for job in range(jobs)
    ]
    for part in parts:
        output, _ = part.communicate()
        if part.returncode:
            raise RuntimeError(f"a part of the simulation ended with {part.returncode}")
        tally.merge(json.loads(output))
    return tally


def replay(story: Story, *, shorten: bool = True) -> Verdict:
    """One story, and if it ends badly the shortest that ends in the same way."""
    with workplace() as place:
        verdict = live(story, place / "home")
        if not verdict.wrong or not shorten:
            return verdict
        kinds = {_kind(one) for one in verdict.wrong}

        def fails(other: Story) -> bool:
            return bool(kinds & {_kind(one) for one in live(other, place / "home").wrong})

        return live(shrink(story, fails), place / "home")


def _kind(wrong: str) -> str:
    """Of which kind a finding is: its first words, or the last line of a traceback."""
    if wrong.startswith("Traceback"):
        return wrong.rstrip().rpartition("\n")[2].partition(":")[0]
    return wrong.partition(":")[0]
