"""Groups of lists and directories: both ways, both at once, and with the power failing between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig import Crash, Rig, empty_world, open_rig


def family(rig: Rig) -> dict[str, str]:
    """The group “Family” with the lists “Home” and “Trips”; gives the ids of all by name."""
    rig.phone.create_list("Family", is_group=True)
    for name, title in (("Home", "Fix the tap"), ("Trips", "Book a train")):
        rig.phone.create_list(name, "Family")
        rig.phone.create(name, title)
    rig.run()
    return {one.name: one.id for one in rig.phone.lists()}


def groups(rig: Rig) -> dict[str, str | None]:
    """List name -> group name, as the phone shows them; groups have none."""
    return {one.name: one.group for one in rig.phone.lists() if not one.is_group}


def group_names(rig: Rig) -> set[str]:
    return {one.name for one in rig.phone.lists() if one.is_group}


def losers(rig: Rig) -> set[tuple[str, object, object]]:
    found = rig.store.attention.open_conflicts()
    return {(one.field, one.winner, one.loser) for one in found}


@pytest.fixture(params=["cloud", "files"])
def either(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Rig, str]]:
    """A rig under each policy, and the side that wins."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), conflicts=request.param) as rig:
        rig.run()
        yield rig, request.param


# ---- from the files -----------------------------------------------------------------------------


def test_a_new_directory_with_files_is_a_group_with_lists(rig: Rig) -> None:
    rig.save("Garden/Beds", "- [ ] Dig\n")
    rig.save("Garden/Trees", "- [ ] Prune\n")
    rig.run()
    assert groups(rig) == {"Inbox": None, "Beds": "Garden", "Trees": "Garden"}
    assert group_names(rig) == {"Garden"}
    assert rig.shown("Dig").list == "Beds"
    rig.rest()


def test_a_renamed_directory_renames_the_group_and_keeps_every_identity(rig: Rig) -> None:
    ids = family(rig)
    (rig.folder / "Family").rename(rig.folder / "Us")
    files = rig.bytes_of_folder()
    rig.run()
    assert {one.name: one.id for one in rig.phone.lists()} == {
        **{name: id for name, id in ids.items() if name != "Family"},
        "Us": ids["Family"],
    }
    assert groups(rig) == {"Inbox": None, "Home": "Us", "Trips": "Us"}
    assert rig.bytes_of_folder() == files
    rig.rest()


def test_a_file_is_moved_between_directories_and_the_root(rig: Rig) -> None:
    ids = family(rig)
    rig.path("Family/Home").rename(rig.path("Home"))
    rig.path("Inbox").rename(rig.path("Family/Inbox"))
    rig.run()
    assert groups(rig) == {"Inbox": "Family", "Home": None, "Trips": "Family"}
    assert {one.name: one.id for one in rig.phone.lists()} == ids
    rig.rest()
    (rig.folder / "Away").mkdir()
    rig.path("Family/Trips").rename(rig.path("Away/Journeys"))
    rig.append("Away/Journeys", "- [ ] Pack\n")
    rig.run()
    assert groups(rig) == {"Inbox": "Family", "Home": None, "Journeys": "Away"}
    assert rig.titles("Journeys") == {"Book a train", "Pack"}
    assert group_names(rig) == {"Family", "Away"}
    rig.rest()


def test_a_directory_that_all_lists_left_takes_its_group_along_after_the_grace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), grace="120s") as rig:
        rig.run()
        family(rig)
        for name in ("Home", "Trips"):
            rig.path(f"Family/{name}").rename(rig.path(name))
        (rig.folder / "Family").rmdir()
        report = rig.run()
        assert groups(rig) == {"Inbox": None, "Home": None, "Trips": None}
        assert group_names(rig) == {"Family"}
        assert [hold.kind for hold in report.held] == ["grace"]
        assert [entry["title"] for entry in report.document()["held"]] == ["Family"]
        rig.restart()
        rig.wait(130)
        assert rig.run().held == []
        assert group_names(rig) == set()
        assert rig.titles("Home") == {"Fix the tap"}
        rig.rest()


