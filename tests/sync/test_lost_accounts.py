"""An account that lost nearly all of its reminders deletes none of them here."""

from __future__ import annotations

from pathlib import Path

from sync.errors import RemindersdError
from tests.rig import Rig, empty_world, open_rig


def test_a_few_reminders_that_the_account_lost_wait_for_a_person(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] One\n- [ ] Two\n- [ ] Three\n")
    rig.run()
    for one in rig.phone.reminders("Inbox"):
        rig.phone.delete(one.id, hard=True)
    report = rig.run()
    assert {hold.kind for hold in report.held} == {"deletions"}
    assert "iCloud lost nearly all reminders at once" in report.held[0].reason
    rig.append("Inbox", "- [ ] Four\n- [ ] Five\n")
    rig.replace("Inbox", "One", "One, edited")
    assert len(rig.run().held) == 2
    rig.restart()
    assert len(rig.run().held) == 2
    assert all(word in rig.read("Inbox") for word in ("One, edited", "Two", "Three"))
    rig.engine.approve()
    rig.run()
    assert rig.titles("Inbox") == {"One, edited", "Four", "Five"}
    assert "Two" not in rig.read("Inbox")
    rig.rest()


def test_what_waits_to_be_deleted_when_an_account_is_lost_is_not_back_with_it(
    tmp_path: Path,
) -> None:
    with open_rig(tmp_path, empty_world(), grace="30s") as rig:
        rig.run()
        rig.append("Inbox", "".join(f"- [ ] Task {number}\n" for number in range(5)))
        rig.run()
        rig.replace("Inbox", f"{rig.line('Inbox', 'Task 3')}\n", "")
        assert [hold.kind for hold in rig.run().held] == ["grace"]
        rig.world.zone.expire_tokens()
        rig.world.faults.read_lag = 3600.0
        assert [hold.kind for hold in rig.run().held] == ["deletions"] * 4
        rig.world.faults.clear()
        assert [hold.kind for hold in rig.run().held] == ["grace"]
        rig.wait(60)
        rig.run()
        assert rig.titles("Inbox") == {"Task 0", "Task 1", "Task 2", "Task 4"}
        assert "Task 3" not in rig.read("Inbox")
        rig.rest()


def test_an_account_that_is_lost_stays_so_while_people_go_on_typing(tmp_path: Path) -> None:
    """What was typed since is in iCloud, and says nothing of what was there before."""
    with open_rig(tmp_path, empty_world(), grace="30s") as rig:
        rig.run()
        rig.save("Plans", "- [ ] Other\n")
        rig.append("Inbox", "".join(f"- [ ] Task {number}\n" for number in range(5)))
        rig.run()
        whole = rig.read("Plans")
        rig.replace("Inbox", f"{rig.line('Inbox', 'Task 4')}\n", "")
        assert [hold.kind for hold in rig.run().held] == ["grace"]
        rig.path("Plans").write_bytes(b"\xff\n")
        rig.world.zone.expire_tokens()
        rig.world.faults.read_lag = 3600.0
        assert [hold.kind for hold in rig.run().held if hold.kind != "file"] == ["deletions"] * 4
        rig.save("New", "- [ ] Four\n- [ ] Five\n")
        rig.run()
        rig.save("Plans", whole)
        rig.run()
        assert rig.read("Plans") == whole
        rig.world.faults.clear()
        assert [hold.kind for hold in rig.run().held] == ["grace"]
        rig.wait(60)
        rig.run()
        assert rig.titles("Inbox") == {"Task 0", "Task 1", "Task 2", "Task 3"}
        assert (rig.titles("Plans"), rig.titles("New")) == ({"Other"}, {"Four", "Five"})
        rig.rest()


def test_a_zone_that_was_emptied_holds_every_deletion(rig: Rig) -> None:
    rig.append("Inbox", "".join(f"- [ ] Task {number}\n" for number in range(8)))
    rig.run()
    before = rig.bytes_of_folder()
    rig.world.zone.recreate()
    report = None
    for _ in range(3):
        try:
            report = rig.run()
        except RemindersdError:
            continue
    assert rig.bytes_of_folder() == before
    assert report is not None
    assert report.held
