"""Puts all services of the pretend iCloud on one origin; a request's path says which it is for."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox import control, faults
from sandbox.cloud import assethost, cloudkit
from sandbox.device import api
from sandbox.photos import api as photos
from sandbox.services import calendar, callkit, contacts, editing, findmy, notes, switches
from sandbox.sharing import routes as shares
from sandbox.signing import setup, signin, twostep, verify, webaccess
from sandbox.world import World


def create_app(world: World) -> Starlette:
    """Return the ASGI application that serves `world`.

    Apple's host names come in the Host header and are ignored, so that clients can send requests
    for any of them here. What no service knows is answered 404 with a JSON body.
    """
    return Starlette(
        routes=[
            *signin.routes(world),
            *verify.routes(world),
            *setup.routes(world),
            *twostep.routes(world),
            *webaccess.routes(world),
            *cloudkit.routes(world),
            *photos.routes(world),
            *notes.routes(world),
            *callkit.routes(world),
            *assethost.routes(world),
            *contacts.routes(world),
            *findmy.routes(world),
            *calendar.routes(world),
            *switches.routes(world),
            *editing.routes(world),
            *faults.routes(world),
            *control.routes(world),
            *shares.routes(world),
            *api.routes(world),
        ],
        middleware=[Middleware(faults.FaultMiddleware, world.faults)],
        exception_handlers={HTTPException: _explain},
    )


async def _explain(request: Request, error: Exception) -> Response:
    """Answer an HTTPException with `{"error": one sentence}`."""
    assert isinstance(error, HTTPException)
    sentence = error.detail
    if error.status_code == 404:
        sentence = f"the sandbox has nothing at {request.url.path}"
    elif error.status_code == 405:
        sentence = f"{request.url.path} does not take {request.method}"
    return JSONResponse({"error": sentence}, error.status_code, headers=error.headers)
