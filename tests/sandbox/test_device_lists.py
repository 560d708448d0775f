"""What the app can do with lists and groups, and what it shows of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.device.phone import Phone
from tests.sandbox.phones import raised, read, settle, update, value, zone_with_phones


def shown(phone: Phone, name: str) -> Any:
    return next(one for one in phone.lists() if one.name == name)


def test_a_list_is_put_into_a_group_and_taken_out_and_other_phones_see_it() -> None:
    zone, (phone, other) = zone_with_phones(2)
    group = phone.create_list("Family", is_group=True)
    phone.change_list("Home", group="Family")
    settle(phone, other)
    home = shown(other, "Home")
    assert home.group == "Family"
    assert read(zone, f"List/{home.id}")["parent"] == {"recordName": f"List/{group}"}
    other.change_list("Home", group=None)
    settle(phone, other)
    assert shown(phone, "Home").group is None
    with pytest.raises(ValueError, match="is a list, not a group"):
        phone.change_list("Home", group="Home")
    with pytest.raises(ValueError, match="one level"):
        phone.change_list("Family", group=None)


def test_the_lists_of_a_deleted_group_stand_at_top_level() -> None:
    _, (phone, other) = zone_with_phones(2)
    phone.create_list("Family", is_group=True)
    phone.change_list("Home", group="Family")
    phone.create("Home", "Fix the tap")
    phone.delete_list("Family")
    settle(phone, other)
    for one in (phone, other):
        assert [(entry.name, entry.group) for entry in one.lists()] == [("Home", None)]
        assert one.find("Fix the tap").list == "Home"


def test_colour_emblem_and_sorting_are_shown_and_unknown_keys_of_a_colour_stay() -> None:
    zone, (phone, other) = zone_with_phones(2)
    name = f"List/{shown(phone, 'Home').id}"
    before = json.loads(value(zone, name, "Color"))
    more = {"type": "STRING", "value": json.dumps({**before, "hue": 7})}
    token = raised(zone, name, "color")
    update(zone, {name: {"Color": more, "ResolutionTokenMap": token}})
    phone.sync()
    phone.change_list("Home", color="red", emblem="book", sorting="dueDate")
    settle(phone, other)
    home = shown(other, "Home")
    assert (home.color, home.emblem, home.sorting) == ("#FF3B30", "book", "dueDate")
    assert json.loads(value(zone, name, "Color"))["hue"] == 7
    phone.change_list("Home", color="#123abc", emblem=None)
    settle(phone, other)
    home = shown(other, "Home")
    assert (home.color, home.emblem) == ("#123ABC", None)
    assert json.loads(value(zone, name, "Color"))["daSymbolicColorName"] == "custom"
    with pytest.raises(ValueError, match="neither"):
        phone.change_list("Home", color="bleu")
