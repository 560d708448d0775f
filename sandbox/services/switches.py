"""Changes what the account has beside reminders from outside: `/sandbox/services` and below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cloud.fields import Json
from sandbox.cloud.wire import json_object
from sandbox.services.findmy import Device, FindMy, place
from sandbox.services.roster import Services
from sandbox.services.words import checked, count_in

if TYPE_CHECKING:
    from sandbox.world import World


def routes(world: World) -> list[Route]:
    """Return the routes of the switches.

    `/sandbox/services`: GET shows the state of each, PUT sets those named. `/sandbox/photos`: GET
    counts, POST generates `count` more, PUT sets `indexing_state` and `link_s`; below it PATCH
    hides, marks or deletes one photo, DELETE expunges it.
    `/sandbox/findmy`: GET counts, PUT sets `answer_s`, `session_s` and what devices say.
    """
    desk = _Desk(world)
    return [
        Route("/sandbox/services", desk.services, methods=["GET", "PUT"]),
        Route("/sandbox/photos", desk.photos, methods=["GET", "POST", "PUT"]),
        Route("/sandbox/photos/{name}", desk.photo, methods=["PATCH", "DELETE"]),
        Route("/sandbox/findmy", desk.find_my, methods=["GET", "PUT"]),
    ]


_PLACE = {"latitude": float, "longitude": float, "time_ms": int}
_SHOWN = 100  # photos, the newest first


class _Desk:
    """The switches of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._services: Services = world.services

    async def services(self, request: Request) -> Response:
        if request.method == "PUT":
            _refusing(self._services.switch_all, await json_object(request))
        return JSONResponse(self._services.shown())

    async def photos(self, request: Request) -> Response:
        library, status = self._services.photos, 200
        if request.method == "POST":
            body = await json_object(request)
            made = library.add_odd() if body == {"odd": True} else library.generate(count_in(body))
            status = 201
        else:
            made = list(library.photos.values())[: -_SHOWN - 1 : -1]
        if request.method == "PUT":
            kinds = {"indexing_state": str, "link_s": float}
            wanted = checked(await json_object(request), kinds)
            library.indexing_state = wanted.get("indexing_state", library.indexing_state)
            library.shelf.link_s = wanted.get("link_s", library.shelf.link_s)
        answer = {
            "count": len(library.photos),
            "indexing_state": library.indexing_state,
            "link_s": library.shelf.link_s,
            "photos": {photo.name: photo.filename for photo in made},
        }
        return JSONResponse(answer, status)

    async def photo(self, request: Request) -> Response:
        library, name = self._services.photos, request.path_params["name"]
        if name not in library.photos:
            raise HTTPException(404)
        if request.method == "DELETE":
            library.expunge(name)
            return Response(status_code=204)
        wanted = checked(await json_object(request), dict.fromkeys(_MARKS, bool))
        if "deleted" in wanted:
            gone = int(self._world.clock() * 1000)
            wanted["deleted_ms"] = gone if wanted.pop("deleted") else None
        photo = library.change(name, **wanted)
        deleted = photo.deleted_ms is not None
        marks = {"favorite": photo.favorite, "hidden": photo.hidden, "deleted": deleted}
        return JSONResponse({"name": name, "filename": photo.filename} | marks)

    async def find_my(self, request: Request) -> Response:
        find = self._services.find_my
        if request.method == "PUT":
            body = await json_object(request)
            kinds = {"answer_s": float, "session_s": float, "devices": dict}
            wanted = checked(body, kinds)
            devices = wanted.get("devices", {})
            said = [(_device(find, name), _said(name, what)) for name, what in devices.items()]
            find.answer_s = wanted.get("answer_s", find.answer_s)
            find.session_s = wanted.get("session_s", find.session_s)
            for device, changes in said:
                for key, value in changes.items():
                    setattr(device, key, value)
        names = [device.name for device in find.devices]
        settings = {"answer_s": find.answer_s, "session_s": find.session_s}
        return JSONResponse(settings | {"wakes": find.wakes, "devices": names})


_MARKS = ("favorite", "hidden", "deleted")


def _said(name: str, what: Any) -> Json:
    """What a device is to say from now on."""
    if not isinstance(what, dict):
        raise HTTPException(400, f"{name}: must be an object")
    kinds = {"reachable": bool, "battery": float, "battery_status": str, "location": dict}
    wanted = checked({key: value for key, value in what.items() if value is not None}, kinds)
    if "location" in what:
        wanted["location"] = _place(what["location"])
    return wanted


def _place(where: Json | None) -> Json | None:
    """A place of `latitude`, `longitude` and `time_ms`, all of them needed; None for no place."""
    if where is None:
        return None
    return place(**checked(where, _PLACE, needed=_PLACE))


def _device(find: FindMy, name: str) -> Device:
    for device in find.devices:
        if device.name == name:
            return device
    names = ", ".join(device.name for device in find.devices)
    raise HTTPException(400, f"{name}: no such device; there are {names}")


def _refusing(act: Any, *given: Any) -> Any:
    """Do what may find its arguments wrong, and answer 400 then."""
    try:
        return act(*given)
    except (ValueError, TypeError) as error:
        raise HTTPException(400, str(error)) from error
