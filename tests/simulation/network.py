"""The network and the service at its end, in one call: requests answered at once, or spoiled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from random import Random
from typing import Any

import httpx
import orjson

from sandbox.assethost import ORIGIN
from sandbox.assets import AssetRefused
from sandbox.cloudkit import reminders
from sandbox.trouble import CodeFault
from sandbox.world import World
from tests.simulation.chance import Clock

JSON = {"content-type": "application/json"}
STORE = httpx.URL(ORIGIN).host
PAGE = b"<!DOCTYPE html><html><body>Hello</body></html>"
CODES = {
    "401": "AUTHENTICATION_FAILED",
    "403": "ACCESS_DENIED",
    "421": "AUTHENTICATION_REQUIRED",
    "450": "AUTHENTICATION_REQUIRED",
    "409": "CONFLICT",
    "429": "THROTTLED",
    "500": "INTERNAL_ERROR",
    "503": "TRY_AGAIN_LATER",
}


class Network(httpx.BaseTransport):
    """Carries one machine's requests; ``strike`` is asked before each what is to go wrong."""

    def __init__(
        self, world: World, clock: Clock, strike: Callable[[str], list[tuple[str, Random]]]
    ) -> None:
        self._world = world
        self._clock = clock
        self._strike = strike
        self._service = reminders(world)
        self.hears: Callable[[list[Any]], None] = lambda _: None
        """Is told the operations of each request that changes records, before it is answered."""
        self._last: dict[str, bytes] = {}
        self._culprit = Random(0)
        self.writes = 0
        """Requests that changed records, or might have."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, or fail as the network does."""
        stored = request.url.host == STORE
        where = "file" if stored else request.url.path.removeprefix(self._service.base).lstrip("/")
        self._clock.wait(0.05)
        fault, dice = "", Random(0)
        for fault_now, dice_now in self._strike(where):
            if fault_now.startswith("item "):
                self._refuse(fault_now.removeprefix("item "), dice_now)
            elif fault_now == "ZONE_BUSY":
                self._world.faults.fail_zone("ZONE_BUSY", retry_after=2)
            elif fault_now == "token refused" and where.endswith("changes"):
                self._world.faults.fail_zone("BAD_REQUEST", reason="Unknown sync continuation type")
            elif fault_now == "page twice":
                self._world.faults.twice_in_page = True
            else:
                fault, dice = fault_now, dice_now
        try:
            return self._carried(request, where, fault, dice)
        finally:
            self._world.faults.twice_in_page = False
            self._world.faults.zones.clear()

    def _refuse(self, code: str, dice: Random) -> None:
        if code.startswith("failed"):
            self._world.faults.atomic_failure = "http"
            code = "CONFLICT"
        self._world.faults.items.append(CodeFault(code=code, times=1, match=""))
        self._culprit = dice

    def _carried(
        self, request: httpx.Request, where: str, fault: str, dice: Random
    ) -> httpx.Response:
        match fault:
            case "connection refused":
                raise httpx.ConnectError("refused", request=request)
            case "timeout before":
                self._clock.wait(60)
                raise httpx.ReadTimeout("no answer", request=request)
            case "HTML":
                return httpx.Response(200, content=PAGE, request=request)
            case "empty object":
                return httpx.Response(200, content=b"{}", headers=JSON, request=request)
            case "empty body":
                return httpx.Response(200, content=b"", headers=JSON, request=request)
            case "answer of before" if where in self._last:
                body = self._last[where]
                return httpx.Response(200, content=body, headers=JSON, request=request)
        if fault[:3].isdigit():
            return self._refusal(request, fault)
        status, body = self._answer(request, where)
        match fault:
            case "timeout after":
                self._clock.wait(60)
                raise httpx.ReadTimeout("no answer", request=request)
            case "reset after":
                raise httpx.ReadError("connection reset", request=request)
            case "cut body":
                raise httpx.RemoteProtocolError("incomplete body", request=request)
            case "truncated JSON":
                body = body[: dice.randrange(len(body))]
        return httpx.Response(status, content=body, headers=JSON, request=request)

    def _answer(self, request: httpx.Request, where: str) -> tuple[int, bytes]:
        data = request.read()
        if where == "file":
            return self._stored(request.url, data)
        database, _, path = where.partition("/")
        if path == "records/modify":
            self.writes += 1
            self.hears(orjson.loads(data)["operations"])
            self._choose_culprit(data)
        options = dict(request.url.params)
        status, answer = self._service.answer(path, options, data, shared=database == "shared")
        if path == "records/modify":
            self._world.faults.items.clear()
            self._world.faults.atomic_failure = "items"
        body = orjson.dumps(answer)
        if status == 200:
            self._last[where] = body
        return status, body

    def _stored(self, url: httpx.URL, data: bytes) -> tuple[int, bytes]:
        """What the host of files answers."""
        shelf = self._world.zone.assets
        _, kind, name, *_ = url.path.split("/")
        try:
            if kind == "U":
                self.writes += 1
                return 200, orjson.dumps({"singleFile": shelf.receive(name, data)})
            return 200, shelf.serve(name, url.params.get("e", ""), url.params.get("s", ""))
        except AssetRefused as error:
            return error.status, orjson.dumps({"error": str(error)})

    def _choose_culprit(self, data: bytes) -> None:
        """Of the operations in a request one is refused, and not always the first."""
        for fault in self._world.faults.items:
            operations: list[Any] = orjson.loads(data)["operations"]
            name = self._culprit.choice(operations)["record"]["recordName"]
            fault.match = f"^{name}$"

    def _refusal(self, request: httpx.Request, fault: str) -> httpx.Response:
        status, _, how = fault.partition(" ")
        headers = dict(JSON)
        match how:
            case "seconds":
                headers["Retry-After"] = "3"
            case "date":
                headers["Retry-After"] = format_datetime(self._clock.date() + timedelta(seconds=9))
            case "absurd":
                headers["Retry-After"] = "9" * 30
        body = {"serverErrorCode": CODES[status], "reason": "injected"}
        return httpx.Response(
            int(status), content=orjson.dumps(body), headers=headers, request=request
        )
