"""Writes of lists and groups."""

from __future__ import annotations

import json

import pytest

from store.model import ListInfo
from sync.codec.encode import Context, Rank, create_list, delete_list, update_list
from sync.codec.records import decode_list
from tests.codec.conftest import NOW_APPLE_S
from tests.codec.wire import LIST, OTHER_LIST, THEIRS, Mirror, record, target, token_map, wrap

NAME = {"type": "STRING", "value": "Groceries 🛒", "isEncrypted": True}


def a_list(**fields: object) -> dict[str, object]:
    tokens = wrap(token_map(keys=["name"]))
    return record(f"List/{LIST}", {"Name": wrap("Food"), "ResolutionTokenMap": tokens, **fields})


def test_a_list_in_a_group_needs_the_group(ctx: Context) -> None:
    info = ListInfo(id=LIST, name="Groceries 🛒", group=OTHER_LIST)
    group = create_list(ctx, info)
    created = group.operations[0]["record"]
    assert group.operations[0]["operationType"] == "create"
    assert created["fields"]["Name"] == NAME
    assert created["parent"] == {"recordName": f"List/{OTHER_LIST}"}
    assert decode_list(created).info == info
    assert group.rank is Rank.LIST
    assert group.needs == {f"List/{OTHER_LIST}"}
    assert group.creates == {f"List/{LIST}"}


def test_groups_come_before_lists(ctx: Context) -> None:
    group = create_list(ctx, ListInfo(id=LIST, name="Family", is_group=True))
    assert group.rank < create_list(ctx, ListInfo(id=LIST, name="Home")).rank
    assert group.operations[0]["record"]["fields"]["IsGroup"]["value"] == 1
    assert "parent" not in group.operations[0]["record"]


def test_a_rename_raises_the_name_and_carries_the_tag(ctx: Context) -> None:
    operation = update_list(ctx, a_list(), {"name": "Groceries 🛒"}).operations[0]
    assert operation["operationType"] == "update"
    assert operation["record"]["recordChangeTag"] == "m7x2k"
    fields = operation["record"]["fields"]
    assert set(fields) == {"Name", "ResolutionTokenMap"}
    assert fields["Name"] == NAME
    assert json.loads(fields["ResolutionTokenMap"]["value"])["map"]["name"] == {
        "counter": 4,
        "modificationTime": NOW_APPLE_S,
        "replicaID": THEIRS,
    }


def test_a_list_moves_into_a_group_and_out_again(ctx: Context) -> None:
    into: dict[str, str | None] = {"group": OTHER_LIST}
    group = update_list(ctx, a_list(), into)
    moved = group.operations[0]["record"]
    assert moved["fields"]["ParentList"]["value"]["recordName"] == f"List/{OTHER_LIST}"
    assert moved["parent"] == {"recordName": f"List/{OTHER_LIST}"}
    assert group.needs == {f"List/{OTHER_LIST}"}
    inside = a_list(ParentList=target(f"List/{OTHER_LIST}"))
    out = update_list(ctx, inside, {"group": None}).operations[0]["record"]
    assert out["fields"]["ParentList"] == {"type": "REFERENCE", "value": None}
    bare = Mirror(record(OTHER_LIST, {}))
    assert update_list(ctx, a_list(), into, bare).needs == {OTHER_LIST}


def test_a_new_name_and_another_group_are_one_write(ctx: Context) -> None:
    (operation,) = update_list(ctx, a_list(), {"name": "Us", "group": OTHER_LIST}).operations
    fields = operation["record"]["fields"]
    assert set(fields) == {"Name", "ParentList", "ResolutionTokenMap"}
    raised = json.loads(fields["ResolutionTokenMap"]["value"])["map"]
    assert (raised["name"]["counter"], raised["parentList"]["counter"]) == (4, 1)


def test_a_list_is_deleted_softly_and_last(ctx: Context) -> None:
    group = delete_list(ctx, a_list())
    assert group.operations[0]["operationType"] == "update"
    assert group.operations[0]["record"]["fields"]["Deleted"] == {"type": "INT64", "value": 1}
    tokens = json.loads(group.operations[0]["record"]["fields"]["ResolutionTokenMap"]["value"])
    assert tokens["map"]["deleted"]["counter"] == 1
    assert group.rank is max(Rank)


def test_what_is_so_already_sends_nothing(ctx: Context) -> None:
    assert update_list(ctx, a_list(), {"name": "Food"}).operations == ()
    assert update_list(ctx, a_list(), {"group": None}).operations == ()
    assert delete_list(ctx, a_list(Deleted=wrap(1))).operations == ()


def test_half_a_character_is_refused(ctx: Context) -> None:
    with pytest.raises(ValueError, match="half a character"):
        update_list(ctx, a_list(), {"name": "\ud83d"})


def test_an_update_without_a_change_tag_cannot_be_built(ctx: Context) -> None:
    with pytest.raises(ValueError, match="change tag"):
        update_list(ctx, {**a_list(), "recordChangeTag": None}, {"name": "Other"})
