"""Answers as Find My (`/fmipservice/client/web`): first what it last knew, later what devices say.

A device is asked where it is only by a refresh with `shouldLocate`; what it answers can be read
`answer_s` seconds later. Source: docs/wire-services.md, "Find My".
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cloud.fields import Json
from sandbox.cloud.wire import json_object
from sandbox.services.door import Door

if TYPE_CHECKING:
    from sandbox.world import World

ANSWER_S: Final = 12.0
"""How long a device takes to answer; the seed page says 10 to 30 seconds."""

SESSION_S: Final = 900.0
"""How long a server context lives; a refresh with an older one is answered 450."""

_FRESH_S: Final = 120.0
_FEATURES: Final = ("LCK", "LST", "MSG", "SND", "WIP")


@dataclass
class Device:
    """One device: what the service last knew of it, and what it says when it is asked.

    `known` and `location` are places as on the wire but for their flags, or None; `reachable` False
    is a device that is off, and never answers. `battery` is 0 to 1 and is known from an answer on.
    """

    name: str
    display_name: str
    raw_model: str
    device_class: str
    known: Json | None = None
    location: Json | None = None
    locates: bool = True
    reachable: bool = True
    battery: float = 0.0
    battery_status: str = "Unknown"
    asked_s: float | None = field(default=None, repr=False)
    heard_s: float | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        """Opaque text that stays the same."""
        digest = hashlib.sha256(f"{self.name}/{self.raw_model}".encode()).digest()
        return base64.b64encode(digest).decode()


def place(latitude: float, longitude: float, time_ms: int, **more: Any) -> Json:
    """A location as the wire has it, but for its flags; `time_ms` since 1970 is of the fix."""
    return {
        "latitude": latitude,
        "longitude": longitude,
        "altitude": 0.0,
        "horizontalAccuracy": 65.0,
        "verticalAccuracy": 0.0,
        "positionType": "Wifi",
        "timeStamp": time_ms,
        "locationType": "",
        "floorLevel": 0,
        **more,
    }


class FindMy:
    """The devices of an account, and who has asked them; `clock` gives seconds since 1970."""

    def __init__(self, dsid: str, clock: Callable[[], float]) -> None:
        self.devices: list[Device] = []
        self.answer_s = ANSWER_S
        self.session_s = SESSION_S
        self.wakes = 0
        """How often devices were asked where they are."""
        self._dsid = dsid
        self._clock = clock
        self._sessions: dict[str, float] = {}

    def open(self) -> Json:
        """The answer to initClient: a new context, and what is known."""
        client = hashlib.sha256(f"{self._dsid}/{len(self._sessions)}".encode()).hexdigest()[:32]
        self._sessions[client] = self._clock()
        return self._answer(client)

    def refresh(self, body: Json) -> Json | None:
        """The answer to refreshClient; None if its context is none or has gone stale."""
        context = body.get("serverContext")
        client = context.get("clientId") if isinstance(context, dict) else None
        since = self._sessions.get(str(client))
        if since is None or self._clock() - since > self.session_s:
            return None
        asked = body.get("clientContext")
        if isinstance(asked, dict) and asked.get("shouldLocate") is True:
            self._wake(str(asked.get("selectedDevice", "all")))
        return self._answer(str(client))

    def _wake(self, selected: str) -> None:
        self.wakes += 1
        now = self._clock()
        for device in self.devices:
            waiting = device.asked_s is not None and now - device.asked_s < self.answer_s
            if selected in ("all", device.id) and not waiting:
                self._hear(device, now)
                device.asked_s = now

    def _hear(self, device: Device, now: float) -> None:
        """Take in what a device has answered by now, if it was asked and can answer."""
        if device.asked_s is None or not device.reachable:
            return
        if now - device.asked_s >= self.answer_s:
            device.heard_s = device.asked_s + self.answer_s
            device.asked_s = None

    def _answer(self, client: str) -> Json:
        now = self._clock()
        for device in self.devices:
            self._hear(device, now)
        return {
            "userInfo": {
                "accountFormatter": 0,
                "firstName": "Ada",
                "lastName": "Lovelace",
                "hasMembers": False,
                "membersInfo": {},
            },
            "alert": None,
            "serverContext": self._context(client, now),
            "userPreferences": {"webPrefs": {"id": "web_prefs", "selectedDeviceId": None}},
            "statusCode": "200",
            "content": [self._shown(device, now) for device in self.devices],
        }

    def _context(self, client: str, now: float) -> Json:
        return {
            "clientId": client,
            "prsId": int(self._dsid),
            "serverTimestamp": int(now * 1000),
            "callbackIntervalInMS": 10_000,
            "minCallbackIntervalInMS": 5_000,
            "maxCallbackIntervalInMS": 60_000,
            "maxLocatingTime": 90_000,
            "maxDeviceLoadTime": 60_000,
            "sessionLifespan": int(self.session_s * 1000),
            "deviceLoadStatus": "200",
            "isHSA": True,
            "timezone": {"currentOffset": 0, "tzCurrentName": "GMT"},
            "theftLoss": None,
            "authToken": None,
            "info": None,
        }

    def _shown(self, device: Device, now: float) -> Json:
        heard = device.heard_s is not None
        locating = device.asked_s is not None and device.reachable
        return {
            "id": device.id,
            "name": device.name,
            "deviceDisplayName": device.display_name,
            "modelDisplayName": device.device_class,
            "rawDeviceModel": device.raw_model,
            "deviceModel": device.raw_model.replace(",", "_"),
            "deviceClass": device.device_class,
            "deviceColor": "",
            "deviceStatus": "200" if device.reachable else "201",
            "batteryLevel": device.battery if heard else 0.0,
            "batteryStatus": device.battery_status if heard else "Unknown",
            "lowPowerMode": False,
            "isMac": device.raw_model.startswith(("iMac", "Mac")),
            "thisDevice": False,
            "fmlyShare": False,
            "prsId": None,
            "locationEnabled": device.locates,
            "locationCapable": device.locates,
            "isLocating": locating,
            "lostModeCapable": True,
            "features": {"LOC": device.locates} | dict.fromkeys(_FEATURES, True),
            "location": self._location(device, now),
        }

    def _location(self, device: Device, now: float) -> Json | None:
        if not device.locates:
            return None
        fresh = device.heard_s is not None and now - device.heard_s < _FRESH_S
        where = device.known if device.heard_s is None else device.location
        if where is None:
            return None
        finished = device.asked_s is None and device.heard_s is not None
        flags = {"isOld": not fresh, "isInaccurate": False, "locationFinished": finished}
        return where | flags


def sample_devices() -> list[Device]:
    """The devices of a fresh account; the telephone answers with the place of the seed page."""
    imac = Device("John's iMac", "iMac with Retina 5K display", "iMac15,1", "iMac", locates=False)
    phone = Device(
        "John's iPhone 11",
        "iPhone 11",
        "iPhone6,2",
        "iPhone",
        known=place(51.5079, -0.0877, 1_577_793_600_000),  # half a day before, across the river
        location=place(51.507452392689146, -0.07398372304584414, 1_577_836_800_000),
    )
    return [imac, phone]


def routes(world: World) -> list[Route]:
    """initClient and refreshClient; each needs a signed-in browser and a service that is on."""
    find, door = world.services.find_my, Door(world, "findme")

    async def init(request: Request) -> Response:
        await json_object(request)
        return door.refusal(request) or JSONResponse(find.open())

    async def refresh(request: Request) -> Response:
        refused, body = door.refusal(request), await json_object(request)
        if refused is not None:
            return refused
        answer = find.refresh(body)
        if answer is None:
            return JSONResponse({"statusCode": "450"}, 450)
        return JSONResponse(answer)

    base = "/fmipservice/client/web"
    return [
        Route(f"{base}/initClient", init, methods=["POST"]),
        Route(f"{base}/refreshClient", refresh, methods=["POST"]),
    ]
