"""How long a planted bug lives: histories with it, until one ends badly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tests.simulation.history import Verdict
from tests.simulation.living import live
from tests.simulation.oracle import STRICT
from tests.simulation.planted.bug import Bug
from tests.simulation.planted.cloud import CLOUD
from tests.simulation.planted.decisions import DECISIONS
from tests.simulation.planted.effects import EFFECTS
from tests.simulation.planted.formats import FORMATS
from tests.simulation.planted.guards import GUARDS
from tests.simulation.runner import workplace

BUGS: dict[str, Bug] = {**DECISIONS, **EFFECTS, **CLOUD, **FORMATS, **GUARDS}
APART = 10_000
"""Seeds between the beginnings of two hunts."""


@dataclass(frozen=True, slots=True)
class Lived:
    """``histories`` lived through in all, and how many of them killed the bug."""

    histories: int = 0
    kills: int = 0

    @property
    def mean(self) -> float:
        """Histories to a kill; without any, more than all of them."""
        return self.histories / self.kills if self.kills else float("inf")


def live_with(bug: Bug, seed: int) -> Verdict:
    """One history of a product that has the bug; it is judged strictly.

    Some that have none end badly then, too: they are told apart by living through them without it.
    """
    story = bug.story(seed)
    story = replace(story, traits=story.traits | {STRICT})
    with bug.planted(), workplace("planted") as place:
        return live(story, place / "home")


def hunt(bug: Bug, seeds: Iterable[int]) -> Lived:
    """Histories of these seeds, until the first that ends badly, and well without the bug."""
    histories = 0
    for seed in seeds:
        histories += 1
        if live_with(bug, seed).wrong and not live_with(replace(bug, swaps=tuple), seed).wrong:
            return Lived(histories, 1)
    return Lived(histories, 0)


def measure(bug: Bug, hunts: int, limit: int) -> Lived:
    """So many hunts, each among seeds of its own and ended after ``limit`` histories."""
    lived = [hunt(bug, range(start, start + limit)) for start in beginnings(hunts)]
    return Lived(sum(one.histories for one in lived), sum(one.kills for one in lived))


def beginnings(hunts: int) -> list[int]:
    """The first seeds of so many hunts."""
    return [1 + APART * number for number in range(hunts)]
