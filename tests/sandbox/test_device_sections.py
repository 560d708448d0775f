"""Sections on the phone: made, renamed, filled and emptied, by two phones, and never misread."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from sandbox.cloud.zone import Zone
from sandbox.device.phone import Phone
from sandbox.device.sections import CHECKSUM, FILE, MISFIT, UNREADABLE
from tests.sandbox.phones import raised, read, tokens, update, value, zone_with_phones


def document(zone: Zone, name: str) -> dict[str, Any]:
    data = zone.assets.read(read(zone, name)["fields"][FILE]["value"])
    assert data is not None
    found: dict[str, Any] = json.loads(data)
    return found


def list_of(phone: Phone) -> str:
    return f"List/{next(entry.id for entry in phone.lists() if entry.name == 'Home')}"


def test_what_one_phone_puts_in_a_section_the_other_shows_there() -> None:
    zone, [one, two] = zone_with_phones(2)
    garden = one.create_section("Home", "Garden")
    seeds, loose = one.create("Home", "Seeds"), one.create("Home", "Loose")
    one.put_in_section(seeds, garden)
    two.sync()
    assert [entry.name for entry in two.sections("Home")] == ["Garden"]
    assert (two.get(seeds).section, two.get(loose).section) == ("Garden", None)
    [entry] = document(zone, list_of(one))["memberships"]
    assert (entry["memberID"], entry["groupID"], entry["isObsolete"]) == (seeds, garden, False)
    assert "membershipsOfRemindersInSectionsChecksum" in tokens(zone, list_of(one))

    two.rename_section(garden, "Allotment")
    two.put_in_section(loose, garden, packed=True)
    one.sync()
    assert (one.get(seeds).section, one.get(loose).section) == ("Allotment", "Allotment")

    one.put_in_section(seeds, None)
    two.sync()
    assert (two.get(seeds).section, two.get(loose).section) == (None, "Allotment")
    kept = {
        one["memberID"]: one["isObsolete"] for one in document(zone, list_of(one))["memberships"]
    }
    assert kept == {seeds: True, loose: False}

    two.delete_section(garden)
    one.sync()
    assert (one.sections("Home"), one.get(loose).section) == ([], None)


def test_a_subtask_is_in_no_section_of_its_own() -> None:
    _, [one] = zone_with_phones(1)
    garden = one.create_section("Home", "Garden")
    parent = one.create("Home", "Seeds")
    child = one.create("Home", "Carrots", parent=parent)
    one.put_in_section(child, garden)
    assert one.get(child).section is None


@pytest.mark.parametrize(
    ("data", "checksum", "problem"),
    [
        (b'{"memberships": []}', "0" * 128, MISFIT),
        (b"{}", None, UNREADABLE),
        (b'{"memberships": [1]}', None, UNREADABLE),
        (b"\x1f\x8bnot gzip", None, UNREADABLE),
    ],
)
def test_a_file_that_is_not_to_be_believed_is_a_problem(
    data: bytes, checksum: str | None, problem: str
) -> None:
    zone, [one] = zone_with_phones(1)
    seeds = one.create("Home", "Seeds")
    name = list_of(one)
    single = zone.assets.deposit(name, FILE, data)
    checksum = checksum or hashlib.sha512(data).hexdigest()
    fields = {
        FILE: {"value": single, "type": "ASSETID"},
        CHECKSUM: {"value": checksum, "type": "STRING", "isEncrypted": True},
        "ResolutionTokenMap": raised(zone, name, "membershipsOfRemindersInSectionsChecksum"),
    }
    update(zone, {name: fields})
    one.sync()
    assert (one.get(seeds).section, one.get(seeds).problems) == (None, (problem,))
    assert value(zone, name, CHECKSUM) == checksum


def test_a_section_of_another_list_is_refused() -> None:
    _, [one] = zone_with_phones(1)
    one.create_list("Work")
    section = one.create_section("Work", "Plans")
    seeds = one.create("Home", "Seeds")
    with pytest.raises(ValueError, match="in another list"):
        one.put_in_section(seeds, section)
    with pytest.raises(LookupError, match="no section"):
        one.rename_section(seeds, "Nothing")
