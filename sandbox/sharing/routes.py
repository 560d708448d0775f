"""Lets other people share lists with the account from outside the process: `/sandbox/shares`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cloud.wire import json_object
from sandbox.device.api import routes_of
from sandbox.device.phone import Phone
from sandbox.sharing.people import PERMISSIONS

if TYPE_CHECKING:
    from sandbox.world import World

_KEYS = ("from", "list", "permission")


def routes(world: World) -> list[Route]:
    """Return the routes of sharing.

    GET shows who shares. POST `{"from": full name, "list": name, "permission"?}` shares a list, or
    changes its permission (READ_WRITE, the default, or READ_ONLY). DELETE /sandbox/shares/OWNER
    takes back all that the person of that record name shares. The phone of the other person is
    at the answer's `device`, with the paths of /device.
    """

    async def shares(request: Request) -> Response:
        if request.method == "POST":
            wanted = await json_object(request)
            sharer = world.shared.share(*_wanted(wanted))
            return JSONResponse(_shown(world, sharer.zone.owner), 201)
        return JSONResponse([_shown(world, owner) for owner in sorted(world.shared.sharers)])

    async def unshare(request: Request) -> Response:
        owner = request.path_params["owner"]
        if owner not in world.shared.sharers:
            raise HTTPException(404, f"nobody with the record name {owner} shares anything")
        world.shared.sharers[owner].unshare()
        return JSONResponse(_shown(world, owner))

    def phone(request: Request) -> Phone:
        owner = request.path_params["owner"]
        if owner not in world.shared.sharers:
            raise LookupError(f"nobody with the record name {owner} shares anything")
        return world.shared.sharers[owner].phone

    return [
        Route("/sandbox/shares", shares, methods=["GET", "POST"]),
        Route("/sandbox/shares/{owner}", unshare, methods=["DELETE"]),
        *routes_of("/sandbox/shares/{owner}", phone),
    ]


def _wanted(body: dict[str, Any]) -> tuple[str, str, str]:
    """Full name, list and permission; raises HTTPException 400 naming the key that is wrong."""
    for key, value in body.items():
        if key not in _KEYS or not isinstance(value, str) or not value:
            raise HTTPException(400, f"{key}: there are {', '.join(_KEYS)}, each a text")
    permission = body.get("permission", "READ_WRITE")
    if permission not in PERMISSIONS:
        raise HTTPException(400, f"permission: must be one of {', '.join(PERMISSIONS)}")
    if not {"from", "list"} <= body.keys():
        raise HTTPException(400, "from and list: both have to be there")
    return body["from"], body["list"], permission


def _shown(world: World, owner: str) -> dict[str, Any]:
    sharer = world.shared.sharers[owner]
    return {
        "owner": owner,
        "from": sharer.full_name,
        "shared": sharer.zone.present,
        "device": f"/sandbox/shares/{owner}/device",
    }
