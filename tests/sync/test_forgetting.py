"""`forget`: a list whose file was deleted is not kept here any more; nothing is sent of that."""

from __future__ import annotations

import pytest

from sync.errors import NetworkError, UsageError
from tests.rig import Rig, empty_world, open_rig
from tests.sync.sharing import rest, share, shown


def work(rig: Rig) -> str:
    """The list “Work” with a parent and its child, in sections; gives its id."""
    id = rig.phone.create_list("Work")
    parent = rig.phone.create("Work", "Move house")
    rig.phone.create("Work", "Pack", parent=parent)
    rig.run()
    return str(id)


def kinds(rig: Rig) -> list[str]:
    return [hold.kind for hold in rig.store.attention.holds()]


def changes_sent(sent: list[dict[str, object]]) -> int:
    return sum("records/modify" in str(one["path"]) for one in sent)


@pytest.mark.parametrize(("key", "seen"), [("Work", False), ("Work.md", True), ("id", True)])
def test_a_forgotten_list_stays_in_icloud_and_is_asked_for_no_more(
    rig: Rig, key: str, seen: bool
) -> None:
    id = work(rig)
    rig.path("Work").unlink()
    if seen:
        rig.run()
        assert kinds(rig) == ["list"]
    with rig.counting() as sent:
        forgot = rig.engine.forget(id if key == "id" else key)
        assert rig.engine.forget("Work") == forgot  # again is no error
        for _ in range(2):
            assert rig.run().exit_code == 0
            rig.restart()
    assert (changes_sent(sent), kinds(rig)) == (0, [])
    assert (forgot.name, forgot.file) == ("Work", None)
    assert rig.titles("Work") == {"Move house", "Pack"}
    rig.phone.create("Work", "New there")
    rig.run()
    assert not rig.path("Work").exists()
    rig.rest()


def test_it_comes_back_with_all_that_happened_meanwhile(rig: Rig) -> None:
    work(rig)
    before = rig.read("Work")
    rig.path("Work").unlink()
    rig.engine.forget("Work")
    rig.run()
    rig.phone.edit(rig.shown("Pack").id, notes="boxes")
    rig.phone.create("Work", "New there")
    assert rig.engine.restore_list("Work").deleted is False
    report = rig.run()
    assert (report.pushed, report.held) == (0, [])
    text = rig.read("Work")
    assert {line for line in before.split("\n") if "[ ]" in line} < set(text.split("\n"))
    assert "> boxes" in text
    assert "New there" in text
    rig.rest()


def test_a_file_that_came_back_and_is_deleted_at_once_is_missed(rig: Rig) -> None:
    work(rig)
    rig.path("Work").unlink()
    rig.engine.forget("Work")
    rig.engine.restore_list("Work")
    rig.run()
    rig.path("Work").unlink()
    rig.run()
    assert not rig.path("Work").exists()  # not an empty one, of which all tasks were gone
    assert kinds(rig) == ["list"]
    assert rig.titles("Work") == {"Move house", "Pack"}


def test_whoever_puts_the_file_back_wants_it_here_again(rig: Rig) -> None:
    work(rig)
    before = rig.read("Work")
    rig.path("Work").unlink()
    rig.engine.forget("Work")
    rig.run()
    rig.save("Work", before)
    report = rig.run()
    assert (report.pushed, report.held, rig.read("Work")) == (0, [], before)
    assert rig.store.forgotten.all() == {}
    rig.replace("Work", "- [ ] Move house", "- [x] Move house")
    rig.run()
    assert rig.shown("Move house").done
    rig.rest()


def test_a_list_over_whose_file_that_of_another_one_was_put_can_be_forgotten(rig: Rig) -> None:
    work(rig)
    rig.append("Inbox", "- [ ] Post letter\n")
    rig.run()
    rig.path("Inbox").replace(rig.path("Work"))
    assert [hold.kind for hold in rig.run().held] == ["list"]
    forgot = rig.engine.forget("Work.md")
    assert (forgot.name, forgot.file) == ("Work", None)
    report = rig.run()
    assert (report.pushed, report.held) == (0, [])
    rig.replace("Work", "letter", "the letter")
    rig.run()
    assert {one.title for one in rig.phone.reminders()} == {"Post the letter", "Move house", "Pack"}
    rig.rest()


