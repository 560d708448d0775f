"""A first pull over a real socket, and pyicloud's reading of the same account."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from pyicloud import PyiCloudService

from benchmarks.cloud import pretend_cloud
from benchmarks.result import Bench, Result
from benchmarks.timing import in_turns, times, wall_s
from sandbox.world import APPLE_ID, PASSWORD
from store.db import Store
from sync.cycle.collector import young_only
from sync.cycle.observing import observe
from sync.cycle.observing.ahead import Ahead
from sync.remote.account import Account
from sync.remote.adapter import install
from sync.remote.cloudkit import CloudKit
from sync.remote.endpoint import parse_endpoint
from sync.remote.limiter import Limiter
from sync.remote.session import Session
from sync.remote.transport import Transport

__all__ = ["BENCHES", "measure", "signed_in"]

_LISTS = 8
_ROUNDS = 3
_MANY = 20_000  # above, once is enough
_AT_ONCE = 1_000_000  # requests: what is measured is not how politely we wait


def measure(home: Path, reminders: int) -> Iterator[Result]:
    """Both sign in first; then each reads all, in turns, ours into a new mirror each time."""
    numbers = count()
    with (
        pretend_cloud(reminders, _LISTS) as cloud,
        signed_in(home / "ours", cloud.url) as ours,
        _other(home / "theirs", cloud.url) as service,
    ):

        def pull() -> float:
            with Store.open(home / f"mirror-{next(numbers)}.sqlite") as store:
                with young_only(), Ahead(ours) as feed:
                    took_s = wall_s(lambda: observe.pull(feed, store))
                _insist(sum(1 for _ in store.mirror.reminders()), reminders)
            return took_s

        def read() -> float:
            found: list[Any] = []
            took_s = wall_s(lambda: found.extend(service.reminders.reminders()))
            _insist(len(found), reminders)
            return took_s

        took = in_turns(_ROUNDS if reminders <= _MANY else 1, {"ours": pull, "pyicloud": read})
    cost, other = median(took["ours"]), median(took["pyicloud"])
    said = f"{cost:,.2f} s, pyicloud {other:,.2f} s; {reminders:,} reminders"
    against = times(took["pyicloud"], took["ours"])
    name = "pyicloud's reading / ours"
    yield Result("first pull over a socket", name, against, "times", 3, said, True, cost)


@contextmanager
def signed_in(home: Path, url: str) -> Iterator[CloudKit]:
    """Our client, signed in at ``url``."""
    limiter = _no_pace()
    session = Session(Account(APPLE_ID, "world", url), home, lambda: PASSWORD, limiter=limiter)
    with closing(Transport(session, limiter)) as transport:
        cloud = CloudKit(transport)
        cloud.reminders_zone()
        yield cloud


@contextmanager
def _other(home: Path, url: str) -> Iterator[PyiCloudService]:
    home.mkdir()
    service = PyiCloudService(
        APPLE_ID,
        PASSWORD,
        cookie_directory=str(home),
        authenticate=False,
        refresh_interval=None,
    )
    install(service.session, parse_endpoint(url), _no_pace())
    service.authenticate()
    list(service.reminders.lists())
    yield service
    service.session.close()


def _no_pace() -> Limiter:
    return Limiter(time.monotonic, time.sleep, lambda: 0.0, burst=_AT_ONCE)


def _insist(found: int, wanted: int) -> None:
    if found != wanted:
        raise RuntimeError(f"{found} of {wanted} reminders were read")


BENCHES = (Bench("wire", measure, 20_000, (1_000, 10_000, 100_000)),)
