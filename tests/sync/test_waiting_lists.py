"""Groups and lists that may have to go wait on, whatever cannot be read meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from sync.core.actions import HoldKind
from sync.cycle.report import Report
from tests.rig import Rig, empty_world, open_rig


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Rig]:
    """The group Family waits for its end: its one list, Home, stands at the top now."""
    with open_rig(tmp_path, empty_world(), grace="2m") as rig:
        rig.run()
        rig.phone.create_list("Family", is_group=True)
        rig.phone.create_list("Home", "Family")
        rig.phone.create("Home", "Fix the tap")
        rig.append("Inbox", "- [ ] Call\n")
        rig.run()
        rig.path("Family/Home").rename(rig.path("Home"))
        rig.run()
        yield rig


@contextmanager
def unreadable(rig: Rig) -> Iterator[None]:
    link = rig.folder / "Away"
    link.symlink_to("/not/mounted")
    yield
    link.unlink()


@contextmanager
def away(rig: Rig) -> Iterator[None]:
    elsewhere = rig.home / "elsewhere"
    rig.folder.rename(elsewhere)
    yield
    elsewhere.rename(rig.folder)


@contextmanager
def being_saved(rig: Rig) -> Iterator[None]:
    rig.wait(3)
    os.utime(rig.path("Inbox"), (rig.clock(), rig.clock()))
    yield


@contextmanager
def unsure_there(rig: Rig) -> Iterator[None]:
    """A list of which iCloud's name cannot be read."""
    [inbox] = [one.id for one in rig.phone.lists() if one.name == "Inbox"]
    rig.phone.rename_list(inbox, "")
    yield
    rig.phone.rename_list(inbox, "Inbox")


def graces(report: Report) -> list[tuple[str, int | None]]:
    return [(one.id, one.until_ms) for one in report.held if one.kind is HoldKind.GRACE]


def groups(rig: Rig) -> set[str]:
    return {one.name for one in rig.phone.lists() if one.is_group}


@pytest.mark.parametrize("happens", [unreadable, away, being_saved, unsure_there])
def test_its_time_goes_on_whatever_cannot_be_judged(
    waiting: Rig, happens: Callable[[Rig], AbstractContextManager[None]]
) -> None:
    before = graces(waiting.run())
    assert len(before) == 1
    with happens(waiting):
        report = waiting.engine.cycle("test")
        assert graces(report) == before
        assert report.new_holds == [one for one in report.held if one.kind is not HoldKind.GRACE]
        assert groups(waiting) == {"Family"}
    assert graces(waiting.run()) == before
    waiting.wait(120)
    waiting.run()
    assert groups(waiting) == set()
    waiting.rest()


def test_its_time_may_end_while_nothing_can_be_judged(waiting: Rig) -> None:
    with unreadable(waiting):
        waiting.run()
        waiting.wait(180)
        waiting.run()
        assert groups(waiting) == {"Family"}
    waiting.run()
    assert groups(waiting) == set()
    waiting.rest()


def test_one_that_is_used_again_is_kept(waiting: Rig) -> None:
    with unreadable(waiting):
        waiting.run()
        (waiting.folder / "Family").mkdir(exist_ok=True)
        waiting.path("Home").rename(waiting.path("Family/Home"))
        waiting.run()
    waiting.wait(180)
    assert graces(waiting.run()) == []
    assert groups(waiting) == {"Family"}
    waiting.rest()


def test_one_that_is_left_while_something_cannot_be_read_goes_after_that(waiting: Rig) -> None:
    waiting.path("Home").rename(waiting.path("Family/Home"))
    waiting.run()
    with unreadable(waiting):
        waiting.run()
        waiting.path("Family/Home").rename(waiting.path("Home"))
        waiting.run()
    waiting.run()
    waiting.wait(180)
    waiting.run()
    assert groups(waiting) == set()
    waiting.rest()


# ---- lists of which the file is gone


@pytest.fixture
def lost(waiting: Rig) -> Rig:
    """The file of Home is gone, and a person was told so."""
    waiting.wait(180)
    waiting.run()
    waiting.path("Home").unlink()
    assert lists(waiting.run()) == [HoldKind.LIST]
    return waiting


def lists(report: Report) -> list[HoldKind]:
    return [
        hold.kind for hold in report.held if hold.kind in (HoldKind.LIST, HoldKind.RESTING_LIST)
    ]


def saving(rig: Rig, text: str) -> Report:
    """A cycle while an editor saves a new file."""
    rig.save("New", text)
    os.utime(rig.path("New"), (rig.clock(), rig.clock()))
    report = rig.engine.cycle("test")
    assert report.retry_after_s is not None
    return report


def test_it_is_not_told_anew_for_each_new_file_that_is_being_saved(lost: Rig) -> None:
    report = saving(lost, "- [ ] New\n")
    assert (lists(report), report.exit_code) == ([HoldKind.LIST], 0)
    report = lost.run()
    assert lists(report) == [HoldKind.LIST]
    assert HoldKind.LIST not in [hold.kind for hold in report.new_holds]


def test_an_approved_list_goes_once_all_can_be_read(lost: Rig) -> None:
    lost.engine.approve(["Home"])
    saving(lost, "- [ ] New\n")
    assert "Home" in {one.name for one in lost.phone.lists()}
    (lost.folder / "Lost.md").symlink_to("nowhere.md")
    report = lost.run()
    assert lists(report) == [HoldKind.RESTING_LIST]
    assert "may be Lost.md" in next(hold.reason for hold in report.held if "Home" in hold.reason)
    (lost.folder / "Lost.md").unlink()
    lost.run()
    assert "Home" not in {one.name for one in lost.phone.lists()}
    lost.rest()


def test_an_approved_list_says_what_it_waits_for(lost: Rig) -> None:
    lost.engine.approve(["Home"])
    with unreadable(lost):
        report = lost.run()
        assert lists(report) == [HoldKind.LIST]
        assert any("once everything in the folder can be read" in one.reason for one in report.held)
    lost.run()
    assert "Home" not in {one.name for one in lost.phone.lists()}


def test_the_new_file_may_be_that_of_the_list(lost: Rig) -> None:
    """It was renamed by a program that first took it away."""
    id = lost.shown("Fix the tap").id
    block = lost.store.places.block_of(id)
    assert block is not None
    lost.engine.approve(["Home"])
    saving(lost, f"- [ ] Fix the tap ^{block.block}\n")
    lost.run()
    assert (lost.shown("Fix the tap").id, lost.shown("Fix the tap").list) == (id, "New")
    assert lists(lost.run()) == []
    lost.rest()
