"""One stored record of a zone, and how it reads on the wire."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sandbox.cloud.fields import Json, wire_type


@dataclasses.dataclass(frozen=True, slots=True)
class StoredRecord:
    """One version of a record; a tombstone has `deleted` set, no type and no fields.

    `fields` maps a name to `{"value", "type", "isEncrypted"?}` with remapped type names.
    `created` and `modified` are `{"timestamp" (ms since 1970), "userRecordName", "deviceID"}`.
    `envelope` is what else stands beside the fields, and only the service writes.
    """

    name: str
    record_type: str | None
    tag: str
    fields: Mapping[str, Json]
    parent: str | None
    created: Json
    modified: Json
    deleted: bool = False
    envelope: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def validated_targets(self) -> Iterator[str]:
        """Names of the records this one refers to with action VALIDATE."""
        return validated_targets(self.fields)

    def wire_fields(
        self, zone_id: Json, *, remap: bool, desired_keys: Collection[str] | None
    ) -> dict[str, Json]:
        """The fields as answers carry them; copies that callers may change."""
        return {
            name: _wire_field(field, zone_id, remap=remap)
            for name, field in self.fields.items()
            if desired_keys is None or name in desired_keys
        }

    def dump(self) -> Json:
        """The record as a JSON-able dict; `StoredRecord.load` reads it back."""
        return {
            "name": self.name,
            "record_type": self.record_type,
            "tag": self.tag,
            "fields": {name: _copied(field) for name, field in self.fields.items()},
            "parent": self.parent,
            "created": dict(self.created),
            "modified": dict(self.modified),
            "deleted": self.deleted,
            "envelope": _copied_value(dict(self.envelope)),
        }

    @classmethod
    def load(cls, state: Json) -> StoredRecord:
        """The record that `dump` wrote."""
        return cls(**state)


def validated_targets(fields: Mapping[str, Json]) -> Iterator[str]:
    """Names of the records that these fields refer to with action VALIDATE."""
    for field in fields.values():
        yield from _validated(field)


def wire(
    record: StoredRecord,
    zone_id: Json,
    *,
    remap: bool = True,
    desired_keys: Collection[str] | None = None,
) -> Json:
    """The record as answers carry it; a fresh dict that callers may change.

    `desired_keys` names the fields to show: None for all, empty for none. A tombstone is
    `{"recordName", "deleted": true, "zoneID"}` and nothing else.
    """
    if record.deleted:
        return {"recordName": record.name, "deleted": True, "zoneID": dict(zone_id)}
    item: Json = {
        "recordName": record.name,
        "recordType": record.record_type,
        "recordChangeTag": record.tag,
        "fields": record.wire_fields(zone_id, remap=remap, desired_keys=desired_keys),
        "pluginFields": {},
        "created": dict(record.created),
        "modified": dict(record.modified),
        "deleted": False,
        "zoneID": dict(zone_id),
    }
    item |= _copied_value(dict(record.envelope))
    if record.parent is not None:
        item["parent"] = {"recordName": record.parent}
    return item


def _wire_field(field: Json, zone_id: Json, *, remap: bool) -> Json:
    shown = _copied(field)
    kind = field["type"]
    if not remap:
        shown["type"] = wire_type(kind, remap=False)
    if kind == "REFERENCE":
        shown["value"]["zoneID"] = dict(zone_id)
    elif kind == "REFERENCE_LIST":
        for reference in shown["value"]:
            reference["zoneID"] = dict(zone_id)
    return shown


def _copied(field: Json) -> Json:
    """A copy deep enough that changing it never reaches the zone."""
    copy = dict(field)
    if isinstance(copy["value"], (dict, list)):
        copy["value"] = _copied_value(copy["value"])
    return copy


def _copied_value(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied_value(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copied_value(inner) for inner in value]
    return value


def _validated(field: Json) -> Iterator[str]:
    if field["type"] == "REFERENCE":
        references = [field["value"]]
    elif field["type"] == "REFERENCE_LIST":
        references = field["value"]
    else:
        return
    for reference in references:
        if reference["action"] == "VALIDATE":
            yield reference["recordName"]
