"""Files anywhere in the folder whose front matter binds their tasks to a list."""

from __future__ import annotations

import os

import pytest

from sync.core.actions import HoldKind
from tests.rig import Rig

NOTE = """---
tags: [travel]
icloud-list: Inbox  # shared with Ben
---

# Lisbon

We go in May. See [[Budget]].

- [ ] Book the flights
- [ ] Ask Ben 📅 2026-04-01

More prose, untouched.
"""
DEEP = "Notes/2026/Lisbon"


def bind(rig: Rig, name: str = DEEP, text: str = NOTE) -> None:
    rig.save(name, text)
    rig.run()
    rig.rest()


def identities(rig: Rig, list_name: str = "Inbox") -> dict[str, str]:
    return {one.title: one.id for one in rig.phone.reminders(list_name)}


@pytest.mark.parametrize("name", ["Lisbon", "No group/Lisbon", DEEP, "a/b/c/d/e"])
def test_a_file_anywhere_binds_its_tasks_and_keeps_its_prose(rig: Rig, name: str) -> None:
    bind(rig, name)
    assert rig.titles("Inbox") == {"Book the flights", "Ask Ben"}
    stamped = [line.partition(" ^r-")[0] for line in rig.read(name).split("\n")]
    assert stamped == NOTE.split("\n")
    assert [one.name for one in rig.phone.lists()] == ["Inbox"]


def test_both_sides_edit_and_the_lists_own_file_gets_what_is_new(rig: Rig) -> None:
    bind(rig)
    rig.replace(DEEP, "Book the flights", "Book the night train")
    phone = rig.phone
    phone.complete(phone.find("Ask Ben").id)
    phone.create("Inbox", "From the phone")
    rig.run()
    assert rig.titles("Inbox") == {"Book the night train", "Ask Ben", "From the phone"}
    assert "- [x] Ask Ben" in rig.read(DEEP)
    assert "From the phone" in rig.read("Inbox")
    assert "From the phone" not in rig.read(DEEP)
    rig.rest()


def test_a_subtask_from_the_phone_goes_beneath_its_parent_wherever_that_stands(rig: Rig) -> None:
    bind(rig)
    phone = rig.phone
    below = phone.create("Inbox", "Compare prices")
    phone.make_subtask(below, phone.find("Book the flights").id)
    rig.run()
    lines = rig.read(DEEP).split("\n")
    above = next(n for n, line in enumerate(lines) if "Book the flights" in line)
    assert lines[above + 1].startswith("    - [ ] Compare prices")
    phone.make_subtask(below, None)
    rig.run()
    assert rig.line(DEEP, "Compare prices").startswith("- [ ]")
    rig.rest()


def test_moving_a_line_between_two_files_of_a_list_is_no_change(rig: Rig) -> None:
    bind(rig)
    before = identities(rig)
    line = rig.line(DEEP, "Ask Ben")
    rig.replace(DEEP, line + "\n", "")
    rig.append("Inbox", line + "\n")
    report = rig.run()
    assert (report.pushed, report.files, report.held) == (0, 0, [])
    assert identities(rig) == before
    rig.rest()
    rig.replace("Inbox", "Ask Ben", "Ask Ben again")
    rig.run()
    assert "Ask Ben again" in rig.titles("Inbox")


def test_moving_a_line_out_of_a_bound_file_moves_it_to_the_other_list(rig: Rig) -> None:
    bind(rig)
    rig.phone.create_list("Other")
    rig.run()
    before = identities(rig)
    line = rig.line(DEEP, "Ask Ben")
    rig.replace(DEEP, line + "\n", "")
    rig.append("Other", line + "\n")
    rig.run()
    assert identities(rig, "Other") == {"Ask Ben": before["Ask Ben"]}
    phone = rig.phone
    phone.move(before["Book the flights"], "Other")
    rig.run()
    assert "Book the flights" in rig.read("Other")
    assert "Book the flights" not in rig.read(DEEP)
    rig.rest()


@pytest.mark.parametrize("to", ["Elsewhere/deeper/Other name", "Other name", "Notes/Other name"])
def test_renaming_or_moving_a_bound_file_changes_nothing(rig: Rig, to: str) -> None:
    bind(rig)
    rig.path(to).parent.mkdir(parents=True, exist_ok=True)
    rig.path(DEEP).rename(rig.path(to))
    report = rig.run()
    assert (report.pushed, report.files, report.held) == (0, 0, [])
    assert [one.name for one in rig.phone.lists()] == ["Inbox"]
    rig.replace(to, "Ask Ben", "Ask Benny")
    rig.run()
    assert "Ask Benny" in rig.titles("Inbox")
    rig.rest()


