"""The folder that most tests here write to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local.support import folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A prepared, empty folder."""
    return folder(tmp_path / "Todo")
