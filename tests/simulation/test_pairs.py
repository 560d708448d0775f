"""Histories of two machines, with their own folders or with one that is carried, end well."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.living import live
from tests.simulation.story import choose_two

DOUBLED = pytest.mark.xfail(reason="one reminder is doubled: not mended yet", strict=True)
SEEDS = [pytest.param(seed, marks=DOUBLED) if seed == 8 else seed for seed in range(1, 13)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_history_of_two_machines_ends_well(tmp_path: Path, seed: int) -> None:
    assert live(choose_two(seed), tmp_path / "home").wrong == []
