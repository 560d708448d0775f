"""Small wire records and a tiny world for the tests of the cloud side."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from random import SystemRandom
from types import SimpleNamespace
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware

from sandbox import faults
from sandbox.cloud import assethost, cloudkit
from sandbox.cloud.zone import Zone
from sandbox.sharing.people import SharedDatabase
from sandbox.signing import account

Json = dict[str, Any]

OWNER = "_0a1b2c3d4e5f60718293a4b5c6d7e8f9"
PRIVATE = "/database/1/com.apple.reminders/production/private/"
SHARED = "/database/1/com.apple.reminders/production/shared/"
ZONE_ID: Json = {
    "zoneName": "Reminders",
    "ownerRecordName": OWNER,
    "zoneType": "REGULAR_CUSTOM_ZONE",
}


class Clock:
    """Seconds since 1970, moved by hand."""

    def __init__(self, now: float = 1_767_225_600.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def number(value: int | None) -> Json:
    return {"type": "INT64", "value": value}


def reference(target: str, action: str = "VALIDATE") -> Json:
    return {"type": "REFERENCE", "value": {"recordName": target, "action": action}}


def operation(kind: str, name: str, fields: Json | None = None, **record: Any) -> Json:
    """An operation; the record type is the name's prefix unless `recordType` is given."""
    whole: Json = {"recordName": name, "recordType": name.partition("/")[0]} | record
    if fields is not None:
        whole["fields"] = fields
    return {"operationType": kind, "record": whole}


def create(name: str, fields: Json | None = None, **record: Any) -> Json:
    return operation("create", name, fields or {}, **record)


def codes(items: list[Json]) -> list[str | None]:
    """The serverErrorCode of each item, None where it went well."""
    return [item.get("serverErrorCode") for item in items]


def tag(zone: Zone, name: str) -> str:
    return zone.records[name].tag


class Account(account.Account):
    """Signed in as long as `signed_in` says so."""

    def __init__(self) -> None:
        super().__init__("ada@example.test", "correct horse battery", owner=OWNER)
        self.signed_in = True

    def is_signed_in(self, request: object) -> bool:
        return self.signed_in


@dataclass
class Service:
    """A world of account, zone and faults, and a client that calls its app in memory."""

    clock: Clock = field(default_factory=Clock)
    account: Account = field(default_factory=Account)

    def __post_init__(self) -> None:
        self.zone = Zone(OWNER, self.clock)
        self.faults = faults.Faults()
        self.shared = SharedDatabase(OWNER, self.clock)
        world: Any = SimpleNamespace(
            account=self.account,
            zone=self.zone,
            faults=self.faults,
            shared=self.shared,
            services=SimpleNamespace(zones=()),
            clock=self.clock,
            random=SystemRandom(),
        )
        self.app = Starlette(
            routes=[*cloudkit.routes(world), *assethost.routes(world), *faults.routes(world)],
            middleware=[Middleware(faults.FaultMiddleware, self.faults)],
        )

    async def request(self, method: str, path: str, body: Any = None, query: str = "") -> Any:
        """Any request; the httpx response."""
        transport = httpx.ASGITransport(app=self.app)
        url = f"http://p42-ckdatabasews.icloud.com{path}{query}"
        content = body if isinstance(body, bytes) else None
        async with httpx.AsyncClient(transport=transport) as client:
            json = None if content is not None else body
            return await client.request(method, url, content=content, json=json)

    def send(self, method: str, path: str, body: Any = None, query: str = "") -> httpx.Response:
        """`request`, run to its end."""
        answer: httpx.Response = asyncio.run(self.request(method, path, body, query))
        return answer

    def post(self, path: str, body: Any, query: str = "?remapEnums=true") -> Json:
        """POST to the private database; the JSON of an answer that must be 200."""
        answer = self.send("POST", PRIVATE + path, body, query)
        assert answer.status_code == 200, answer.text
        document: Json = answer.json()
        return document

    def refusal(self, path: str, body: Any, query: str = "?remapEnums=true") -> tuple[int, str]:
        """Status and serverErrorCode of an answer that refuses the whole request."""
        answer = self.send("POST", PRIVATE + path, body, query)
        document = answer.json()
        assert document["reason"]
        assert document["uuid"]
        return answer.status_code, document["serverErrorCode"]

    def modify(self, *operations: Json, **more: Any) -> list[Json]:
        """The items of a records/modify."""
        body = {"zoneID": ZONE_ID, "operations": list(operations)} | more
        items: list[Json] = self.post("records/modify", body)["records"]
        return items

    def pull(self, token: str | None = None, **more: Any) -> Json:
        """The zone item of a changes/zone."""
        entry: Json = {"zoneID": ZONE_ID} | more
        if token is not None:
            entry["syncToken"] = token
        item: Json = self.post("changes/zone", {"zones": [entry]})["zones"][0]
        return item


def only(items: list[Json]) -> Json:
    """The one item of an answer."""
    assert len(items) == 1
    return items[0]


def fields(zone: Zone, name: str) -> Json:
    """The fields of one record, as a lookup shows them."""
    shown: Json = zone.lookup([name])[0]["fields"]
    return shown


def tagged(kind: str, zone: Zone, name: str, values: Json | None = None) -> Json:
    """An operation that carries the record's change tag."""
    return operation(kind, name, values, recordChangeTag=tag(zone, name))
