"""A pretend iCloud in a process of its own, so that its CPU time is not counted as ours."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.records import fill
from sandbox.cloud.zone import Zone
from sandbox.serve import start_in_thread
from sandbox.signing.account import Account
from sandbox.world import APPLE_ID, PASSWORD, World, world_of

__all__ = ["Cloud", "pretend_cloud", "retitle", "sent"]


class Cloud:
    """The other process: ``url`` is its origin, ``ask`` runs a function on its world."""

    def __init__(self, url: str, line: Connection) -> None:
        self.url = url
        self._line = line

    def ask(self, function: Callable[..., Any], *args: Any) -> Any:
        """What ``function(world, *args)`` returns over there; a module's function, plain values."""
        self._line.send((function, args))
        return self._line.recv()


@contextmanager
def pretend_cloud(reminders: int, lists: int) -> Iterator[Cloud]:
    """An account with so many reminders, spread over so many lists."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, reminders, lists), daemon=True)
    process.start()
    there.close()
    try:
        yield Cloud(here.recv(), here)
    finally:
        here.close()
        process.join()


def _serve(line: Connection, reminders: int, lists: int) -> None:
    account = Account(apple_id=APPLE_ID, password=PASSWORD)
    zone = Zone(account.owner, time.time)
    fill(zone, reminders, lists)
    world = world_of(account, zone)
    with start_in_thread(world) as url:
        line.send(url)
        while True:
            try:
                function, args = line.recv()
            except EOFError:
                return
            line.send(function(world, *args))


# ---- what is asked of a world


def sent(world: World) -> dict[str, int]:
    """What was sent to the database since the last time: requests, those that write, operations."""
    log = [entry["body_summary"] for entry in world.faults.requests if entry["body_summary"]]
    writes = [entry["operations"] for entry in log if "operations" in entry]
    world.faults.requests.clear()
    return {"requests": len(log), "writes": len(writes), "operations": sum(map(len, writes))}


def retitle(world: World, every: int) -> int:
    """Another title for each ``every``-th reminder of each list, by the phone's hand; how many."""
    phone = world.phone
    phone.sync()
    phone.offline = True
    chosen = phone.reminders()[::every]
    for number, shown in enumerate(chosen):
        phone.edit(shown.id, title=f"Changed on the phone {number}")
    phone.offline = False
    phone.sync()
    return len(chosen)
