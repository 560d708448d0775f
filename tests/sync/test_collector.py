"""While a cycle works, the collector of garbage leaves alone what is old; then all is as before."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from sync.cycle.collector import young_only
from tests.rig import Crash, Rig

FULL_NEVER = 100_000  # collections of what is younger; a cycle has a few hundred


@pytest.fixture
def before() -> Iterator[tuple[int, int, int]]:
    """The thresholds of a process as it starts, whoever ran in this one before."""
    kept = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield gc.get_threshold()
    gc.set_threshold(*kept)


def test_no_step_of_a_cycle_has_old_objects_gone_through(
    rig: Rig, before: tuple[int, int, int]
) -> None:
    seen: dict[str, int] = {}

    def look(name: str) -> None:
        seen[name] = gc.get_threshold()[2]

    rig.run()
    rig.step = look
    rig.append("Inbox", "- [ ] Call Ada\n")
    rig.run()
    assert {"engine:pull", "engine:scan", "engine:commit", "engine:push"} <= set(seen)
    assert min(seen.values()) > FULL_NEVER
    assert gc.get_threshold() == before
    assert gc.isenabled()


def test_a_cycle_that_ends_early_leaves_the_collector_as_it_was(
    rig: Rig, before: tuple[int, int, int]
) -> None:
    def die(name: str) -> None:
        if name == "engine:scan":
            raise Crash

    rig.step = die
    with pytest.raises(Crash):
        rig.run()
    assert gc.get_threshold() == before


def test_of_two_at_once_the_last_puts_it_back(before: tuple[int, int, int]) -> None:
    one, other = young_only(), young_only()
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    assert gc.get_threshold()[2] > FULL_NEVER
    other.__exit__(None, None, None)
    assert gc.get_threshold() == before