def test_a_group_that_is_filled_again_in_time_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), grace="120s") as rig:
        rig.run()
        family(rig)
        for name in ("Home", "Trips"):
            rig.path(f"Family/{name}").rename(rig.path(name))
        rig.run()
        rig.path("Home").rename(rig.path("Family/Home"))
        rig.run()
        rig.wait(130)
        assert rig.run().held == []
        assert groups(rig) == {"Inbox": None, "Home": "Family", "Trips": None}
        rig.rest()


def test_many_emptied_groups_are_held_until_a_person_approves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), hold_above="1") as rig:
        rig.run()
        for number in (1, 2):
            rig.phone.create_list(f"G{number}", is_group=True)
            rig.phone.create_list(f"L{number}", f"G{number}")
            rig.phone.create(f"L{number}", f"T{number}")
        rig.run()
        for number in (1, 2):
            rig.path(f"G{number}/L{number}").rename(rig.path(f"L{number}"))
        report = rig.run()
        assert [hold.kind for hold in report.held] == ["deletions"] * 2
        assert group_names(rig) == {"G1", "G2"}
        assert rig.run().held
        rig.engine.approve()
        assert rig.run().held == []
        assert group_names(rig) == set()
        assert groups(rig) == {"Inbox": None, "L1": None, "L2": None}
        rig.rest()


def test_a_file_in_a_new_directory_asks_before_it_makes_a_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), new_lists="ask") as rig:
        rig.run()
        (rig.folder / "Us").mkdir()
        rig.path("Inbox").rename(rig.path("Us/Inbox"))
        report = rig.run()
        assert [(hold.kind, hold.id) for hold in report.held] == [("new-list", "Us")]
        assert report.exit_code == 4
        assert rig.run().held == report.held
        assert groups(rig) == {"Inbox": None}
        rig.save("Yard/Sheds", "- [ ] Paint\n")
        rig.run()
        rig.engine.approve(["Us"])
        assert [hold.id for hold in rig.run().held] == ["Yard/Sheds.md"]
        assert groups(rig) == {"Inbox": "Us"}
        rig.engine.approve(["Yard/Sheds.md"])
        assert rig.run().held == []
        assert groups(rig) == {"Inbox": "Us", "Sheds": "Yard"}
        rig.rest()


def test_a_file_in_a_directory_within_a_directory_is_held_with_the_reason(rig: Rig) -> None:
    family(rig)
    deep = rig.folder / "Family" / "2026"
    deep.mkdir()
    rig.path("Family/Home").rename(deep / "Home.md")
    report = rig.run()
    (hold,) = report.held
    assert hold.kind == "resting-list"
    assert "its file stands in Family/2026, and groups have one level" in hold.reason
    assert rig.titles("Home") == {"Fix the tap"}
    (deep / "Home.md").rename(rig.path("Family/Home"))
    assert rig.run().held == []
    rig.rest()


# ---- from the phone -----------------------------------------------------------------------------


def test_a_group_deleted_on_the_phone_leaves_its_lists_at_the_top(rig: Rig) -> None:
    family(rig)
    text = rig.read("Family/Home")
    rig.phone.delete_list("Family")
    rig.run()
    assert rig.read("Home") == text
    assert not (rig.folder / "Family").exists()
    assert groups(rig) == {"Inbox": None, "Home": None, "Trips": None}
    rig.rest()


def test_a_list_taken_out_of_its_group_on_the_phone_and_put_back(rig: Rig) -> None:
    family(rig)
    rig.phone.change_list("Home", group=None)
    rig.run()
    assert rig.path("Home").exists()
    rig.phone.change_list("Home", group="Family", name="House")
    rig.run()
    assert rig.line("Family/House", "Fix the tap")
    assert not rig.path("Home").exists()
    rig.rest()


