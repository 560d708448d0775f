"""A phone says something in a list just before it hears that the list was deleted here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sync.cycle.planning.letgo import SENT
from sync.cycle.report import Report
from sync.errors import NetworkError
from tests.rig import Crash, Rig, empty_world, open_rig

MODIFY = "records/modify"


def let_go(rig: Rig) -> str:
    """The list “Work”, of which the file is deleted and that is approved; gives its id."""
    id = str(rig.phone.create_list("Work"))
    rig.phone.create("Work", "Move house")
    rig.phone.create("Work", "Done", done=True)
    rig.run()
    rig.path("Work").unlink()
    rig.run()
    assert rig.engine.approve(["Work"])
    return id


def lists(rig: Rig) -> set[str]:
    return {one.name for one in rig.phone.lists()}


def at(rig: Rig, step: str, act: Callable[[], object]) -> None:
    """Do something just before the cycle comes to ``step`` for the first time."""
    left = [act]

    def then(name: str) -> None:
        if name == step and left:
            left.pop()()

    rig.step = then


def change(rig: Rig) -> None:
    phone = rig.world.phone
    phone.edit(phone.find("Done").id, notes="Said late")


def create(rig: Rig) -> None:
    rig.world.phone.create("Work", "Said late")


def kept(rig: Rig, id: str, report: Report) -> None:
    """The list is there with all in it, and a person is asked again."""
    assert lists(rig) == {"Inbox", "Work"}
    (hold,) = report.held
    assert (hold.id, hold.kind, report.exit_code) == (id, "list", 4)
    assert "was changed in “Work” since you approved, or is new" in hold.reason
    assert not rig.path("Work").exists()
    rig.run()
    rig.rest()


def test_what_is_said_while_the_deletion_is_planned_is_heard_before_it_is_sent(rig: Rig) -> None:
    id = let_go(rig)
    at(rig, "engine:push", lambda: create(rig))
    report = rig.run()
    assert report.changes == []
    assert report.pushed == 0
    kept(rig, id, report)


@pytest.mark.parametrize(("act", "soon"), [(change, True), (create, True), (change, False)])
def test_where_it_is_said_while_that_is_on_its_way_the_list_is_back(
    rig: Rig, act: Callable[[Rig], None], soon: bool
) -> None:
    id = let_go(rig)
    phone = rig.phone
    if soon:
        at(rig, "commit:send:after", lambda: act(rig))
        report = rig.run()  # the cycle that sends it, and the one after
    else:  # a phone that is switched on days later
        phone.offline = True
        rig.run()
        rig.run()
        rig.wait(3 * 86_400)
        rig.run()
        act(rig)
        phone.offline = False
        phone.sync()
        report = rig.run()
    assert any(change.startswith("iCloud: + list “Work”") for change in report.changes)
    kept(rig, id, report)
    assert rig.engine.approve(["Work"])
    assert "iCloud: − list “Work”" in rig.run().changes
    assert lists(rig) == {"Inbox"}
    rig.run()
    rig.rest()


@pytest.mark.parametrize("act", [change, create])
def test_where_deletions_are_for_good_the_list_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[Rig], None]
) -> None:
    """A reminder goes as it was last seen, or not at all; one never seen is in the way."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), mode="purge") as rig:
        rig.run()
        id = let_go(rig)
        at(rig, "commit:send:after", lambda: act(rig))
        kept(rig, id, rig.run())
        assert {one.title for one in rig.phone.reminders()} >= {"Move house", "Done"}


@pytest.mark.parametrize("step", ["commit:late word:after", "commit:restored:before"])
def test_dying_while_it_is_brought_back_changes_nothing_of_that(rig: Rig, step: str) -> None:
    id = let_go(rig)
    at(rig, "commit:send:after", lambda: change(rig))
    rig.wait(3)
    rig.engine.cycle("test")
    assert lists(rig) == {"Inbox"}

    def die() -> None:
        raise Crash

    at(rig, step, die)
    with pytest.raises(Crash):
        rig.run()
    rig.step = lambda _: None
    rig.restart()
    kept(rig, id, rig.run())
    assert rig.store.meta.get(SENT) == "{}"


