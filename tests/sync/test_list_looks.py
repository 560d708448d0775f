"""Colour and emblem of a list, between a device and the front matter of its file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.device.view import ShownList
from sync.core.actions import HoldKind
from tests.rig import Rig, empty_world, open_rig

HEAD = """---
tags: [home, "a: b"]
{}
author: Ada # me
---

Words of mine.

"""


@pytest.fixture(params=["cloud", "files"])
def either(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Rig, str]]:
    """A rig under each policy, and the side that wins."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), conflicts=request.param) as rig:
        rig.run()
        yield rig, request.param


def shown(rig: Rig, name: str = "Inbox") -> ShownList:
    return next(one for one in rig.phone.lists() if one.name == name)


def wire(rig: Rig, field: str) -> Any:
    record = rig.world.zone.lookup([f"List/{shown(rig).id}"])[0]
    return record["fields"].get(field, {}).get("value")


def tokens(rig: Rig) -> dict[str, int]:
    entries = json.loads(wire(rig, "ResolutionTokenMap"))["map"]
    return {key: entry["counter"] for key, entry in entries.items()}


def put(rig: Rig, *keys: str) -> None:
    """Put keys into the front matter that the list's file has, among others."""
    rig.save("Inbox", rig.read("Inbox").replace("---\n", "---\n" + "".join(keys), 1))


def losers(rig: Rig) -> set[tuple[str, object, object]]:
    found = rig.store.attention.open_conflicts()
    return {(one.field, one.winner, one.loser) for one in found}


def test_without_a_key_nothing_is_written(rig: Rig) -> None:
    before = rig.read("Inbox")
    rig.phone.change_list("Inbox", color="red", emblem="book")
    report = rig.run()
    assert (report.pushed, report.files) == (0, 0)
    assert rig.read("Inbox") == before
    rig.rest()


@pytest.mark.parametrize(
    ("text", "hexadecimal", "name"),
    [
        ("green", "#34C759", "green"),
        ("'#34c759'", "#34C759", "green"),
        ("#123abc", "#123ABC", "custom"),
        ('"#123abc"  # mine', "#123ABC", "custom"),
    ],
)
def test_a_colour_from_the_file(rig: Rig, text: str, hexadecimal: str, name: str) -> None:
    more = {**json.loads(wire(rig, "Color")), "hue": 7}
    rig.phone.change_list("Inbox", color="red")
    rig.phone._own.change(rig.phone._own.by_id("List", shown(rig).id), {"Color": json.dumps(more)})
    rig.phone._push()
    rig.run()
    before = tokens(rig)
    put(rig, f"icloud-color: {text}\n")
    file = rig.read("Inbox")
    report = rig.run()
    assert report.pushed == 1
    assert shown(rig).color == hexadecimal
    color = json.loads(wire(rig, "Color"))
    assert (color["daSymbolicColorName"], color["hue"]) == (name, 7)
    after = tokens(rig)
    assert {key for key in after if after[key] != before.get(key)} == {"color", "lastModifiedDate"}
    assert rig.read("Inbox") == file
    rig.rest()


def test_from_the_phone_the_value_changes_in_its_place_and_no_other_byte(rig: Rig) -> None:
    rig.save("Work", HEAD.format("icloud-color:   blue   # the office's\nicloud-emblem: 'bag'"))
    rig.append("Work", "- [ ] Task\n")
    rig.run()
    assert (shown(rig, "Work").color, shown(rig, "Work").emblem) == ("#007AFF", "bag")
    rig.phone.change_list("Work", color="red", emblem="book: 2")
    text = rig.read("Work")
    rig.run()
    wanted = text.replace("  blue   # the", "  red   # the").replace("'bag'", "'book: 2'")
    assert rig.read("Work") == wanted
    rig.phone.change_list("Work", color="#123abc")
    rig.run()
    assert "icloud-color:   '#123ABC'   # the office's\n" in rig.read("Work")
    assert rig.line("Work", "Task")
    rig.rest()


def test_an_empty_key_is_filled_in(rig: Rig) -> None:
    rig.phone.change_list("Inbox", color="purple", emblem="star")
    put(rig, "icloud-color:\n", "icloud-emblem:\n")
    rig.run()
    assert "icloud-color: '#AF52DE'\nicloud-emblem: star\n" in rig.read("Inbox")
    assert shown(rig).color == "#AF52DE"
    rig.rest()