# ---- both at once -------------------------------------------------------------------------------


def test_a_group_renamed_on_both_sides(either: tuple[Rig, str]) -> None:
    rig, policy = either
    family(rig)
    rig.phone.rename_list("Family", "Phone name")
    (rig.folder / "Family").rename(rig.folder / "File name")
    report = rig.run()
    won, lost = "Phone name", "File name"
    if policy == "files":
        won, lost = lost, won
    assert group_names(rig) == {won}
    assert {path.partition("/")[0] for path in rig.bytes_of_folder()} == {won, "Inbox.md"}
    assert losers(rig) == {("name", won, lost)}
    assert (report.exit_code, report.open_conflicts) == (4, 1)
    rig.rest()


def test_a_list_moved_on_both_sides(either: tuple[Rig, str]) -> None:
    rig, policy = either
    family(rig)
    rig.phone.create_list("Others", is_group=True)
    rig.phone.change_list("Home", group="Others")
    rig.path("Family/Home").rename(rig.path("Home"))
    report = rig.run()
    won, lost = ("Others", None) if policy == "cloud" else (None, "Others")
    assert groups(rig)["Home"] == won
    assert rig.path("Others/Home" if won else "Home").exists()
    assert losers(rig) == {("group", won, lost)}
    assert report.exit_code == 4
    rig.rest()


def test_a_list_renamed_here_and_moved_there(rig: Rig) -> None:
    family(rig)
    rig.phone.change_list("Home", group=None)
    rig.path("Family/Home").rename(rig.path("Family/House"))
    rig.run()
    assert groups(rig) == {"Inbox": None, "House": None, "Trips": "Family"}
    assert rig.line("House", "Fix the tap")
    rig.rest()


def test_a_group_deleted_there_and_its_directory_renamed_here(either: tuple[Rig, str]) -> None:
    rig, _ = either
    family(rig)
    rig.phone.delete_list("Family")
    (rig.folder / "Family").rename(rig.folder / "Us")
    rig.run()
    rig.run()
    assert rig.titles("Home") == {"Fix the tap"}
    assert rig.titles("Trips") == {"Book a train"}
    assert set(groups(rig)) == {"Inbox", "Home", "Trips"}
    rig.rest()


# ---- cut off ------------------------------------------------------------------------------------


def upheaval(rig: Rig) -> None:
    """A directory renamed here, another there, a new list, and one moved to a new directory."""
    rig.phone.create_list("Office", is_group=True)
    for name in ("Bills", "Plans"):
        rig.phone.create_list(name, "Office")
        rig.phone.create(name, f"{name}!")
    rig.run()
    (rig.folder / "Family").rename(rig.folder / "Us")
    rig.phone.rename_list("Office", "Bureau")
    rig.save("Yard/Sheds", "- [ ] Paint\n")
    rig.path("Inbox").rename(rig.path("Yard/Inbox"))


@pytest.mark.parametrize(
    ("name", "at"),
    [
        *(("swap:move", at) for at in (1, 2)),
        *((name, 1) for name in ("engine:stamp", "engine:commit", "engine:push")),
    ],
)
def test_dying_in_an_upheaval_changes_nothing(rig: Rig, name: str, at: int) -> None:
    family(rig)
    upheaval(rig)
    steps = 0

    def die(step: str) -> None:
        nonlocal steps
        steps += step == name
        if steps == at:
            raise Crash

    rig.step = die
    with pytest.raises(Crash):
        rig.run()
    rig.step = lambda _: None
    rig.restart()
    rig.run()
    rig.rest()
    lists = {"Home": "Us", "Trips": "Us", "Plans": "Bureau", "Bills": "Bureau", "Inbox": "Yard"}
    lists["Sheds"] = "Yard"
    assert groups(rig) == lists
    assert set(rig.bytes_of_folder()) == {f"{group}/{name}.md" for name, group in lists.items()}
    assert group_names(rig) == set(lists.values())
