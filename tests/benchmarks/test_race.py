"""The race that is measured can be lost, and our writer does not lose it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import race
from sync.local.folder import prepare

SAVES = 60
OURS = "exchange, compare, keep until quiet"


@pytest.mark.parametrize("how", race.EDITORS)
def test_our_writer_loses_no_save(tmp_path: Path, how: str) -> None:
    missing, written = race.lost(tmp_path, OURS, how, SAVES)
    assert missing == 0
    assert written > 0


@pytest.mark.parametrize("how", race.EDITORS)
def test_a_save_that_is_written_over_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    prepare(tmp_path, "ada@example.test", mint=lambda: "race")
    path = tmp_path / race.NAME
    path.write_bytes(race.whole(0))
    assert race.edit(tmp_path, how, 5, seed=1) == 0
    monkeypatch.setattr(race.time, "sleep", lambda _: path.write_bytes(race.whole(0)))
    assert race.edit(tmp_path, how, 5, seed=1) == 5
