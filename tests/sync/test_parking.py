"""What iCloud refused for good waits alone: nothing else does, nothing is lost, nothing is sent
in a loop; a person tries it again or gives it up.
"""

from __future__ import annotations

import pytest

from store.activity.outbox import Intent
from store.model import Field
from sync.core.actions import HoldKind
from sync.cycle.asked.refused import refused_now
from sync.errors import CannotResolve
from tests.rig import Rig

MODIFY = "records/modify"


@pytest.fixture
def two(rig: Rig) -> Rig:
    """Two reminders that both sides agree on."""
    rig.append("Inbox", "- [ ] Bad 📅 2026-12-01\n- [ ] Good\n")
    rig.run()
    rig.rest()
    return rig


def refuse(rig: Rig, name: str, code: str = "BAD_REQUEST") -> None:
    rig.world.faults.fail_item(code, name, reason="because", times=1000)


def parked(rig: Rig) -> list[Intent]:
    return rig.store.outbox.parked()


def sends_nothing(rig: Rig) -> bool:
    """Whether two more cycles write nothing, also after a restart."""
    rig.restart()
    with rig.counting() as sent:
        rig.run()
        rig.run()
    return not [one for one in sent if MODIFY in str(one["path"])]


@pytest.mark.parametrize("code", ["BAD_REQUEST", "ACCESS_DENIED", "NEVER_HEARD_OF"])
def test_one_of_many_is_parked_and_the_others_go(two: Rig, code: str) -> None:
    refuse(two, two.shown("Bad").id, code)
    two.append("Inbox", "".join(f"- [ ] New {number}\n" for number in range(5)))
    two.replace("Inbox", "Bad", "Worse")
    report = two.run()
    assert (report.exit_code, report.parked, report.pending) == (3, 1, 0)
    assert two.titles("Inbox") == {"Bad", "Good", *(f"New {number}" for number in range(5))}
    [told] = refused_now(two.store)
    assert (told.what, told.title, told.list) == ("title changed", "Bad", "Inbox")
    assert told.reason == f"{code}: because"
    assert told.since_ms is not None
    assert sends_nothing(two)
    assert two.run().parked == 1
    assert "Worse" in two.read("Inbox")


def test_another_edit_of_it_is_sent_without_the_refused_part(two: Rig) -> None:
    id = two.shown("Bad").id
    refuse(two, id)
    two.replace("Inbox", "Bad", "Worse")
    two.run()
    two.world.faults.clear()
    two.replace("Inbox", "Worse", "Worse 🚩")
    two.append("Inbox", "- [ ] Third\n")
    two.run()
    shown = two.shown("Bad")
    assert (shown.flagged, two.run().parked) == (True, 1)
    assert [intent.changes for intent in parked(two)] == [{Field.TITLE: "Worse"}]
    assert two.line("Inbox", "Worse").startswith("- [ ] Worse 🚩 📅 2026-12-01 ^r-")


def test_another_value_is_a_fresh_try(two: Rig) -> None:
    refuse(two, two.shown("Bad").id)
    two.replace("Inbox", "Bad", "Worse")
    two.run()
    two.world.faults.clear()
    two.replace("Inbox", "Worse", "Better")
    assert two.run().parked == 0
    assert two.titles("Inbox") == {"Better", "Good"}
    two.rest()


def test_what_the_phone_changes_meanwhile_is_merged_and_the_refused_value_kept(two: Rig) -> None:
    id = two.shown("Bad").id
    refuse(two, id)
    two.replace("Inbox", "Bad", "Worse")
    two.run()
    two.phone.edit(id, title="Phone")
    report = two.run()
    assert (report.parked, report.open_conflicts) == (0, 1)
    assert "Phone" in two.read("Inbox")
    assert [one.loser for one in two.store.attention.open_conflicts()] == ["Worse"]


def test_it_is_forgotten_when_its_line_is_deleted(rig: Rig) -> None:
    refuse(rig, "Reminder/")
    rig.append("Inbox", "- [ ] Never\n")
    assert rig.run().parked == 1
    rig.replace("Inbox", rig.line("Inbox", "Never") + "\n", "")
    assert rig.run().parked == 0
    assert sends_nothing(rig)


