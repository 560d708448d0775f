"""What stands between pyicloud's requests session and the network: pace, timeouts, redirection.

pyicloud gives most of its requests no timeout at all, and knows no address but Apple's. One adapter
mounted on its session changes both, for every request that it makes, redirects included. A hook
keeps what the last answer really was, because pyicloud's errors often do not say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests import cookies as requests_cookies
from requests.adapters import HTTPAdapter

from sync.errors import NetworkError
from sync.remote.client import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, place
from sync.remote.endpoint import Endpoint, is_apple_host
from sync.remote.limiter import Limiter, parse_retry_after

__all__ = ["LastAnswer", "RedirectAdapter", "Tap", "install"]

_file_cookies: Callable[..., None] = requests_cookies.extract_cookies_to_jar
_TIMEOUT = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)


class RedirectAdapter(HTTPAdapter):
    """Paces requests, gives each a timeout and, with an endpoint, sends all of them there.

    Redirected, a request keeps its method, path, query, body and Apple's name in ``Host``; cookies
    are still filed under that name, and the response shows the original URL. Hosts that are not
    Apple's raise NetworkError. Proxies are not used.
    """

    def __init__(self, endpoint: Endpoint | None, limiter: Limiter) -> None:
        super().__init__()
        self._endpoint = endpoint
        self._limiter = limiter

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send ``request``; raises what requests raises, Throttled, NetworkError."""
        sent = request
        if self._endpoint is not None:
            sent, proxies = _redirected(request, self._endpoint), {}
        self._limiter.wait()
        try:
            response = super().send(sent, stream, timeout or _TIMEOUT, verify, cert, proxies)
        except requests.ConnectionError:
            self._limiter.unreached()
            raise
        if sent is not request:
            _restore(response, request)
        return response


def _restore(response: requests.Response, request: requests.PreparedRequest) -> None:
    """Let a redirected answer look, also to the cookie jar, as if it came from Apple."""
    response.request, response.url = request, request.url or ""
    response.cookies.clear()
    _file_cookies(response.cookies, request, response.raw)


def _redirected(request: requests.PreparedRequest, endpoint: Endpoint) -> requests.PreparedRequest:
    parts = urlsplit(request.url or "")
    host = parts.hostname or ""
    if not is_apple_host(host):
        raise NetworkError(f"{host} is not an Apple host, so nothing was sent to it")
    copy = request.copy()
    copy.url = endpoint.url(request.path_url)
    # The port is named only where it is not the scheme's own, as every client does.
    default = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in (None, default) else f":{parts.port}"
    copy.headers.setdefault("Host", host + port)
    return copy


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """The status and redacted place of an answer; the wait in seconds that it asked for."""

    status: int
    place: str
    retry_after_s: float | None


class Tap:
    """Remembers the last answer of a session; ``None`` as long as none came."""

    def __init__(self, limiter: Limiter) -> None:
        self.last: LastAnswer | None = None
        self._limiter = limiter

    def __call__(self, response: requests.Response, **_: Any) -> None:
        """Take note of ``response``, of a refusal for the pace too; requests calls it for each."""
        wait_s = parse_retry_after(response.headers.get("Retry-After"), self._limiter.now())
        self.last = LastAnswer(response.status_code, place(response.url), wait_s)
        if response.status_code == 429 or response.status_code >= 500:
            self._limiter.refused(wait_s)


def install(session: requests.Session, endpoint: Endpoint | None, limiter: Limiter) -> Tap:
    """Put the adapter and a tap on ``session``; with an endpoint, cut it off from proxies too."""
    adapter = RedirectAdapter(endpoint, limiter)
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
    if endpoint is not None:
        session.trust_env = False
        session.proxies = {}
    tap = Tap(limiter)
    session.hooks["response"].append(tap)
    return tap
