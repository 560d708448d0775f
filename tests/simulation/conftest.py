"""The thousands of histories begin before all other tests, and run beside them."""

from __future__ import annotations

import pytest

HISTORIES = "tests/simulation/test_simulation.py::"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They have processes of their own, which take the time in which other tests only wait."""
    items.sort(key=lambda item: not item.nodeid.startswith(HISTORIES))
