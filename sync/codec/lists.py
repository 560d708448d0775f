"""Turns wanted changes of lists and groups into operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from store.model import ListInfo
from sync.codec import fields, operations, tokens
from sync.codec.colors import decode_color, encode_color
from sync.codec.operations import Change, Context, Group, NoRecords, Rank, Records, Wire
from sync.codec.reading import id_of, linked_id

__all__ = ["create_list", "delete_list", "undelete_list", "update_list"]

Record = Mapping[str, Any]

_NO_RECORDS = NoRecords()


def create_list(ctx: Context, info: ListInfo, records: Records = _NO_RECORDS) -> Group:
    """A new list or group. The service accepts it; whether devices show it has been doubted."""
    name = f"List/{info.id}"
    group = info.group and operations.record_name("List", info.group, records)
    wire = {
        "Name": operations.encrypted(_checked(info.name)),
        "IsGroup": operations.integer(info.is_group),
        "Deleted": operations.integer(0),
        "Imported": operations.integer(0),
        "ResolutionTokenMap": _tokens(ctx, None, "name"),
    }
    if info.color:
        wire["Color"] = operations.string(encode_color(None, info.color))
    if info.emblem:
        wire["BadgeEmblem"] = operations.string(_checked(info.emblem))
    if group:
        wire["ParentList"] = operations.reference(ctx, group)
    return Group(
        operations=(operations.create(name, wire, parent=group),),
        rank=Rank.GROUP if info.is_group else Rank.LIST,
        change=Change("create-list", info.id),
        creates=frozenset({name}),
        needs=frozenset({group} if group else ()),
    )


def update_list(
    ctx: Context,
    record: Record,
    changes: Mapping[str, str | None],
    records: Records = _NO_RECORDS,
) -> Group:
    """Give the list or group another ``name``, ``color`` or ``emblem``, or another ``group``.

    A group is given by its id (``None``: none), a colour as ``sync.core.colors`` has it.

    Out of a group the record keeps its place in the sharing hierarchy: how to clear that is not
    known.
    """
    wire: Wire = {}
    keys: list[str] = []
    group = None
    name = changes.get("name")
    if name is not None and name != fields.plain_text(record, "Name"):
        wire["Name"] = operations.encrypted(_checked(name))
        keys.append("name")
    if "group" in changes and changes["group"] != linked_id(record, "ParentList"):
        target = changes["group"]
        group = target and operations.record_name("List", target, records)
        wire["ParentList"] = operations.reference(ctx, group)
        keys.append("parentList")
    color, emblem = changes.get("color"), changes.get("emblem")
    if color is not None and color != decode_color(fields.text(record, "Color")):
        wire["Color"] = operations.string(encode_color(fields.text(record, "Color"), color))
        keys.append("color")
    if emblem is not None and emblem != fields.text(record, "BadgeEmblem"):
        wire["BadgeEmblem"] = operations.string(_checked(emblem))
        keys.append("badgeEmblem")
    change = Change("update-list", id_of(record))
    made = (_updated(ctx, record, wire, keys, parent=group),) if wire else ()
    return Group(made, Rank.UPDATE, change, needs=frozenset({group} if group else ()))


def delete_list(ctx: Context, record: Record) -> Group:
    """The soft deletion that the apps make of a list."""
    change = Change("delete-list", id_of(record))
    if fields.flag(record, "Deleted"):
        return Group((), Rank.DELETE_LIST, change)
    wire = {"Deleted": operations.integer(1)}
    return Group((_updated(ctx, record, wire, ["deleted"]),), Rank.DELETE_LIST, change)


def undelete_list(ctx: Context, record: Record) -> Group:
    """Take a soft deletion back; what stands in the list was never deleted by it."""
    change = Change("undelete-list", id_of(record))
    if not fields.flag(record, "Deleted"):
        return Group((), Rank.UPDATE, change)
    wire = {"Deleted": operations.integer(0)}
    return Group((_updated(ctx, record, wire, ["deleted"]),), Rank.UPDATE, change)


def _updated(
    ctx: Context, record: Record, wire: Wire, keys: Sequence[str], parent: str | None = None
) -> Wire:
    raised = _tokens(ctx, fields.text(record, "ResolutionTokenMap"), *keys)
    return operations.update(record, "List", {**wire, "ResolutionTokenMap": raised}, parent)


def _tokens(ctx: Context, old: str | None, *keys: str) -> Wire:
    return operations.token_map(ctx, old, keys, core=tokens.LIST_CORE)


def _checked(name: str) -> str:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("the list's name or emblem holds half a character") from None
    return name
