"""The HTTP face of a CloudKit container: sessions, zones, envelopes and error forms."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.cloud.call import Call, requested
from sandbox.cloud.feed import changes_database, changes_zone, records_changes
from sandbox.cloud.fields import Json
from sandbox.cloud.modify import RequestError
from sandbox.cloud.wire import encoded
from sandbox.cloud.zone import Zone
from sandbox.gate import refusal

if TYPE_CHECKING:
    from sandbox.world import World

MAX_NAMES: Final = 200

Handlers = Mapping[str, Callable[[Call], Json]]
"""What answers an endpoint of a database, by its path such as "records/modify"."""

_STATUS: Final = {
    "ACCESS_DENIED": 403,
    "ATOMIC_ERROR": 400,
    "AUTHENTICATION_FAILED": 401,
    "AUTHENTICATION_REQUIRED": 421,
    "CONFLICT": 409,
    "EXISTS": 409,
    "INTERNAL_ERROR": 500,
    "NOT_FOUND": 404,
    "QUOTA_EXCEEDED": 413,
    "THROTTLED": 429,
    "TRY_AGAIN_LATER": 503,
    "VALIDATING_REFERENCE_ERROR": 412,
    "ZONE_BUSY": 503,
    "ZONE_NOT_FOUND": 404,
}
"""HTTP status of a whole-request error by its code; 400 for the rest."""


@dataclass(frozen=True, slots=True)
class Container:
    """One app's databases: its zones, and what answers each endpoint of either database.

    `shared` gives the zones of the shared database as they are now.
    """

    name: str
    world: World
    own: Sequence[Zone]
    private_handlers: Handlers
    shared_handlers: Handlers
    shared: Callable[[], Sequence[Zone]] = tuple

    @property
    def base(self) -> str:
        """Where its databases are."""
        return f"/database/1/{self.name}/production"

    def routes(self) -> list[Route]:
        """POST endpoints of both databases.

        Errors of the whole request are `{"uuid", "serverErrorCode", "reason", ...}` with the
        status of their class; errors of a record or a zone are items of a 200 (docs/wire.md,
        errors).
        """
        return [
            *(self._route(path, shared=False) for path in self.private_handlers),
            *(self._route(path, shared=True) for path in self.shared_handlers),
        ]

    def answer(
        self, path: str, options: Mapping[str, str], body: bytes, *, shared: bool = False
    ) -> tuple[int, Json]:
        """Status and body for a request to `path`, such as "records/modify", of a database.

        `options` are the query parameters. LookupError for an endpoint that is none.
        """
        handler = (self.shared_handlers if shared else self.private_handlers)[path]
        zones = self.shared() if shared else self.own
        try:
            return 200, handler(requested(path, options, body, zones, self.world, shared=shared))
        except RequestError as error:
            return refused(error)

    def _route(self, path: str, *, shared: bool) -> Route:
        async def serve(request: Request) -> Response:
            closed = refusal(self.world, request, self.name)
            if closed is not None:
                status, answer = closed[0], {"uuid": str(uuid.uuid4()), **closed[1]}
            else:
                body, options = await request.body(), request.query_params
                status, answer = self.answer(path, options, body, shared=shared)
            return Response(encoded(answer), status, media_type="application/json")

        database = "shared" if shared else "private"
        return Route(f"{self.base}/{database}/{path}", serve, methods=["POST"])


def refused(error: RequestError) -> tuple[int, Json]:
    """Status and body of a request that is refused as a whole."""
    body = {"uuid": str(uuid.uuid4()), **error.answer}
    return _STATUS.get(error.answer["serverErrorCode"], 400), body


def zones_list(call: Call) -> Json:
    """`zones/list`: the zones of a database, with their tokens."""
    listed: list[Json] = [
        {"zoneID": zone.zone_id, "syncToken": zone.token(), "atomic": True, "deleted": False}
        for zone in call.zones
        if zone.present
    ]
    return {"zones": listed}


def records_lookup(call: Call) -> Json:
    """`records/lookup`: records of one zone by name, in the order asked for."""
    zone = call.only_zone()
    wanted = call.body.get("records")
    if not isinstance(wanted, list):
        raise RequestError("records must be a list of objects with recordName")
    if len(wanted) > MAX_NAMES:
        raise RequestError(f"{len(wanted)} records, the limit is {MAX_NAMES}")
    items = zone.lookup(
        [_record_name(entry) for entry in wanted],
        remap=call.remap,
        desired_keys=call.names("desiredKeys"),
        lag=call.faults.read_lag,
    )
    return with_token(call, zone, {"records": call.shaped(items)})


def with_token(call: Call, zone: Zone, answer: Json) -> Json:
    """The answer with the zone's sync token, if the request wants it."""
    return answer | {"syncToken": zone.token()} if call.wants_token else answer


def _record_name(entry: Any) -> str:
    match entry:
        case {"recordName": str(name)}:
            return name
    raise RequestError("each of records must be an object with a recordName")


READING: Final[Handlers] = {
    "zones/list": zones_list,
    "changes/database": changes_database,
    "changes/zone": changes_zone,
    "records/changes": records_changes,
    "records/lookup": records_lookup,
}
"""What every private database answers to who only reads, but for queries."""
