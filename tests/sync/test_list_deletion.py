"""A list whose file was deleted: it rests, and goes only when a person names it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sync.cycle.planning.letgo import LET_GO
from tests.rig import Crash, Rig, empty_world, open_rig


def work(rig: Rig) -> str:
    """The list “Work” with a parent, a child and a done one; gives its id."""
    id = rig.phone.create_list("Work")
    parent = rig.phone.create("Work", "Move house")
    rig.phone.create("Work", "Pack", parent=parent)
    rig.phone.create("Work", "Done", done=True)
    rig.run()
    return id


def lists(rig: Rig) -> set[str]:
    return {one.name for one in rig.phone.lists()}


def kinds(rig: Rig) -> list[str]:
    return [hold.kind for hold in rig.store.attention.holds()]


def test_only_its_name_deletes_it_and_then_nothing_of_it_is_shown(rig: Rig) -> None:
    work(rig)
    rig.path("Work").unlink()
    report = rig.run()
    (hold,) = report.held
    assert (hold.kind, report.exit_code) == ("list", 4)
    assert "Work.md is gone" in hold.reason
    assert rig.engine.approve() == []
    assert rig.run(approve=True).exit_code == 0  # it is not new any more
    assert lists(rig) == {"Inbox", "Work"}
    assert [one.id for one in rig.engine.approve(["Work"])] == [hold.id]
    report = rig.run()
    assert report.changes == ["iCloud: − list “Work”"]
    assert report.held == []
    assert lists(rig) == {"Inbox"}
    assert {one.title for one in rig.phone.reminders()} == set()
    rig.rest()
    # Their records live on, and so do their rows; only what is shown does without them.
    held = {row.title: row.deleted for row in rig.store.mirror.reminders()}
    assert held == {"Move house": False, "Pack": False, "Done": False}
    shown = rig.store._connection.all("SELECT title FROM reminders")
    assert shown == []
    record = rig.world.zone.lookup([f"List/{hold.id}"])[0]
    assert record["fields"]["Deleted"]["value"] == 1


@pytest.mark.parametrize("approved", [False, True])
def test_a_file_that_is_put_back_releases_the_list(rig: Rig, approved: bool) -> None:
    id = work(rig)
    text = rig.read("Work")
    rig.path("Work").unlink()
    rig.run()
    if approved:
        assert rig.engine.approve([id])
    rig.save("Work", text)
    report = rig.run()
    assert (report.held, report.pushed) == ([], 0)
    assert rig.titles("Work") == {"Move house", "Pack", "Done"}
    rig.rest()
    rig.path("Work").unlink()
    assert [hold.kind for hold in rig.run().held] == ["list"]  # the old word counts no more
    assert lists(rig) == {"Inbox", "Work"}


def change(rig: Rig) -> None:
    rig.phone.edit(rig.shown("Done").id, notes="Said later")


def create(rig: Rig) -> None:
    rig.phone.create("Work", "Said later")


def move_in(rig: Rig) -> None:
    rig.phone.move(rig.shown("Said later").id, list_id(rig, "Work"))


def list_id(rig: Rig, name: str) -> str:
    return next(one.id for one in rig.phone.lists() if one.name == name)


@pytest.mark.parametrize("act", [change, create, move_in])
def test_what_comes_to_a_list_after_it_was_approved_has_to_be_approved_too(
    rig: Rig, act: Callable[[Rig], None]
) -> None:
    id = work(rig)
    if act is move_in:
        rig.append("Inbox", "- [ ] Said later\n")
    rig.run()
    rig.path("Work").unlink()
    rig.run()
    assert rig.engine.approve(["Work"])
    act(rig)
    for code in (4, 0):  # whoever approved is asked again, once
        report = rig.run()
        (hold,) = report.held
        assert (hold.id, hold.kind, report.exit_code) == (id, "list", code)
        assert "was changed in “Work” since you approved, or is new" in hold.reason
        assert "Work" in lists(rig)
    assert rig.engine.approve(["Work"])
    changes = rig.run().changes
    assert changes[0] == "iCloud: − list “Work”"
    # The line that was in another list's file goes.
    assert changes[1:] == (["files: − “Said later”"] if act is move_in else [])
    assert lists(rig) == {"Inbox"}
    rig.rest()


def test_what_left_a_list_after_it_was_approved_keeps_nothing(rig: Rig) -> None:
    work(rig)
    rig.path("Work").unlink()
    rig.run()
    assert rig.engine.approve(["Work"])
    rig.phone.delete(rig.shown("Done").id)
    rig.phone.move(rig.shown("Move house").id, list_id(rig, "Inbox"))
    assert "iCloud: − list “Work”" in rig.run().changes
    assert lists(rig) == {"Inbox"}
    assert "Move house" in rig.titles("Inbox")


def test_an_old_word_counts_no_more_for_a_list_whose_file_was_back(rig: Rig) -> None:
    work(rig)
    text = rig.read("Work")
    rig.path("Work").unlink()
    rig.run()
    assert rig.engine.approve(["Work"])
    rig.save("Work", text)
    rig.run()
    assert rig.store.meta.get(LET_GO) == "{}"


def test_a_name_that_two_resting_lists_have_names_none(rig: Rig) -> None:
    first = work(rig)
    second = rig.phone.create_list("Work")
    rig.phone.create("Inbox", "Here")
    rig.run()
    rig.path("Work").unlink()
    rig.path("Work (2)").unlink()
    assert {hold.id for hold in rig.run().held} == {first, second}
    assert rig.engine.approve(["Work"]) == []
    assert len(rig.engine.approve([second])) == 1
    rig.run()
    assert {one.id for one in rig.phone.lists() if one.name == "Work"} == {first}


def test_what_was_carried_to_another_file_lives_on(rig: Rig) -> None:
    work(rig)
    done = rig.line("Work", "Done")
    id = rig.shown("Done").id
    rig.append("Inbox", done + "\n")
    rig.path("Work").unlink()
    rig.run()
    rig.engine.approve(["Work"])
    rig.run()
    rig.run()
    assert lists(rig) == {"Inbox"}
    assert {one.title: one.id for one in rig.phone.reminders()} == {"Done": id}
    assert rig.line("Inbox", "Done")
    rig.rest()


def test_a_line_that_left_before_its_file_was_deleted_moves_at_once_and_is_kept_in_step(
    rig: Rig,
) -> None:
    work(rig)
    id = rig.shown("Done").id
    rig.append("Inbox", rig.line("Work", "Done") + "\n")
    rig.path("Work").unlink()
    assert [hold.kind for hold in rig.run().held] == ["list"]
    assert (rig.shown("Done").id, rig.shown("Done").list) == (id, "Inbox")
    rig.replace("Inbox", "Done", "Done well")
    rig.run()
    assert rig.shown("Done well").id == id
    rig.rest()


def test_a_read_only_list_cannot_be_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), lists="{Work: read-only, '*': two-way}") as rig:
        rig.run()
        work(rig)
        rig.path("Work").unlink()
        rig.run()
        assert kinds(rig) == ["resting-list"]
        assert rig.engine.approve(["Work"]) == []
        assert lists(rig) == {"Inbox", "Work"}


def test_a_directory_that_was_deleted_with_all_its_lists_takes_its_group_along(rig: Rig) -> None:
    rig.phone.create_list("Office", is_group=True)
    for name in ("Plans", "Bills"):
        rig.phone.create_list(name, "Office")
        rig.phone.create(name, f"{name}!")
    rig.run()
    for name in ("Plans", "Bills"):
        rig.path(f"Office/{name}").unlink()
    (rig.folder / "Office").rmdir()
    assert kinds(rig) == []
    assert [hold.kind for hold in rig.run().held] == ["list", "list"]
    rig.engine.approve(["Plans"])
    rig.run()
    assert lists(rig) == {"Inbox", "Office", "Bills"}
    rig.engine.approve(["Bills"])
    rig.run()
    assert lists(rig) == {"Inbox"}
    rig.rest()


def test_dying_before_it_is_sent_deletes_it_once(rig: Rig) -> None:
    work(rig)
    rig.path("Work").unlink()
    rig.run()
    rig.engine.approve(["Work"])

    def die(name: str) -> None:
        if name == "engine:push":
            raise Crash

    rig.step = die
    with pytest.raises(Crash):
        rig.run()
    rig.step = lambda _: None
    rig.restart()
    assert lists(rig) == {"Inbox", "Work"}
    rig.run()
    assert lists(rig) == {"Inbox"}
    rig.rest()
