"""Sections of a list: what their records say, and who the list's own file says is in which.

The file is JSON (docs/wire.md, "Sections"), packed with gzip or not. An entry that we do not
change, and every key that we do not know, is written back as it came.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync.codec import fields, operations, tokens
from sync.codec.assets import MEMBERSHIPS, asset_value
from sync.codec.blob import Undecodable, gzipped, unpacked
from sync.codec.operations import Change, Context, Group, NoRecords, Rank, Records, Upload, Wire
from sync.codec.reading import Reading, change_tag_of, id_of, is_deleted, linked_id, name_of
from sync.codec.tokens import APPLE_EPOCH_S

__all__ = [
    "RemoteSection",
    "create_section",
    "decode_section",
    "delete_section",
    "memberships_of",
    "put_in_sections",
    "read_memberships",
    "rename_section",
]

Record = Mapping[str, Any]

_CHECKSUM = "MembershipsOfRemindersInSectionsChecksum"
_CHECKSUM_KEY = "membershipsOfRemindersInSectionsChecksum"
_SECTION_CORE = frozenset({"displayName"})
_FIRST_KEYS = ("displayName", "canonicalName", "list", "creationDate")
_VERSION = 20230430  # the one that every file of an app has been seen with
_NO_RECORDS = NoRecords()


@dataclass(frozen=True, slots=True)
class RemoteSection:
    """A section as iCloud last said; ``list_id`` is ``""`` and ``name`` empty if unreadable."""

    id: str
    list_id: str
    name: str
    change_tag: str
    created_ms: int | None = None
    deleted: bool = False


def decode_section(record: Record) -> RemoteSection:
    """Read a ``ListSection`` record; a part that cannot be read is empty."""
    reading = Reading(record)
    above = fields.parent_name(record)
    list_id = reading.field(linked_id, "List", None)
    return RemoteSection(
        id=id_of(record),
        list_id=list_id or fields.bare_id(above or ""),
        name=reading.field(fields.plain_text, "DisplayName", None) or "",
        change_tag=change_tag_of(record),
        created_ms=reading.field(fields.timestamp_ms, "CreationDate", None),
        deleted=is_deleted(record, reading),
    )


def read_memberships(data: bytes) -> dict[str, str]:
    """Which reminder is in which section, by bare ids; an obsolete entry says nothing.

    Of several entries for one reminder the latest counts. Raises ``Undecodable``.
    """
    found: dict[str, str] = {}
    for entry in sorted(_entries(_loaded(data)), key=_modified):
        member, section = entry.get("memberID"), entry.get("groupID")
        if not isinstance(member, str) or not isinstance(section, str):
            continue
        found.pop(fields.bare_id(member), None)
        if not entry.get("isObsolete"):
            found[fields.bare_id(member)] = fields.bare_id(section)
    return found


def memberships_of(record: Record, file: bytes | None) -> dict[str, str] | None:
    """``read_memberships`` of a ``List`` record with its file; ``None`` if they are not known."""
    if asset_value(record, MEMBERSHIPS) is None:
        return {}
    try:
        return None if file is None else read_memberships(file)
    except Undecodable:
        return None


def create_section(
    ctx: Context, identity: str, list_id: str, name: str, records: Records = _NO_RECORDS
) -> Group:
    """A new section of a list; its place among the others is not written."""
    record, holder = f"ListSection/{identity}", operations.record_name("List", list_id, records)
    wire = {
        "DisplayName": operations.encrypted(_checked(name)),
        "CanonicalName": operations.encrypted(name),
        "List": operations.reference(ctx, holder),
        "CreationDate": operations.timestamp(ctx.now_ms),
        "Deleted": operations.integer(0),
        "Imported": operations.integer(0),
        "ResolutionTokenMap": _tokens(ctx, None, *_FIRST_KEYS),
    }
    return Group(
        operations=(operations.create(record, wire, parent=holder),),
        rank=Rank.LIST,
        change=Change("create-section", identity),
        creates=frozenset({record}),
        needs=frozenset({holder}),
    )


def rename_section(ctx: Context, record: Record, name: str) -> Group:
    """Give the section another name; the canonical one follows if it was the same."""
    change = Change("rename-section", id_of(record))
    before = fields.plain_text(record, "DisplayName")
    if before == name:
        return Group((), Rank.UPDATE, change)
    wire, keys = {"DisplayName": operations.encrypted(_checked(name))}, ["displayName"]
    if fields.plain_text(record, "CanonicalName") == before:
        wire["CanonicalName"] = operations.encrypted(name)
        keys.append("canonicalName")
    return Group((_updated(ctx, record, wire, *keys),), Rank.UPDATE, change)


def delete_section(ctx: Context, record: Record) -> Group:
    """Soft deletion, as the apps delete all else."""
    change = Change("delete-section", id_of(record))
    if fields.flag(record, "Deleted"):
        return Group((), Rank.UPDATE, change)
    wire = {"Deleted": operations.integer(1)}
    return Group((_updated(ctx, record, wire, "deleted"),), Rank.UPDATE, change)


def put_in_sections(
    ctx: Context, record: Record, file: bytes | None, wanted: Mapping[str, str | None]
) -> Group:
    """Put reminders into sections of the list ``record`` (bare ids), or (``None``) into none.

    ``file`` is the list's present file, ``None`` if it has none. Raises ``Undecodable`` for one
    that cannot be read: it is not written over.
    """
    change = Change("sections", id_of(record))
    document = {"minimumSupportedVersion": _VERSION, "memberships": []}
    if file is not None:
        document = _loaded(file)
    said = {} if file is None else read_memberships(file)
    news = {id: section for id, section in wanted.items() if said.get(id) != section}
    if not news:
        return Group((), Rank.UPDATE, change)
    entries = [_moved(ctx, entry, news) for entry in _entries(document)]
    there = {_member(entry) for entry in entries}
    entries += [
        _moved(ctx, {"memberID": id}, news)
        for id, section in news.items()
        if id not in there and section is not None
    ]
    data = json.dumps({**document, "memberships": entries}, separators=(",", ":")).encode()
    if file is not None and unpacked(file) != file:
        data = gzipped(data)
    upload = Upload(name_of(record), "List", MEMBERSHIPS, data)
    wire = {
        MEMBERSHIPS: operations.asset(upload),
        _CHECKSUM: operations.encrypted(hashlib.sha512(data).hexdigest()),
        "ResolutionTokenMap": operations.token_map(
            ctx,
            fields.text(record, "ResolutionTokenMap"),
            (_CHECKSUM_KEY,),
            core=tokens.LIST_CORE,
        ),
    }
    sections = {f"ListSection/{section}" for section in news.values() if section is not None}
    return Group(
        operations=(operations.update(record, "List", wire),),
        rank=Rank.UPDATE,
        change=change,
        needs=frozenset(sections),
    )


def _moved(
    ctx: Context, entry: Mapping[str, Any], news: Mapping[str, str | None]
) -> Mapping[str, Any]:
    """The entry as it shall be; what leaves a section keeps its name, and is obsolete."""
    member = _member(entry)
    if member not in news:
        return entry
    section = news[member]
    return {
        **entry,
        "groupID": entry.get("groupID") if section is None else section,
        "modifiedOn": ctx.now_ms / 1000 - APPLE_EPOCH_S,
        "isObsolete": section is None,
    }


def _member(entry: Mapping[str, Any]) -> str:
    member = entry.get("memberID")
    return fields.bare_id(member) if isinstance(member, str) else ""


def _modified(entry: Mapping[str, Any]) -> float:
    at = entry.get("modifiedOn")
    return float(at) if isinstance(at, int | float) else 0.0


def _loaded(data: bytes) -> dict[str, Any]:
    try:
        document = json.loads(unpacked(data))
    except (ValueError, RecursionError):
        raise Undecodable("the list's file of sections cannot be read") from None
    if not isinstance(document, dict):
        raise Undecodable("the list's file of sections holds something unexpected")
    return document


def _entries(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    entries = document.get("memberships", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Undecodable("the list's file of sections holds something unexpected")
    return entries


def _updated(ctx: Context, record: Record, wire: Wire, *keys: str) -> Wire:
    raised = _tokens(ctx, fields.text(record, "ResolutionTokenMap"), *keys)
    return operations.update(record, "ListSection", {**wire, "ResolutionTokenMap": raised})


def _tokens(ctx: Context, old: str | None, *keys: str) -> Wire:
    return operations.token_map(ctx, old, keys, core=_SECTION_CORE)


def _checked(name: str) -> str:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("the section's name holds half a character (a lone surrogate)") from None
    return name
