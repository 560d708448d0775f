"""What a person does in a file reaches the phone, as the phone shows it."""

from __future__ import annotations

import pytest

from tests.rig import Rig


def test_a_new_line_becomes_a_reminder_and_gets_its_id(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Buy oat milk\n")
    report = rig.run()
    assert report.pushed == 1
    assert rig.shown("Buy oat milk").list == "Inbox"
    assert rig.shown("Buy oat milk").problems == ()
    line = rig.line("Inbox", "Buy oat milk")
    assert line.startswith("- [ ] Buy oat milk ^r-")


def test_everything_that_a_line_can_say_is_said_on_the_phone(rig: Rig) -> None:
    rig.append(
        "Inbox",
        "- [ ] 🛒 Groceries für 👨‍👩‍👧 🚩 ⏰ 09:30 America/Toronto ⏫ 📅 2026-12-14\n"
        "    > Bring two bags.\n"
        "    >\n"
        "    > naïve — ok?\n",
    )
    rig.run()
    shown = rig.shown("🛒 Groceries für 👨‍👩‍👧")
    assert shown.notes == "Bring two bags.\n\nnaïve — ok?"
    assert shown.due == "2026-12-14T09:30[America/Toronto]"
    assert shown.shown_due == shown.due
    assert (shown.priority, shown.flagged, shown.problems) == (1, True, ())


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ("📅 2026-12-14", "2026-12-14"),
        ("⏰ 09:30 📅 2026-12-14", "2026-12-14T09:30[Europe/Paris]"),
        ("⏰ 09:30 Asia/Tokyo 📅 2026-12-14", "2026-12-14T09:30[Asia/Tokyo]"),
        ("⏰ 09:30 floating 📅 2026-12-14", "2026-12-14T09:30"),
    ],
)
def test_each_kind_of_due_date(rig: Rig, words: str, due: str) -> None:
    rig.append("Inbox", f"- [ ] Thing {words}\n")
    rig.run()
    shown = rig.shown("Thing")
    assert (shown.due, shown.shown_due, shown.problems) == (due, due, ())


def test_a_retitled_line_is_the_same_reminder(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Buy milk\n")
    rig.run()
    id = rig.shown("Buy milk").id
    rig.replace("Inbox", "Buy milk", "Buy oat milk 🥛")
    rig.run()
    assert rig.shown("Buy oat milk 🥛").id == id
    assert rig.titles("Inbox") == {"Buy oat milk 🥛"}


def test_ticking_and_unticking(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task\n")
    rig.run()
    rig.replace("Inbox", "- [ ] Task", "- [x] Task")
    before = rig.read("Inbox")
    rig.run()
    assert rig.shown("Task").done
    assert rig.read("Inbox") == before
    rig.replace("Inbox", "- [x] Task", "- [ ] Task")
    rig.run()
    assert not rig.shown("Task").done


def test_a_due_date_is_added_moved_and_cleared_with_its_alarm(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task\n")
    rig.run()
    rig.replace("Inbox", "- [ ] Task", "- [ ] Task ⏰ 10:00 📅 2026-12-01")
    rig.run()
    assert rig.shown("Task").shown_due == "2026-12-01T10:00[Europe/Paris]"
    rig.replace("Inbox", "⏰ 10:00 📅 2026-12-01", "⏰ 11:15 📅 2026-12-03")
    rig.run()
    shown = rig.shown("Task")
    assert (shown.due, shown.shown_due) == ("2026-12-03T11:15[Europe/Paris]",) * 2
    rig.replace("Inbox", " ⏰ 11:15 📅 2026-12-03", "")
    rig.run()
    shown = rig.shown("Task")
    assert (shown.due, shown.shown_due, shown.problems) == (None, None, ())


def test_notes_are_added_changed_and_removed(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task\n")
    rig.run()
    line = rig.line("Inbox", "Task")
    rig.replace("Inbox", line, f"{line}\n    > first\n    > second")
    rig.run()
    assert rig.shown("Task").notes == "first\nsecond"
    rig.replace("Inbox", "    > first\n", "")
    rig.run()
    assert rig.shown("Task").notes == "second"
    rig.replace("Inbox", "    > second\n", "")
    rig.run()
    assert rig.shown("Task").notes == ""


def test_priority_and_flag(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task 🔽\n")
    rig.run()
    assert rig.shown("Task").priority == 9
    rig.replace("Inbox", "🔽", "🚩 🔼")
    rig.run()
    assert (rig.shown("Task").priority, rig.shown("Task").flagged) == (5, True)


def test_a_subtask_is_typed_beneath_and_moved_out(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Parent\n    - [ ] Child\n")
    rig.run()
    assert rig.shown("Child").parent == rig.shown("Parent").id
    line = rig.line("Inbox", "Child")
    rig.replace("Inbox", line, line.strip())
    rig.run()
    assert rig.shown("Child").parent is None


def test_a_line_moved_to_another_file_moves_on_the_phone(rig: Rig) -> None:
    rig.phone.create_list("Work")
    rig.append("Inbox", "- [ ] Task\n- [ ] Stays\n")
    rig.run()
    id = rig.shown("Task").id
    line = rig.line("Inbox", "Task")
    rig.replace("Inbox", line + "\n", "")
    rig.append("Work", line + "\n")
    report = rig.run()
    assert (rig.shown("Task").id, rig.shown("Task").list) == (id, "Work")
    assert report.held == []
    assert "Task" not in rig.read("Inbox")


def test_a_deleted_line_deletes_the_reminder(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Goes\n- [ ] Stays\n")
    rig.run()
    rig.replace("Inbox", rig.line("Inbox", "Goes") + "\n", "")
    rig.run()
    assert rig.titles("Inbox") == {"Stays"}


def test_a_new_file_becomes_a_list_that_the_phone_shows(rig: Rig) -> None:
    rig.save("Garden", "- [ ] Order seeds\n")
    rig.run()
    assert "Garden" in {one.name for one in rig.phone.lists()}
    assert rig.shown("Order seeds").list == "Garden"


def test_a_renamed_file_renames_the_list(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task\n")
    rig.run()
    rig.path("Inbox").rename(rig.path("Eingang"))
    rig.run()
    assert [one.name for one in rig.phone.lists()] == ["Eingang"]
    assert rig.shown("Task").list == "Eingang"
    assert not rig.path("Inbox").exists()


def test_saving_in_place_is_as_good_as_renaming(rig: Rig) -> None:
    rig.save_in_place("Inbox", rig.read("Inbox") + "- [ ] Typed in nano\n")
    rig.run()
    assert rig.shown("Typed in nano").list == "Inbox"
