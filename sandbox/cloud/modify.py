"""What a `records/modify` request does: tag rules, references, and all-or-nothing batches."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sandbox.cloud.assets import AssetShelf, is_asset
from sandbox.cloud.changelog import ChangeLog
from sandbox.cloud.fields import FieldError, Json, canonical
from sandbox.cloud.record import StoredRecord, validated_targets, wire
from sandbox.cloud.stage import Stage

MAX_OPERATIONS: Final = 200
MAX_NAME: Final = 255
MAX_RECORD_BYTES: Final = 1_000_000

Refuse = Callable[[str], Json | None]
"""Asked per record name; the arguments of an ItemError (`{"code", "reason", ...}`) refuse it."""


class RequestError(Exception):
    """A request refused as a whole: nothing was applied. `answer` holds serverErrorCode etc."""

    def __init__(self, reason: str, code: str = "BAD_REQUEST", **more: object) -> None:
        super().__init__(reason)
        self.answer: Json = {"serverErrorCode": code, "reason": reason, **more}


class ItemError(Exception):
    """One operation refused; `answer` holds serverErrorCode, reason and what else is sent."""

    def __init__(self, code: str, reason: str, **more: object) -> None:
        super().__init__(reason)
        self.answer: Json = {"reason": reason, "serverErrorCode": code, **more}


@dataclass(frozen=True, slots=True)
class Rule:
    """How an operation type treats the record it names (docs/wire.md, records/modify)."""

    tagged: bool = False
    creates: bool = False
    changes: bool = False
    keeps_unnamed: bool = False
    deletes: bool = False


RULES: Final[Mapping[str, Rule]] = {
    "create": Rule(creates=True),
    "update": Rule(tagged=True, changes=True, keeps_unnamed=True),
    "forceUpdate": Rule(creates=True, changes=True, keeps_unnamed=True),
    "replace": Rule(tagged=True, changes=True),
    "forceReplace": Rule(creates=True, changes=True),
    "delete": Rule(tagged=True, deletes=True),
    "forceDelete": Rule(deletes=True),
}


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, when, and how the request spells types."""

    log: ChangeLog
    assets: AssetShelf
    zone_id: Json
    now_ms: int
    by: str
    remap: bool
    next_tag: Callable[[], str]
    desired_keys: Collection[str] | None = None
    refuse: Refuse | None = None

    def stamp(self) -> Json:
        """The `created`/`modified` value of a write made now."""
        owner = self.zone_id["ownerRecordName"]
        return {"timestamp": self.now_ms, "userRecordName": owner, "deviceID": self.by}


@dataclass(frozen=True, slots=True)
class _Operation:
    kind: str
    rule: Rule
    name: str
    record: Mapping[str, Any]
    desired_keys: Collection[str] | None


def modify(operations: Sequence[object], writer: Writer, *, atomic: bool) -> list[Json]:
    """Apply the operations and return one wire item per operation, in request order.

    Atomic: a failure keeps everything from being applied; each culprit carries its own code and
    its siblings ATOMIC_ERROR. Otherwise operations apply one by one, in order. Raises
    RequestError when the request itself is wrong (too many operations, a record named twice).
    """
    parsed = _parse(operations, writer)
    return _all_or_nothing(parsed, writer) if atomic else _one_by_one(parsed, writer)


def _parse(operations: Sequence[object], writer: Writer) -> list[_Operation]:
    if len(operations) > MAX_OPERATIONS:
        raise RequestError(f"{len(operations)} operations, the limit is {MAX_OPERATIONS}")
    parsed = [_parse_one(raw, writer) for raw in operations]
    names = [operation.name for operation in parsed]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise RequestError(f"more than one operation for record {twice}")
    return parsed


def _parse_one(raw: object, writer: Writer) -> _Operation:
    if not isinstance(raw, Mapping):
        raise RequestError("an operation must be an object")
    kind, record = raw.get("operationType"), raw.get("record")
    if not isinstance(kind, str) or kind not in RULES:
        raise RequestError(f"unknown operationType {kind!r}")
    if not isinstance(record, Mapping):
        raise RequestError(f"operation {kind} has no record")
    name = record.get("recordName")
    if name is None and kind == "create":
        name = str(uuid.uuid4()).upper()
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME:
        raise RequestError(f"recordName must be a string of 1 to {MAX_NAME} characters")
    keys = raw.get("desiredKeys", writer.desired_keys)
    return _Operation(kind, RULES[kind], name, record, keys)


def _all_or_nothing(operations: list[_Operation], writer: Writer) -> list[Json]:
    stage = Stage(writer.log)
    failures: dict[str, Json] = {}
    echoes: dict[str, Json] = {}
    for operation in operations:
        try:
            echoes[operation.name] = _apply(operation, stage, writer)
        except ItemError as error:
            failures[operation.name] = error.answer
    if not failures:
        # Only now: a target may be created by a later operation of the same request.
        for operation in operations:
            try:
                _check_targets(operation, stage)
            except ItemError as error:
                failures[operation.name] = error.answer
    if not failures:
        stage.commit(writer.now_ms)
        return [echoes[operation.name] for operation in operations]
    sibling = ItemError("ATOMIC_ERROR", "another operation of this atomic request failed").answer
    return [
        {"recordName": operation.name, **failures.get(operation.name, sibling)}
        for operation in operations
    ]


