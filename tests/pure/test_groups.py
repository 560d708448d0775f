"""Directories and groups: made, renamed, left, emptied, in the files, in iCloud and on both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from store.model import Absent, ListInfo, Presence, Present, Unknown
from sync.core.actions import Conflict, HoldKind, ListField
from sync.core.listplan import CreateList, ListBase, ListPlan, NewLists, RenameFile, UpdateList
from sync.core.merging.merge import Side
from sync.core.snapshot import Mode
from tests.pure.listing import HOME, facts, plan

US = ListInfo("G", "Us", is_group=True)
OURS = replace(HOME, group="G")
WORK = ListInfo("2", "Work", group="G")
BASES = {
    "1": ListBase("Home", "G", "Us/Home.md"),
    "2": ListBase("Work", "G", "Us/Work.md"),
    "G": ListBase("Us", None, ""),
}
MINE, YOURS = {"known": {"1": 3}}, {"known": {"2": 3}}


def two(
    home: str,
    work: str,
    group: ListInfo | Presence[ListInfo] = US,
    bases: Mapping[str, ListBase] = BASES,
    **more: object,
) -> ListPlan:
    """Home and Work of the group “Us”, whose files are now at these paths."""
    there = {"1": OURS, "2": WORK, "G": group}
    rules = {"new_lists": NewLists.YES, **more}
    return plan(there, (facts(home, **MINE), facts(work, **YOURS)), bases, **rules)  # type: ignore[arg-type]


def test_nothing_new_is_nothing_to_do() -> None:
    found = two("Us/Home.md", "Us/Work.md")
    assert (found.writes, found.learned, found.conflicts) == (False, {}, [])


# ---- renamed ------------------------------------------------------------------------------------


def test_a_renamed_directory_renames_its_group() -> None:
    found = two("We/Home.md", "We/Work.md", new_lists=NewLists.NO)
    assert found.update_lists == [UpdateList("G", {ListField.NAME: "We"})]
    assert not found.rename_files
    assert not found.delete_groups


def test_a_group_renamed_there_takes_all_files_along_also_after_a_crash() -> None:
    we = replace(US, name="We")
    homes = RenameFile("1", "Us/Home.md", "We/Home.md", ListBase("Home", "G", "We/Home.md"))
    works = RenameFile("2", "Us/Work.md", "We/Work.md", ListBase("Work", "G", "We/Work.md"))
    found = two("Us/Home.md", "Us/Work.md", we)
    assert found.rename_files == [homes, works]
    assert "G" not in found.learned
    moved = {**BASES, "1": homes.agreed}
    for bases in (moved, BASES):  # died after, or before, what was done was written down
        half = two("We/Home.md", "Us/Work.md", we, bases)
        assert half.rename_files == [works]
        assert not half.update_lists
    done = two("We/Home.md", "We/Work.md", we, {**moved, "2": works.agreed})
    assert (done.writes, done.learned) == (False, {"G": ListBase("We", None, "")})


@pytest.mark.parametrize("wins", Side)
def test_a_group_renamed_on_both_sides_goes_by_the_policy_and_the_loser_is_kept(wins: Side) -> None:
    found = two("We/Home.md", "We/Work.md", replace(US, name="All"), wins=wins)
    if wins is Side.FILES:
        assert found.update_lists == [UpdateList("G", {ListField.NAME: "We"})]
        assert found.conflicts == [Conflict("G", ListField.NAME, "We", "All", wins)]
        assert not found.rename_files
        return
    assert not found.update_lists
    assert found.conflicts == [Conflict("G", ListField.NAME, "All", "We", wins)]
    assert [op.path for op in found.rename_files] == ["All/Home.md", "All/Work.md"]
    half = two("All/Home.md", "We/Work.md", replace(US, name="All"), wins=wins)
    assert [op.path for op in half.rename_files] == ["All/Work.md"]
    assert not half.create_lists


def test_a_group_with_a_list_that_takes_nothing_is_not_renamed() -> None:
    found = two("We/Home.md", "We/Work.md", mode=Mode.READ_ONLY)
    assert not found.writes
    assert not found.holds


# ---- moved --------------------------------------------------------------------------------------


def test_a_list_moved_to_the_root_leaves_its_group() -> None:
    found = two("Home.md", "Us/Work.md")
    assert found.update_lists == [UpdateList("1", {ListField.GROUP: None})]
    assert not found.delete_groups


def test_a_list_moved_to_a_new_directory_makes_a_group_if_that_is_allowed() -> None:
    found = two("We/Home.md", "Us/Work.md")
    assert found.create_lists == [CreateList("NEW", "We", None, "We", is_group=True)]
    assert found.update_lists == [UpdateList("1", {ListField.GROUP: "NEW"})]
    asked = two("We/Home.md", "Us/Work.md", new_lists=NewLists.ASK)
    assert [(hold.kind, hold.id) for hold in asked.holds] == [(HoldKind.NEW_LIST, "We")]
    assert (asked.writes, asked.learned) == (False, {})
    approved = two("We/Home.md", "Us/Work.md", new_lists=NewLists.ASK, approved=("We",))
    assert approved.create_lists == found.create_lists
    never = two("We/Home.md", "Us/Work.md", new_lists=NewLists.NO)
    assert (never.writes, never.holds) == (False, [])


def test_a_group_of_ours_that_was_not_acknowledged_is_created_again_under_its_id() -> None:
    bases = {**BASES, "N": ListBase("We", None, "")}
    found = two("We/Home.md", "Us/Work.md", bases=bases)
    assert found.create_lists == [CreateList("N", "We", None, "We", is_group=True)]
    assert found.update_lists == [UpdateList("1", {ListField.GROUP: "N"})]
    assert two("Us/Home.md", "Us/Work.md", bases=bases).ended == ["N"]


@pytest.mark.parametrize("wins", Side)
def test_a_list_moved_to_two_groups_goes_by_the_policy_and_the_loser_is_kept(wins: Side) -> None:
    there = {"1": replace(HOME, group="A"), "2": WORK, "G": US, "A": ListInfo("A", "All", True)}
    files = (facts("Home.md", **MINE), facts("Us/Work.md", **YOURS))
    found = plan(there, files, BASES, wins=wins)
    if wins is Side.FILES:
        assert found.conflicts == [Conflict("1", ListField.GROUP, None, "All", wins)]
        assert found.update_lists == [UpdateList("1", {ListField.GROUP: None})]
    else:
        assert found.conflicts == [Conflict("1", ListField.GROUP, "All", None, wins)]
        assert [op.path for op in found.rename_files] == ["All/Home.md"]


def test_renamed_here_and_moved_there_is_sent_first_and_then_shown() -> None:
    there = {"1": HOME, "2": WORK, "G": US}
    files = (facts("Us/Here.md", **MINE), facts("Us/Work.md", **YOURS))
    found = plan(there, files, BASES)
    assert found.update_lists == [UpdateList("1", {ListField.NAME: "Here"})]
    assert not found.rename_files
    there["1"] = replace(HOME, name="Here")
    found = plan(there, files, {**BASES, "1": ListBase("Here", "G", "Us/Home.md")})
    assert [op.path for op in found.rename_files] == ["Here.md"]


# ---- deleted ------------------------------------------------------------------------------------


def test_a_group_that_all_lists_left_here_is_deleted() -> None:
    found = two("Home.md", "Work.md")
    assert found.delete_groups == ["G"]


def test_a_group_that_was_emptied_before_is_deleted_unless_it_is_used_again() -> None:
    there = {"1": HOME, "G": US}
    bases = {"1": ListBase("Home", None, "Home.md"), "G": BASES["G"]}
    files = (facts("Home.md", **MINE),)
    assert not plan(there, files, bases).delete_groups  # emptied on a device: not ours to delete
    assert plan(there, files, bases, emptied=("G",)).delete_groups == ["G"]
    unseen = plan(there, files, bases, emptied=("G",), complete=False)
    assert not unseen.delete_groups
    others = (*files, facts("Us/Notes.md", tasks=0))
    assert not plan(there, others, bases, emptied=("G",)).delete_groups
    renamed = {"1": HOME, "G": replace(US, name="We")}
    assert not plan(renamed, files, bases, emptied=("G",)).delete_groups
    filled = {**there, "3": ListInfo("3", "New", group="G")}
    assert not plan(filled, files, bases, emptied=("G",)).delete_groups
    hidden = {**there, "3": Unknown("it has no name")}
    assert not plan(hidden, files, bases, emptied=("G",)).delete_groups


def test_lists_of_a_group_that_was_deleted_there_come_to_the_top() -> None:
    found = two("Us/Home.md", "Us/Work.md", Absent("deleted"))
    assert [op.path for op in found.rename_files] == ["Home.md", "Work.md"]
    assert found.ended == ["G"]
    assert not found.update_lists
    assert not found.create_lists


def test_two_groups_of_one_name_keep_their_lists() -> None:
    there = {"1": OURS, "2": replace(WORK, group="H"), "G": US, "H": ListInfo("H", "Us", True)}
    bases = {**BASES, "2": ListBase("Work", "H", "Us/Work.md"), "H": ListBase("Us", None, "")}
    files = (facts("Us/Home.md", **MINE), facts("Us/Work.md", **YOURS))
    assert not plan({id: Present(one) for id, one in there.items()}, files, bases).writes
