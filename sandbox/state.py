"""Keeps a world in one JSON file, so that a sandbox can be stopped and taken up again.

The file holds the account with its tokens, and its zone and those of people who share lists with
it, with their change logs; no phone is in it, since a phone learns everything by its next sync.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.clock import Clock
from sandbox.cloud.zone import Zone
from sandbox.signing.account import Account
from sandbox.world import World, world_of

_VERSION = 1


class UnreadableState(ValueError):
    """The state file is not one of ours; the message names it and the way out."""


def load_world(path: Path, clock: Callable[[], float] = time.time) -> World:
    """Rebuild the world kept at `path`; raises UnreadableState, or OSError as reading does."""
    try:
        document = orjson.loads(path.read_bytes())
        if document["version"] != _VERSION:
            raise ValueError(f"version {document['version']!r}")
        account = Account.load(document["account"])
        clock = Clock(clock)
        world = world_of(account, Zone.load(document["zone"], clock), clock)
        world.shared.load(document.get("shared", []))
        return world
    except (ValueError, KeyError, TypeError) as error:
        why = f"it has no {error}" if isinstance(error, KeyError) else error
        raise UnreadableState(
            f"{path} is no state file of this sandbox, or one of another version ({why});"
            " move it away to start afresh"
        ) from error


def save_world(world: World, path: Path) -> None:
    """Write `world` to `path` in one step, readable by its owner only."""
    document = {
        "version": _VERSION,
        "account": world.account.dump(),
        "zone": world.zone.dump(),
        "shared": world.shared.dump(),
    }
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    private = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(private, "wb") as file:
        file.write(orjson.dumps(document))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


class StateKeeper:
    """ASGI middleware that saves the world after each request that changed it."""

    def __init__(self, app: ASGIApp, world: World, path: Path) -> None:
        self._app = app
        self._world = world
        self._path = path
        self._saved: object = None
        self.save()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        finally:
            self.save()

    def save(self) -> None:
        """Write the file unless it says the same already."""
        zones = [self._world.zone, *self._world.shared.zones]
        states = [(zone.token(), zone.present, zone.assets.revision) for zone in zones]
        now = (states, self._world.account.dump())
        if now != self._saved:
            save_world(self._world, self._path)
            self._saved = now
