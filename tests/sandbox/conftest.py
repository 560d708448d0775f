"""A zone with one reminder in it, a clock that is moved by hand, worlds on the air."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from sandbox.cloud.zone import Zone
from sandbox.serve import start_in_thread
from sandbox.world import make_world
from tests.sandbox.serving import Serve, Served
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


@pytest.fixture
def serve(tmp_path: Path, clock: Clock) -> Iterator[Serve]:
    """Serve a world whose clock is `clock`, as often as it is called."""
    with ExitStack() as stack:

        def start(mfa: str = "none", **switches: Any) -> Served:
            world = make_world(mfa=mfa, reminders=0, clock=clock)
            world.account.change(switches)
            served = Served(
                world, stack.enter_context(start_in_thread(world)), tmp_path / "session"
            )
            stack.callback(served.close)
            return served

        yield start
