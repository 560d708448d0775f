"""A world on the air for unmodified clients, and the requests that their sign-ins consist of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from pyicloud import PyiCloudService

from sandbox.world import World
from tests.sandbox.redirect import LoopbackAdapter, client

AUTH = "idmsa.apple.com/appleauth/auth"
SETUP = "setup.icloud.com/setup/ws/1"
PASSWORD_STEPS = [
    f"GET {AUTH}/authorize/signin 200",
    f"POST {AUTH}/signin/init 200",
]
VALIDATE = f"POST {SETUP}/validate 200"
VALIDATE_DEAD = f"POST {SETUP}/validate 421"
LOGIN = f"POST {SETUP}/accountLogin 200"
LOGIN_DEAD = f"POST {SETUP}/accountLogin 421"
PASSWORD_DONE = [*PASSWORD_STEPS, f"POST {AUTH}/signin/complete 200", LOGIN]
CODE_OWED = [
    *PASSWORD_STEPS,
    f"POST {AUTH}/signin/complete 409",
    f"GET {AUTH} 200",
    f"GET {AUTH} 200",
]
TRUSTED = [f"GET {AUTH}/2sv/trust 204", LOGIN]


class Served:
    """A world on the air, and clients for it that share one session folder."""

    def __init__(self, world: World, url: str, home: Path) -> None:
        self.world, self.url, self.home = world, url, home
        self.account = world.account
        self._clients: list[PyiCloudService] = []

    def client(
        self, password: str | None = "", **options: Any
    ) -> tuple[PyiCloudService, LoopbackAdapter]:
        known = self.account.password if password == "" else password
        service, wire = client(self.url, self.home, self.account.apple_id, known, **options)
        self._clients.append(service)
        return service, wire

    def start(self, password: str | None = "", **options: Any) -> tuple[PyiCloudService, list[str]]:
        """Start a new client, as a new process would; returns it and its requests so far."""
        service, wire = self.client(password, **options)
        service.authenticate()
        return service, wire.seen

    def signed_in(self) -> None:
        """Leave a trusted session in the folder."""
        service, _ = self.start()
        if self.account.mfa == "2fa":
            assert service.validate_2fa_code(self.account.code)

    def control(self, path: str, body: Any = None, method: str = "POST") -> httpx.Response:
        """Ask the sandbox itself for something, such as "account"."""
        # Without this, reading the machine's certificates costs more than the request.
        with httpx.Client(verify=False, trust_env=False) as http:
            return http.request(method, f"{self.url}/sandbox/{path}", json=body)

    def shown(self) -> Any:
        """What the sandbox tells of the account."""
        return self.control("account", method="GET").json()

    def close(self) -> None:
        for service in self._clients:
            service.session.close()


Serve = Callable[..., Served]
"""Serves a world: takes `mfa` and switches of its account; ends with the test."""
