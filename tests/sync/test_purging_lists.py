"""`deletions.mode: purge` for a whole list, which a person has named."""

from __future__ import annotations

from tests.rig import Rig
from tests.sync.test_purging import kinds, live, sent


def a_list(rig: Rig, lines: str) -> None:
    rig.phone.create_list("Work")
    rig.run()
    rig.append("Work", lines)
    rig.run()


def lists(rig: Rig) -> set[str]:
    return {one.name for one in rig.phone.lists()}


def test_a_list_that_is_deleted_by_name_goes_with_all_that_is_in_it(purging: Rig) -> None:
    rig = purging
    a_list(rig, "- [ ] Parent #tag ⏰ 10:00 📅 2026-12-14\n    - [ ] Child #tag\n- [ ] Deleted\n")
    rig.append("Inbox", "- [ ] Stays\n")
    rig.run()
    rig.phone.delete(rig.shown("Deleted").id)
    rig.phone.complete(rig.phone.create("Work", "Long done"), rig.clock() - 40 * 86400)
    rig.phone.create_section("Work", "Section")
    rig.run()
    rig.path("Work").unlink()
    report = rig.run()
    assert "to delete the list in iCloud for good" in report.held[0].reason
    assert lists(rig) == {"Inbox", "Work"}
    rig.engine.approve(["Work"])
    with rig.counting() as requests:
        report = rig.run()
    assert report.changes == ["iCloud: − list “Work” (deleted for good)"]
    assert sent(requests)[-1].startswith("delete List/")
    assert lists(rig) == {"Inbox"}
    assert kinds(rig) == ["Reminder"]
    rig.rest()


def test_a_list_takes_as_many_requests_as_it_needs(purging: Rig) -> None:
    rig = purging
    a_list(rig, "".join(f"- [ ] Task {number} #tag\n" for number in range(110)))
    rig.path("Work").unlink()
    rig.run()
    rig.engine.approve(["Work"])
    with rig.counting() as requests:
        rig.run()
    assert len(sent(requests)) == 221
    assert live(rig) == {}
    rig.rest()


def resting(rig: Rig) -> None:
    """The list “Work” rests without its file, and a phone adds something to it."""
    a_list(rig, "- [ ] Task\n")
    rig.path("Work").unlink()
    rig.run()
    rig.phone.create("Work", "New")


def test_what_was_in_no_file_goes_with_its_list_once_a_person_was_told(purging: Rig) -> None:
    rig = purging
    resting(rig)
    report = rig.run()
    assert report.exit_code == 4  # it asks for something else now
    assert report.held[0].reason.endswith("for good, with “New”, which was in no file")
    rig.phone.create("Work", "Newer")
    assert rig.run().held[0].reason.endswith("with “New” and 1 more, which were in no file")
    rig.engine.approve(["Work"])
    assert rig.run().changes == ["iCloud: − list “Work” (deleted for good)"]
    assert lists(rig) == {"Inbox"}
    assert live(rig) == {}
    rig.rest()


def test_what_nobody_was_told_of_keeps_its_list_until_it_is_approved_again(purging: Rig) -> None:
    rig = purging
    resting(rig)
    rig.wait(3)
    rig.engine.cycle("plan", plan_only=True)  # the mirror knows it, and what waits is as before
    rig.engine.approve(["Work"])
    for code in (4, 0):
        report = rig.run()
        (hold,) = report.held
        assert (report.exit_code, report.problems) == (code, [])
        assert "“New” was changed in “Work” since you approved, or is new" in hold.reason
        assert rig.titles("Work") == {"Task", "New"}
    rig.engine.approve(["Work"])
    rig.run()
    assert lists(rig) == {"Inbox"}
    rig.rest()


def test_what_was_said_after_a_list_was_approved_keeps_it(purging: Rig) -> None:
    rig = purging
    a_list(rig, "- [ ] Task\n")
    rig.path("Work").unlink()
    rig.run()
    rig.engine.approve(["Work"])
    rig.phone.edit(rig.shown("Task").id, notes="Said later")
    (hold,) = rig.run().held
    assert "“Task” was changed in “Work” since you approved" in hold.reason
    assert rig.titles("Work") == {"Task"}
    rig.engine.approve(["Work"])
    rig.run()
    assert lists(rig) == {"Inbox"}
    rig.rest()
