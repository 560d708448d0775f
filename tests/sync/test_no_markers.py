"""``markers: none``: no ids are written into files, and lines are known all the same."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.core.actions import HoldKind
from tests.rig import Crash, Rig, empty_world, open_rig

SOAK = os.environ.get("REMINDERSD_SOAK") == "1"
TASKS = """- [ ] Milk
    > two bottles
- [ ] Bread 📅 2026-12-14
- [ ] Pack
    - [ ] Socks
"""


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), markers="none") as rig:
        rig.run()
        rig.append("Inbox", TASKS)
        rig.run()
        rig.rest()
        yield rig


def identities(rig: Rig, list_name: str = "Inbox") -> dict[str, str]:
    return {one.title: one.id for one in rig.phone.reminders(list_name)}


def test_no_file_says_more_than_was_typed(rig: Rig) -> None:
    assert rig.read("Inbox") == TASKS
    assert rig.titles("Inbox") == {"Milk", "Bread", "Pack", "Socks"}
    rig.phone.create("Inbox", "From the phone", notes="noted")
    rig.phone.create_list("Other")
    rig.phone.create("Other", "Elsewhere")
    rig.run()
    assert rig.read("Inbox") == TASKS + "- [ ] From the phone\n    > noted\n"
    assert rig.read("Other") == "- [ ] Elsewhere\n"
    rig.rest()
    rig.restart()
    rig.rest()


@pytest.mark.parametrize(
    ("old", "new", "title"),
    [
        ("- [ ] Milk", "- [x] Milk", "Milk"),
        ("- [ ] Milk", "- [ ] Milk 🚩 📅 2026-12-01", "Milk"),
        ("two bottles", "three bottles", "Milk"),
        ("- [ ] Bread 📅", "- [ ] Breads 📅", "Breads"),
        ("    - [ ] Socks", "    - [x] Socks", "Socks"),
        ("- [ ] Pack", "- [ ] Pack ⏫", "Pack"),
    ],
)
def test_an_edited_line_is_the_same_reminder(rig: Rig, old: str, new: str, title: str) -> None:
    before = identities(rig)
    rig.replace("Inbox", old, new)
    report = rig.run()
    assert report.pushed == 1
    after = identities(rig)
    assert sorted(after.values()) == sorted(before.values())
    assert title in after
    assert rig.read("Inbox") == TASKS.replace(old, new)
    rig.rest()


def test_both_sides_edit_and_phone_edits_reach_the_line(rig: Rig) -> None:
    phone = rig.phone
    phone.edit(phone.find("Milk").id, title="Oat milk", notes="one bottle")
    phone.complete(phone.find("Socks").id)
    rig.replace("Inbox", "- [ ] Bread", "- [ ] Bread 🚩")
    rig.run()
    text = rig.read("Inbox")
    assert "- [ ] Oat milk\n    > one bottle\n- [ ] Bread 🚩 📅 2026-12-14\n" in text
    assert "    - [x] Socks" in text
    assert rig.shown("Bread").flagged
    rig.rest()
    rig.replace("Inbox", "Oat milk", "Oat milk 🔼")
    rig.run()
    assert rig.shown("Oat milk").priority == 5


@pytest.mark.parametrize("in_one_scan", [True, False])
def test_a_line_moved_to_another_file_moves_its_reminder(rig: Rig, in_one_scan: bool) -> None:
    rig.settings["grace"] = "2m"
    rig.restart()
    rig.phone.create_list("Other")
    rig.run()
    before = identities(rig)
    rig.replace("Inbox", "- [ ] Bread 📅 2026-12-14\n", "")
    if not in_one_scan:
        rig.run()
    rig.append("Other", "- [ ] Bread 📅 2026-12-14\n")
    rig.run()
    assert identities(rig, "Other") == {"Bread": before["Bread"]}
    assert len(rig.phone.reminders("Inbox")) == 3
    rig.rest()


def test_a_reminder_moved_on_the_phone_moves_its_line(rig: Rig) -> None:
    rig.phone.create_list("Other")
    rig.run()
    rig.phone.move(rig.shown("Milk").id, "Other")
    rig.run()
    assert rig.read("Other") == "- [ ] Milk\n    > two bottles\n"
    assert "Milk" not in rig.read("Inbox")
    rig.rest()


def test_a_deleted_line_is_deleted_after_its_grace_and_many_are_held(rig: Rig) -> None:
    rig.settings |= {"hold_above": "1", "grace": "2m"}
    rig.restart()
    rig.replace("Inbox", "- [ ] Bread 📅 2026-12-14\n", "")
    assert [hold.kind for hold in rig.run().held] == [HoldKind.GRACE]
    assert "Bread" in rig.titles("Inbox")
    rig.wait(130)
    rig.run()
    assert rig.titles("Inbox") == {"Milk", "Pack", "Socks"}
    rig.rest()
    for text, kind in (("- [ ] Pack\n", HoldKind.DELETIONS), ("", HoldKind.EMPTIED)):
        rig.save("Inbox", text)
        rig.run()
        rig.wait(130)
        assert {hold.kind for hold in rig.run().held} == {kind}
    rig.save("Inbox", TASKS.replace("- [ ] Bread 📅 2026-12-14\n", ""))
    report = rig.run()
    assert (report.pushed, report.held) == (0, [])
    rig.append("Inbox", "- [ ] Bread 📅 2026-12-14\n")  # typed anew, it is a new reminder
    rig.run()
    assert len(rig.phone.reminders("Inbox")) == 4
    rig.rest()


def test_a_file_that_was_away_is_known_when_it_is_back(rig: Rig) -> None:
    before = identities(rig)
    text = rig.read("Inbox")
    rig.path("Inbox").unlink()
    rig.wait(600)
    rig.run()
    rig.save("Inbox", text)
    report = rig.run()
    assert (report.pushed, identities(rig)) == (0, before)
    rig.rest()


def test_a_file_that_moved_after_a_deletion_leaves_no_trace_of_its_old_place(rig: Rig) -> None:
    rig.replace("Inbox", "- [ ] Bread 📅 2026-12-14\n", "")
    rig.run()
    rig.wait(121)
    rig.run()
    rig.rest()
    rig.path("Inbox").rename(rig.path("Pantry"))
    rig.run()
    rig.rest()
    assert set(rig.store.places.files()) == {"Pantry.md"}
    assert {row.path for row in rig.store.places.all_lines().values()} == {"Pantry.md"}


def test_a_renamed_file_renames_its_list(rig: Rig) -> None:
    before = identities(rig)
    rig.path("Inbox").rename(rig.path("Home"))
    rig.run()
    assert identities(rig, "Home") == before
    rig.phone.rename_list("Home", "House")
    rig.run()
    assert rig.read("House") == TASKS
    rig.rest()


def test_a_rebuilt_database_doubles_nothing_and_writes_nothing(rig: Rig) -> None:
    before = identities(rig)
    rig.close()
    for file in (rig.home / "state").rglob("mirror*"):
        file.unlink()
    rig.open()
    report = rig.run(approve=True)
    assert (report.pushed, report.files) == (0, 0)
    assert identities(rig) == before
    rig.rest()
    rig.replace("Inbox", "- [ ] Milk", "- [x] Milk")
    rig.run()
    assert rig.shown("Milk").done


def test_lines_that_say_the_same_are_told_apart_by_notes_and_order(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Call\n    > Ben\n- [ ] Call\n- [ ] Call\n")
    rig.run()
    rig.rest()
    notes = {one.id: one.notes for one in rig.phone.reminders("Inbox") if one.title == "Call"}
    assert sorted(notes.values()) == ["", "", "Ben"]
    rig.save("Inbox", "- [ ] First\n" + rig.read("Inbox"))
    assert rig.run().pushed == 1
    rig.replace("Inbox", "> Ben", "> Ben and Ann")
    assert rig.run().pushed == 1
    found = {one.id: one.notes for one in rig.phone.reminders("Inbox") if one.title == "Call"}
    assert found == {id: note and "Ben and Ann" for id, note in notes.items()}
    rig.rest()


def test_what_is_in_doubt_is_shown_again_and_never_deleted(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Call\n- [ ] Call\n")
    rig.run()
    before = {one.id for one in rig.phone.reminders("Inbox")}
    text = rig.read("Inbox")
    rig.save("Inbox", text.replace("- [ ] Call\n- [ ] Call\n", "- [ ] Call\n"))
    report = rig.run()
    assert report.pushed == 0
    assert any("cannot be told" in change for change in report.changes)
    assert rig.read("Inbox").count("- [ ] Call\n") == 2
    rig.rest()
    rig.save(
        "Inbox",
        text.replace(
            "- [ ] Call\n- [ ] Call\n",
            "".join(f"- [ ] Call 📅 2026-12-0{day}\n" for day in (1, 2, 3)),
        ),
    )
    rig.run()
    after = {one.id for one in rig.phone.reminders("Inbox")}
    assert before < after  # taken for new, and nothing is gone
    rig.rest()


def test_ids_that_stand_there_stay_and_mean_what_they_meant(rig: Rig) -> None:
    rig.settings["markers"] = "block-id"
    rig.restart()
    rig.run()
    marked = rig.read("Inbox")
    assert marked.count("^r-") == 4
    rig.settings["markers"] = "none"
    rig.restart()
    rig.rest()
    before = identities(rig)
    rig.replace("Inbox", "Bread", "Something else altogether")
    rig.append("Inbox", "- [ ] New ^mine\n- [ ] Newer\n")
    rig.run()
    assert identities(rig)["Something else altogether"] == before["Bread"]
    assert rig.read("Inbox").endswith("- [ ] New ^mine\n- [ ] Newer\n")
    rig.rest()


def test_a_ticked_occurrence_goes_on(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Rent 🔁 every month 📅 2026-12-01\n")
    rig.run()
    before = identities(rig)["Rent"]
    rig.replace(
        "Inbox",
        "- [ ] Rent 🔁 every month 📅 2026-12-01\n",
        "- [ ] Rent 🔁 every month 📅 2027-01-01\n"
        "- [x] Rent 🔁 every month 📅 2026-12-01 ✅ 2026-11-30\n",
    )
    rig.run()
    rents = {(one.id == before, one.done) for one in rig.phone.reminders() if one.title == "Rent"}
    assert rents == {(True, False), (False, True)}
    assert len([one for one in rig.phone.reminders() if one.title == "Rent"]) == 2
    rig.rest()


def test_a_completed_line_is_archived(rig: Rig) -> None:
    rig.settings["archive"] = "month"
    rig.restart()
    rig.replace("Inbox", "- [ ] Milk", "- [x] Milk")
    rig.run()
    rig.wait(15 * 86_400)
    rig.run()
    (path,) = (rig.folder / "Archive").rglob("*.md")
    assert path.read_text().endswith("\n\n- [x] Milk\n    > two bottles\n")
    assert "Milk" not in rig.read("Inbox")
    rig.rest()
    rig.phone.reopen(rig.shown("Milk").id)
    rig.run()
    assert "- [ ] Milk\n    > two bottles\n" in rig.read("Inbox")
    rig.rest()


@pytest.mark.parametrize("first", range(2, 12) if SOAK else [5])
def test_a_crash_at_any_effect_ends_as_if_nothing_had_happened(rig: Rig, first: int) -> None:
    phone = rig.phone
    phone.create_list("Other")
    rig.run()
    before = identities(rig)
    for at in range(first, 46, 10):
        left = [at]

        def step(_: str, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Crash

        home, away = ("Inbox", "Other") if "Milk" in rig.read("Inbox") else ("Other", "Inbox")
        phone = rig.phone
        phone.move(before["Milk"], away)
        phone.edit(before["Bread"], title=f"Bread {at}", priority=1)
        phone.create(home, f"New {at}")
        rig.append(home, f"- [ ] Typed {at}\n")
        rig.wait(3)
        rig.step = step
        try:
            rig.engine.settled("test", wait=rig.wait)
        except Crash:
            pass
        rig.step = lambda _: None
        rig.restart()
        rig.run()
        rig.run()
        text = rig.read("Inbox") + rig.read("Other")
        for words in ("Milk", f"Bread {at} ", f"New {at}\n", f"Typed {at}\n"):
            assert text.count(words) == 1, (at, words, text)
        titles = [one.title for one in rig.phone.reminders()]
        assert len(titles) == len(set(titles)), (at, titles)
        assert "Milk" in rig.titles(away)
    assert identities(rig)["Pack"] == before["Pack"]


def test_a_folder_that_lost_its_marker_is_known_by_a_file_as_it_was(rig: Rig) -> None:
    shutil.rmtree(rig.folder / ".remindersd")
    rig.restart()
    rig.run()
    assert [hold.id for hold in rig.engine.approve(["folder"])] == ["folder"]
    rig.run()
    rig.rest()


def test_a_note_binds_its_tasks_is_moved_and_a_copy_of_it_is_held(rig: Rig) -> None:
    note = "---\nicloud-list: Inbox\n---\nProse.\n\n- [ ] Book flights\n- [ ] Ask Ben\n"
    rig.save("Notes/2026/Trip", note)
    rig.run()
    before = identities(rig)
    rig.path("Notes/2026/Trip").rename(rig.path("Notes/Trip"))
    assert rig.run().pushed == 0
    rig.save("Notes/Copy", note)
    assert [hold.id for hold in rig.run().held] == ["Notes/Copy.md"]
    rig.path("Notes/Copy").unlink()
    rig.run()
    assert identities(rig) == before
    assert rig.read("Notes/Trip") == note
    rig.rest()