def test_it_is_brought_back_once_icloud_can_be_reached(rig: Rig) -> None:
    id = let_go(rig)
    at(rig, "commit:send:after", lambda: change(rig))
    rig.wait(3)
    rig.engine.cycle("test")
    rig.world.faults.fail("cut_before", MODIFY)
    rig.wait(3)
    with pytest.raises(NetworkError):
        rig.engine.cycle("test")
    assert lists(rig) == {"Inbox"}
    kept(rig, id, rig.run())


def test_a_plan_brings_nothing_back(rig: Rig) -> None:
    id = let_go(rig)
    at(rig, "commit:send:after", lambda: change(rig))
    rig.wait(3)
    rig.engine.cycle("test")
    rig.engine.cycle("plan", plan_only=True)
    assert lists(rig) == {"Inbox"}
    report = rig.run()
    assert lists(rig) == {"Inbox", "Work"}
    assert [hold.id for hold in report.held] == [id]


def test_what_is_deleted_or_said_as_before_brings_no_list_back(rig: Rig) -> None:
    let_go(rig)
    phone = rig.world.phone
    done, other = phone.find("Done").id, phone.find("Move house").id

    def act() -> None:
        phone.delete(done)
        phone.edit(other, notes="for a moment")
        phone.edit(other, notes="")

    at(rig, "commit:send:after", act)
    rig.run()
    assert lists(rig) == {"Inbox"}
    rig.rest()


def test_nor_does_a_list_that_a_phone_brought_back_and_deleted_again(rig: Rig) -> None:
    id = let_go(rig)
    rig.run()
    assert rig.engine.restore_list("Work").deleted
    rig.run()
    assert rig.store.meta.get(SENT) == "{}"
    change(rig)
    rig.run()
    rig.phone.delete_list(id)
    rig.run()
    rig.run()
    assert lists(rig) == {"Inbox"}
    rig.rest()


def test_it_comes_back_beside_a_new_list_of_its_name(rig: Rig) -> None:
    let_go(rig)
    phone = rig.world.phone
    phone.offline = True
    rig.run()
    rig.save("Work", "- [ ] Anew\n")
    rig.run()
    change(rig)
    phone.offline = False
    phone.sync()
    rig.run()
    assert sorted(one.name for one in rig.phone.lists()) == ["Inbox", "Work", "Work"]
    assert "- [ ] Anew ^r-" in rig.read("Work")
    assert "Move house" in rig.read("Work (2)")
    assert "Said late" in rig.read("Work (2)")
    assert {one.title for one in rig.phone.reminders()} == {"Anew", "Move house", "Done"}
    rig.rest()


def test_and_takes_a_new_file_of_its_name_for_its_own(rig: Rig) -> None:
    """As any list that rests does; what is missing there was let go, and what was said late not."""
    let_go(rig)
    at(rig, "commit:send:after", lambda: change(rig))
    rig.wait(3)
    rig.engine.cycle("test")
    rig.save("Work", "- [ ] Anew\n")
    rig.run()
    rig.run()
    assert lists(rig) == {"Inbox", "Work"}
    assert {one.title for one in rig.phone.reminders("Work")} == {"Anew", "Done"}
    assert "Said late" in rig.read("Work")
    rig.rest()


def test_images_that_leave_the_folder_with_it_say_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), images="Attachments") as rig:
        rig.phone.create_list("Work")
        look = rig.phone.create("Work", "Look")
        rig.phone.attach_image(look, "photo.jpg", b"\xff\xd8\xff a photo", size=(4, 3))
        rig.run()
        rig.path("Work").unlink()
        rig.run()
        assert rig.engine.approve(["Work"])
        assert rig.run().changes == ["iCloud: − list “Work”"]
        rig.phone.create("Inbox", "Something else")
        rig.run()
        assert lists(rig) == {"Inbox"}
        assert not list((rig.folder / "Attachments").iterdir())
        rig.rest()


def test_an_image_that_is_added_late_brings_it_back(rig: Rig) -> None:
    id = let_go(rig)

    def act() -> None:
        phone = rig.world.phone
        phone.attach_image(phone.find("Done").id, "photo.jpg", b"\xff\xd8\xff", size=(4, 3))

    at(rig, "commit:send:after", act)
    kept(rig, id, rig.run())
