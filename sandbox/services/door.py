"""Decides whether a request may enter a service that is no CloudKit database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.gate import refusal

if TYPE_CHECKING:
    from sandbox.world import World


class Door:
    """The way into one service, named by its key in `webservices`."""

    def __init__(self, world: World, key: str) -> None:
        self._world = world
        self._key = key

    def refusal(self, request: Request) -> Response | None:
        """The answer to a request that may not enter, 404 from a service that is off; else None."""
        closed = refusal(self._world, request, self._key)
        if closed is not None:
            return JSONResponse(closed[1], closed[0])
        if not self._world.services.is_on(self._key):
            return JSONResponse({"error": f"the service {self._key} is switched off"}, 404)
        return None
