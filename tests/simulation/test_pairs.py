"""Histories of two machines, with their own folders or with one that is carried, end well."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.living import live
from tests.simulation.story import choose_two


@pytest.mark.parametrize("seed", range(1, 13))
def test_a_history_of_two_machines_ends_well(tmp_path: Path, seed: int) -> None:
    assert live(choose_two(seed), tmp_path / "home").wrong == []
