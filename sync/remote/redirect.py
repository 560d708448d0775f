"""Sends what httpx asks of Apple to a loopback origin, and nothing to anybody else."""

from __future__ import annotations

import httpx

from sync.errors import NetworkError
from sync.remote.endpoint import Endpoint, is_apple_host

__all__ = ["RedirectTransport", "redirect_transport"]


class RedirectTransport(httpx.BaseTransport):
    """Sends every request for an Apple host to ``endpoint``: same method, path, query and body.

    Raises NetworkError for any other host, before a connection is made.
    """

    def __init__(self, endpoint: Endpoint, inner: httpx.BaseTransport) -> None:
        self._endpoint = endpoint
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a copy of ``request``; its headers, ``Host`` among them, stay as they are."""
        if not is_apple_host(request.url.host):
            raise NetworkError(
                f"{request.url.host} is not an Apple host, so nothing was sent to it"
            )
        return self._inner.handle_request(
            httpx.Request(
                request.method,
                self._endpoint.url(request.url.raw_path.decode("ascii")),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        )

    def close(self) -> None:
        """Close the connections to the endpoint."""
        self._inner.close()


def redirect_transport(endpoint: Endpoint) -> RedirectTransport:
    """The transport for an httpx client whose every request goes to ``endpoint``."""
    # Nothing to verify: an endpoint is plain http on this machine.
    return RedirectTransport(endpoint, httpx.HTTPTransport(verify=False, trust_env=False))
