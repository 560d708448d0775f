"""The colour of a list, between a device and the file ``color`` that vdirs have for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig import Rig, empty_world, open_rig
from tests.sync.vdirs import put


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """An account with the empty, blue list “Inbox”, synced once into a vdir."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), format="vdir") as rig:
        rig.run()
        yield rig


def said(rig: Rig, place: str = "Inbox") -> str:
    return (rig.folder / place / "color").read_text()


def shown(rig: Rig, name: str = "Inbox") -> str:
    return next(str(one.color) for one in rig.phone.lists() if one.name == name)


def test_a_new_directory_says_its_colour_and_follows_the_phone(rig: Rig) -> None:
    assert said(rig) == "#007AFF"
    rig.rest()
    rig.phone.change_list("Inbox", color="red")
    rig.run()
    assert said(rig) == "#FF3B30"
    rig.phone.change_list("Inbox", color="#123abc")
    rig.run()
    assert said(rig) == "#123ABC"
    rig.rest()


@pytest.mark.parametrize(
    ("text", "color"),
    [("#34c759\n", "#34C759"), ("#123abc80\r\n", "#123ABC"), ("green", "#34C759")],
)
def test_a_colour_from_the_file_is_the_phones_and_keeps_its_bytes(
    rig: Rig, text: str, color: str
) -> None:
    file = rig.folder / "Inbox" / "color"
    file.write_bytes(text.encode())
    assert rig.run().pushed == 1
    assert shown(rig) == color
    assert file.read_bytes() == text.encode()
    rig.rest()
    rig.phone.change_list("Inbox", color="red")
    rig.run()
    assert file.read_bytes() == text.encode().replace(text.strip().encode(), b"#FF3B30")
    rig.rest()


def test_a_colour_of_both_sides_is_a_conflict_that_icloud_wins(rig: Rig) -> None:
    (rig.folder / "Inbox" / "color").write_text("#34C759")
    rig.phone.change_list("Inbox", color="red")
    assert rig.run().exit_code == 4
    assert (said(rig), shown(rig)) == ("#FF3B30", "#FF3B30")
    rig.rest()


def test_a_removed_colour_comes_back_only_with_a_new_one(rig: Rig) -> None:
    (rig.folder / "Inbox" / "color").unlink()
    rig.rest()
    assert not (rig.folder / "Inbox" / "color").exists()
    assert shown(rig) == "#007AFF"
    rig.phone.change_list("Inbox", color="red")
    rig.run()
    assert said(rig) == "#FF3B30"
    rig.rest()


def test_an_empty_colour_is_filled_in(rig: Rig) -> None:
    (rig.folder / "Inbox" / "color").write_text("")
    rig.run()
    assert (said(rig), shown(rig)) == ("#007AFF", "#007AFF")
    rig.rest()


def test_a_directory_of_another_tool_brings_its_colour(rig: Rig) -> None:
    put(rig, "Garden/a", "UID:a@theirs", "SUMMARY:Sow")
    (rig.folder / "Garden" / "color").write_text("#34C759FF")
    rig.run()
    assert shown(rig, "Garden") == "#34C759"
    assert said(rig, "Garden") == "#34C759FF"
    rig.rest()


def test_what_is_no_colour_is_held_and_all_else_flows(rig: Rig) -> None:
    file = rig.folder / "Inbox" / "color"
    put(rig, "Inbox/a", "UID:a@theirs", "SUMMARY:Sow")
    for data, reason in ((b"bleu", "line 1: “bleu” is no colour"), (b"\xff\xfe", "not UTF-8")):
        file.write_bytes(data)
        held = str(rig.run().held)
        assert "Inbox/color" in held
        assert reason in held
        assert (rig.titles("Inbox"), shown(rig)) == ({"Sow"}, "#007AFF")
        assert file.read_bytes() == data
