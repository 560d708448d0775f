"""Histories of two machines, with their own folders or with one that is carried, end well."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.living import live
from tests.simulation.pair import Pair
from tests.simulation.story import choose_two
from tests.simulation.tale import MARK


@pytest.mark.parametrize("seed", range(1, 13))
def test_a_history_of_two_machines_ends_well(tmp_path: Path, seed: int) -> None:
    assert live(choose_two(seed), tmp_path / "home").wrong == []


def test_a_line_that_is_deleted_and_back_at_either_machine_is_seen(tmp_path: Path) -> None:
    pair = Pair(choose_two(8), tmp_path)
    assert pair.run().wrong == []
    assert [*pair.came_back(set())] == []
    [(_, said), *_] = pair.witness.there()
    pair.tale.deleted = set(MARK.findall(said.title)[:1])
    pair.tale.touched.clear()
    assert [*pair.came_back(set())] == [f"deleted and back: {sorted(pair.tale.deleted)}"]
    for machine in pair.machines:
        machine.stop()
