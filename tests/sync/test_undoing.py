"""`undo`: a run is taken back on both sides, as new edits; what was changed since stays."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest

from store.activity.journal import KEPT_MS
from sync.cycle.asked.undoing import Undone
from sync.errors import CannotUndo, NetworkError
from tests.rig import Rig

LINK = "https://new.example"
Side = list[tuple[object, ...]]


def undo(rig: Rig, run: int | None = None) -> Undone:
    """As the verb does it: taken back in iCloud, then a cycle."""
    rig.wait(3)
    undone = rig.engine.undo(run)
    rig.run()
    return undone


def both(rig: Rig) -> tuple[Side, dict[str, list[str]]]:
    """All that the phone shows, and all lines of the files."""
    entries = rig.phone.reminders()
    assert all(one.problems == () for one in entries), entries
    titles = {one.id: one.title for one in entries}
    shown = sorted(
        (one.list, one.title, one.notes, one.done, one.due, one.flagged, one.tags, one.priority,
         titles.get(one.parent or ""), one.id)
        for one in entries
    )  # fmt: skip
    files = {
        path: sorted(_words(line) for line in data.decode().split("\n"))
        for path, data in rig.bytes_of_folder().items()
        if data.strip()
    }
    return shown, files


def _words(line: str) -> str:
    """A line without the order of its words, and without the day of its tick: both are ours."""
    return " ".join(sorted(re.sub(r" ✅ \S+", "", line).split(" ")))


def start(rig: Rig) -> None:
    rig.phone.create_list("Work")
    rig.phone.create_list("Old")
    rig.phone.create("Old", "Older")
    rig.run()
    rig.append(
        "Inbox",
        "- [ ] Milk #dairy ⏫ 📅 2026-12-14\n    > two litres\n- [ ] Bread\n    - [ ] Butter\n"
        "- [ ] Cheese\n- [ ] Eggs\n",
    )
    rig.run()


def _edit_in_file(rig: Rig) -> None:
    rig.replace("Inbox", "Milk #dairy ⏫ 📅 2026-12-14", "Oat milk #vegan 🚩 📅 2026-12-15")
    rig.replace("Inbox", "two litres", "one litre")


def _edit_on_phone(rig: Rig) -> None:
    rig.phone.edit(rig.shown("Milk").id, title="Oat milk", notes="one litre", due="2026-12-15")


def _tick_in_file(rig: Rig) -> None:
    rig.replace("Inbox", "- [ ] Cheese", "- [x] Cheese")


def _tick_on_phone(rig: Rig) -> None:
    rig.phone.complete(rig.shown("Cheese").id, rig.clock())


def _create_in_file(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Jam\n    - [ ] Strawberries #fruit\n- [ ] Honey\n")


def _create_on_phone(rig: Rig) -> None:
    rig.phone.create("Inbox", "Jam", notes="of strawberries", due="2026-12-15T10:00[Europe/Paris]")


def _delete_in_file(rig: Rig) -> None:
    line = rig.line("Inbox", "Milk")
    rig.replace("Inbox", f"{line}\n    > two litres\n", "")


def _delete_on_phone(rig: Rig) -> None:
    rig.phone.delete(rig.shown("Milk").id)


def _delete_for_good(rig: Rig) -> None:
    rig.phone.delete(rig.shown("Butter").id, hard=True)
    rig.phone.delete(rig.shown("Bread").id, hard=True)


def _move_in_file(rig: Rig) -> None:
    line = rig.line("Inbox", "Cheese")
    rig.replace("Inbox", f"{line}\n", "")
    rig.append("Work", f"{line}\n")


def _move_on_phone(rig: Rig) -> None:
    rig.phone.move(rig.shown("Cheese").id, "Work")


def _lift_in_file(rig: Rig) -> None:
    rig.replace("Inbox", "    - [ ] Butter", "- [ ] Butter")


def _lift_on_phone(rig: Rig) -> None:
    rig.phone.make_subtask(rig.shown("Butter").id, None)


def _rename_file(rig: Rig) -> None:
    os.rename(rig.path("Work"), rig.path("Office"))


def _rename_list(rig: Rig) -> None:
    rig.phone.rename_list("Work", "Office")


def _new_file(rig: Rig) -> None:
    rig.save("Garden", "- [ ] Seeds\n- [ ] Spade\n")


def _list_deleted_on_phone(rig: Rig) -> None:
    rig.phone.delete_list("Old")


def _many(rig: Rig) -> None:
    rig.append("Inbox", "".join(f"- [ ] Jar {number}\n" for number in range(30)))
    rig.phone.edit(rig.shown("Eggs").id, title="Twelve eggs")
    _delete_on_phone(rig)
    _move_in_file(rig)


DEEDS: list[Callable[[Rig], None]] = [
    *(_edit_in_file, _edit_on_phone, _tick_in_file, _tick_on_phone, _create_in_file),
    *(_create_on_phone, _delete_in_file, _delete_on_phone, _delete_for_good, _move_in_file),
    *(_move_on_phone, _lift_in_file, _lift_on_phone, _rename_file, _rename_list, _new_file, _many),
    _list_deleted_on_phone,
]


def headless(rig: Rig) -> object:
    """As ``both``, but for the heads of files."""
    there, here = both(rig)
    words = {
        path: [line for line in lines if line.strip("-") and not line.startswith("icloud-id")]
        for path, lines in here.items()
    }
    return there, words


@pytest.mark.parametrize("deed", DEEDS)
def test_a_run_is_taken_back_on_both_sides_and_the_undo_as_well(
    rig: Rig, deed: Callable[[Rig], None]
) -> None:
    start(rig)
    before = both(rig)
    deed(rig)
    rig.run()
    after, said = both(rig), headless(rig)
    assert after != before
    undone = undo(rig)
    assert undone.left == []
    assert both(rig) == before
    rig.rest()
    again = undo(rig)
    assert (again.run, again.left) == (undone.by, [])
    assert headless(rig) == said  # a file that went with its list comes back as one of ours
    rig.run()  # the file of a list that is gone goes after its lines
    rig.rest()


def test_what_was_changed_since_stays_and_is_named(rig: Rig) -> None:
    start(rig)
    rig.replace("Inbox", "Milk #dairy", "Oat milk #vegan")
    rig.append("Inbox", "- [ ] Jam\n- [ ] Honey\n")
    rig.run()
    run = rig.store.journal.runs(1)[0].id
    rig.phone.edit(rig.shown("Oat milk").id, title="Soy milk")
    rig.replace("Inbox", "- [ ] Jam", "- [ ] Jam 🚩")
    undone = undo(rig, run)
    assert {(one.title, one.reason) for one in undone.left} == {
        ("Soy milk", "its title stays: it was changed since"),
        ("Jam", "it stays, for it was changed since: flagged"),
    }
    assert "- [ ] Soy milk #dairy" in rig.read("Inbox")
    assert rig.shown("Soy milk").tags == ("dairy",)
    assert rig.titles("Inbox") == {"Soy milk", "Bread", "Butter", "Cheese", "Eggs", "Jam"}


def test_a_second_undo_of_a_run_finds_nothing_to_do(rig: Rig) -> None:
    start(rig)
    _many(rig)
    rig.run()
    run = rig.store.journal.runs(1)[0].id
    undo(rig, run)
    before, runs = both(rig), rig.store.journal.runs()
    again = undo(rig, run)
    assert (again.by, again.rows, again.left) == (None, [], [])
    assert again.back > 30
    assert (both(rig), rig.store.journal.runs()) == (before, runs)


def test_a_dry_run_changes_nothing_and_says_the_same(rig: Rig) -> None:
    start(rig)
    _many(rig)
    rig.run()
    before, runs = both(rig), rig.store.journal.runs()
    preview = rig.engine.undo(dry_run=True)
    rig.run()
    assert (both(rig), rig.store.journal.runs()) == (before, runs)
    assert preview.deletions == 30
    undone = undo(rig, preview.run)
    assert undone.deletions == 30
    told = [(row.id, row.field, row.before, row.after) for row in preview.rows]
    done = [(row.id, row.field, row.before, row.after) for row in undone.rows]
    assert done == told


def test_many_deletions_of_an_undo_are_not_held(rig: Rig) -> None:
    start(rig)
    rig.append("Inbox", "".join(f"- [ ] Jar {number}\n" for number in range(8)))
    rig.run()
    undo(rig)
    assert "Jar" not in rig.read("Inbox")
    assert rig.store.attention.holds() == []
    rig.append("Inbox", "- [ ] Honey\n")
    rig.run()
    assert rig.store.attention.approved() == frozenset()  # it was for these alone


def test_conflicts_of_a_run_are_not_resolved_by_it(rig: Rig) -> None:
    start(rig)
    rig.replace("Inbox", "Cheese", "Goat cheese")
    rig.phone.edit(rig.shown("Cheese").id, title="Blue cheese")
    rig.run()
    [conflict] = rig.store.attention.open_conflicts()
    undone = undo(rig)
    assert [one.reason for one in undone.left] == [
        "its title stays: both sides had changed it; see `remindersd conflicts`"
    ]
    assert rig.shown("Blue cheese").title == "Blue cheese"
    assert rig.store.attention.open_conflicts() == [conflict]


def test_notes_that_were_joined_come_apart_again(rig: Rig) -> None:
    start(rig)
    before = both(rig)
    rig.replace("Inbox", "#dairy", "#dairy #cold")
    rig.replace("Inbox", "    > two litres", "    > two litres\n    > of a goat")
    rig.phone.edit(rig.shown("Milk").id, notes="fresh\ntwo litres")
    rig.run()
    assert rig.shown("Milk").notes == "fresh\ntwo litres\nof a goat"
    for run in rig.store.journal.runs():
        if run.id > 3:
            undo(rig, run.id)
    assert both(rig) == before


def test_what_a_parent_or_a_list_holds_by_now_keeps_it(rig: Rig) -> None:
    start(rig)
    rig.append("Inbox", "- [ ] Cake\n")
    rig.save("Garden", "- [ ] Seeds\n")
    rig.run()
    run = rig.store.journal.runs(1)[0].id
    rig.phone.create("Garden", "Spade")
    rig.phone.make_subtask(rig.phone.create("Inbox", "Flour"), rig.shown("Cake").id)
    undone = undo(rig, run)
    assert {one.title for one in undone.left} == {"Cake", "Garden"}
    assert rig.titles("Garden") == {"Spade"}
    assert {"Cake", "Flour"} <= rig.titles("Inbox")


def test_lines_of_a_first_meeting_are_not_taken_for_new_reminders(rig: Rig) -> None:
    rig.phone.create_list("Shopping")
    rig.phone.create("Shopping", "Milk")
    rig.run()
    with_list = rig.store.journal.runs(1)[0].id
    undone = undo(rig, with_list)
    assert (undone.rows, undone.left, undone.shown) == ([], [], 1)
    assert rig.titles("Shopping") == {"Milk"}


def test_runs_that_nobody_knows_anything_of(rig: Rig) -> None:
    with pytest.raises(CannotUndo, match="no run has changed anything yet"):
        rig.engine.undo()
    start(rig)
    for number in (99, 2**63, 10**20):
        with pytest.raises(CannotUndo, match=f"there is no run {number}"):
            rig.engine.undo(number)
    run = rig.store.journal.runs(1)[0].id
    rig.wait(KEPT_MS / 1000)
    rig.append("Inbox", "- [ ] Jam\n")
    rig.run()
    with pytest.raises(CannotUndo, match=f"of run {run} nothing is known any more"):
        rig.engine.undo(run)


@pytest.mark.parametrize("hard", [False, True], ids=["softly", "for good"])
def test_what_a_phone_edited_and_then_deleted_comes_back_so_and_goes_again(
    rig: Rig, hard: bool
) -> None:
    start(rig)
    id = rig.shown("Cheese").id
    rig.phone.edit(id, title="Old cheese")
    rig.phone.delete(id, hard=hard)
    rig.run()
    gone, comes = both(rig), "Cheese" if hard else "Old cheese"  # what is gone was not seen
    undone = undo(rig)
    assert {row.after for row in undone.rows if row.field == "title"} == {comes}
    assert comes in rig.titles("Inbox")
    assert undo(rig).left == []
    assert both(rig) == gone


@pytest.mark.parametrize("kind", ["Hashtag", "Attachment"])
def test_what_is_hung_on_it_in_the_same_moment_keeps_it(rig: Rig, kind: str) -> None:
    """iCloud refuses the deletion, and the record alone does not say what was hung on it."""
    rig.append("Inbox", "- [ ] Jam\n")
    rig.run()
    id = rig.shown("Jam").id
    fields = {"Hashtag": {"Name": "new", "Type": 1}, "Attachment": {"Type": "URL", "URL": LINK}}

    def hang(name: str) -> None:
        if name == "commit:undo:after":
            rig.step = lambda _: None
            rig.phone.attach(id, kind, fields[kind])

    rig.step = hang
    [left] = undo(rig).left
    assert left.reason.startswith("it stays, for it was changed since: ")
    assert rig.titles("Inbox") == {"Jam"}
    rig.rest()


def test_offline_nothing_is_half_done(rig: Rig) -> None:
    start(rig)
    _edit_in_file(rig)
    rig.run()
    before, runs = both(rig), rig.store.journal.runs()
    rig.world.faults.fail("cut_before", "records/changes", times=100)
    for dry_run in (True, False):
        with pytest.raises(NetworkError):
            rig.engine.undo(dry_run=dry_run)
    rig.world.faults.clear()
    rig.run()
    assert (both(rig), rig.store.journal.runs()) == (before, runs)
