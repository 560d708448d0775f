"""A list's name survives being a file name, on every file system the folder may travel to."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.local.names import (
    assign,
    collision_key,
    file_name,
    ignored_reason,
    list_name,
    original_of,
)

NASTY = st.sampled_from(
    [
        *("/", "%", "2F", "%2F", ".", " ", "~", "-", "#", "\0", "\n", "\x85", ":", "A", "con"),
        *("é", "e\u0301", "\u0301", "\ud83d", "👩‍👧"),
        *("(x conflicted copy)", ".sync-conflict-20260101-120000"),
    ]
)
ANY_NAME = st.one_of(
    st.text(st.characters(), max_size=30), st.lists(NASTY, max_size=6).map("".join)
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Home", "Home"),
        ("100% sure", "100% sure"),
        ("50%25", "50%2525"),
        ("Work/Life", "Work%2FLife"),
        ("..", "%2E%2E"),
        (".hidden", "%2Ehidden"),
        ("-rf", "%2Drf"),
        ("Etc.", "Etc%2E"),
        ("trailing ", "trailing%20"),
        ("two\nlines", "two%0Alines"),
        ("What?", "What%3F"),
        ("con", "%63on"),
        ("Com1.old", "%43om1.old"),
        ("Concert", "Concert"),
        ("", "%"),
        ("%", "%25"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("買い物 🛒", "買い物 🛒"),
        ("x~", "x%7E"),
        (":\u0301", "%3A%CC%81"),
        ("a (Ada's conflicted copy 2026-01-01)", "a %28Ada's conflicted copy 2026-01-01)"),
    ],
)
def test_file_name(name: str, expected: str) -> None:
    assert file_name(name) == expected
    assert list_name(expected) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("stem", ["100%", "a%2fb", "%FF", "%C3", "50%"])
def test_what_is_no_escape_is_taken_as_it_is(stem: str) -> None:
    assert list_name(stem) == stem
    assert list_name(file_name(stem)) == stem


@given(ANY_NAME)
def test_every_name_can_be_a_file_and_comes_back(name: str) -> None:
    stem = file_name(name)
    wanted = unicodedata.normalize("NFC", name)
    assert list_name(stem) == wanted or "~" in stem
    assert stem == unicodedata.normalize("NFC", stem)
    assert 0 < len(stem.encode()) <= 207
    assert "/" not in stem
    assert "\0" not in stem
    assert stem not in {".", ".."}
    assert ignored_reason(stem) is None
    assert ignored_reason(stem + ".md") is None


@given(ANY_NAME, ANY_NAME)
def test_different_names_get_different_files(one: str, other: str) -> None:
    same = unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
    assert (file_name(one) == file_name(other)) == same


@pytest.mark.parametrize("name", ["x" * 201, "é" * 150, "👍" * 60, "/" * 100, "\x85" * 50])
def test_long_names_are_cut_and_told_apart(name: str) -> None:
    stem = file_name(name)
    assert len(stem.encode()) <= 207
    assert stem[-7] == "~"
    assert stem != file_name(name + "!")
    assert not re.search("%[0-9A-F]?~", stem)


def test_collision_key_is_blind_to_case_and_composition() -> None:
    assert collision_key("Café") == collision_key("CAFE\u0301") == collision_key("cafe\u0301")
    assert collision_key("Straße") == collision_key("STRASSE")
    assert collision_key("Home") != collision_key("House")


@given(ANY_NAME)
def test_collision_key_is_a_normal_form(name: str) -> None:
    key = collision_key(name)
    assert collision_key(key) == key
    assert collision_key(unicodedata.normalize("NFD", name)) == key


class TestAssign:
    def test_groups_are_directories(self) -> None:
        names = {"L1": ("Home", None), "L2": ("Plans", "Work/Life")}
        assert assign(names) == {"L1": "Home.md", "L2": "Work%2FLife/Plans.md"}

    def test_the_later_id_gets_the_number(self) -> None:
        names = {"L3": ("HOME", None), "L1": ("Home", None), "L2": ("home", None)}
        assert assign(names) == {"L1": "Home.md", "L2": "home (2).md", "L3": "HOME (3).md"}

    def test_equal_names_in_different_groups_do_not_collide(self) -> None:
        names = {"L1": ("Home", None), "L2": ("Home", "A"), "L3": ("Home", "B")}
        assert sorted(assign(names).values()) == ["A/Home.md", "B/Home.md", "Home.md"]

    def test_groups_that_one_file_system_takes_for_one_share_their_names(self) -> None:
        names = {"L1": ("Home", "Work"), "L2": ("Home", "WORK")}
        assert assign(names) == {"L1": "Work/Home.md", "L2": "WORK/Home (2).md"}

    def test_a_list_really_called_so_keeps_its_name(self) -> None:
        names = {"L1": ("Home (2)", None), "L2": ("Home", None), "L3": ("Home", None)}
        assert assign(names) == {"L1": "Home (2).md", "L2": "Home.md", "L3": "Home (3).md"}

    def test_a_path_once_given_stays_whoever_comes(self) -> None:
        current = {"L5": "Home.md", "L7": "Home (2).md"}
        names = {"L5": ("Home", None), "L7": ("Home", None), "L1": ("Home", None)}
        assert assign(names, current=current) == {**current, "L1": "Home (3).md"}
        del names["L5"]
        assert assign(names, current=current)["L7"] == "Home (2).md"

    def test_a_new_name_gets_a_new_path(self) -> None:
        current = {"L1": "Home.md", "L2": "Old/Plans.md"}
        names = {"L1": ("House", None), "L2": ("Plans", "New")}
        assert assign(names, current=current) == {"L1": "House.md", "L2": "New/Plans.md"}

    def test_a_taken_path_is_left_alone(self) -> None:
        assert assign({"L1": ("Readme", None)}, taken=["README.md"]) == {"L1": "Readme (2).md"}

    @given(st.dictionaries(st.text("ab", min_size=1, max_size=3), ANY_NAME, max_size=8))
    def test_is_stable_and_never_gives_one_path_twice(self, lists: dict[str, str]) -> None:
        names: dict[str, tuple[str, str | None]] = {
            key: (name, None) for key, name in lists.items()
        }
        paths = assign(names)
        assert len({collision_key(path) for path in paths.values()}) == len(names)
        assert assign(names, current=paths) == paths
        assert assign(dict(reversed(names.items()))) == paths


@pytest.mark.parametrize(
    ("copy", "original"),
    [
        ("Inbox.sync-conflict-20260212-103000-AB12CD3.md", "Inbox.md"),
        ("Work/Plans (Ann's conflicted copy 2026-02-12).md", "Work/Plans.md"),
        ("a.b_conflict-20260212-103000.txt", "a.b.txt"),
        ("Inbox.md", None),
        (".Inbox.sync-conflict-20260212-103000-AB12CD3.md", None),
    ],
)
def test_what_a_conflict_copy_is_of(copy: str, original: str | None) -> None:
    assert original_of(copy) == original
