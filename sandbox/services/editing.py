"""Puts things into the services from outside, and takes them away, as their owner would."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cloud.fields import Json
from sandbox.cloud.wire import json_object
from sandbox.names import uuid_of
from sandbox.services.events import FREQUENCIES, YEARS, Event
from sandbox.services.findmy import Device
from sandbox.services.notes import DEFAULT_FOLDER
from sandbox.services.words import checked, count_in

if TYPE_CHECKING:
    from sandbox.world import World

_NOTE: Final = {"title": str, "text": str, "folder": str, "locked": bool, "name": str}
_DEVICE: Final = {
    "name": str,
    "display_name": str,
    "raw_model": str,
    "device_class": str,
    "locates": bool,
}
_EVENT: Final = {
    "uid": str,
    "title": str,
    "calendar": str,
    "start": str,
    "end": str,
    "zone": str,
    "all_day": bool,
    "location": str,
    "frequency": str,
    "every": int,
    "count": int,
    "until": str,
}


def routes(world: World) -> list[Route]:
    """Return the routes that write and delete contacts, notes, events and devices."""
    desk = _Desk(world)
    return [
        Route("/sandbox/contacts", desk.contact, methods=["POST"]),
        Route("/sandbox/contacts/{name}", desk.no_contact, methods=["DELETE"]),
        Route("/sandbox/notes", desk.note, methods=["POST"]),
        Route("/sandbox/notes/{name}", desk.no_note, methods=["DELETE"]),
        Route("/sandbox/events", desk.event, methods=["POST"]),
        Route("/sandbox/events/{name}", desk.no_event, methods=["DELETE"]),
        Route("/sandbox/findmy/devices", desk.device, methods=["POST"]),
    ]


class _Desk:
    """The owner of what is in the services of one world."""

    def __init__(self, world: World) -> None:
        self._services = world.services

    async def contact(self, request: Request) -> Response:
        """One contact as Apple writes it, or `count` generated ones."""
        book, body = self._services.contacts, await json_object(request)
        if "count" in body:
            book.generate(count_in(body))
            return JSONResponse({"made": body["count"]}, 201)
        wanted = checked(body, {"contact": dict, "picture": bool}, needed=("contact",))
        contact: Json = wanted["contact"]
        name = contact.setdefault("contactId", uuid_of(repr(contact)))
        if not isinstance(name, str):
            raise HTTPException(400, "contactId: must be a text")
        book.put(contact, picture=wanted.get("picture", False))
        return JSONResponse({"name": name}, 201)

    async def no_contact(self, request: Request) -> Response:
        return _deleted(self._services.contacts.remove, request)

    async def note(self, request: Request) -> Response:
        """A note in the folder of that title, which is made if there is none."""
        wanted = checked(await json_object(request), _NOTE, needed=("title",))
        book, title = self._services.notes, wanted.pop("folder", None)
        folder = DEFAULT_FOLDER if title is None else book.folder(title)
        return JSONResponse({"name": book.put(folder=folder, **wanted)}, 201)

    async def no_note(self, request: Request) -> Response:
        """Into Recently Deleted, or with `hard=1` for good."""
        book, hard = self._services.notes, request.query_params.get("hard") == "1"
        return _deleted(book.expunge if hard else book.delete, request)

    async def event(self, request: Request) -> Response:
        body = await json_object(request)
        event = _event(checked(body, _EVENT, needed=("title", "start", "end")), self._calendar)
        self._services.calendar.put(event)
        return JSONResponse({"name": event.uid}, 201)

    async def no_event(self, request: Request) -> Response:
        return _deleted(self._services.calendar.events.pop, request)

    async def device(self, request: Request) -> Response:
        wanted = checked(await json_object(request), _DEVICE, needed=("name",))
        find = self._services.find_my
        if wanted["name"] in {device.name for device in find.devices}:
            raise HTTPException(400, f"{wanted['name']}: there is such a device")
        what: Json = {"display_name": "iPad", "raw_model": "iPad1,1", "device_class": "iPad"}
        device = Device(**what | wanted)
        find.devices.append(device)
        return JSONResponse({"name": device.name, "id": device.id}, 201)

    def _calendar(self, title: str) -> str:
        titles = self._services.calendar.titles
        for guid, known in titles.items():
            if known == title:
                return guid
        raise HTTPException(400, f"calendar: must be one of {', '.join(titles.values())}")


def _event(wanted: Mapping[str, Any], calendar: Callable[[str], str]) -> Event:
    """The event that was described; HTTPException 400 for one that cannot be."""
    if wanted.get("frequency", "daily") not in FREQUENCIES:
        raise HTTPException(400, f"frequency: must be one of {', '.join(FREQUENCIES)}")
    if wanted.get("every", 1) < 1:
        raise HTTPException(400, "every: must be at least 1")
    start, end = _read(wanted, "start", _wall), _read(wanted, "end", _wall)
    if end < start:
        raise HTTPException(400, "end: lies before start")
    zone = wanted.get("zone")
    if zone is not None:
        _read(wanted, "zone", ZoneInfo)
    event = Event(
        uid=wanted.get("uid", ""),
        calendar=calendar(wanted.get("calendar", "Home")),
        title=wanted["title"],
        start=start,
        end=end,
        zone=zone,
        all_day=wanted.get("all_day", False),
        location=wanted.get("location", ""),
        frequency=wanted.get("frequency"),
        every=wanted.get("every", 1),
        count=wanted.get("count"),
        until=_read(wanted, "until", date.fromisoformat) if "until" in wanted else None,
    )
    return event if event.uid else dataclasses.replace(event, uid=uuid_of(repr(wanted)))


def _wall(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None or moment.year not in YEARS:
        raise ValueError("neither with an offset nor ages away")
    return moment


def _read(wanted: Mapping[str, Any], name: str, reads: Callable[[str], Any]) -> Any:
    try:
        return reads(wanted[name])
    except (ValueError, OSError, KeyError):
        raise HTTPException(400, f"{name}: cannot be {wanted[name]}") from None


def _deleted(delete: Callable[[str], object], request: Request) -> Response:
    try:
        delete(request.path_params["name"])
    except KeyError:
        raise HTTPException(404) from None
    return Response(status_code=204)
