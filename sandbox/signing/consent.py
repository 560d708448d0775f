"""Grants access to end-to-end encrypted data for a while, when a device's owner says yes.

With Advanced Data Protection a browser gets such data only after a prompt on a device was
answered; the device then uploads a key for each app, which comes as a cookie. Both end together.
Source: docs/wire.md, "Advanced Data Protection".
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

COOKIES = {
    "reminders": ("Cloudkit",),
    "photos": ("Photos", "Sharing"),
    "notes3": ("Notes",),
    "iclouddrive": ("Documents",),
}
"""The apps that can be asked for, and the keys that each gets; the first one opens its service."""


@dataclass
class Consent:
    """What a device's owner has allowed, and until when (seconds since 1970).

    `asked` counts prompts; `pending` is one that nobody has answered; `requests` counts by app the
    requests for keys since the last consent; `keys` are the ones that were given out, by app.
    """

    asked: int = 0
    pending: bool = False
    until: float = 0.0
    requests: dict[str, int] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def granted(self, now: float) -> bool:
        """Say whether there is consent at `now`."""
        return now < self.until

    def ask(self) -> None:
        """Prompt the owner's devices."""
        self.asked += 1
        self.pending = True

    def grant(self, until: float) -> None:
        """Allow it; the keys of an earlier consent are good no more."""
        self.end()
        self.until = until

    def end(self) -> None:
        """Withdraw or deny it."""
        self.pending = False
        self.until = 0.0
        self.requests.clear()
        self.keys.clear()

    def request(self, app: str, waits: int) -> str | None:
        """Count a request for the key of `app`; None for the first `waits`, then the key."""
        self.requests[app] = self.requests.get(app, 0) + 1
        if self.requests[app] <= waits:
            return None
        return self.keys.setdefault(app, secrets.token_hex(16))

    def opens(self, app: str, request: HTTPConnection, now: float) -> bool:
        """Say whether `request` carries the key that opens the service of `app`."""
        key = self.keys.get(app)
        sent = request.cookies.get(cookie_name(COOKIES[app][0]), "").strip('"')
        return key is not None and self.granted(now) and sent == key


def cookie_name(key: str) -> str:
    """The cookie in which a key travels."""
    return f"X-APPLE-WEBAUTH-PCS-{key}"
