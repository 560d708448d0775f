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


def test_a_reminder_that_no_file_has_shown_keeps_its_list(purging: Rig) -> None:
    rig = purging
    a_list(rig, "- [ ] Task\n")
    rig.path("Work").unlink()
    rig.run()
    rig.phone.create("Work", "New")
    rig.run()
    rig.engine.approve(["Work"])
    report = rig.run()
    assert "there is a reminder in the list that was in no file" in " ".join(report.problems)
    assert rig.titles("Work") == {"Task", "New"}
    rig.rest()  # what was refused is neither sent again nor asked for


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
