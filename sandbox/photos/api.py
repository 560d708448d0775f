"""The Photos container of the CloudKit database service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from sandbox.cloud.call import Call
from sandbox.cloud.container import READING, Container, with_token, zones_list
from sandbox.cloud.fields import Json
from sandbox.cloud.modify import RequestError
from sandbox.cloud.record import wire
from sandbox.photos.indexes import Indexes

if TYPE_CHECKING:
    from sandbox.world import World


def routes(world: World) -> list[Route]:
    """The endpoints of the Photos container; nothing can be written there."""
    library = world.services.photos
    desk = _Desk(Indexes(library))
    return Container(
        name="com.apple.photos.cloud",
        world=world,
        own=(library.zone,),
        private_handlers={
            **READING,
            "records/query": desk.query,
            "internal/records/query/batch": desk.counts,
        },
        shared_handlers={"zones/list": zones_list},
    ).routes()


class _Desk:
    """What only this container answers."""

    def __init__(self, indexes: Indexes) -> None:
        self._indexes = indexes

    def query(self, call: Call) -> Json:
        """`records/query`: a page of a list, the albums, or the indexing state."""
        zone = call.only_zone()
        asked = call.body.get("query")
        if not isinstance(asked, Mapping):
            raise RequestError("query must be an object with a recordType")
        keys = call.names("desiredKeys")
        items = [
            wire(zone.records[each], zone.zone_id, remap=call.remap, desired_keys=keys)
            if isinstance(each, str)
            else {**each, "deleted": False, "zoneID": zone.zone_id}
            for each in self._indexes.record_names(asked, call.limit())
        ]
        return with_token(call, zone, {"records": call.shaped(items)})

    def counts(self, call: Call) -> Json:
        """`internal/records/query/batch`: how many photos each index has."""
        batch = call.body.get("batch")
        if not isinstance(batch, list) or not batch:
            raise RequestError("batch must be a list of objects with a query")
        return {"batch": [{"records": self._counted(call, each)} for each in batch]}

    def _counted(self, call: Call, asked: Any) -> list[Json]:
        match asked:
            case {
                "query": {
                    "recordType": "HyperionIndexCountLookup",
                    "filterBy": {
                        "fieldName": "indexCountID",
                        "comparator": "IN",
                        "fieldValue": {"value": list(wanted)},
                    },
                },
                "zoneID": zone_id,
            }:
                call.zone(zone_id)
                return [self._count(str(each)) for each in wanted]
        raise RequestError("a count is HyperionIndexCountLookup with indexCountID IN a list")

    def _count(self, index_id: str) -> Json:
        count = {"value": self._indexes.count(index_id), "type": "INT64"}
        return {
            "recordName": index_id,
            "recordType": "IndexCountResult",
            "fields": {"itemCount": count},
        }
