"""Linked directories: nothing behind them is a list, and no id that stands there is gone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sync.local import links
from tests.local.scanning import BREAD, MILK, put, scan, scanner
from tests.local.support import Clock

MILK_ID, BREAD_ID = frozenset({"r-abcdef2"}), frozenset({"r-bcdefg3"})
NOT_FOLLOWED = "a link to a directory, which is not followed"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A directory out of the folder, with a file in it and one below it."""
    place = tmp_path / "elsewhere"
    put(place / "Home.md", MILK)
    put(place / "2026" / "old.md", BREAD)
    put(place / "notes.txt", BREAD)
    put(place / ".git" / "Home.md", BREAD)
    return place


def test_a_linked_directory_is_not_followed(root: Path, elsewhere: Path) -> None:
    (root / "Work").symlink_to(elsewhere)
    result = scan(root)
    assert result.files == {}
    assert result.ignored == {"Work": NOT_FOLLOWED}
    assert result.links == {"Work"}
    assert result.strays == {"Work/Home.md": MILK_ID, "Work/2026/old.md": BREAD_ID}
    assert result.complete


def test_files_behind_a_link_name_no_list(root: Path, elsewhere: Path) -> None:
    put(elsewhere / "Deep" / "x.md", b"---\nicloud-list: Home\n---\n" + MILK)
    (root / "Work").symlink_to(elsewhere)
    eye = scanner(root)
    eye._bound_by = b"icloud-list"
    assert eye.scan().files == {}


def test_a_link_within_a_linked_directory_is_looked_behind(
    root: Path, elsewhere: Path, tmp_path: Path
) -> None:
    put(tmp_path / "more" / "x.md", b"^r-cdefgh4\n")
    (elsewhere / "More").symlink_to(tmp_path / "more")
    (elsewhere / "Alone.md").symlink_to(tmp_path / "more" / "x.md")
    (root / "Work").symlink_to(elsewhere)
    strays = scan(root).strays
    assert strays["Work/More/x.md"] == strays["Work/Alone.md"] == {"r-cdefgh4"}


@pytest.mark.parametrize("target", [".", "Plans", "../Todo/Plans"])
def test_a_link_back_into_the_folder_shows_nothing_twice(root: Path, target: str) -> None:
    put(root / "Plans" / "Home.md", MILK)
    (root / "Loop").symlink_to(target)
    result = scan(root)
    assert list(result.files) == ["Plans/Home.md"]
    assert (result.strays, result.links) == ({}, frozenset())


def test_a_link_to_what_stands_around_the_folder_ends(root: Path, tmp_path: Path) -> None:
    put(root / "Home.md", MILK)
    put(tmp_path / "beside" / "x.md", BREAD)
    (tmp_path / "beside" / "round").symlink_to(tmp_path)
    (root / "Up").symlink_to(tmp_path)
    result = scan(root)
    assert list(result.files) == ["Home.md"]
    assert result.strays == {"Up/beside/x.md": BREAD_ID}
    assert result.complete


def test_a_hidden_directory_of_the_folder_is_looked_at_through_its_link(root: Path) -> None:
    put(root / ".store" / "Home.md", MILK)
    (root / "Work").symlink_to(".store")
    assert scan(root).strays == {"Work/Home.md": MILK_ID}


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("/not/mounted", "is a link that leads nowhere"),
        ("Work", "is a link that cannot be followed: Too many levels of symbolic links"),
    ],
)
def test_what_a_link_leads_to_may_be_away(root: Path, target: str, reason: str) -> None:
    (root / "Work").symlink_to(target)
    result = scan(root)
    assert result.unreadable == {"Work": reason}
    assert not result.complete


def test_a_link_to_no_directory_is_none(root: Path, elsewhere: Path) -> None:
    (root / "notes").symlink_to(elsewhere / "notes.txt")
    result = scan(root)
    assert (result.ignored, result.unreadable, result.complete) == ({}, {}, True)


def test_a_name_that_is_no_text_behind_a_link_is_unknown(root: Path, elsewhere: Path) -> None:
    put(Path(os.fsdecode(os.fsencode(elsewhere) + b"/caf\xe9.md")), MILK)
    (root / "Work").symlink_to(elsewhere)
    assert list(scan(root).unreadable) == ["Work/caf\\udce9.md"]


def test_more_than_can_be_looked_through_is_unknown(
    root: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "Work").symlink_to(elsewhere)
    monkeypatch.setattr(links, "MOST_ENTRIES", 3)
    assert scan(root).unreadable == {"Work": "is a link to more than 3 files"}


def test_a_file_in_mid_save_still_has_the_ids_that_it_had(root: Path, elsewhere: Path) -> None:
    """An editor truncates first; also where a file is no list for standing too deep."""
    (root / "Work").symlink_to(elsewhere)
    put(root / "A" / "B" / "old.md", MILK + BREAD)
    clock = Clock()
    eye = scanner(root, clock)
    assert eye.scan().strays["A/B/old.md"] == MILK_ID | BREAD_ID
    for path in (elsewhere / "Home.md", root / "A" / "B" / "old.md"):
        put(path, b"", at=clock())
    result = eye.scan()
    assert result.strays["Work/Home.md"] == MILK_ID
    assert result.strays["A/B/old.md"] == MILK_ID | BREAD_ID
    clock.now += 5
    assert eye.scan().strays == {"Work/2026/old.md": BREAD_ID}