def _one_by_one(operations: list[_Operation], writer: Writer) -> list[Json]:
    items: list[Json] = []
    for operation in operations:
        stage = Stage(writer.log)
        try:
            item = _apply(operation, stage, writer)
            _check_targets(operation, stage)
        except ItemError as error:
            items.append({"recordName": operation.name, **error.answer})
            continue
        stage.commit(writer.now_ms)
        items.append(item)
    return items


def _apply(operation: _Operation, stage: Stage, writer: Writer) -> Json:
    """Stage one operation and return its echo; ItemError if the service refuses it."""
    refusal = writer.refuse(operation.name) if writer.refuse else None
    if refusal is not None:
        raise ItemError(**refusal)
    stored = stage.get(operation.name)
    _check_tag(operation, stored)
    if operation.rule.deletes:
        return _delete(operation, stored, stage, writer)
    if stored is not None and not operation.rule.changes:
        raise ItemError("EXISTS", "record to insert already exists")
    record = _written(operation, stored, writer)
    stage.put(record)
    return wire(record, writer.zone_id, remap=writer.remap, desired_keys=operation.desired_keys)


def _check_tag(operation: _Operation, stored: StoredRecord | None) -> None:
    tag = operation.record.get("recordChangeTag")
    if operation.rule.tagged and not isinstance(tag, str):
        raise ItemError("BAD_REQUEST", f"{operation.kind} needs a recordChangeTag")
    if stored is None:
        if operation.rule.creates or operation.kind == "forceDelete":
            return
        raise ItemError("NOT_FOUND", "record change tag specified, but record not found")
    if operation.rule.tagged and tag != stored.tag:
        raise ItemError("CONFLICT", "client oplock error updating record")


def _delete(
    operation: _Operation, stored: StoredRecord | None, stage: Stage, writer: Writer
) -> Json:
    gone = {"recordName": operation.name, "deleted": True}
    if stored is None:
        return gone
    blockers = stage.referrers(operation.name)
    if blockers:
        raise ItemError(
            "VALIDATING_REFERENCE_ERROR",
            "Record delete would violate validating reference, rejecting update: "
            f"{operation.name} is referenced by recordID {blockers[0]}",
        )
    stamp = writer.stamp()
    tag = writer.next_tag()
    stage.put(StoredRecord(operation.name, None, tag, {}, None, stamp, stamp, deleted=True))
    return gone


def _written(operation: _Operation, stored: StoredRecord | None, writer: Writer) -> StoredRecord:
    """The record as it is after a write that is allowed."""
    record = operation.record
    record_type = _record_type(operation, stored)
    raw_fields = record.get("fields", {})
    if not isinstance(raw_fields, Mapping):
        raise ItemError("BAD_REQUEST", "fields must be an object")
    kept = stored.fields if stored is not None and operation.rule.keeps_unnamed else {}
    fields = dict(kept)
    for name, raw in raw_fields.items():
        value = _canonical(record_type, operation.name, name, raw, writer)
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = value
    _check_size(fields)
    stamp = writer.stamp()
    return StoredRecord(
        name=operation.name,
        record_type=record_type,
        tag=writer.next_tag(),
        fields=fields,
        parent=_parent(record, stored),
        created=stored.created if stored is not None else stamp,
        modified=stamp,
        envelope=stored.envelope if stored is not None else {},
    )


def _record_type(operation: _Operation, stored: StoredRecord | None) -> str:
    given = operation.record.get("recordType")
    if given is None and operation.rule.creates:
        raise ItemError("BAD_REQUEST", f"{operation.kind} needs a recordType")
    if given is not None and not isinstance(given, str):
        raise ItemError("BAD_REQUEST", "recordType must be a string")
    held = stored.record_type if stored is not None else given
    if given not in (None, held):
        raise ItemError("BAD_REQUEST", f"record is of type {held}, not {given}")
    return str(held)


def _canonical(
    record_type: str, record: str, name: str, raw: object, writer: Writer
) -> Json | None:
    try:
        field = canonical(record_type, name, raw, remap=writer.remap)
        if field is not None and is_asset(field):
            field["value"] = writer.assets.claim(record, name, field["value"])
        return field
    except FieldError as error:
        raise ItemError("BAD_REQUEST", str(error)) from None


def _parent(record: Mapping[str, Any], stored: StoredRecord | None) -> str | None:
    """The parent's name: kept when not mentioned, cleared by null."""
    if "parent" not in record:
        return stored.parent if stored is not None else None
    match record["parent"]:
        case None:
            return None
        case {"recordName": str(name)}:
            return name
    raise ItemError("BAD_REQUEST", "parent must be an object with a recordName")


def _check_size(fields: Mapping[str, Json]) -> None:
    values = (field["value"] for field in fields.values())
    size = sum(len(value) for value in values if isinstance(value, str))
    if size > MAX_RECORD_BYTES:
        raise ItemError("BAD_REQUEST", f"record too large: over {MAX_RECORD_BYTES} bytes")


def _check_targets(operation: _Operation, stage: Stage) -> None:
    """VALIDATE references of the fields this operation wrote must name records that exist."""
    record = stage.get(operation.name)
    if record is None:
        return
    named = operation.record.get("fields") or {}
    written = {name: field for name, field in record.fields.items() if name in named}
    for target in validated_targets(written):
        if stage.get(target) is None:
            raise ItemError(
                "VALIDATING_REFERENCE_ERROR",
                "Record save would violate validating reference, rejecting update: "
                f"{operation.name} refers to recordID {target}, which does not exist",
            )
