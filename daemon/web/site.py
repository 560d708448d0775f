"""Serves the files of the web page, which hold no secrets and ask for the token themselves.

Whoever opens the page has no token yet, so its files are given to everybody who names this daemon
as the host. Its policy lets nothing in or out: no other origin, no inline script, no frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from starlette.requests import Request as Asked
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

__all__ = ["FILES", "is_public", "routes"]

_KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def _paths() -> Mapping[str, str]:
    """The path of each file of the page, by the path at which it is served."""
    names = [one.name for one in files(__name__.rpartition(".")[0]).joinpath("page").iterdir()]
    served = {f"/page/{name}": name for name in sorted(names) if name.rpartition(".")[2] in _KINDS}
    return MappingProxyType({"/": "index.html", **served})


FILES = _paths()
"""The name of the file that each path gives."""


def is_public(method: str, path: str) -> bool:
    """Whether this may be had without a token: a file of the page."""
    return method in ("GET", "HEAD") and path in FILES


def routes() -> list[BaseRoute]:
    """The routes of the page's files."""
    return [Route(path, _file, methods=["GET"]) for path in FILES]


async def _file(asked: Asked) -> Response:
    name = FILES[asked.scope["path"]]  # the URL needs a Host to be one
    content = files(__name__.rpartition(".")[0]).joinpath("page", name).read_bytes()
    return Response(content, 200, _HEADERS, _KINDS[name.rpartition(".")[2]])
