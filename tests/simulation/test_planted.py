"""Bugs planted into the product are found by simulated histories: the simulator is not blind.

``make test`` hunts those that never lived long; ``REMINDERSD_SOAK=1`` every one that was ever
killed. Each has to die within ten times the histories that it took when it was measured.
"""

from __future__ import annotations

import math
import os

import pytest

from tests.simulation.planted.hunt import BUGS, hunt
from tests.simulation.planted.records import RECORDS
from tests.simulation.sweep import replay

SOAK = os.environ.get("REMINDERSD_SOAK") == "1"
SOON = 1.2
"""Of bugs that die within so many histories ten times as many are soon lived through."""
KILLED = {name: record for name, record in RECORDS.items() if record.kills}
HUNTED = [name for name, record in KILLED.items() if SOAK or record.mean <= SOON]
HARMLESS = [name for name, bug in BUGS.items() if bug.harmless]


@pytest.mark.timeout(86_400)
@pytest.mark.parametrize("name", HUNTED)
def test_a_planted_bug_is_found_within_ten_times_its_record(name: str) -> None:
    most = math.ceil(10 * RECORDS[name].mean)
    assert hunt(BUGS[name], range(1, most + 1)).kills == 1, f"{name} lived for {most} histories"


@pytest.mark.timeout(86_400)
@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_harmless_is(name: str) -> None:
    assert hunt(BUGS[name], range(1, 201 if SOAK else 2)).kills == 0


@pytest.mark.parametrize("name", [name for name, bug in BUGS.items() if bug.play])
def test_a_planted_bug_is_found_by_a_fixed_story(name: str) -> None:
    bug = BUGS[name]
    with bug.planted():
        _, wrong = replay(bug.play)
    assert wrong
    _, wrong = replay(bug.play)
    assert not wrong


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_gone_afterwards(name: str) -> None:
    before = [(owner, at, vars(owner)[at]) for owner, at, _ in BUGS[name].swaps()]
    with BUGS[name].planted():
        assert all(vars(owner)[at] is not was for owner, at, was in before)
    assert all(vars(owner)[at] is was for owner, at, was in before)


def test_only_bugs_that_are_planted_have_records() -> None:
    assert RECORDS.keys() <= BUGS.keys()
