"""What a person does on the phone reaches the files, and nothing else in them changes."""

from __future__ import annotations

import time

import pytest

from sandbox.device.phone import Phone
from tests.rig import Rig

DAY_S = 86_400.0

FIELD_EDITS = [
    ("", {"title": "Buy oat milk 🥛"}, "Buy oat milk 🥛"),
    ("", {"due": "2026-12-14"}, "Task 📅 2026-12-14"),
    ("", {"due": "2026-12-14T09:30[Europe/Paris]"}, "Task ⏰ 09:30 📅 2026-12-14"),
    ("", {"due": "2026-12-14T09:30[Asia/Tokyo]"}, "Task ⏰ 09:30 Asia/Tokyo 📅 2026-12-14"),
    ("", {"due": "2026-12-14T09:30"}, "Task ⏰ 09:30 floating 📅 2026-12-14"),
    (" 📅 2026-12-14", {"due": "2026-12-24"}, "Task 📅 2026-12-24"),
    (" 📅 2026-12-14", {"due": "2026-12-14T08:00[Europe/Paris]"}, "Task ⏰ 08:00 📅 2026-12-14"),
    (
        " ⏰ 08:00 📅 2026-12-14",
        {"due": "2026-12-14T08:05[Europe/Paris]"},
        "Task ⏰ 08:05 📅 2026-12-14",
    ),
    (
        " ⏰ 08:00 📅 2026-12-14",
        {"due": "2026-12-14T08:00[America/Toronto]"},
        "Task ⏰ 08:00 America/Toronto 📅 2026-12-14",
    ),
    (" ⏰ 08:00 📅 2026-12-14", {"due": "2026-12-14"}, "Task 📅 2026-12-14"),
    (" ⏰ 08:00 📅 2026-12-14", {"due": None}, "Task"),
    ("", {"priority": 1}, "Task ⏫"),
    ("", {"priority": 5}, "Task 🔼"),
    (" ⏫", {"priority": 9}, "Task 🔽"),
    (" ⏫", {"priority": 0}, "Task"),
    ("", {"flagged": True}, "Task 🚩"),
    (" 🚩", {"flagged": False}, "Task"),
]


@pytest.mark.parametrize(("before", "edit", "after"), FIELD_EDITS)
def test_a_changed_field_changes_its_token_and_no_other_byte(
    rig: Rig, before: str, edit: dict[str, object], after: str
) -> None:
    rig.append("Inbox", f"\n# Mine\r\n\r\n*  [ ]  Task{before}\n  prose\n- [ ] Other  \n")
    rig.run()
    line, text = rig.line("Inbox", "Task"), rig.read("Inbox")
    stamp = line[line.index(" ^r-") :]
    rig.phone.edit(rig.shown("Task").id, **edit)
    report = rig.run()
    assert rig.read("Inbox") == text.replace(line, f"*  [ ]  {after}{stamp}")
    assert (report.pushed, report.problems, report.conflicts) == (0, [], [])


def test_a_reminder_made_on_the_phone_becomes_one_line_with_an_id(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] First\n")
    rig.run()
    before = rig.read("Inbox")
    rig.phone.create(
        "Inbox",
        "Call Zoë",
        notes="about:\n\n- keys",
        due="2026-12-14T09:30[Europe/Paris]",
        priority=5,
        flagged=True,
    )
    rig.run()
    id = rig.line("Inbox", "Call Zoë").split(" ^")[1]
    added = (
        f"- [ ] Call Zoë 🚩 ⏰ 09:30 🔼 📅 2026-12-14 ^{id}\n    > about:\n    >\n    > - keys\n"
    )
    assert rig.read("Inbox").replace(added, "") == before
    rig.rest()