def test_it_is_not_forgotten_while_its_file_cannot_be_read(two: Rig) -> None:
    refuse(two, two.shown("Bad").id)
    two.replace("Inbox", "Bad", "Worse")
    two.run()
    text = two.read("Inbox")
    two.path("Inbox").write_bytes(b"\xff\xfe\x00")
    assert two.run().parked == 1
    two.save("Inbox", text)
    assert two.run().parked == 1
    assert sends_nothing(two)


def test_a_new_line_is_not_sent_again_for_each_save_of_its_file(two: Rig) -> None:
    refuse(two, "Reminder/")
    two.append("Inbox", "- [ ] Never\n")
    two.run()
    [before] = refused_now(two.store)
    text = two.read("Inbox")
    two.path("Inbox").write_bytes(b"\xff\xfe\x00")  # as while it is being saved
    assert two.run().parked == 1
    two.save("Inbox", text + "- [ ] Another\n")
    two.world.faults.clear()
    two.run()
    assert refused_now(two.store) == [before]
    assert "Never" not in two.titles("Inbox")
    two.append("Inbox", "- [ ] Third\n")
    two.run()
    assert refused_now(two.store) == [before]


def test_a_new_list_is_not_sent_again_for_each_save_of_its_file(two: Rig) -> None:
    refuse(two, "List/")
    two.save("Fresh", "- [ ] Never\n")
    two.run()
    before = refused_now(two.store)
    assert [one.what for one in before] == ["new list"]
    two.path("Fresh").write_bytes(b"\xff\xfe\x00")
    two.run()
    two.save("Fresh", "- [ ] Never\n- [ ] Another\n")
    two.world.faults.clear()
    two.run()
    assert refused_now(two.store) == before


def test_retry_sends_it_again(two: Rig) -> None:
    refuse(two, two.shown("Bad").id)
    two.replace("Inbox", "Bad", "Worse")
    two.run()
    [told] = two.engine.retry(())
    assert (told.title, told.follows) == ("Bad", "it is sent again")
    assert two.run().parked == 1
    two.world.faults.clear()
    two.engine.retry([refused_now(two.store)[0].number])
    assert two.run().parked == 0
    assert two.titles("Inbox") == {"Worse", "Good"}
    two.rest()
    with pytest.raises(CannotResolve, match="has the number 77"):
        two.engine.retry([77])


def test_retry_does_not_wait_for_room(two: Rig) -> None:
    refuse(two, two.shown("Bad").id, "QUOTA_EXCEEDED")
    two.replace("Inbox", "Bad", "Worse")
    two.run()
    [told] = refused_now(two.store)
    assert told.again_ms is not None
    two.world.faults.clear()
    two.engine.retry(())
    assert two.run().parked == 0
    assert two.titles("Inbox") == {"Worse", "Good"}


# ---- what cannot be without it -----------------------------------------------------------------


def test_what_stands_beneath_a_refused_task_waits_with_its_reason(rig: Rig) -> None:
    def refuse_parent(step: str) -> None:
        if step == "engine:push" and not rig.world.faults.items:
            queued = rig.store.outbox.queued()
            refuse(rig, next(i.id for i in queued if i.changes.get(Field.TITLE) == "Parent"))

    rig.step = refuse_parent
    rig.append("Inbox", "- [ ] Parent\n    - [ ] Child\n")
    report = rig.run()
    rig.step = lambda _: None
    waiting = {hold.id: hold.reason for hold in report.held if hold.kind is HoldKind.BLOCKED}
    assert (report.parked, len(waiting), report.pending) == (1, 1, 0)
    [reason] = waiting.values()
    assert reason == "it waits for “Parent”, which iCloud did not accept (BAD_REQUEST: because)"
    assert sends_nothing(rig)
    rig.world.faults.clear()
    rig.engine.retry(())
    assert rig.run().held == []
    assert rig.titles("Inbox") == {"Parent", "Child"}
    rig.rest()


def test_what_is_in_the_file_of_a_refused_list_waits(rig: Rig) -> None:
    refuse(rig, "List/")
    rig.save("New", "- [ ] Inside\n")
    report = rig.run()
    assert report.parked == 1
    assert any("it waits for “New”" in hold.reason for hold in report.held)
    assert sends_nothing(rig)
    rig.world.faults.clear()
    rig.engine.retry(())
    assert rig.run().held == []
    assert rig.titles("New") == {"Inside"}


