"""Sends one request to the database and returns its answer, or the error that it really was.

What is tried again here, and what is not:

1. Told to wait (429, 503, THROTTLED and its kin): nothing was done, so it is sent again, after a
   short wait here or, as Throttled, by whoever schedules.
2. Signed out (401, 421, 450): one renewal, one more try; the address may have moved with it.
3. Encrypted, with the key missing: the session sees to it, then one more try.
4. Not connected: one more try. Cut off after that: one more try for a request that only reads; a
   write may have been applied, so that is its caller's decision.

Everything else is an error at once. No message quotes a query, a header or a body, but for the
service's own code and reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol

import httpx

from store import raw
from sync.errors import BadResponse, SignInNeeded, Throttled
from sync.remote.account import Account, Connection
from sync.remote.answers import SIGNED_OUT, WAIT, Refusal, carries_token, error_of, is_locked_up
from sync.remote.assets import AssetHost
from sync.remote.client import foreign, make_client, read_object, service, was_sent
from sync.remote.limiter import Limiter

__all__ = ["SignsIn", "Transport"]

REMINDERS = "com.apple.reminders"
# As the setup service calls the encrypted data of a container.
_APPS = {REMINDERS: "reminders", "com.apple.photos.cloud": "photos", "com.apple.notes": "notes3"}
_PARAMS = {"remapEnums": "true", "getCurrentSyncToken": "true"}
_MORE_TRIES = {"cut": 1, "key": 1, "renewal": 1, "wait": 2}  # of one request, by what went wrong


@lru_cache(64)
def _parsed(base: str, params: tuple[tuple[str, str], ...]) -> httpx.URL:
    """The address; taken apart once, whoever connects, since httpx is slow at it."""
    return httpx.URL(base, params=dict(params))


class SignsIn(Protocol):
    """What the transport needs of a session; ``sync.remote.session.Session`` is one."""

    @property
    def account(self) -> Account: ...

    def connect(self) -> Connection:
        """Open the session."""

    def renew(self) -> Connection:
        """Open it anew, after a service refused it."""

    def admit(self, app: str) -> Connection:
        """Get the key of an app's encrypted data; the connection that has it."""

    def keep(self) -> None:
        """Store the cookies of the connection, which have changed."""


class Transport:
    """The client for a ``container`` of the account; connects when the first request is made.

    ``requests`` counts every request that was sent, answered or not. ``inner`` takes the place of
    the network.
    """

    def __init__(
        self,
        session: SignsIn,
        limiter: Limiter,
        *,
        inner: httpx.BaseTransport | None = None,
        container: str = REMINDERS,
    ) -> None:
        self.requests = 0
        self._container = container
        self.now = limiter.now
        self._session = session
        self._limiter = limiter
        self._inner = inner
        self._connection: Connection | None = None
        self._client: httpx.Client | None = None
        self._urls: dict[str, httpx.URL] = {}
        self.assets = AssetHost(session.account, limiter, self._count, inner=inner)
        """Where the files of records are; it waits and fails for itself."""

    def post(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        writes: bool = False,
        answered: frozenset[str] = frozenset(),
    ) -> dict[str, Any]:
        """POST ``body`` as JSON to ``path`` below the database and return the JSON object.

        ``writes`` marks a request that must not be repeated once it may have been applied.
        Refusals with a code in ``answered`` are returned as they are. Raises SignInNeeded,
        WrongPassword, AccountUnusable, Throttled, NetworkError, SyncTokenExpired, ZoneMissing,
        BadResponse, ServiceError.
        """
        tries = Counter[str]()
        while True:
            response = self._sent(path, body, tries, writes=writes)
            if response is None:
                continue
            refusal, document = self._read(response)
            if refusal is None or refusal.code in answered:
                self._limiter.succeeded()
                # The status may have said it, and not the body.
                told = {} if refusal is None else {"serverErrorCode": refusal.code}
                return document | told
            where = service(response.request.url, self._session.account.redirect)
            self._take(refusal, where, tries, carries_token(body))

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        self.assets.close()
        if self._client is not None:
            self._client.close()
        self._client = self._connection = None
        self._urls.clear()

    def _count(self) -> None:
        self.requests += 1

    def _sent(
        self, path: str, body: Mapping[str, Any], tries: Counter[str], *, writes: bool
    ) -> httpx.Response | None:
        """Send once; ``None`` if that failed in a way after which it is to be sent again."""
        connection, client = self._connected()
        url = self._url(connection, path)
        self._limiter.wait()
        self._count()
        try:
            response = client.post(
                url,
                content=raw.dumps(body),
                headers={"Content-Type": "application/json"},
            )
        except httpx.HTTPError as error:
            self._limiter.unreached()
            tries["cut"] += 1
            if tries["cut"] <= _MORE_TRIES["cut"] and not (writes and was_sent(error)):
                return None
            raise foreign(error, url, self._session.account.redirect) from None
        # Read to its end: what would close it holds it, until the collector finds the two.
        response.stream = httpx.ByteStream(b"")
        if "set-cookie" in response.headers:
            self._session.keep()
        return response

    def _url(self, connection: Connection, path: str) -> httpx.URL:
        """Where ``path`` is; put together once for each connection."""
        url = self._urls.get(path)
        if url is None:
            container = f"{connection.database_url}/database/1/{self._container}"
            params = {**_PARAMS, **connection.params}
            url = _parsed(f"{container}/production/{path}", tuple(params.items()))
            self._urls[path] = url
        return url

    def _take(self, refusal: Refusal, where: str, tries: Counter[str], token_sent: bool) -> None:
        """Return when the request may be sent again, else raise what the refusal means."""
        if refusal.code in SIGNED_OUT:
            tries["renewal"] += 1
            if tries["renewal"] > _MORE_TRIES["renewal"]:
                said = f"{where} does not accept the session ({refusal.code})"
                raise SignInNeeded(said, "run: remindersd login")
            self._use(self._session.renew())
        elif is_locked_up(refusal) and self._container in _APPS and not tries["key"]:
            tries["key"] += 1
            self._use(self._session.admit(_APPS[self._container]))
        elif refusal.code in WAIT:
            tries["wait"] += 1
            delay_s = self._limiter.refused(refusal.retry_after_s)
            if tries["wait"] > _MORE_TRIES["wait"]:
                raise Throttled(f"{where} asks to wait ({refusal.code})", "", delay_s)
        else:
            if refusal.status >= 500:
                self._limiter.refused()
            raise error_of(refusal, where, token_sent=token_sent)

    def _read(self, response: httpx.Response) -> tuple[Refusal | None, dict[str, Any]]:
        """Tell result from refusal; a refusal may have any body, a result must be an object."""
        document: dict[str, Any] = {}
        try:
            document = read_object(response)
        except BadResponse:
            if response.is_success or response.is_redirect:
                raise
        retry_after = response.headers.get("Retry-After")
        return Refusal.of(response.status_code, document, retry_after, self.now()), document

    def _connected(self) -> tuple[Connection, httpx.Client]:
        if self._connection is None or self._client is None:
            self._use(self._session.connect())
        assert self._connection is not None
        assert self._client is not None
        return self._connection, self._client

    def _use(self, connection: Connection) -> None:
        self.close()
        self._connection = connection
        self._client = make_client(self._session.account, connection.cookies, self._inner)