def test_changed_on_both_sides(either: tuple[Rig, str]) -> None:
    rig, policy = either
    put(rig, "icloud-color: red\n", "icloud-emblem: bag\n")
    rig.run()
    rig.phone.change_list("Inbox", color="green")
    rig.replace("Inbox", "icloud-color: red", "icloud-color: orange")
    rig.replace("Inbox", "icloud-emblem: bag", "icloud-emblem: book")
    report = rig.run()
    here, there = "orange #FF9500", "green #34C759"
    winner, loser = (there, here) if policy == "cloud" else (here, there)
    assert shown(rig).color == winner.split()[1]
    assert f"icloud-color: {winner.split()[0]}\n" in rig.read("Inbox")
    assert losers(rig) == {("color", winner, loser)}
    assert shown(rig).emblem == "book"
    assert report.exit_code == 4
    rig.rest()


def test_what_is_no_colour_is_held_with_its_line_and_everything_else_flows(rig: Rig) -> None:
    put(rig, "icloud-emblem: book\n", "icloud-color: bleu\n")
    rig.append("Inbox", "- [ ] Task\n")
    report = rig.run()
    (hold,) = report.held
    assert hold.kind is HoldKind.FILE
    assert hold.reason.startswith("Inbox.md: line 3: “bleu” is no colour; write '#RRGGBB' or one")
    assert report.exit_code == 3
    assert (shown(rig).emblem, shown(rig).color) == ("book", "#007AFF")
    assert rig.titles("Inbox") == {"Task"}
    rig.replace("Inbox", "bleu", "Yellow")
    assert rig.run().held == []
    assert shown(rig).color == "#FFCC00"
    rig.rest()


def test_a_new_file_brings_its_looks_along(rig: Rig) -> None:
    rig.save("Garden", "---\nicloud-color: brown\nicloud-emblem: leaf\n---\n- [ ] Dig\n")
    rig.run()
    garden = shown(rig, "Garden")
    assert (garden.color, garden.emblem) == ("#A2845E", "leaf")
    rig.rest()


def test_a_read_only_list_takes_no_colour_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), lists="{'*': read-only}") as rig:
        rig.run()
        put(rig, "icloud-color: red\n")
        report = rig.run()
        assert [hold.kind for hold in report.held] == ["read-only"]
        assert (report.pushed, shown(rig).color) == (0, "#007AFF")
        rig.phone.change_list("Inbox", color="green")
        rig.run()
        assert "icloud-color: green\n" in rig.read("Inbox")


def test_renamed_and_painted_at_once_is_one_write(rig: Rig) -> None:
    put(rig, "icloud-color: red\n")
    rig.path("Inbox").rename(rig.path("Post"))
    report = rig.run()
    assert report.pushed == 1
    assert shown(rig, "Post").color == "#FF3B30"
    rig.rest()


def test_the_columns_of_a_list_are_what_the_phone_shows(rig: Rig) -> None:
    rig.phone.change_list("Inbox", color="red", emblem="book", sorting="dueDate")
    rig.run()
    rows = rig.store._connection.all("SELECT color, color_name, emblem, sorting, linked FROM lists")
    assert rows == [("#FF3B30", "red", "book", "dueDate", 1)]


@pytest.mark.parametrize(
    ("sorting", "titles"), [("manual", ["B", "C", "A"]), ("dueDate", ["C", "B", "A"])]
)
def test_a_new_file_has_the_order_of_the_list_and_keeps_it(
    rig: Rig, sorting: str, titles: list[str]
) -> None:
    rig.phone.create_list("Work")
    ids = [rig.phone.create("Work", title) for title in ("A", "B")]
    third = rig.phone.create("Work", "C", due="2026-03-01")
    rig.phone.edit(ids[1], due="2026-03-02")
    rig.phone.order_list("Work", [ids[1], third, ids[0]])
    rig.phone.change_list("Work", sorting=sorting)
    rig.run()
    lines = [line[6] for line in rig.read("Work").split("\n") if line.startswith("- [ ] ")]
    assert lines == titles
    text = rig.read("Work")
    rig.phone.order_list("Work", [third, *ids])
    rig.phone.change_list("Work", sorting="title")
    assert rig.run().files == 0
    assert rig.read("Work") == text
    rig.rest()
