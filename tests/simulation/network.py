"""The network and the service at its end, in one call: requests answered at once, or spoiled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from functools import lru_cache
from random import Random
from typing import Any

import httpx
import orjson

from sandbox.cloud.assets import AssetRefused
from sandbox.cloud.cloudkit import reminders
from sandbox.cloud.links import ORIGIN
from sandbox.trouble import CodeFault
from sandbox.world import World
from tests.simulation.chance import Clock, minting

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


UNCAST = Random(0)
"""Dice that nothing casts: a fault has its own."""
PAGES = (
    "token refused",
    "record twice",
    "page again",
    "child before parent",
    "tombstone before create",
    "tombstone of a stranger",
)
"""What strikes a request for changes, or its answer, where that has what it takes."""


AFTER = ("timeout after", "reset after", "crash after")
"""What strikes the next request that writes, once iCloud acted: of others nothing would be lost."""


def waits(what: str) -> bool:
    """Whether a fault strikes a request of its own kind, which may be a later one."""
    return what.startswith("item ") or what in PAGES or what in AFTER


def bend(what: str, records: list[Any], dice: Random) -> bool:
    """Bend a page of changes; False where there is nothing to bend in it."""
    live = [one for one in records if not one["deleted"]]
    match what:
        case "record twice":
            records[:] = [one for one in records for _ in range(2)]
        case "child before parent":
            before = list(records)
            records.sort(key=lambda one: RANK.get(one.get("recordType"), 0))
            records.sort(key=lambda one: "ParentReminder" not in one.get("fields", {}))
            return records != before
        case "tombstone before create" if live:
            gone = {"recordName": dice.choice(live)["recordName"], "deleted": True}
            records.insert(0, {**gone, "zoneID": records[0]["zoneID"]})
        case "tombstone of a stranger":
            name = f"Reminder/{minting(dice)()}"
            zone = records[0]["zoneID"]
            records.append({"recordName": name, "deleted": True, "zoneID": zone})
        case _:
            return False
    return True


RANK = {"Reminder": 1, "List": 2}


@lru_cache(16)
def _params(query: bytes) -> httpx.QueryParams:
    """What a query asks; there are few, and httpx is slow at it."""
    return httpx.QueryParams(query.decode())


class Network(httpx.BaseTransport):
    """Carries one machine's requests; ``strike`` is asked before each what is to go wrong."""

    def __init__(
        self,
        world: World,
        clock: Clock,
        strike: Callable[[str], list[tuple[str, Random]]],
        struck: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._world = world
        self._clock = clock
        self._strike = strike
        self.hears: Callable[[list[Any]], None] = lambda _: None
        """Is told the operations of each request that changes records, before it is answered."""
        self._struck = struck
        self._waiting: list[tuple[str, Random]] = []
        self._token: str | None = None
        self.signed_out = False
        """Whether every request is refused until somebody signs in."""
        self.die: Callable[[], None] = lambda: None
        """The machine dies at once."""
        self._service = reminders(world)
        self._last: dict[str, bytes] = {}
        self._lagging: set[str] = set()
        """Of what was answered last while reads lagged."""
        self.lagged = False
        """Whether such an answer came once more since somebody last asked."""
        self._culprit = Random(0)
        self.writes = 0
        """Requests that changed records, or might have."""

    def reopen(self) -> None:
        """A process begins, on a connection of its own: no answer to one before comes on that.

        Nor a page again: it may have died with later ones, which it has never kept.
        """
        self._last.clear()
        self._token = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, or fail as the network does."""
        stored = request.url.host == STORE
        where = "file" if stored else request.url.path.removeprefix(self._service.base).lstrip("/")
        self._clock.wait(0.05)
        fault, dice = "421" if self.signed_out else "", UNCAST
        for fault_now, dice_now in self._strike(where):
            if waits(fault_now):
                self._waiting.append((fault_now, dice_now))
            else:
                fault, dice = fault_now, dice_now
        try:
            return self._carried(request, where, fault, dice)
        finally:
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
            case "no such host":
                raise httpx.ConnectError("Name or service not known", request=request)
            case "no trust in TLS":
                raise httpx.ConnectError("certificate verify failed", request=request)
            case "redirect":
                headers = {"location": "https://p2-ckdatabasews.icloud.com/"}
                return httpx.Response(302, headers=headers, request=request)
            case "crash before":
                self.die()
            case "slow answer":
                self._clock.wait(59)
            case "ZONE_BUSY":
                self._world.faults.fail_zone("ZONE_BUSY", retry_after=2)
            case "timeout before":
                self._clock.wait(61)
                raise httpx.ReadTimeout("no answer", request=request)
            case "HTML":
                return httpx.Response(200, content=PAGE, request=request)
            case "empty object":
                return httpx.Response(200, content=b"{}", headers=JSON, request=request)
            case "empty body":
                return httpx.Response(200, content=b"", headers=JSON, request=request)
            case "answer of before" if where in self._last:
                body = self._last[where]
                self.lagged |= where in self._lagging
                return httpx.Response(200, content=body, headers=JSON, request=request)
        if fault[:3].isdigit():
            return self._refusal(request, fault)
        status, body = self._answer(request, where)
        if where.endswith("records/modify"):
            self._lose_answer(request)
        match fault:
            case "gzip garbage":
                zipped = {**JSON, "content-encoding": "gzip"}
                garbage = httpx.ByteStream(b"\x1f\x8b\x08\x00 no stream at all")
                return httpx.Response(200, stream=garbage, headers=zipped, request=request)
            case "cut body":
                raise httpx.RemoteProtocolError("incomplete body", request=request)
            case "truncated JSON":
                body = body[: dice.randrange(len(body))]
        return httpx.Response(status, content=body, headers=JSON, request=request)

    def _lose_answer(self, request: httpx.Request) -> None:
        """What iCloud did is not heard of, if that is what waited for a request that writes."""
        for what, _ in self._taken(*AFTER)[:1]:
            self._struck(what)
            if what == "crash after":
                self.die()
            if what == "timeout after":
                self._clock.wait(61)
                raise httpx.ReadTimeout("no answer", request=request)
            raise httpx.ReadError("connection reset", request=request)

    def rest(self) -> None:
        """Nothing that waited strikes any more."""
        self._waiting.clear()

    def _answer(self, request: httpx.Request, where: str) -> tuple[int, bytes]:
        data = request.read()
        if where == "file":
            return self._stored(request.url, data)
        database, _, path = where.partition("/")
        if path == "records/modify":
            self.writes += 1
            self.hears(orjson.loads(data)["operations"])
            for what, dice in self._taken("item "):
                self._refuse(what.removeprefix("item "), dice)
                self._struck(what)
            self._choose_culprit(data)
        elif path == "records/changes":
            data = self._asked(data)
        options = dict(_params(request.url.query))
        status, answer = self._service.answer(path, options, data, shared=database == "shared")
        if path == "records/modify":
            self._world.faults.items.clear()
            self._world.faults.atomic_failure = "items"
        if path == "records/changes" and answer.get("records"):
            for what, dice in self._taken(*PAGES):
                if bend(what, answer["records"], dice):
                    self._struck(what)
                else:
                    self._waiting.append((what, dice))
        body = orjson.dumps(answer)
        if status == 200:
            self._last[where] = body
            (self._lagging.add if self._world.faults.read_lag else self._lagging.discard)(where)
        return status, body

    def _taken(self, *kinds: str) -> list[tuple[str, Random]]:
        """What waited for such a request, and waits no more."""
        found = [each for each in self._waiting if each[0].startswith(kinds)]
        self._waiting = [each for each in self._waiting if each not in found]
        return found

    def _asked(self, data: bytes) -> bytes:
        """A request for changes; it may be answered as if the one before had been asked again."""
        asked = orjson.loads(data)
        token = asked.get("syncToken")
        if token and self._taken("token refused"):
            self._struck("token refused")
            self._world.faults.fail_zone("BAD_REQUEST", reason="Unknown sync continuation type")
        if token and self._token and token != self._token and self._taken("page again"):
            self._struck("page again")
            return orjson.dumps({**asked, "syncToken": self._token})
        self._token = token
        return data

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
