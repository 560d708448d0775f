"""A history before it happens: settings, and a list of events, chosen ahead from a seed.

Each event has dice of its own, so that taking one out leaves the others as they were: that is
what makes a failing history shrink.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from random import Random

from tests.simulation import caller, typist
from tests.simulation.catalogue import ASKS, BETWEEN, CALLS, EDITS, MEANWHILE, SERIES, STEPS

ROUNDS = (1, 2, 3, 4, 5)
HOW_OFTEN = (3, 4, 3, 2, 1)
"""Most stories are short: what goes wrong needs few acts, and more stories are more of these."""
ABOUT_ONE = 0.7
"""How many stories are about one reminder above all: what never meets makes no trouble."""
MET = 0.75
"""How many begin where both sides know each other: before, nobody can edit what is not there."""
LIKES = 0.6
"""How many have acts that people are up to above all, and with them both at once."""
STEPS_OF_A_CYCLE = 130
CALLS_OF_A_CYCLE = 14
STEP_RATE = 0.06
CALL_RATE = 0.3
CALLS_AT_MOST = 0.35
"""Where more requests fail, hardly a cycle comes to where it writes."""
SOON = 0.2
"""How many stories have cycles that come right after an edit."""
APPROVED = 0.4
"""How often somebody who approves does so before the next cycle."""
UNDOES = 0.15
"""In how many stories somebody takes runs back."""
UNDONE = 0.5
"""How often they do so before a cycle, and how often after it."""
REPEATS = 0.14
"""In how many stories in which nobody does so one reminder repeats."""
REPEATS_TOO = 0.3
"""In how many of those in which somebody does."""
ON_TWO = 0.5
"""How many of the former are told so of two machines."""
OCCURS = 0.5
"""How often it is ticked off before a cycle, and how often in its midst."""
LATE = 0.5
"""How often they do so when faults are over."""
LIKE = "likes to "
SHOWN = "36500d"
"""How long a completed line stays in its file, where the settings do not say."""
OFTEN = 4.0
"""How much likelier faults are in stories that are about nothing else."""


@dataclass(frozen=True, slots=True)
class Event:
    """``what`` happens at the ``at``-th ``seam`` (between, step, call) of a cycle, if it comes.

    Or ``after`` it, at once; or ``late``, when faults are over.
    """

    cycle: int
    seam: str
    at: int
    what: str
    dice: int


@dataclass(frozen=True, slots=True)
class Story:
    """One history: ``settings`` of the engine, what the world is like, and what happens."""

    seed: int
    cycles: int
    settings: Mapping[str, str]
    traits: frozenset[str]
    events: tuple[Event, ...]

    def told(self) -> str:
        """The story as JSON, which ``read`` reads."""
        return json.dumps({**asdict(self), "traits": sorted(self.traits)})

    @classmethod
    def read(cls, text: str) -> Story:
        """The story that ``told`` wrote."""
        found = json.loads(text)
        events = tuple(Event(**event) for event in found.pop("events"))
        return cls(**{**found, "traits": frozenset(found["traits"])}, events=events)

    def with_events(self, events: Sequence[Event]) -> Story:
        """The same with other events."""
        return replace(self, events=tuple(events))


def choose(seed: int, often: Collection[str] = ()) -> Story:
    """The story of a seed; each kind of fault is in half of all stories.

    ``often``: only these kinds are in it, and strike oftener.
    """
    dice = Random(seed)
    quiet = dice.random() < 0.08
    swarm = {
        kind
        for kind in sorted({*BETWEEN, *CALLS, *STEPS} - set(EDITS))
        if dice.random() < 0.5 and not quiet
    }
    swarm = {*often} or swarm
    times = OFTEN if often else 1.0
    cycles = dice.choices(ROUNDS, HOW_OFTEN)[0]
    events: list[Event] = []
    for cycle in range(cycles):
        events += _between(dice, cycle, swarm, times)
        events += _along(dice, cycle, "step", STEPS, swarm, STEP_RATE, STEPS_OF_A_CYCLE)
        rate = min(CALL_RATE * times, CALLS_AT_MOST)
        events += _along(dice, cycle, "call", CALLS, swarm, rate, CALLS_OF_A_CYCLE)
    settings = {
        "conflicts": dice.choice(("cloud", "cloud", "files")),
        "mode": dice.choice(("soft", "soft", "purge")),
        "grace": dice.choice(("0s", "30s")),
        "hold_above": dice.choice(("1", "5", "5", "1000")),
    }
    traits = {name for name in ("approves", "second phone", "small pages", "CRLF", "unknown fields")
              if dice.random() < 0.5}  # fmt: skip
    traits |= {"one thing"} if dice.random() < ABOUT_ONE else set()
    traits |= {"met before"} if dice.random() < MET else set()
    traits |= set(_likes(dice)) if dice.random() < LIKES else set()
    traits |= {"soon"} if Random(f"{seed} soon").random() < SOON else set()
    events += _approvals(seed, cycles) if "approves" in traits else []
    asks = [] if often else _undoing(seed, cycles)
    occurs = [] if often else _repeating(seed, cycles, REPEATS_TOO if asks else REPEATS)
    events += [*asks, *occurs]
    traits |= {"repeats"} if occurs else set()
    return Story(seed, cycles, settings, frozenset(traits), tuple(events))


def _approvals(seed: int, cycles: int) -> Iterator[Event]:
    """Somebody looks at what is held, and lets it go ahead."""
    dice = Random(f"{seed} approvals")
    for cycle in range(1, cycles):
        if dice.random() < APPROVED:
            yield Event(cycle, "between", dice.randint(0, 6), "approval", dice.getrandbits(32))


def _undoing(seed: int, cycles: int) -> list[Event]:
    """Somebody takes runs back, right after one or among what else people do; from dice of its own.

    So the other stories are what they would be without.
    """
    dice = Random(f"{seed} undo")
    if dice.random() >= UNDOES:
        return []
    found = []
    for cycle in range(cycles):
        if cycle and dice.random() < UNDONE:
            found.append(("between", cycle, dice.randint(0, 6)))
        if dice.random() < UNDONE:
            found.append(("after", cycle, 0))
    if not found or dice.random() < LATE:
        found.append(("late", cycles - 1, 0))
    whats = Random(f"{seed} bring back")
    return [
        Event(cycle, seam, at, whats.choice(ASKS), dice.getrandbits(32))
        for seam, cycle, at in found
    ]


def _repeating(seed: int, cycles: int, rate: float) -> list[Event]:
    """One reminder gets a rule, and is ticked off on both sides; from dice of its own, too."""
    dice = Random(f"{seed} repeats")
    if dice.random() >= rate:
        return []
    found = [("between", 0, -1, SERIES[0])]
    for cycle in range(cycles):
        for seam, last in (("between", 6), ("step", STEPS_OF_A_CYCLE // 2)):
            whats = [what for what in SERIES[1:] if dice.random() < OCCURS]
            found += [(seam, cycle, dice.randint(0, last), what) for what in whats]
    return [Event(cycle, seam, at, what, dice.getrandbits(32)) for seam, cycle, at, what in found]


def _likes(dice: Random) -> Iterator[str]:
    names = [{act.__name__ for act in acts} for acts in (typist.ACTS, caller.ACTS)]
    for _ in range(dice.choice((1, 2))):
        of_both = dice.random() < 0.7
        yield LIKE + dice.choice(sorted(names[0] & names[1] if of_both else names[0] | names[1]))


def choose_two(seed: int) -> Story:
    """The same told of two machines: one more folder, and what goes on between the two."""
    story, dice = choose(seed), Random(f"{seed} two machines")
    whats = {one.what for one in story.events}
    repeats = whats.isdisjoint(ASKS) and Random(f"{seed} repeats on two").random() < ON_TWO
    alone = {*ASKS} if repeats else {*ASKS, *SERIES}
    story = story.with_events([one for one in story.events if one.what not in alone])
    story = story if repeats else replace(story, traits=story.traits - {"repeats"})
    traits = {"two machines", *(name for name in ("merges", "carried folder", "carried state")
              if dice.random() < 0.5)}  # fmt: skip
    events = [*story.events, *_meanwhile(dice, story.cycles)]
    return replace(story, traits=story.traits | traits, events=tuple(events))


def _meanwhile(dice: Random, cycles: int) -> Iterator[Event]:
    for cycle in range(cycles):
        for what, (rate, step_rate) in MEANWHILE.items():
            if dice.random() < rate:
                yield Event(cycle, "between", dice.randint(0, 6), what, dice.getrandbits(32))
            for at in range(1, STEPS_OF_A_CYCLE):
                if dice.random() < step_rate:
                    yield Event(cycle, "step", at, what, dice.getrandbits(32))


def _between(dice: Random, cycle: int, swarm: set[str], times: float) -> Iterator[Event]:
    acts = [who for who in ("file edit", "phone edit") for _ in range(dice.randint(1, 3))]
    dice.shuffle(acts)
    faults = [kind for kind in BETWEEN if kind in swarm and dice.random() < BETWEEN[kind] * times]
    for at, what in enumerate((*acts, *faults)):
        yield Event(cycle, "between", at, what, dice.getrandbits(32))


def _along(
    dice: Random,
    cycle: int,
    seam: str,
    kinds: Mapping[str, float],
    swarm: set[str],
    rate: float,
    length: int,
) -> Iterator[Event]:
    present = {kind: weight for kind, weight in kinds.items() if kind in swarm or kind in EDITS}
    if not present:
        return
    names, weights = list(present), list(present.values())
    for at in range(1, length + 1):
        if dice.random() < rate:
            [what] = dice.choices(names, weights)
            yield Event(cycle, seam, at, what, dice.getrandbits(32))
