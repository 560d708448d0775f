"""An iCloud whose answers have all arrived already: real parsing, and no network to wait for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http.cookiejar import CookieJar

import httpx
import orjson

from sync.remote.account import Account, Connection
from sync.remote.cloudkit import CloudKit
from sync.remote.limiter import Limiter
from sync.remote.transport import Transport

__all__ = ["OWNER", "received"]

OWNER = "_owner"
_ZONE = {"zoneID": {"zoneName": "Reminders", "ownerRecordName": OWNER}, "syncToken": "now"}
_ZONES = orjson.dumps({"zones": [_ZONE]})


def received(pages: Sequence[bytes]) -> CloudKit:
    """A database that answers with ``pages``, one after the other, through the real transport."""
    limiter = Limiter(lambda: 0.0, lambda _: None, lambda: 0.0, burst=len(pages) + 2)
    return CloudKit(Transport(_SignedIn(), limiter, inner=_Received(iter(pages))))


class _Received(httpx.BaseTransport):
    def __init__(self, pages: Iterator[bytes]) -> None:
        self._pages = pages

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        listing = request.url.path.endswith("/zones/list")
        return httpx.Response(200, content=_ZONES if listing else next(self._pages))


class _SignedIn:
    """A session that is open already."""

    account = Account("ada@example.test", "world", None)

    def connect(self) -> Connection:
        return Connection("https://p01-ckdatabasews.icloud.com", {}, CookieJar(), "1")

    def renew(self) -> Connection:
        raise AssertionError("no answer refused this session")

    def admit(self, app: str) -> Connection:
        raise AssertionError(f"nothing of {app} is encrypted")

    def keep(self) -> None:
        raise AssertionError("no answer sets a cookie")
