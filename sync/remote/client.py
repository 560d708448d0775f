"""The HTTP client that our own requests share: browser-like headers, timeouts, redaction.

An address in a message is host and path alone, long numbers masked: a query carries the account's
number, a body or header carries secrets, and neither is ever quoted.
"""

from __future__ import annotations

import re
import ssl
from functools import cache
from http.cookiejar import CookieJar
from typing import Any

import httpx

from store import raw
from sync.errors import BadResponse, NetworkError, RemindersdError
from sync.remote.account import Account
from sync.remote.endpoint import Endpoint, is_apple_host
from sync.remote.redirect import redirect_transport

__all__ = [
    "CONNECT_TIMEOUT_S",
    "READ_TIMEOUT_S",
    "foreign",
    "make_client",
    "place",
    "read_object",
    "service",
    "was_sent",
]

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 60.0
_USER_AGENT = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.3.1 Safari/605.1.15"
)
_LONG_NUMBER = re.compile(r"\d{6,}")


def make_client(
    account: Account, cookies: CookieJar, inner: httpx.BaseTransport | None = None
) -> httpx.Client:
    """A client for the account's services; ``cookies`` stays the jar that it reads and fills.

    With an endpoint every request goes there and the environment's proxies are ignored. ``inner``
    takes the place of the network.
    """
    endpoint = account.redirect
    transport = inner
    if transport is None and endpoint is not None:
        transport = redirect_transport(endpoint)
    return httpx.Client(
        verify=_trust() if endpoint is None else False,  # an endpoint is plain http
        transport=transport,
        trust_env=endpoint is None,
        cookies=cookies,
        headers={
            "Accept": "application/json",
            "Origin": account.home,
            "Referer": account.home + "/",
            "User-Agent": _USER_AGENT,
        },
        timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
        follow_redirects=False,
        event_hooks={"request": [_refuse_strangers]},
    )


@cache
def _trust() -> ssl.SSLContext:
    """Whose certificates count, read once: a client that reads them for itself keeps 2 MB."""
    return httpx.create_ssl_context()


def _refuse_strangers(request: httpx.Request) -> None:
    """Stop a request whose address came from an answer and does not lead to Apple."""
    if not is_apple_host(request.url.host):
        raise BadResponse(f"{request.url.host} is not an Apple host, so nothing was sent to it")


def place(url: httpx.URL | str) -> str:
    """Host and path of ``url`` for a message: no query, long numbers masked."""
    parsed = httpx.URL(url)
    return _LONG_NUMBER.sub("*", parsed.host + parsed.path)


def service(url: httpx.URL | str, endpoint: Endpoint | None) -> str:
    """What a person calls the place where a request for ``url`` really goes."""
    return httpx.URL(url).host if endpoint is None else endpoint.origin


def foreign(
    error: Exception, url: httpx.URL | str, endpoint: Endpoint | None = None
) -> RemindersdError:
    """The one place where httpx's exceptions become ours; raises ``error`` if it is not httpx's."""
    where = service(url, endpoint)
    match error:
        case httpx.ConnectTimeout():
            return NetworkError(f"{where} could not be reached within {CONNECT_TIMEOUT_S:.0f} s")
        case httpx.TimeoutException():
            return NetworkError(f"{where} gave no answer within {READ_TIMEOUT_S:.0f} s")
        case httpx.ConnectError():
            return NetworkError(f"{where} could not be reached ({error})")
        case httpx.DecodingError():
            return BadResponse(f"{where} sent an answer that cannot be unpacked")
        case httpx.HTTPError():
            return NetworkError(f"the connection to {where} was cut ({type(error).__name__})")
    raise error


def was_sent(error: Exception) -> bool:
    """Whether the service may have seen the request that failed with ``error``."""
    return not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)


def read_object(response: httpx.Response) -> dict[str, Any]:
    """The JSON object in ``response``; BadResponse, naming the address only, if there is none."""
    where = place(response.request.url)
    try:
        document = raw.loads(response.content)
    except (ValueError, RecursionError):
        raise BadResponse(
            f"{where} answered {response.status_code} with something that is not JSON",
            "try again later; if it stays so, a proxy or a login page may be in between",
        ) from None
    if not isinstance(document, dict):
        raise BadResponse(f"{where} answered {response.status_code} with JSON of the wrong shape")
    return document
