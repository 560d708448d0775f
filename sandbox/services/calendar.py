"""Answers as the calendar service (`/ca`): calendars, and the events that touch a range of days.

An event that repeats is answered as its occurrences. Source: docs/wire-services.md, "Calendar".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cloud.fields import Json
from sandbox.services.door import Door
from sandbox.services.events import YEARS, Event, sample_events, wire_event, wire_rule

if TYPE_CHECKING:
    from sandbox.world import World

HOME: Final = "CALENDAR-HOME"
WORK: Final = "CALENDAR-WORK"


class Calendars:
    """The calendars of one account, by their guid, and their events, by uid."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.titles: dict[str, str] = {HOME: "Home", WORK: "Work"}
        self.events: dict[str, Event] = {
            event.uid: event for event in sample_events(clock(), HOME, WORK)
        }

    def put(self, event: Event) -> None:
        """Add an event, or change the one of that uid."""
        self.events[event.uid] = event

    def collections(self) -> list[Json]:
        """The calendars as Apple writes them."""
        return [
            {
                "guid": guid,
                "title": title,
                "ctag": self._ctag(guid),
                "etag": self._ctag(guid),
                "color": "#1badf8",
                "symbolicColor": "blue",
                "order": place + 1,
                "enabled": True,
                "readOnly": False,
                "isDefault": guid == HOME,
                "objectType": "personal",
                "supportedType": "Event",
                "shareType": None,
                "extendedDetailsAreIncluded": True,
            }
            for place, (guid, title) in enumerate(self.titles.items())
        ]

    def between(self, first: date, last: date, home: str) -> Json:
        """Everything that touches these days, both included, seen from the zone `home`."""
        events = [
            wire_event(event, start, home)
            for event in self.events.values()
            for start in event.within(first, last, home)
        ]
        shown = {event["recurrence"] for event in events}
        rules = [wire_rule(event) for event in self.events.values() if event.frequency is not None]
        return {
            "Event": sorted(events, key=lambda event: (event["localStartDate"], event["guid"])),
            "Recurrence": [rule for rule in rules if rule["guid"] in shown],
            "Collection": [{"guid": guid, "ctag": self._ctag(guid)} for guid in self.titles],
            "Alarm": [],
            "Invitee": [],
        }

    def detail(self, calendar: str, guid: str, home: str) -> Json | None:
        """One event or occurrence; None if it is not there."""
        event = self.events.get(guid.partition("__")[0])
        if event is None or event.calendar != calendar:
            return None
        return {"Event": [wire_event(event, event.start, home) | {"guid": guid}]}

    def _ctag(self, guid: str) -> str:
        events = [event for event in self.events.values() if event.calendar == guid]
        return hashlib.sha256(repr(events).encode()).hexdigest()[:12]


def routes(world: World) -> list[Route]:
    """The endpoints of the service; each needs a signed-in browser and a service that is on."""
    calendars, door = world.services.calendar, Door(world, "calendar")

    def reads(answer: Callable[[Request], Json | None]) -> Callable[[Request], object]:
        async def serve(request: Request) -> Response:
            refused = door.refusal(request)
            if refused is not None:
                return refused
            found = answer(request)
            if found is None:
                return JSONResponse({"error": "no such event"}, 404)
            return JSONResponse(found)

        return serve

    def startup(request: Request) -> Json:
        return {**_between(calendars, request), "Collection": calendars.collections()}

    def detail(request: Request) -> Json | None:
        named = request.path_params
        return calendars.detail(named["calendar"], named["guid"], _home(request.query_params))

    return [
        Route("/ca/startup", reads(startup)),
        Route("/ca/events", reads(lambda request: _between(calendars, request))),
        Route("/ca/allcollections", reads(lambda _: {"Collection": calendars.collections()})),
        Route("/ca/eventdetail/{calendar}/{guid}", reads(detail)),
    ]


def _between(calendars: Calendars, request: Request) -> Json:
    query = request.query_params
    first, last = _day(query, "startDate"), _day(query, "endDate")
    if last < first:
        raise HTTPException(400, "endDate lies before startDate")
    return calendars.between(first, last, _home(query))


def _day(query: Mapping[str, str], name: str) -> date:
    try:
        day = date.fromisoformat(query.get(name, ""))
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise HTTPException(400, f"{name} must be a day such as 2026-03-02")
    return day


def _home(query: Mapping[str, str]) -> str:
    name = query.get("usertz", "UTC")
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise HTTPException(400, f"usertz: no such zone: {name}") from None
    return name
