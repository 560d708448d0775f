"""The HTTP face of the CloudKit database service: sessions, zones, envelopes and error forms."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.assethost import assets_upload
from sandbox.call import Call, requested
from sandbox.feed import changes_database, changes_zone, records_changes
from sandbox.fields import Json
from sandbox.modify import RequestError
from sandbox.query import query
from sandbox.wire import encoded
from sandbox.zone import Zone

if TYPE_CHECKING:
    from sandbox.world import World

BASE: Final = "/database/1/com.apple.reminders/production"
MAX_NAMES: Final = 200

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


def routes(world: World) -> list[Route]:
    """POST endpoints of the Reminders container, private and shared database.

    Errors of the whole request are `{"uuid", "serverErrorCode", "reason", ...}` with the status
    of their class; errors of a record or a zone are items of a 200 (docs/wire.md, errors).
    """
    service = Service(world)

    def endpoint(path: str, *, shared: bool) -> Route:
        async def serve(request: Request) -> Response:
            if not world.account.is_signed_in(request):
                status, answer = _refused(_signed_out())
            else:
                body, options = await request.body(), request.query_params
                status, answer = service.answer(path, options, body, shared=shared)
            return Response(encoded(answer), status, media_type="application/json")

        database = "shared" if shared else "private"
        return Route(f"{BASE}/{database}/{path}", serve, methods=["POST"])

    return [endpoint(path, shared=shared) for shared in (False, True) for path in _HANDLERS]


class Service:
    """The database of one world without its HTTP face, for whoever has a session."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._own = [
            world.zone,
            Zone(world.account.owner, world.clock, "RemindersMigration", world.random),
        ]

    def answer(
        self, path: str, options: Mapping[str, str], body: bytes, *, shared: bool = False
    ) -> tuple[int, Json]:
        """Status and body for a request to `path`, such as "records/modify", of a database.

        `options` are the query parameters. LookupError for an endpoint that is none.
        """
        handler = _HANDLERS[path]
        zones: Sequence[Zone] = self._world.shared.zones if shared else self._own
        try:
            return 200, handler(requested(path, options, body, zones, self._world, shared=shared))
        except RequestError as error:
            return _refused(error)


def _signed_out() -> RequestError:
    return RequestError(
        "Missing X-APPLE-WEBAUTH-TOKEN cookie",
        "AUTHENTICATION_REQUIRED",
        redirectURL="https://www.icloud.com/",
    )


def _refused(error: RequestError) -> tuple[int, Json]:
    body = {"uuid": str(uuid.uuid4()), **error.answer}
    return _STATUS.get(error.answer["serverErrorCode"], 400), body


def _zones_list(call: Call) -> Json:
    listed: list[Json] = [
        {"zoneID": zone.zone_id, "syncToken": zone.token(), "atomic": True, "deleted": False}
        for zone in call.zones
        if zone.present
    ]
    for entry in listed:
        if entry["zoneID"]["zoneName"] != "Reminders":
            del entry["syncToken"], entry["atomic"]
    if not call.shared:
        owner = call.world.account.owner
        default = {"zoneName": "_defaultZone", "ownerRecordName": owner, "zoneType": "DEFAULT_ZONE"}
        listed.append({"zoneID": default})
    return {"zones": listed}


def _lookup(call: Call) -> Json:
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
    return _with_token(call, zone, {"records": call.shaped(items)})


def _record_name(entry: Any) -> str:
    match entry:
        case {"recordName": str(name)}:
            return name
    raise RequestError("each of records must be an object with a recordName")


def _query(call: Call) -> Json:
    zone = call.only_zone()
    marker = call.body.get("continuationMarker")
    page = query(
        zone,
        call.body.get("query"),
        limit=call.limit(),
        marker=None if marker is None else str(marker),
        remap=call.remap,
        desired_keys=call.names("desiredKeys"),
    )
    answer: Json = {"records": call.shaped(page.records)}
    if page.marker is not None:
        answer["continuationMarker"] = page.marker
    return _with_token(call, zone, answer)


def _modify(call: Call) -> Json:
    zone = call.only_zone()
    operations, atomic = call.body.get("operations"), call.body.get("atomic", True)
    if not isinstance(operations, list) or not isinstance(atomic, bool):
        raise RequestError("operations must be a list and atomic true or false")
    denied = call.world.shared.sharers[zone.owner].refusals(operations) if call.shared else {}
    items = zone.modify(
        operations,
        atomic=atomic,
        remap=call.remap,
        desired_keys=call.names("desiredKeys"),
        refuse=lambda name: denied.get(name) or call.faults.refuse(name),
    )
    failed = next((item for item in items if "serverErrorCode" in item), None)
    if atomic and failed is not None and call.faults.atomic_failure == "http":
        raise RequestError(f"{failed['recordName']}: {failed['reason']}", "ATOMIC_ERROR")
    return _with_token(call, zone, {"records": call.shaped(items)})


def _with_token(call: Call, zone: Zone, answer: Json) -> Json:
    return answer | {"syncToken": zone.token()} if call.wants_token else answer


_HANDLERS: Final[Mapping[str, Callable[[Call], Json]]] = {
    "zones/list": _zones_list,
    "changes/database": changes_database,
    "changes/zone": changes_zone,
    "records/changes": records_changes,
    "records/lookup": _lookup,
    "records/query": _query,
    "records/modify": _modify,
    "assets/upload": assets_upload,
}