def test_a_bound_file_that_is_gone_is_so_many_deletions_held(rig: Rig) -> None:
    rig.settings |= {"hold_above": "1", "grace": "2m"}
    rig.restart()
    bind(rig)
    rig.path(DEEP).unlink()
    rig.run()
    rig.wait(300)
    report = rig.run()
    assert {hold.kind for hold in report.held} == {HoldKind.DELETIONS}
    assert rig.titles("Inbox") == {"Book the flights", "Ask Ben"}
    rig.engine.approve()
    rig.run()
    assert rig.titles("Inbox") == set()
    rig.rest()


def test_a_bound_file_that_is_being_saved_loses_nothing(rig: Rig) -> None:
    bind(rig)
    text = rig.read(DEEP)
    rig.restart()  # nothing is known of the file but what the store has
    rig.save_in_place(DEEP, "")
    os.utime(rig.path(DEEP), (rig.clock(), rig.clock()))
    report = rig.engine.cycle("test")
    assert report.retry_after_s is not None
    rig.save_in_place(DEEP, text)
    report = rig.run()
    assert (report.pushed, rig.titles("Inbox")) == (0, {"Book the flights", "Ask Ben"})


def test_without_its_key_the_lines_are_not_gone(rig: Rig) -> None:
    bind(rig)
    rig.replace(DEEP, "icloud-list: Inbox  # shared with Ben\n", "")
    rig.wait(600)
    report = rig.run()
    assert (report.pushed, report.files) == (0, 0)
    assert rig.titles("Inbox") == {"Book the flights", "Ask Ben"}
    rig.save(DEEP, rig.read(DEEP).replace("tags:", "icloud-list: Inbox\ntags:"))
    report = rig.run()
    assert (report.pushed, report.files) == (0, 0)
    rig.rest()


def test_the_only_file_of_a_list_is_its_file_and_does_not_name_it(rig: Rig) -> None:
    """A name that no list has makes one; its file is where it was put, called what it is."""
    bind(rig, "Plans/2026/x", NOTE.replace("Inbox", "Garden"))
    assert rig.titles("Garden") == {"Book the flights", "Ask Ben"}
    assert not rig.path("Garden").exists()
    rig.phone.create("Garden", "Dig")
    rig.run()
    assert "Dig" in rig.read("Plans/2026/x")
    rig.path("Plans/2026/x").rename(rig.path("Plans/y"))
    report = rig.run()
    assert (report.pushed, report.held) == (0, [])
    rig.rest()
    assert sorted(one.name for one in rig.phone.lists()) == ["Garden", "Inbox"]


def test_a_list_renamed_on_the_phone_renames_the_binding_and_no_bound_file(rig: Rig) -> None:
    bind(rig)
    bind(rig, "Garden notes", NOTE.replace("Inbox", "Garden"))
    phone = rig.phone
    phone.rename_list("Inbox", "It's: all")
    phone.rename_list("Garden", "Allotment")
    rig.run()
    assert "icloud-list: 'It''s: all'  # shared with Ben\n" in rig.read(DEEP)
    assert "icloud-list: Allotment  # shared" in rig.read("Garden notes")
    assert rig.path("It's%3A all").exists()
    rig.rest()
    assert sorted(one.name for one in rig.phone.lists()) == ["Allotment", "It's: all"]
    assert rig.titles("It's: all") == {"Book the flights", "Ask Ben"}


def test_a_rename_that_a_bound_file_has_not_followed_is_still_known(rig: Rig) -> None:
    bind(rig)
    rig.phone.rename_list("Inbox", "Later")
    rig.save(DEEP, rig.read(DEEP) + "<<<<<<< ours\n=======\n>>>>>>> theirs\n")
    rig.run()
    rig.save(DEEP, rig.read(DEEP).partition("<<<<<<<")[0])
    rig.run()
    rig.rest()
    assert "icloud-list: Later" in rig.read(DEEP)
    assert rig.path("Later").exists()
    assert [one.name for one in rig.phone.lists()] == ["Later"]


def test_a_copy_of_a_bound_file_is_held(rig: Rig) -> None:
    bind(rig)
    rig.save("Notes/Copy of Lisbon", rig.read(DEEP))
    report = rig.run()
    assert [hold.id for hold in report.held] == ["Notes/Copy of Lisbon.md"]
    assert len(rig.phone.reminders("Inbox")) == 2
    rig.path("Notes/Copy of Lisbon").unlink()
    assert rig.run().held == []


def test_a_rebuilt_database_binds_again_without_a_write(rig: Rig) -> None:
    bind(rig)
    before = rig.bytes_of_folder()
    rig.close()
    for file in (rig.home / "state").rglob("mirror*"):
        file.unlink()
    rig.open()
    report = rig.run(approve=True)
    assert (report.pushed, report.files, report.held) == (0, 0, [])
    assert rig.bytes_of_folder() == before
    rig.rest()
