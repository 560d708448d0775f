"""Which file is which list, and what becomes of names, on either side and on both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from store.model import Absent, ListInfo, Presence, Present, Unknown
from sync.core.actions import HoldKind, ListField
from sync.core.listplan import (
    CreateFile,
    CreateList,
    FileFacts,
    ListBase,
    ListRules,
    NewLists,
    RenameFile,
    Scene,
    UpdateList,
)
from sync.core.matching.identity import list_block_id
from sync.core.merging.merge import Side
from sync.core.snapshot import Mode
from tests.pure.listing import BASE, GROUP, HOME, facts, plan


def test_what_is_there_is_gathered_once_and_not_again_for_each_list() -> None:
    rules = ListRules(
        mode_of=lambda _: Mode.TWO_WAY,
        name_of=str,
        group_name=str,
        label_of=str,
        paths=lambda _living, _current: {},
        new_lists=NewLists.ASK,
    )
    remote: dict[str, Presence[ListInfo]] = {"1": Present(HOME), "2": Absent()}
    scene = Scene(remote, {}, {}, {}, {}, rules, lambda _kind, name: name)
    assert scene.living == {"1": HOME}
    assert scene.living is scene.living


# ---- renames: here, there, on both sides --------------------------------------------------------

HERE, THERE, NAMED = "Here.md", replace(HOME, name="There"), {"known": {"1": 3}}


def to_there(old: str) -> RenameFile:
    return RenameFile("1", old, "There.md", ListBase("There", None, "There.md"))


def test_nothing_new_is_nothing_to_do() -> None:
    found = plan(files=(facts("Home.md"),), bases={"1": BASE})
    assert not found.writes
    assert not found.learned
    assert found.owner == {"Home.md": "1"}


@pytest.mark.parametrize("known", [NAMED, {"list_block": list_block_id("1")}], ids=str)
def test_a_renamed_file_renames_its_list(known: dict[str, object]) -> None:
    found = plan(files=(facts(HERE, **known),), bases={"1": BASE})
    assert found.update_lists == [UpdateList("1", {ListField.NAME: "Here"})]


def test_a_list_renamed_there_renames_its_file() -> None:
    found = plan({"1": THERE}, (facts("Home.md"),), {"1": BASE})
    assert found.rename_files == [to_there("Home.md")]


def test_renamed_alike_on_both_sides_is_agreed_on() -> None:
    found = plan({"1": THERE}, (facts("There.md", **NAMED),), {"1": BASE})
    assert not found.writes
    assert found.learned == {"1": ListBase("There", None, "There.md")}


def test_renamed_differently_goes_by_the_policy() -> None:
    files = (facts(HERE, **NAMED),)
    assert plan({"1": THERE}, files, {"1": BASE}).rename_files == [to_there(HERE)]
    found = plan({"1": THERE}, files, {"1": BASE}, wins=Side.FILES)
    assert found.update_lists == [UpdateList("1", {ListField.NAME: "Here"})]
    found = plan({"1": THERE}, files, {"1": BASE}, wins=Side.FILES, mode=Mode.READ_ONLY)
    assert not found.update_lists


def test_a_rename_in_case_alone_is_followed() -> None:
    found = plan({"1": replace(HOME, name="HOME")}, (facts("Home.md"),), {"1": BASE})
    assert found.rename_files == [
        RenameFile("1", "Home.md", "HOME.md", ListBase("HOME", None, "HOME.md"))
    ]


def test_a_name_that_is_taken_gets_a_number_and_the_number_is_no_name() -> None:
    """We died between the rename and its commit: the list must not be called “Work (2)” there."""
    lists = {"1": replace(HOME, name="Work"), "2": ListInfo("2", "Work")}
    bases = {"1": BASE, "2": ListBase("Work", None, "Work.md")}
    found = plan(lists, (facts("Home.md"), facts("Work.md")), bases)
    assert found.rename_files == [
        RenameFile("1", "Home.md", "Work (2).md", ListBase("Work", None, "Work (2).md"))
    ]
    moved = (facts("Work (2).md", **NAMED), facts("Work.md"))
    for wins in Side:
        found = plan(lists, moved, bases, wins=wins)
        assert not found.writes
        assert found.learned == {"1": ListBase("Work", None, "Work (2).md")}


def test_a_numbered_file_that_is_put_elsewhere_keeps_its_lists_name() -> None:
    bases = {"1": ListBase("Home", None, "Home (2).md")}
    found = plan({"1": HOME, "G": GROUP}, (facts("Us/Home (2).md", **NAMED),), bases)
    assert found.update_lists == [UpdateList("1", {ListField.GROUP: "G"})]


def test_a_list_regrouped_there_takes_its_file_along() -> None:
    lists = {"1": replace(HOME, group="G"), "G": GROUP}
    found = plan(lists, (facts("Home.md"),), {"1": BASE})
    assert found.rename_files == [
        RenameFile("1", "Home.md", "Us/Home.md", ListBase("Home", "G", "Us/Home.md"))
    ]


# ---- files that are gone, copied, swapped, unreadable -------------------------------------------


def test_a_file_that_is_gone_deletes_nothing_and_blocks_its_list() -> None:
    found = plan(bases={"1": BASE})
    assert not found.writes
    assert found.views["1"].blocked
    assert [hold.kind for hold in found.holds] == [HoldKind.LIST]


def test_an_unreadable_file_blocks_its_list() -> None:
    found = plan(files=(facts("Home.md", trouble="Home.md is no text"),), bases={"1": BASE})
    assert found.views["1"].blocked == "Home.md is no text"


def test_of_two_files_with_one_lists_id_the_one_that_was_there_is_it() -> None:
    block = list_block_id("1")
    files = (facts("A copy.md", list_block=block), facts("Home.md", list_block=block))
    for both in (files, files[::-1]):
        found = plan(files=both, bases={"1": BASE}, new_lists=NewLists.YES)
        assert found.owner == {"Home.md": "1"}
        assert not found.writes


def test_files_in_any_order_belong_to_the_same_lists() -> None:
    block = list_block_id("1")
    files = (facts("B.md", list_block=block), facts("C.md", list_block=block))
    owners = [plan(files=both, bases={"1": BASE}).owner for both in (files, files[::-1])]
    assert owners == [{"B.md": "1"}] * 2


def test_swapped_files_keep_their_lists() -> None:
    lists = {"1": HOME, "2": ListInfo("2", "Work")}
    bases = {"1": BASE, "2": ListBase("Work", None, "Work.md")}
    one, two = (facts("Work.md", list_block=list_block_id("1")),
                facts("Home.md", list_block=list_block_id("2")))  # fmt: skip
    found = plan(lists, (one, two), bases)
    assert found.owner == {"Work.md": "1", "Home.md": "2"}


@pytest.mark.parametrize(("mine", "whose"), [(3, "1"), (2, None)])
def test_a_file_with_most_of_a_lists_lines_is_that_lists(mine: int, whose: str | None) -> None:
    found = plan(files=(facts(HERE, known={"1": mine, "2": 2}),), bases={"1": BASE})
    assert found.owner.get(HERE) == whose


# ---- lists that come and go ---------------------------------------------------------------------


def test_a_new_list_gets_a_file() -> None:
    assert plan().create_files == [CreateFile("1", "Home.md")]


def test_on_first_contact_a_file_of_the_same_name_is_the_lists() -> None:
    found = plan(files=(facts("home.md"),))
    assert found.learned == {"1": ListBase("Home", None, "home.md")}
    assert not found.writes


def test_a_name_that_two_lists_have_says_nothing() -> None:
    found = plan({"1": HOME, "2": ListInfo("2", "Home")}, (facts("Home.md"),))
    assert "Home.md" not in found.owner
    assert {op.path for op in found.create_files} == {"Home (2).md", "Home (3).md"}


def test_a_list_deleted_there_closes_its_file() -> None:
    found = plan({"1": Absent("deleted")}, (facts("Home.md"),), {"1": BASE})
    assert found.ended == ["1"]
    assert found.views["1"].mode is Mode.READ_ONLY


@pytest.mark.parametrize("state", [Unknown("no name"), Present(replace(HOME, is_group=True))])
def test_a_list_that_cannot_be_read_has_not_ended(state: Presence[ListInfo]) -> None:
    found = plan({"1": state}, (facts("Home.md"),), {"1": BASE})
    assert not found.ended
    assert not found.writes
    assert found.views["1"].blocked


def test_a_list_that_was_never_acknowledged_is_created_again_under_its_id() -> None:
    found = plan({}, (facts("Home.md"),), {"1": BASE})
    assert found.create_lists == [CreateList("1", "Home", None, "Home.md")]


def test_an_ignored_list_gets_no_file() -> None:
    assert not plan(mode=Mode.IGNORE).writes


# ---- new files ----------------------------------------------------------------------------------

NEW = CreateList("NEW", "Garden", None, "Garden.md")


@pytest.mark.parametrize(
    ("file", "answer", "approved", "made", "held"),
    [
        (facts("Garden.md"), NewLists.YES, (), True, False),
        (facts("Garden.md"), NewLists.NO, (), False, False),
        (facts("Garden.md"), NewLists.ASK, (), False, True),
        (facts("Garden.md"), NewLists.ASK, ("Garden.md",), True, False),
        (facts("Garden.md", tasks=0), NewLists.YES, (), False, False),
        (facts("Garden.md", tasks=0, wants_list="Garden"), NewLists.NO, (), True, False),
        (facts("Garden.md", list_block="l-another", tasks=0), NewLists.YES, (), False, False),
        (facts("Garden.md", trouble="unreadable"), NewLists.YES, (), False, False),
    ],
)
def test_a_new_file_becomes_a_list_as_the_config_says(
    file: FileFacts, answer: NewLists, approved: tuple[str, ...], made: bool, held: bool
) -> None:
    found = plan({}, (file,), new_lists=answer, approved=approved)
    assert found.create_lists == ([NEW] if made else [])
    assert [hold.kind for hold in found.holds] == ([HoldKind.NEW_LIST] if held else [])


def test_a_name_that_a_list_has_is_not_given_twice() -> None:
    files = (facts("Home.md"), facts("Other.md", wants_list="home"))
    found = plan(files=files, bases={"1": BASE})
    assert not found.create_lists
    assert (found.owner, found.views["1"].path) == (
        dict.fromkeys(("Home.md", "Other.md"), "1"),
        "Home.md",
    )


def test_of_two_new_files_of_one_name_one_becomes_the_list() -> None:
    files = (facts("Garden.md"), facts("garden.md"))
    found = plan({}, files, new_lists=NewLists.YES)
    assert found.create_lists == [NEW]
    assert [hold.id for hold in found.holds] == ["garden.md"]


@pytest.mark.parametrize(("name", "folder"), [("Us", "Us"), ("Us/Them", "Us%2FThem")])
def test_a_new_file_in_a_groups_folder_is_a_list_of_the_group(name: str, folder: str) -> None:
    path = f"{folder}/Garden.md"
    found = plan({"G": replace(GROUP, name=name)}, (facts(path),), new_lists=NewLists.YES)
    assert found.create_lists == [CreateList("NEW", "Garden", "G", path)]


def test_a_new_file_in_a_new_directory_makes_the_group_too() -> None:
    found = plan({}, (facts("Us/Garden.md"),), new_lists=NewLists.YES)
    assert found.create_lists == [
        CreateList("NEW", "Garden", "NEW2", "Us/Garden.md"),
        CreateList("NEW2", "Us", None, "Us", is_group=True),
    ]


def test_a_group_has_no_name_to_collide_with() -> None:
    found = plan(
        {"G": replace(GROUP, name="Garden")}, (facts("Garden.md"),), new_lists=NewLists.YES
    )
    assert found.create_lists == [NEW]


# ---- files that are not the file of a list, though they say so ----------------------------------

ID = list_block_id("1")
SAME = {"list_block": ID, "tasks": 2}


@pytest.mark.parametrize(
    ("remote", "bases", "files", "words"),
    [
        (None, {"1": BASE}, (facts("Home.md"),), "as a copy of Home.md (“Home”)"),
        (None, {"1": BASE}, (facts("Home.md", list_block=ID),), "as a copy of Home.md (“Home”)"),
        ({}, {}, (), "which no list of this account has"),
        ({"1": Absent("deleted")}, {}, (), "that of a list that was deleted in iCloud"),
        ({"1": Unknown("it has no name")}, {}, (), "that of a list that cannot be read now"),
    ],
)
def test_a_file_with_the_id_of_no_list_of_its_own_is_held_with_the_way_out(
    remote: Mapping[str, Presence[ListInfo]] | None,
    bases: Mapping[str, ListBase],
    files: tuple[FileFacts, ...],
    words: str,
) -> None:
    found = plan(remote, (*files, facts("Store.md", **SAME)), bases, new_lists=NewLists.YES)
    (hold,) = found.holds
    assert (hold.id, hold.kind) == ("Store.md", HoldKind.FILE)
    assert hold.reason == (
        f"Store.md has the icloud-id {ID}, {words}; nothing in it is synced; to make it a list of"
        " its own, remove its icloud-id line; else remove the file"
    )
    assert not found.create_lists
    assert "Store.md" not in found.owner


def test_a_copy_without_tasks_is_nothing_to_talk_of() -> None:
    files = (facts("Home.md"), facts("Store.md", list_block=ID, tasks=0))
    assert not plan(files=files, bases={"1": BASE}).holds


@pytest.mark.parametrize(
    ("rule", "kind"), [(NewLists.NO, HoldKind.FILE), (NewLists.ASK, HoldKind.NEW_LIST)]
)
def test_a_file_with_lines_of_another_list_is_named(rule: NewLists, kind: HoldKind) -> None:
    files = (facts("Home.md"), facts("Store.md", known={"1": 2}, tasks=2))
    (hold,) = plan(files=files, bases={"1": BASE}, new_lists=rule).holds
    assert (hold.id, hold.kind) == ("Store.md", kind)
    assert "Store.md" in hold.reason


def test_a_new_file_where_all_is_read_only_is_named() -> None:
    found = plan(files=(facts("Store.md"),), mode=Mode.READ_ONLY, new_lists=NewLists.YES)
    assert [hold.kind for hold in found.holds] == [HoldKind.READ_ONLY]
    assert not found.create_lists
