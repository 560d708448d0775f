"""An unmodified pyicloud that is signed in to a sandbox, and a clock for that sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from pyicloud import PyiCloudService

from sandbox.serve import start_in_thread
from sandbox.world import World
from tests.sandbox.redirect import LoopbackAdapter, client


@dataclass
class SignedIn:
    """A client, what it asked, and the address of its sandbox."""

    service: PyiCloudService
    adapter: LoopbackAdapter
    url: str

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        """A request to the sandbox's own switches."""
        return requests.request(method, f"{self.url}/sandbox/{path}", json=body, timeout=30)

    def asked(self, part: str) -> int:
        """How many requests had this in their address."""
        return sum(part in line for line in self.adapter.seen)


@contextmanager
def signed_in(world: World, home: Path) -> Iterator[SignedIn]:
    """Serve `world` and sign in to it; the client does not look for devices in the background."""
    with start_in_thread(world) as url:
        service, adapter = client(
            url, home, world.account.apple_id, world.account.password, refresh_interval=None
        )
        service.authenticate()
        yield SignedIn(service, adapter, url)
        service.session.close()
