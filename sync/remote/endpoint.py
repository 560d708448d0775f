"""Decides where requests for Apple really go: to Apple, or all of them to one loopback origin.

With an endpoint nothing may leave the machine: hosts that are not Apple's are refused, proxies from
the environment are ignored, and the Apple name survives only in the ``Host`` header and in the
cookie jar. That is done in ``redirect.py`` for httpx and in ``adapter.py`` for requests, apart from
here because a config names an endpoint, and those libraries take long to import.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from sync.errors import UsageError

__all__ = ["Endpoint", "is_apple_host", "parse_endpoint"]

_KEY = "account.endpoint"
_HINT = "use an origin such as http://127.0.0.1:8475, or null for Apple"
_APPLE_DOMAINS = (
    "apple.com",
    "apple.com.cn",
    "icloud.com",
    "icloud.com.cn",
    "icloud-content.com",
    "icloud-content.com.cn",
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A loopback origin that stands in for Apple; ``host`` is without IPv6 brackets."""

    host: str
    port: int

    @property
    def origin(self) -> str:
        """The origin as a URL without a path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def url(self, path_and_query: str) -> str:
        """The URL at this origin for a path (with its leading ``/``) and query."""
        return self.origin + path_and_query


def parse_endpoint(text: str | None) -> Endpoint | None:
    """Read ``account.endpoint``; ``None`` means Apple itself.

    Raises UsageError, naming the key, for anything but ``http://``, a loopback host and a port.
    """
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UsageError(f"{_KEY}: {text!r} is not a URL ({error})", _HINT) from None
    if parts.scheme != "http":
        raise UsageError(f"{_KEY}: the address has to begin with http://", _HINT)
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"{_KEY}: the address must not hold a user name or password", _HINT)
    if not _is_loopback(host):
        raise UsageError(f"{_KEY}: {host or 'nothing'} is not this machine (loopback)", _HINT)
    if not port:
        raise UsageError(f"{_KEY}: the address has no port", _HINT)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise UsageError(f"{_KEY}: the address must end after the port", _HINT)
    return Endpoint(host, port)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    # An IPv4 address mapped into IPv6 is refused: what it reaches depends on the system.
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None


def is_apple_host(host: str) -> bool:
    """Whether a host name (without port) is Apple's, and so may get an account's cookies."""
    name = host.lower().rstrip(".")
    return any(name == domain or name.endswith("." + domain) for domain in _APPLE_DOMAINS)
