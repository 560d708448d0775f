"""One CloudKit request as its endpoint reads it: options, zones and how records are spelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.cloud.fields import Json
from sandbox.cloud.links import linked
from sandbox.cloud.modify import RequestError
from sandbox.cloud.wire import decoded
from sandbox.cloud.zone import MAX_PAGE, Zone
from sandbox.trouble import Faults

if TYPE_CHECKING:
    from sandbox.world import World

_OWN_NAMES = (None, "_defaultOwner", "__defaultOwner__")


@dataclass(frozen=True, slots=True)
class Call:
    """A parsed request; `zones` are those of the database that it asks."""

    path: str
    body: Json
    zones: Sequence[Zone]
    world: World
    remap: bool
    wants_token: bool
    shared: bool = False

    @property
    def faults(self) -> Faults:
        """What is to go wrong."""
        return self.world.faults

    def zone(self, raw: object) -> Zone:
        """The zone that a `zoneID` names.

        In the private database the owner may be missing or a placeholder; a wrong one, and a
        zone that does not exist, is ZONE_NOT_FOUND (docs/wire.md, endpoints).
        """
        if not isinstance(raw, Mapping) or not isinstance(raw.get("zoneName"), str):
            raise RequestError("zoneID must be an object with a zoneName")
        name, owner = raw["zoneName"], raw.get("ownerRecordName")
        if self.shared and owner is None:
            raise RequestError("zoneID needs an ownerRecordName in the shared database")
        for zone in self.zones:
            mine = owner == zone.owner or (owner in _OWN_NAMES and not self.shared)
            if name == zone.name and mine and zone.present:
                return zone
        if name == "_defaultZone" and not self.shared:
            raise RequestError("the default zone holds no reminders and has no changes")
        raise RequestError(f"Zone '{name}' does not exist", "ZONE_NOT_FOUND")

    def only_zone(self) -> Zone:
        """The zone of an endpoint that works on one; RequestError if it is to fail."""
        error = self.faults.zone_error(self.path)
        if error is not None:
            raise RequestError(**error)
        return self.zone(self.body.get("zoneID"))

    def limit(self, source: Json | None = None) -> int:
        """`resultsLimit` of a zone entry, else of the body; never above the largest page."""
        wanted = (source or {}).get("resultsLimit", self.body.get("resultsLimit"))
        if wanted is None:
            return min(MAX_PAGE, self.faults.page_size)
        if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 1:
            raise RequestError("resultsLimit must be a positive integer")
        return min(wanted, MAX_PAGE, self.faults.page_size)

    def names(self, key: str, source: Json | None = None) -> list[str] | None:
        """A list of strings of a zone entry or the body, such as `desiredKeys`; None if unset."""
        wanted = (source or {}).get(key, self.body.get(key))
        if wanted is None:
            return None
        if not isinstance(wanted, list) or not all(isinstance(name, str) for name in wanted):
            raise RequestError(f"{key} must be a list of strings")
        return wanted

    def shaped(self, items: Iterable[Json]) -> list[Json]:
        """Records as this request wants to read them, and as switched on."""
        asked = self.body.get("numbersAsStrings") or self.body.get("numberAsStrings")
        shaped = linked(self.zones, self.faults, items)
        if asked or self.faults.numbers_as_text:
            for item in shaped:
                _numbers_to_text(item)
        if self.faults.omit_deleted_flag:
            shaped = [_without_false(item) for item in shaped]
        return shaped


def requested(
    path: str,
    options: Mapping[str, str],
    body: bytes,
    zones: Sequence[Zone],
    world: World,
    *,
    shared: bool = False,
) -> Call:
    """Read a request; unknown query parameters are ignored. RequestError for bad JSON."""
    try:
        parsed = decoded(body)
    except ValueError:
        raise RequestError("the request body is not JSON") from None
    if not isinstance(parsed, dict):
        raise RequestError("the request body must be a JSON object")
    return Call(
        path=path,
        body=parsed,
        zones=zones,
        world=world,
        remap=_is_true(options, "remapEnums"),
        wants_token=_is_true(options, "getCurrentSyncToken"),
        shared=shared,
    )


def _is_true(options: Mapping[str, str], name: str) -> bool:
    return options.get(name, "").lower() == "true"


def _numbers_to_text(item: Json) -> None:
    for field in item.get("fields", {}).values():
        value: Any = field["value"]
        if isinstance(value, int) and not isinstance(value, bool):
            field["value"] = str(value)


def _without_false(item: Json) -> Json:
    return {key: value for key, value in item.items() if key != "deleted" or value}