def test_notes_are_added_changed_and_removed(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task\n- [ ] Next\n")
    rig.run()
    bare = rig.read("Inbox")
    id, line = rig.shown("Task").id, rig.line("Inbox", "Task")
    for notes, shown in [
        ("one", "    > one\n"),
        ("one\n\ntwo ✓", "    > one\n    >\n    > two ✓\n"),
        ("", ""),
    ]:
        rig.phone.edit(id, notes=notes)
        rig.run()
        assert rig.read("Inbox") == bare.replace(line + "\n", f"{line}\n{shown}")
        assert rig.shown("Task").notes == notes


def test_completing_and_reopening(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task 📅 2026-12-14\n- [ ] Other\n")
    rig.run()
    text, id = rig.read("Inbox"), rig.shown("Task").id
    stamp = rig.line("Inbox", "Task").split(" ^")[1]
    rig.phone.complete(id, rig.clock())
    rig.run()
    today = time.strftime("%Y-%m-%d", time.gmtime(rig.clock() + 3600))  # Paris in winter
    assert rig.line("Inbox", "Task") == f"- [x] Task 📅 2026-12-14 ✅ {today} ^{stamp}"
    rig.phone.reopen(id)
    rig.run()
    assert rig.read("Inbox") == text


def test_a_subtask_is_made_and_unmade(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Parent\n- [ ] Child\n- [ ] Third\n")
    rig.run()
    parent, child = rig.shown("Parent").id, rig.shown("Child").id
    lines = {word: rig.line("Inbox", word) for word in ("Parent", "Child", "Third")}
    rig.phone.make_subtask(child, parent)
    rig.run()
    assert f"{lines['Parent']}\n    {lines['Child']}\n{lines['Third']}\n" in rig.read("Inbox")
    rig.phone.make_subtask(child, None)
    rig.run()
    assert rig.line("Inbox", "Child") == lines["Child"]
    assert (rig.shown("Child").parent, rig.shown("Child").problems) == (None, ())


def test_a_move_to_another_list_moves_the_line(rig: Rig) -> None:
    rig.phone.create_list("Work")
    rig.append("Inbox", "- [ ] Task ⏫ 📅 2026-12-14\n    > note\n- [ ] Stays\n")
    rig.run()
    line, work = rig.line("Inbox", "Task"), rig.read("Work")
    block = f"{line}\n    > note\n"
    inbox = rig.read("Inbox")
    rig.phone.move(rig.shown("Task").id, "Work")
    rig.run()
    assert rig.read("Inbox") == inbox.replace(block, "")
    assert rig.read("Work") == work + block
    rig.rest()


def test_a_parent_moves_with_its_subtasks(rig: Rig) -> None:
    rig.phone.create_list("Work")
    rig.append("Inbox", "- [ ] Parent\n    - [ ] Child\n- [ ] Stays\n")
    rig.run()
    both = f"{rig.line('Inbox', 'Parent')}\n{rig.line('Inbox', 'Child')}\n"
    inbox, work = rig.read("Inbox"), rig.read("Work")
    rig.phone.move(rig.shown("Parent").id, "Work")
    rig.run()
    assert rig.read("Inbox") == inbox.replace(both, "")
    assert rig.read("Work") == work + both
    assert rig.shown("Child").parent == rig.shown("Parent").id


@pytest.mark.parametrize("hard", [False, True], ids=["soft", "hard"])
def test_a_deletion_takes_the_line_and_no_other_byte(rig: Rig, hard: bool) -> None:
    rig.append("Inbox", "- [ ] Goes\n    > note\n- [ ] Stays\n\n## End\n")
    rig.run()
    line, text = rig.line("Inbox", "Goes"), rig.read("Inbox")
    rig.phone.delete(rig.shown("Goes").id, hard=hard)
    rig.run()
    assert rig.read("Inbox") == text.replace(f"{line}\n    > note\n", "")
    assert rig.titles("Inbox") == {"Stays"}


@pytest.mark.parametrize("hard", [False, True], ids=["soft", "hard"])
def test_a_deleted_parent_takes_its_subtasks_along(rig: Rig, hard: bool) -> None:
    rig.append("Inbox", "- [ ] Parent\n    - [ ] Child\n- [ ] Stays\n")
    rig.run()
    kept = rig.line("Inbox", "Stays")
    rig.phone.delete(rig.shown("Parent").id, hard=hard)
    rig.run()
    assert [line for line in rig.read("Inbox").split("\n") if "[ ]" in line] == [kept]
    assert rig.titles("Inbox") == {"Stays"}


def test_a_child_whose_parent_was_deleted_elsewhere_comes_to_the_top(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Parent\n- [ ] Child\n- [ ] Stays\n")
    rig.run()
    child = rig.line("Inbox", "Child")
    parent = rig.shown("Parent").id
    tablet = Phone(rig.world.zone, rig.clock, device_id="D2")
    tablet.sync()
    tablet.offline = True
    tablet.make_subtask(rig.shown("Child").id, parent)
    rig.phone.delete(parent)
    tablet.sync()
    rig.run()
    assert rig.titles("Inbox") == {"Child", "Stays"}
    assert rig.line("Inbox", "Child") == child
    assert "Parent" not in rig.read("Inbox")
    rig.rest()


def test_a_new_list_becomes_a_file_in_its_group(rig: Rig) -> None:
    rig.phone.create_list("Family", is_group=True)
    rig.phone.create_list("Home", "Family")
    rig.phone.create("Home", "Fix the tap")
    rig.run()
    assert rig.line("Family/Home", "Fix the tap").startswith("- [ ] Fix the tap ^r-")
    assert not rig.path("Home").exists()


def test_a_renamed_list_renames_its_file_and_changes_no_byte(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task\n")
    rig.run()
    text = rig.read("Inbox")
    rig.phone.rename_list("Inbox", "Eingang / Büro")
    rig.run()
    files = rig.bytes_of_folder()
    assert list(files.values()) == [text.encode()]
    assert not rig.path("Inbox").exists()
    rig.rest()


def test_a_renamed_group_renames_its_folder(rig: Rig) -> None:
    rig.phone.create_list("Family", is_group=True)
    rig.phone.create_list("Home", "Family")
    rig.phone.create("Home", "Fix the tap")
    rig.run()
    text = rig.read("Family/Home")
    rig.phone.rename_list("Family", "Us")
    rig.run()
    assert rig.read("Us/Home") == text
    assert not rig.path("Family/Home").exists()
    assert rig.shown("Fix the tap").list == "Home"
    rig.rest()


def test_a_list_moved_to_another_group_moves_its_file(rig: Rig) -> None:
    rig.phone.create_list("One", is_group=True)
    two = rig.phone.create_list("Two", is_group=True)
    home = rig.phone.create_list("Home", "One")
    rig.phone.create("Home", "Fix the tap")
    rig.run()
    text = rig.read("One/Home")
    put_into_group(rig, home, two)
    rig.run()
    assert rig.read("Two/Home") == text
    assert not rig.path("One/Home").exists()
    assert {one.group for one in rig.phone.lists() if one.name == "Home"} == {"Two"}
    rig.rest()


def put_into_group(rig: Rig, id: str, group: str) -> None:
    """Regroup a list as another device does: its record names another parent."""
    held = rig.world.zone.lookup([f"List/{id}"])[0]
    record = {key: held[key] for key in ("recordName", "recordType", "recordChangeTag")}
    target = {"recordName": f"List/{group}", "action": "VALIDATE"}
    fields = {"ParentList": {"type": "REFERENCE", "value": target}}
    answer = rig.world.zone.modify(
        [{"operationType": "update", "record": {**record, "fields": fields}}], by="D9"
    )
    assert "serverErrorCode" not in answer[0], answer


def test_a_deleted_list_of_a_few_takes_its_file(rig: Rig) -> None:
    rig.phone.create_list("Work")
    for title in ("One", "Two"):
        rig.phone.create("Work", title)
    rig.run()
    inbox = rig.read("Inbox")
    rig.phone.delete_list("Work")
    rig.run()
    rig.run()
    assert rig.bytes_of_folder() == {"Inbox.md": inbox.encode()}
    assert {one.name for one in rig.phone.lists()} == {"Inbox"}


def test_a_deleted_list_of_many_is_held_until_a_person_approves(rig: Rig) -> None:
    rig.phone.create_list("Work")
    for number in range(8):
        rig.phone.create("Work", f"Thing {number}")
    rig.run()
    text = rig.read("Work")
    rig.phone.delete_list("Work")
    report = rig.run()
    assert {hold.kind for hold in report.held} == {"deletions"}
    assert rig.read("Work") == text
    assert len(rig.engine.approve()) == 8
    rig.run()
    rig.run()
    assert not rig.path("Work").exists()
    assert {one.name for one in rig.phone.lists()} == {"Inbox"}


def test_a_deleted_list_leaves_a_persons_own_words(rig: Rig) -> None:
    rig.phone.create_list("Work")
    rig.phone.create("Work", "Thing")
    rig.run()
    rig.append("Work", "\nMy own notes about work.\n")
    rig.run()
    rig.phone.delete_list("Work")
    rig.run()
    rig.run()
    assert "My own notes about work." in rig.read("Work")
    assert "Thing" not in rig.read("Work")
    assert {one.name for one in rig.phone.lists()} == {"Inbox"}


def test_what_was_completed_long_ago_is_not_shown(rig: Rig) -> None:
    id = rig.phone.create("Inbox", "Old")
    rig.phone.complete(id, rig.clock() - 30 * DAY_S)
    rig.phone.create("Inbox", "New")
    rig.run()
    assert "Old" not in rig.read("Inbox")
    assert rig.titles("Inbox") == {"Old", "New"}


def test_coming_of_age_takes_the_line_and_keeps_the_reminder(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Task\n- [ ] Stays\n")
    rig.run()
    rig.phone.complete(rig.shown("Task").id, rig.clock())
    rig.run()
    assert "- [x] Task" in rig.read("Inbox")
    rig.wait(15 * DAY_S)
    report = rig.run()
    assert "Task" not in rig.read("Inbox")
    assert (report.held, report.pushed) == ([], 0)
    assert rig.shown("Task").done
    rig.phone.reopen(rig.shown("Task").id)
    rig.run()
    assert rig.line("Inbox", "Task").startswith("- [ ] Task ^r-")


def test_every_seeded_reminder_stands_in_its_file_once(seeded: Rig) -> None:
    text = "\n".join(data.decode() for data in seeded.bytes_of_folder().values())
    for shown in seeded.phone.reminders(completed=False):
        title = shown.title.replace("#", "\\#")
        assert sum(title in line and "[ ]" in line for line in text.split("\n")) == 1, shown
    seeded.rest()
