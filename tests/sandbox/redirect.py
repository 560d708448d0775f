"""Sends every request of a requests session to one loopback origin, whatever host it is for."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from pyicloud import PyiCloudService
from requests.adapters import HTTPAdapter


class LoopbackAdapter(HTTPAdapter):
    """Keeps path, query, body and the Host header; cookies stay filed under the real host."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self._origin = origin
        self.seen: list[str] = []  # such as "POST setup.icloud.com/setup/ws/1/validate 200"

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        assert request.url is not None
        wanted = urlsplit(request.url)
        copy = request.copy()
        copy.headers["Host"] = wanted.netloc
        copy.url = f"{self._origin}{wanted.path}" + (f"?{wanted.query}" if wanted.query else "")
        response = super().send(copy, **(options | {"proxies": {}}))
        response.request, response.url = request, request.url
        self.seen.append(f"{request.method} {wanted.hostname}{wanted.path} {response.status_code}")
        return response


def redirect(session: requests.Session, origin: str) -> LoopbackAdapter:
    """Confine `session` to `origin` and return the adapter that watches it."""
    adapter = LoopbackAdapter(origin)
    session.trust_env = False
    session.proxies = {}
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
    return adapter


def client(
    origin: str, home: Path, apple_id: str, password: str | None, **options: Any
) -> tuple[PyiCloudService, LoopbackAdapter]:
    """Make an unmodified pyicloud, confined to `origin`, that keeps its session in `home`.

    It has not signed in yet: call `authenticate()`.
    """
    service = PyiCloudService(
        apple_id, password, cookie_directory=str(home), authenticate=False, **options
    )
    return service, redirect(service.session, origin)
