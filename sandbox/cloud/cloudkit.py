"""The Reminders container of the CloudKit database service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.routing import Route

from sandbox.cloud.assethost import assets_upload
from sandbox.cloud.call import Call
from sandbox.cloud.container import READING, Container, Handlers, with_token, zones_list
from sandbox.cloud.fields import Json
from sandbox.cloud.modify import RequestError
from sandbox.cloud.query import query
from sandbox.cloud.zone import Zone

if TYPE_CHECKING:
    from sandbox.world import World


def routes(world: World) -> list[Route]:
    """The endpoints of the Reminders container, private and shared database."""
    return reminders(world).routes()


def reminders(world: World) -> Container:
    """The Reminders container, for who asks it without HTTP."""
    migration = Zone(world.account.owner, world.clock, "RemindersMigration", world.random)
    return Container(
        name="com.apple.reminders",
        world=world,
        own=(world.zone, migration),
        private_handlers=_HANDLERS,
        shared_handlers=_HANDLERS,
        shared=lambda: world.shared.zones,
    )


def _zones_list(call: Call) -> Json:
    """The zones, of which only Reminders has a token, and a private database's default zone."""
    answer = zones_list(call)
    for entry in answer["zones"]:
        if entry["zoneID"]["zoneName"] != "Reminders":
            del entry["syncToken"], entry["atomic"]
    if not call.shared:
        owner = call.world.account.owner
        default = {"zoneName": "_defaultZone", "ownerRecordName": owner, "zoneType": "DEFAULT_ZONE"}
        answer["zones"].append({"zoneID": default})
    return answer


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
    return with_token(call, zone, answer)


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
    return with_token(call, zone, {"records": call.shaped(items)})


_HANDLERS: Final[Handlers] = {
    **READING,
    "zones/list": _zones_list,
    "records/query": _query,
    "records/modify": _modify,
    "assets/upload": assets_upload,
}
