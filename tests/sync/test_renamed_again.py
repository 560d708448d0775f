"""A list's file is renamed, iCloud's answer to that is lost, and a person renames it once more."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.errors import NetworkError
from tests.rig import Crash, Rig, empty_world, open_rig
from tests.sync.stepping import DiesAt, FullOnce

MODIFY = "records/modify"


def lists(rig: Rig) -> set[str]:
    return {one.name for one in rig.phone.lists()}


@pytest.fixture
def renamed(rig: Rig) -> Rig:
    """`Inbox.md` is `Post.md` now, so is the list in iCloud, and nobody here has heard so."""
    rig.append("Inbox", "- [ ] Typed\n")
    rig.run()
    rename(rig, "Inbox", "Post")
    rig.world.faults.fail("lost_reply", MODIFY)
    rig.wait(3)
    with pytest.raises(NetworkError):
        rig.engine.cycle("test")
    assert lists(rig) == {"Post"}
    return rig


def rename(rig: Rig, old: str, new: str) -> None:
    rig.path(old).rename(rig.path(new))


@pytest.mark.parametrize("name", ["Mail", "Inbox"])
def test_who_renames_it_again_had_seen_the_name_that_was_sent(renamed: Rig, name: str) -> None:
    """Also back to the name that it had, which is no older word than the one in between."""
    rename(renamed, "Post", name)
    report = renamed.run()
    assert (report.conflicts, lists(renamed)) == ([], {name})
    assert renamed.titles(name) == {"Typed"}
    renamed.rest()


def test_what_a_phone_calls_it_since_is_a_conflict(renamed: Rig) -> None:
    [inbox] = [one.id for one in renamed.phone.lists()]
    renamed.phone.rename_list(inbox, "Letters")
    rename(renamed, "Post", "Mail")
    [conflict] = renamed.run().conflicts
    assert (conflict.winner, conflict.loser) == ("Letters", "Mail")
    renamed.rest()


def test_who_renames_what_followed_its_list_though_the_disk_failed_then_had_seen_that(
    rig: Rig,
) -> None:
    """The file has the new name, and only that could not be made sure of."""
    rig.append("Inbox", "- [ ] Typed\n")
    rig.run()
    rig.phone.rename_list("Inbox", "Post")
    rig.step = FullOnce("swap:sync")
    rig.wait(3)
    [problem] = rig.engine.cycle("test").problems
    assert problem.endswith("but then: disk full: Inbox.md")
    assert rig.path("Post").exists()
    rename(rig, "Post", "Mail")
    report = rig.run()
    assert (report.conflicts, lists(rig)) == ([], {"Mail"})
    rig.rest()


@pytest.mark.parametrize("fault", ["lost_reply", "cut_before", "EXISTS"])
def test_a_new_file_whose_lines_were_not_answered_for_is_its_list_under_another_name(
    rig: Rig, fault: str
) -> None:
    rig.append("Inbox", "- [ ] Typed\n")
    rig.run()
    rig.save("Plans", "- [ ] New\n")
    rig.wait(3)
    if fault == "EXISTS":  # the list is made, and its reminder is not
        rig.world.faults.fail_item(fault, "Reminder/")
        rig.engine.cycle("test")
    else:
        rig.world.faults.fail(fault, MODIFY)
        with pytest.raises(NetworkError):
            rig.engine.cycle("test")
    rename(rig, "Plans", "Post")
    assert rig.run().held == []
    assert lists(rig) == {"Inbox", "Post"}
    assert rig.titles("Post") == {"New"}
    rig.rest()


@pytest.mark.parametrize("markers", ["block-id", "none"])
def test_a_file_that_was_made_before_we_died_is_its_list_under_another_name(
    tmp_path: Path, markers: str
) -> None:
    with open_rig(tmp_path, empty_world(), markers=markers) as rig:
        rig.run()
        plans = rig.phone.create_list("Plans")
        rig.phone.create(plans, "Added")
        rig.step = DiesAt("commit:written:before", 1)
        with pytest.raises(Crash):
            rig.run()
        rename(rig, "Plans", "Post")
        rig.step = lambda _: None
        rig.restart()
        assert rig.run().conflicts == []
        assert lists(rig) == {"Inbox", "Post"}
        assert rig.titles("Post") == {"Added"}
        rig.rest()


def test_a_name_that_never_arrived_is_still_to_be_sent(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Typed\n")
    rig.run()
    rename(rig, "Inbox", "Post")
    rig.world.faults.fail("cut_before", MODIFY)
    rig.wait(3)
    with pytest.raises(NetworkError):
        rig.engine.cycle("test")
    rename(rig, "Post", "Inbox")
    assert rig.run().conflicts == []
    assert lists(rig) == {"Inbox"}
    rig.rest()


def test_a_name_that_is_taken_back_before_the_next_look_is_taken_back_in_icloud(rig: Rig) -> None:
    """iCloud has answered; that its file had the name as well was not looked at yet."""
    rig.append("Inbox", "- [ ] Typed\n")
    rig.run()
    rename(rig, "Inbox", "Post")
    rig.wait(3)
    rig.engine.cycle("test")
    assert lists(rig) == {"Post"}
    rename(rig, "Post", "Inbox")
    assert rig.run().conflicts == []
    assert lists(rig) == {"Inbox"}
    rig.rest()


def test_so_is_a_colour(renamed: Rig) -> None:
    """A value of the list that its file says in its front matter."""
    renamed.run()
    renamed.replace("Post", "---\n\n", "icloud-color: red\n---\n\n")
    renamed.world.faults.fail("lost_reply", MODIFY)
    renamed.wait(3)
    with pytest.raises(NetworkError):
        renamed.engine.cycle("test")
    renamed.replace("Post", "icloud-color: red", "icloud-color: green")
    assert renamed.run().conflicts == []
    assert "icloud-color: green" in renamed.read("Post")
    renamed.rest()