def test_a_list_that_has_its_file_is_kept(rig: Rig) -> None:
    work(rig)
    with pytest.raises(UsageError, match=r"has its file Work\.md") as told:
        rig.engine.forget("Work")
    assert "Work: ignore" in told.value.hint
    with pytest.raises(UsageError, match="no list here is called “Nothing”"):
        rig.engine.forget("Nothing")
    rig.folder.rename(rig.home / "away")
    with pytest.raises(UsageError, match="not there"):
        rig.engine.forget("Work")
    (rig.home / "away").rename(rig.folder)
    rig.rest()


def test_a_group_lives_on_when_all_its_lists_are_forgotten(rig: Rig) -> None:
    rig.phone.create_list("Office", is_group=True)
    rig.phone.create_list("Plans", "Office")
    rig.phone.create("Plans", "Draw")
    rig.run()
    rig.path("Office/Plans").unlink()
    rig.path("Office/Plans").parent.rmdir()
    rig.engine.forget("Office/Plans.md")
    for _ in range(2):
        rig.wait(600)
        assert rig.run().pushed == 0
    assert {one.name for one in rig.phone.lists()} == {"Inbox", "Office", "Plans"}


def test_what_was_carried_to_another_file_still_moves(rig: Rig) -> None:
    work(rig)
    line = rig.line("Work", "Move house")
    rig.append("Inbox", line + "\n")
    rig.path("Work").unlink()
    rig.run()
    rig.engine.forget("Work")
    rig.run()
    rig.run()
    assert "Move house" in rig.titles("Inbox")


def test_a_list_that_was_taken_back_keeps_its_file_as_plain_notes(rig: Rig) -> None:
    grace = share(rig, "Trip", "Pack", "Book")
    grace.unshare()
    rig.run()
    assert kinds(rig) == ["unshared"]
    text = rig.read("Trip")
    assert rig.engine.forget("Trip").file == "Trip.md"
    assert rig.run().held == []
    rig.save("Trip", text + "- [ ] My own words\n")
    assert rig.run().held == []
    assert rig.read("Trip") == text + "- [ ] My own words\n"
    share(rig, "Trip")  # shared again, it goes on where it was
    rig.run()
    assert shown(grace, "Trip") == ["Book", "My own words", "Pack"]
    assert rig.store.forgotten.all() == {}
    rest(rig)


def test_a_file_that_waits_to_become_a_list_can_be_forgotten_too(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", f"{tmp_path}/state")
    with open_rig(tmp_path, empty_world(), new_lists="ask") as rig:  # type: ignore[arg-type]
        rig.run()
        rig.save("Recipes", "- [ ] Chop onions\n")
        rig.run()
        assert kinds(rig) == ["new-list"]
        assert rig.engine.forget("Recipes.md").is_list is False
        assert rig.run().held == []
        rig.restart()
        assert rig.run().held == []
        assert {one.name for one in rig.phone.lists()} == {"Inbox"}
        rig.engine.restore_list("Recipes.md")
        rig.run()
        assert kinds(rig) == ["new-list"]


@pytest.mark.parametrize("way", ["forget", "restore"])
def test_a_line_that_had_come_from_another_list_is_shown_where_icloud_has_it(
    rig: Rig, way: str
) -> None:
    work(rig)
    rig.append("Inbox", "- [ ] Call Bob\n")
    rig.run()
    line = rig.line("Inbox", "Call Bob") + "\n"
    rig.replace("Inbox", line, "")
    rig.append("Work", line)
    rig.world.faults.fail("status", "records/modify", status=503, retry_after=600, times=1)
    with pytest.raises(NetworkError):
        rig.run()  # iCloud does not hear of it
    rig.path("Work").unlink()
    rig.restart()
    rig.run()
    assert kinds(rig) == ["list"]
    assert rig.titles("Inbox") == {"Call Bob"}
    if way == "forget":
        rig.engine.forget("Work")
    else:
        rig.engine.restore_file("Work.md")
    rig.run()
    assert rig.read("Inbox").count("Call Bob") == 1
    assert rig.titles("Inbox") == {"Call Bob"}
    assert rig.titles("Work") == {"Move house", "Pack"}
    rig.wait(700)  # until what was sent without an answer is no evidence any more
    rig.run()
    rig.rest()
