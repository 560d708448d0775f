"""Words that look like a field and cannot be read are told until they are mended; nothing waits."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.cli.told import tell_waiting
from tests.rig import Rig, empty_world, open_rig

from .vdirs import put

DAY = "2026-12-14"


def told(rig: Rig) -> list[str]:
    """The reasons of all that is held, as the last cycle and the store have them."""
    report = rig.run()
    assert report.exit_code == 0
    assert {hold.kind for hold in report.held} <= {"unread-words"}
    assert sorted(hold.reason for hold in rig.store.attention.holds()) == sorted(
        hold.reason for hold in report.held
    )
    return [hold.reason for hold in report.held]


def test_they_are_told_until_they_are_mended_and_all_else_flows(
    rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    rig.append("Inbox", f"- [ ] One ⏰ 09:30 ⏰ 1d before 📅 {DAY}\n- [ ] Two\n")
    rig.run()
    before = rig.shown("One").due
    rig.replace("Inbox", "[ ] One ⏰ 09:30", "[ ] One, edited 🚩 ⏰ 25:99")
    rig.replace("Inbox", "[ ] Two", "[x] Two")
    at = rig.read("Inbox")[: rig.read("Inbox").index("One")].count("\n") + 1
    reason = (
        f"Inbox.md line {at}: “⏰ 25:99” is no time;"
        " the due date is left as it is in iCloud until it can be read"
    )
    assert told(rig) == [reason]
    shown = rig.shown("One, edited")
    assert (shown.flagged, shown.due) == (True, before)
    assert rig.shown("Two").done
    rig.phone.edit(shown.id, title="One, from the phone")
    assert told(rig) == [reason]
    assert "One, from the phone 🚩 ⏰ 25:99 ⏰ 1d before" in rig.read("Inbox")
    tell_waiting(rig.run().document()["held"])
    assert capsys.readouterr().out == f"1 thing held back:\n  {reason}\n"
    rig.restart()
    assert [hold.reason for hold in rig.store.attention.holds()] == [reason]
    rig.run()
    rig.rest()
    rig.replace("Inbox", "⏰ 25:99", "⏰ 10:15")
    assert told(rig) == []
    assert "10:15" in str(rig.shown("One, from the phone").due)
    rig.rest()


def test_a_new_line_and_a_place_beneath_it_are_told_each_by_its_line(rig: Rig) -> None:
    rig.save("Inbox", rig.read("Inbox") + "- [ ] New 📅 2026-02-30\n    - 📍 arriving Home\n")
    at = rig.read("Inbox").count("\n")
    one, two = told(rig)
    assert one.startswith(f"Inbox.md line {at - 1}: “📅 2026-02-30” is no date")
    assert two.startswith(f"Inbox.md line {at}: “- 📍 arriving Home” is no place")
    assert rig.titles("Inbox") == {"New"}
    rig.replace("Inbox", "    - 📍 arriving Home\n", "")
    assert told(rig) == [one]
    rig.replace("Inbox", rig.line("Inbox", "New") + "\n", "")
    assert told(rig) == []
    rig.rest()


@pytest.mark.parametrize("words", ["⏰ 25:99", "📅 2026-02-30", "🔁 every week on Monday"])
def test_a_line_with_such_words_that_is_taken_out_is_deleted(rig: Rig, words: str) -> None:
    rig.append("Inbox", f"- [ ] One {words}\n")
    rig.run()
    rig.replace("Inbox", rig.line("Inbox", "One") + "\n", "")
    rig.run()
    assert "One" not in rig.read("Inbox")
    rig.wait(200)
    rig.run()
    assert rig.titles("Inbox") == set()
    rig.rest()


@pytest.mark.parametrize("mode", ["ignore", "read-only"])
def test_only_lines_of_lists_that_are_synced_are_told(tmp_path: Path, mode: str) -> None:
    with open_rig(tmp_path, empty_world(), lists=f"{{'*': two-way, Work: {mode}}}") as rig:
        rig.phone.create_list("Work")
        rig.phone.create("Work", "Task")
        rig.phone.create("Inbox", "Other")
        rig.run()
        text = rig.read("Work") if mode == "read-only" else "- [ ] Task\n"
        rig.save("Work", text.replace("- [ ] Task", "- [ ] Task ⏰ 25:99"))
        assert len(told(rig)) == (mode == "read-only")


def test_keys_of_todo_txt(tmp_path: Path) -> None:
    with open_rig(tmp_path, empty_world(), format="todo.txt") as rig:
        rig.run()
        rig.save("Inbox", f"(A) Task due:{DAY} due:{DAY[:-1]}5 rec:5x pri:C\nx Done rec:soon\n")
        (reason,) = told(rig)
        assert reason.startswith("Inbox.txt line 1: ")
        for said in (
            f"“due:{DAY}” and “due:{DAY[:-1]}5” contradict each other; the due date",
            "“(A)” and “pri:C” contradict each other; the priority",
            "“rec:5x” is no repetition",
        ):
            assert said in reason
        text = f"Task due:{DAY} at:2599\nOther due:{DAY} at:0900 tz:Nowhere\nThird due:soon\n"
        rig.save("Inbox", text)
        assert [reason.split(";")[0] for reason in told(rig)] == [
            "Inbox.txt line 1: “at:2599” is no time",
            "Inbox.txt line 2: “tz:Nowhere” is no time zone",
            "Inbox.txt line 3: “due:soon” is no date",
        ]
        rig.rest()


def test_properties_of_a_vtodo(tmp_path: Path) -> None:
    with open_rig(tmp_path, empty_world(), format="vdir") as rig:
        rig.run()
        put(rig, "Inbox/a", "UID:a", "SUMMARY:One", "DUE;TZID=No:20261214T093000")
        put(rig, "Inbox/b", "UID:b", "SUMMARY:Two", "PRIORITY:1", "PRIORITY:9")
        put(rig, "Inbox/c", "UID:c", "SUMMARY:Three", "RRULE:FREQ=WEEKLY;BYDAY=MO")
        put(rig, "Inbox/d", "UID:d", "SUMMARY:Done", "STATUS:COMPLETED", "RRULE:FREQ=SECONDLY")
        assert [reason.split("; the ")[0] for reason in told(rig)] == [
            "Inbox/a.ics line 7: “DUE;TZID=No:20261214T093000” is no due date that can be read",
            "Inbox/b.ics line 7: “PRIORITY:1” and “PRIORITY:9” contradict each other",
            "Inbox/c.ics line 7: “RRULE:FREQ=WEEKLY;BYDAY=MO” is no repetition that can be read",
        ]
        assert rig.titles("Inbox") == {"One", "Two", "Three", "Done"}
        rig.rest()
