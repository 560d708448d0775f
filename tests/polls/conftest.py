"""A pretend account on a socket, a mirror, and sources of polls between both; nobody sleeps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from sandbox.cloud.zone import Zone
from sandbox.signing.account import Account
from sandbox.world import World, world_of
from store.db import Store
from sync.polls.around import Around
from sync.remote.account import Account as Known
from sync.remote.limiter import Limiter
from sync.remote.session import Session
from tests.lending import serving
from tests.rig import lay_out
from tests.signed_in import keep, lend

T = TypeVar("T")
PROFILE = "polls"


@dataclass
class Bench:
    """What a test needs; ``passed_s`` is how far the clock of both sides has been moved."""

    world: World
    url: str
    home: Path
    store: Store
    passed_s: float = 0.0
    waits: list[float] = field(default_factory=list)

    @property
    def around(self) -> Around:
        limiter = Limiter(time.monotonic, lambda _s: None, lambda: 0.0)
        spool = self.home / "spool"
        return Around(self.mirror, self.session, limiter, self.clock, self.wait, spool)

    def session(self) -> Session:
        account = Known(self.world.account.apple_id, "world", self.url)
        directory = self.home / "state" / "remindersd" / PROFILE / "session"
        return Session(account, directory, lambda: self.world.account.password)

    def mirror(self, work: Callable[[Store], T]) -> T:
        return work(self.store)

    def clock(self) -> float:
        return time.time() + self.passed_s

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.passed_s += seconds

    def asked(self) -> list[str]:
        """The last parts of all paths asked for since the last call."""
        seen = [str(one["path"]).rpartition("/")[2] for one in self.world.faults.requests]
        self.world.faults.requests.clear()
        return seen


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    account = Account(apple_id="ada@example.test", password="correct horse battery")
    passed: list[Bench] = []

    def clock() -> float:
        return time.time() + (passed[0].passed_s if passed else 0.0)

    world = world_of(account, Zone(account.owner, clock), clock)
    mirror = tmp_path / "mirror.sqlite"
    lay_out(mirror)
    with serving(world) as url, Store.open(mirror) as store:
        lend(account, url, tmp_path, PROFILE)
        made = Bench(world, url, tmp_path, store)
        passed.append(made)
        if not account.browsers:
            made.session().connect()
            keep(account, url, tmp_path, PROFILE)
        made.asked()
        yield made
