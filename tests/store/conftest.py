"""A store in a fresh folder, closed after the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.db import Store
from tests.rig import lay_out


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "mirror.db"


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """For properties: each example takes away what it put there."""
    with Store.open(tmp_path_factory.mktemp("shared") / "mirror.db") as store:
        yield store


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    lay_out(path)
    with Store.open(path) as store:
        yield store
