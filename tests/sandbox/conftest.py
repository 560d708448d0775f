"""A zone with one reminder in it, and a clock that is moved by hand."""

from __future__ import annotations

import pytest

from sandbox.zone import Zone
from tests.sandbox.wires import OWNER, Clock, codes, create, number, reference


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def zone(clock: Clock) -> Zone:
    """A list with one reminder in it."""
    zone = Zone(OWNER, clock)
    made = zone.modify(
        [
            create("List/A"),
            create("Reminder/A", {"List": reference("List/A"), "Flagged": number(1)}),
        ]
    )
    assert codes(made) == [None, None]
    return zone
