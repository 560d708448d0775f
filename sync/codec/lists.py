"""Turns wanted changes of lists and groups into operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from store.model import ListInfo
from sync.codec import fields, operations, tokens
from sync.codec.operations import Change, Context, Group, NoRecords, Rank, Records, Wire
from sync.codec.reading import id_of, linked_id

__all__ = ["create_list", "delete_list", "move_list", "rename_list"]

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
    if group:
        wire["ParentList"] = operations.reference(ctx, group)
    return Group(
        operations=(operations.create(name, wire, parent=group),),
        rank=Rank.GROUP if info.is_group else Rank.LIST,
        change=Change("create-list", info.id),
        creates=frozenset({name}),
        needs=frozenset({group} if group else ()),
    )


def rename_list(ctx: Context, record: Record, name: str) -> Group:
    """Give the list another name."""
    change = Change("rename-list", id_of(record))
    if fields.plain_text(record, "Name") == name:
        return Group((), Rank.UPDATE, change)
    wire = {"Name": operations.encrypted(_checked(name))}
    return Group((_updated(ctx, record, wire, "name"),), Rank.UPDATE, change)


def move_list(
    ctx: Context, record: Record, group_id: str | None, records: Records = _NO_RECORDS
) -> Group:
    """Put the list into a group, or (``None``) out of the one that it is in.

    Out of it the record keeps its place in the sharing hierarchy: how to clear that is not known.
    """
    change = Change("move-list", id_of(record))
    if linked_id(record, "ParentList") == group_id:
        return Group((), Rank.UPDATE, change)
    group = None if group_id is None else operations.record_name("List", group_id, records)
    wire = {"ParentList": operations.reference(ctx, group)}
    return Group(
        operations=(_updated(ctx, record, wire, "parentList", parent=group),),
        rank=Rank.UPDATE,
        change=change,
        needs=frozenset({group} if group else ()),
    )


def delete_list(ctx: Context, record: Record) -> Group:
    """The soft deletion that the apps make of a list."""
    change = Change("delete-list", id_of(record))
    if fields.flag(record, "Deleted"):
        return Group((), Rank.DELETE_LIST, change)
    wire = {"Deleted": operations.integer(1)}
    return Group((_updated(ctx, record, wire, "deleted"),), Rank.DELETE_LIST, change)


def _updated(ctx: Context, record: Record, wire: Wire, key: str, parent: str | None = None) -> Wire:
    raised = _tokens(ctx, fields.text(record, "ResolutionTokenMap"), key)
    return operations.update(record, "List", {**wire, "ResolutionTokenMap": raised}, parent)


def _tokens(ctx: Context, old: str | None, key: str) -> Wire:
    return operations.token_map(ctx, old, (key,), core=tokens.LIST_CORE)


def _checked(name: str) -> str:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("the list's name holds half a character (a lone surrogate)") from None
    return name
