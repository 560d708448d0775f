"""A crash at every effect of a scenario, and what must come of it: the end that it had in calm.

Three ways: a crash; a second crash while recovering from it; an edit of somebody, on either side,
at one of the twenty effects before the crash. After an edit there is no calm end to compare with:
then the oracle of the histories judges alone, as it does in the other ways too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from tests.simulation.runner import ROOT, workplace
from tests.simulation.scenarios import SCENARIOS
from tests.simulation.spare import sparing
from tests.simulation.stage import End, Stage, Strike, play

BEFORE: Final = 20
"""An edit comes at most so many effects before the crash."""
AGAIN: Final = (1, 2, 5, 9, 14, 21, 33, 50)
"""So many effects after the first crash comes the second."""
WAYS: Final = ("crash", "twice", "edits")


class Grid(NamedTuple):
    """Which plays of a way are played; ``dice`` chooses what the edits are."""

    stride: int = 1
    first: int = 1
    again: tuple[int, ...] = AGAIN
    dice: int = 0

    @property
    def options(self) -> list[str]:
        """The same on a command line."""
        again = ",".join(str(later) for later in self.again)
        given = (self.stride, self.first, again, self.dice)
        return [f"--{what}={value}" for what, value in zip(self._fields, given, strict=True)]


ALL: Final = Grid()


@dataclass
class Swept:
    """What a sweep came to; ``failed`` is what was wrong by the words that play it again."""

    plays: int = 0
    effects: int = 0
    struck: int = 0
    """Plays in which the process really died."""
    failed: dict[str, list[str]] = field(default_factory=dict)

    def merge(self, other: dict[str, Any]) -> None:
        """Add what another process found."""
        self.plays += other["plays"]
        self.struck += other["struck"]
        self.effects = max(self.effects, other["effects"])
        self.failed.update(other["failed"])


def strikes(way: str, effects: int, grid: Grid = ALL) -> Iterator[tuple[Strike, ...]]:
    """What strikes in each play of a sweep over a scenario with so many effects."""
    for at in range(grid.first, effects + 1, grid.stride):
        crash = Strike(at, "crash")
        if way == "crash":
            yield (crash,)
        elif way == "twice":
            yield from ((crash, Strike(at + later, "crash")) for later in grid.again)
        else:
            for early in range(max(1, at - BEFORE), at):
                for what in ("file edit", "phone edit"):
                    yield Strike(early, what, grid.dice + at * 1000 + early), crash


def sweep(name: str, way: str, grid: Grid = ALL, part: int = 0, parts: int = 1) -> Swept:
    """One scenario in one way, or every ``parts``-th play of that from ``part`` on."""
    found = Swept()
    with workplace() as place, sparing(place / "spare"):
        stage, calm = play(SCENARIOS[name], place / "home")
        found.effects = len(stage.steps)
        if calm is None:
            found.failed[words_of(name, ())] = stage.verdict.wrong
            return found
        plays = list(strikes(way, found.effects, grid))
        for struck in plays[part::parts]:
            stage, end = play(SCENARIOS[name], place / "home", struck)
            found.plays += 1
            found.struck += bool(stage.verdict.struck["crash"])
            wrong = _wrong(stage, end, None if way == "edits" else calm)
            if wrong:
                found.failed[words_of(name, struck)] = wrong
    return found


def _wrong(stage: Stage, end: End | None, calm: End | None) -> list[str]:
    if end is None:
        return stage.verdict.wrong
    return [] if calm is None or end == calm else list(_differences(end, calm))


def _differences(end: End, calm: End) -> Iterator[str]:
    for what in ("shown", "written", "losers"):
        now, then = getattr(end, what), getattr(calm, what)
        yield from (f"{what}, but not in calm: {one}" for one in now if one not in then)
        yield from (f"{what} in calm alone: {one}" for one in then if one not in now)


def words_of(name: str, struck: Sequence[Strike]) -> str:
    """A play in words, which ``strikes_in`` reads: ``conflicts: crash@17``."""
    return f"{name}: {', '.join(f'{one.what}@{one.at}#{one.dice}' for one in struck)}"


def strikes_in(words: str) -> tuple[str, list[Strike]]:
    """The scenario and the strikes that ``words_of`` wrote."""
    name, _, rest = words.partition(":")
    found = []
    for each in filter(None, (each.strip() for each in rest.split(","))):
        what, _, place = each.partition("@")
        at, _, dice = place.partition("#")
        found.append(Strike(int(at), what, int(dice or 0)))
    return name, found


def replay(words: str) -> tuple[list[str], list[str]]:
    """What was told, and what is wrong, in the play of these words."""
    name, struck = strikes_in(words)
    with workplace() as place:
        _, calm = play(SCENARIOS[name], place / "home")
        stage, end = play(SCENARIOS[name], place / "home", struck)
    edited = any(one.what != "crash" for one in struck)
    return stage.verdict.told, _wrong(stage, end, None if edited else calm)


def run_sweep(name: str, way: str, grid: Grid, jobs: int) -> Swept:
    """The same as ``sweep``, shared by so many processes."""
    found = Swept()
    command = [sys.executable, "-m", "tests.simulation", "--sweep", name, "--way", way]
    parts = [
        subprocess.Popen(
            [*command, *grid.options, "--part", f"{job}-{jobs}"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"},
        )
        for job in range(jobs)
    ]
    for part in parts:
        output, _ = part.communicate()
        if part.returncode:
            raise RuntimeError(f"a part of the sweep ended with {part.returncode}")
        found.merge(json.loads(output))
    return found