def test_a_line_moved_into_a_refused_list_is_edited_all_the_same(two: Rig) -> None:
    refuse(two, "List/")
    line = two.line("Inbox", "Good")
    two.replace("Inbox", line + "\n", "")
    two.save("New", line.replace("Good", "Good 🚩") + "\n")
    two.run()
    assert (two.shown("Good").list, two.shown("Good").flagged) == ("Inbox", True)
    two.world.faults.clear()
    two.engine.retry(())
    two.run()
    assert two.shown("Good").list == "New"


# ---- giving up -----------------------------------------------------------------------------------


def give_up(rig: Rig) -> str:
    [told] = refused_now(rig.store)
    [dropped] = rig.engine.drop([told.number])
    rig.run()
    return dropped.follows


def test_dropping_a_change_puts_the_line_back_and_keeps_the_words(two: Rig) -> None:
    id = two.shown("Bad").id
    before = two.line("Inbox", "Bad")
    refuse(two, id)
    two.replace("Inbox", "Bad 📅 2026-12-01", "Worse 📅 2026-12-09")
    two.run()
    assert give_up(two) == "its line goes back to what iCloud has"
    assert two.line("Inbox", "Bad") == before
    assert "Worse" in {row.before for row in two.store.journal.history(id=id)}
    assert parked(two) == []
    two.rest()


def test_dropping_a_move_brings_the_line_back(two: Rig) -> None:
    two.phone.create_list("Work")
    two.run()
    line = two.line("Inbox", "Good")
    refuse(two, two.shown("Good").id)
    two.replace("Inbox", line + "\n", "")
    two.append("Work", line + "\n")
    two.run()
    give_up(two)
    assert two.line("Inbox", "Good") == line
    assert "Good" not in two.read("Work")
    assert two.store.attention.open_conflicts() == []
    two.rest()


def test_dropping_a_deletion_brings_the_line_back(two: Rig) -> None:
    line = two.line("Inbox", "Bad")
    refuse(two, two.shown("Bad").id)
    two.replace("Inbox", line + "\n", "")
    assert two.run().parked == 1
    assert give_up(two) == "its line comes back"
    assert two.line("Inbox", "Bad") == line
    two.rest()


def test_dropping_a_new_line_leaves_it_in_the_file_until_it_is_edited(rig: Rig) -> None:
    refuse(rig, "Reminder/")
    rig.append("Inbox", "- [ ] Mine\n")
    rig.run()
    assert give_up(rig) == "it stays in the file alone, and is sent again when you change it"
    report = rig.run()
    assert (report.parked, report.problems, refused_now(rig.store)) == (0, [], [])
    assert "- [ ] Mine" in rig.read("Inbox")
    assert sends_nothing(rig)
    rig.world.faults.clear()
    rig.replace("Inbox", "Mine", "Mine too")
    rig.run()
    assert rig.titles("Inbox") == {"Mine too"}
    rig.rest()


def test_dropping_the_name_of_a_list(rig: Rig) -> None:
    refuse(rig, "List/")
    rig.path("Inbox").rename(rig.path("Renamed"))
    assert rig.run().parked == 1
    assert give_up(rig) == "its file goes back to what iCloud has"
    assert set(rig.bytes_of_folder()) == {"Inbox.md"}
    rig.rest()


def test_dropping_an_occurrence_goes_back_to_the_one_that_is_due(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Rent 🔁 every month 📅 2026-12-01\n")
    rig.run()
    refuse(rig, rig.shown("Rent").id)
    rig.replace("Inbox", "- [ ] Rent", "- [x] Rent")
    assert rig.run().parked == 1
    assert "📅 2027-01-01" in rig.line("Inbox", "Rent")
    give_up(rig)
    assert "📅 2026-12-01" in rig.line("Inbox", "Rent")
    rig.world.faults.clear()
    rig.append("Inbox", "Paid by hand.\n")  # the same bytes as before would be a file restored
    rig.replace("Inbox", "- [ ] Rent", "- [x] Rent")
    rig.run()
    assert [one.due for one in rig.phone.reminders("Inbox") if not one.done] == ["2027-01-01"]
    assert parked(rig) == []


def test_dropping_a_section(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task\n\n## A\n\n- [ ] In A\n")
    rig.run()
    line = rig.line("Inbox", "Task")
    refuse(rig, "List/")
    rig.replace("Inbox", line + "\n", "")
    rig.append("Inbox", line + "\n")
    assert rig.run().parked == 1
    give_up(rig)
    assert line not in rig.read("Inbox").partition("## A")[2]
    assert line in rig.read("Inbox")
    rig.rest()
