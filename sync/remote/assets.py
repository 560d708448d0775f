"""Carries the files of records to and from the asset host, which knows no account and no cookies.

The address is the permission, so nothing of the account goes there. A refusal by this host says
nothing about the database: it waits alone, and an address that is no longer good is an error of
its own, since a fresh one can be had. Wire facts: docs/wire.md, "Files of records".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, TypeVar

import httpx

from sync.errors import BadResponse, NetworkError, ServiceError, Throttled
from sync.remote.account import Account
from sync.remote.client import foreign, make_client, read_object, service
from sync.remote.limiter import Limiter, parse_retry_after

__all__ = ["MAX_BYTES", "AssetHost", "LinkExpired"]

MAX_BYTES = 50_000_000  # the documented limit of one file
_GONE = frozenset({403, 404, 410})
_WAIT = frozenset({429, 503})
_PIECE_BYTES = 256 * 1024
T = TypeVar("T")

_NAME = "${f}"  # where the general service wants the reader's file name


class LinkExpired(ServiceError):
    """The address is no longer good; the record has a fresh one."""

    code = "link-expired"


class AssetHost:
    """The client for asset addresses; keeps no cookies and is told nothing of the session.

    ``sent`` is called for each request; ``inner`` takes the place of the network.
    """

    def __init__(
        self,
        account: Account,
        limiter: Limiter,
        sent: Callable[[], None],
        *,
        inner: httpx.BaseTransport | None = None,
    ) -> None:
        self._account = account
        self._limiter = limiter
        self._sent = sent
        self._inner = inner
        self._client: httpx.Client | None = None

    def get(self, url: str, size: int | None) -> bytes:
        """The bytes behind a link, ``size`` of them where that is known.

        Raises LinkExpired, Throttled, NetworkError, BadResponse (also for another size).
        """
        most = MAX_BYTES if size is None else size
        return self._twice(
            lambda client: self._read(client, url.replace(_NAME, "file"), most, size)
        )

    @contextmanager
    def stream(self, url: str, offset: int) -> Iterator[tuple[int, Iterator[bytes]]]:
        """Where the answer begins, which is ``offset`` or 0, and its bytes from there on.

        Raises LinkExpired, Throttled, NetworkError, BadResponse, ServiceError; once only, since
        who reads knows how far it came.
        """
        headers = {"Accept-Encoding": "identity"}
        if offset:
            headers["Range"] = f"bytes={offset}-"
        address = _secure(url.replace(_NAME, "file"))
        request = self._connected().build_request("GET", address, headers=headers)
        with closing(self._send(self._connected(), request)) as response:
            begins = _begins(response)
            if begins not in (0, offset):
                raise BadResponse(f"{self._where(url)} gave another range than it was asked for")
            yield begins, self._pieces(response, url)

    def _pieces(self, response: httpx.Response, url: str) -> Iterator[bytes]:
        try:
            yield from response.iter_bytes(_PIECE_BYTES)
        except httpx.HTTPError as error:
            raise foreign(error, url, self._account.redirect) from None

    def put(self, url: str, data: bytes) -> dict[str, Any]:
        """Send bytes to an upload address; the value for the record's field. Raises as ``get``."""
        return self._twice(lambda client: self._write(client, url, data))

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _twice(self, act: Callable[[httpx.Client], T]) -> T:
        """Act, and once more after a cut connection: neither call does harm when it is repeated."""
        try:
            return act(self._connected())
        except Throttled:
            raise
        except NetworkError:
            return act(self._connected())

    def _read(self, client: httpx.Client, url: str, most: int, size: int | None) -> bytes:
        request = client.build_request("GET", _secure(url), headers={"Accept-Encoding": "identity"})
        data = bytearray()
        with closing(self._send(client, request)) as response:
            try:
                for piece in response.iter_bytes():
                    data += piece
                    if len(data) > most:
                        break
            except httpx.HTTPError as error:
                raise foreign(error, url, self._account.redirect) from None
        if len(data) > most or (size is not None and len(data) != size):
            told = f"a file of {most} bytes" if size is not None else "a file within the limit"
            raise BadResponse(f"{self._where(url)} did not give {told}, but {len(data)} bytes")
        return bytes(data)

    def _write(self, client: httpx.Client, url: str, data: bytes) -> dict[str, Any]:
        headers = {"Content-Type": "application/octet-stream"}
        request = client.build_request("POST", _secure(url), content=data, headers=headers)
        with closing(self._send(client, request)) as response:
            try:
                response.read()
            except httpx.HTTPError as error:
                raise foreign(error, url, self._account.redirect) from None
            single = read_object(response).get("singleFile")
        if not isinstance(single, Mapping) or single.get("size", len(data)) != len(data):
            raise BadResponse(f"{self._where(url)} did not say that it has the whole file")
        return dict(single)

    def _send(self, client: httpx.Client, request: httpx.Request) -> httpx.Response:
        """The answer with its body still to come; raises what a refusal means."""
        self._limiter.wait()
        self._sent()
        where = self._where(request.url)
        try:
            response = client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise foreign(error, request.url, self._account.redirect) from None
        if response.is_success:
            return response
        response.close()
        status = response.status_code
        if status in _GONE:
            raise LinkExpired(f"an address of {where} is no longer good ({status})")
        if status in _WAIT:
            after_s = parse_retry_after(response.headers.get("Retry-After"), self._now())
            raise Throttled(f"{where} asks to wait ({status})", "", after_s)
        if status >= 500:
            raise NetworkError(f"{where} is out of order ({status})", "try again later")
        raise ServiceError(f"{where} refused the file ({status})", "", f"HTTP_{status}")

    def _connected(self) -> httpx.Client:
        if self._client is None:
            jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
            self._client = make_client(self._account, jar, self._inner)
        return self._client

    def _where(self, url: httpx.URL | str) -> str:
        # The host alone: whoever has the rest of the address has the file.
        return service(url, self._account.redirect)

    def _now(self) -> datetime:
        return self._limiter.now()


def _begins(response: httpx.Response) -> int | None:
    """At which byte of the file an answer begins; ``None`` for a range that says nothing."""
    if response.status_code != 206:
        return 0
    said = re.match(r"bytes (\d{1,18})-", response.headers.get("Content-Range", ""))
    return None if said is None else int(said[1])


def _secure(url: str) -> str:
    """The address itself, which has to be https: a file is worth as much as its record."""
    if not url.startswith("https://"):
        raise BadResponse("an address for a file is not https, so nothing was sent there")
    return url
