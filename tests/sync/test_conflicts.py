"""When both sides changed the same thing, one wins, the other is kept, and no edit is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.model import Field
from tests.rig import Rig, empty_world, open_rig


@pytest.fixture(params=["cloud", "files"])
def either(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Rig, str]]:
    """A rig under each policy, and the side that wins."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), conflicts=request.param) as rig:
        rig.run()
        rig.append("Inbox", "- [ ] Task 📅 2026-12-01\n- [ ] Other\n")
        rig.run()
        yield rig, request.param


def losers(rig: Rig) -> set[tuple[str, object, object]]:
    """(field, winner, loser) of each conflict that a person can still look at."""
    found = rig.store.attention.open_conflicts()
    return {(one.field, one.winner, one.loser) for one in found}


def test_one_title_changed_on_both_sides(either: tuple[Rig, str]) -> None:
    rig, policy = either
    rig.phone.edit(rig.shown("Task").id, title="From the phone")
    rig.replace("Inbox", "Task", "From the file")
    report = rig.run()
    winner, loser = "From the phone", "From the file"
    if policy == "files":
        winner, loser = loser, winner
    assert rig.titles("Inbox") == {winner, "Other"}
    assert rig.shown(winner).problems == ()
    assert rig.line("Inbox", winner).startswith(f"- [ ] {winner} 📅 2026-12-01 ^r-")
    assert loser not in rig.read("Inbox")
    assert losers(rig) == {("title", winner, loser)}
    assert (report.exit_code, report.open_conflicts) == (4, 1)
    rig.rest()
    later = rig.run()
    assert (later.exit_code, later.open_conflicts) == (0, 1)


def test_one_due_date_changed_on_both_sides(either: tuple[Rig, str]) -> None:
    rig, policy = either
    rig.phone.edit(rig.shown("Task").id, due="2026-12-02T09:00[Europe/Paris]")
    rig.replace("Inbox", "📅 2026-12-01", "📅 2026-12-03")
    rig.run()
    shown = rig.shown("Task")
    want = "2026-12-02T09:00[Europe/Paris]" if policy == "cloud" else "2026-12-03"
    token = "⏰ 09:00 📅 2026-12-02" if policy == "cloud" else "📅 2026-12-03"
    assert (shown.due, shown.shown_due, shown.problems) == (want, want, ())
    assert token in rig.line("Inbox", "Task")
    assert {name for name, _, _ in losers(rig)} == {"due"}
    rig.rest()


def test_notes_changed_on_both_sides(either: tuple[Rig, str]) -> None:
    rig, policy = either
    line = rig.line("Inbox", "Task")
    rig.replace("Inbox", line, f"{line}\n    > typed")
    rig.phone.edit(rig.shown("Task").id, notes="dictated")
    rig.run()
    winner, loser = ("dictated", "typed") if policy == "cloud" else ("typed", "dictated")
    assert rig.shown("Task").notes == winner
    assert f"{line}\n    > {winner}\n" in rig.read("Inbox")
    assert losers(rig) == {("notes", winner, loser)}


def test_a_task_moved_to_two_lists(either: tuple[Rig, str]) -> None:
    rig, policy = either
    rig.phone.create_list("Work")
    rig.phone.create_list("Home")
    rig.run()
    id, line = rig.shown("Task").id, rig.line("Inbox", "Task")
    rig.phone.move(id, "Work")
    rig.replace("Inbox", line + "\n", "")
    rig.append("Home", line + "\n")
    rig.run()
    where = "Work" if policy == "cloud" else "Home"
    assert (rig.shown("Task").id, rig.shown("Task").list) == (id, where)
    assert rig.line(where, "Task") == line
    everything = b"".join(rig.bytes_of_folder().values()).decode()
    assert everything.count("Task") == 1
    assert {name for name, _, _ in losers(rig)} == {"list"}
    rig.rest()


def test_the_same_edit_on_both_sides_is_no_conflict(either: tuple[Rig, str]) -> None:
    rig, _ = either
    rig.phone.edit(rig.shown("Task").id, title="Same", due="2026-12-05")
    rig.replace("Inbox", "Task 📅 2026-12-01", "Same 📅 2026-12-05")
    report = rig.run()
    assert (report.conflicts, report.pushed, report.files) == ([], 0, 0)
    assert rig.titles("Inbox") == {"Same", "Other"}


def test_different_fields_of_one_reminder_merge(either: tuple[Rig, str]) -> None:
    rig, _ = either
    id = rig.shown("Task").id
    rig.phone.edit(id, due="2026-12-24", notes="dictated")
    rig.replace("Inbox", "- [ ] Task", "- [ ] Retitled 🚩 ⏫")
    report = rig.run()
    shown = rig.shown("Retitled")
    assert (shown.id, shown.due, shown.notes) == (id, "2026-12-24", "dictated")
    assert (shown.flagged, shown.priority, shown.problems) == (True, 1, ())
    line = rig.line("Inbox", "Retitled")
    assert line.startswith("- [ ] Retitled 🚩 ⏫ 📅 2026-12-24 ^r-")
    assert f"{line}\n    > dictated\n" in rig.read("Inbox")
    assert (report.conflicts, losers(rig)) == ([], set())


def test_edits_of_one_title_at_two_ends_are_one_conflict_with_both_kept(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Buy milk\n")
    rig.run()
    rig.phone.edit(rig.shown("Buy milk").id, title="Buy oat milk")
    rig.replace("Inbox", "Buy milk", "Buy milk and eggs")
    rig.run()
    assert rig.titles("Inbox") == {"Buy oat milk"}
    assert losers(rig) == {("title", "Buy oat milk", "Buy milk and eggs")}


@pytest.mark.parametrize("hard", [False, True], ids=["soft", "hard"])
def test_deleted_on_the_phone_and_edited_in_the_file_lives(
    either: tuple[Rig, str], hard: bool
) -> None:
    rig, _ = either
    rig.phone.delete(rig.shown("Task").id, hard=hard)
    rig.replace("Inbox", "- [ ] Task", "- [ ] Still wanted")
    rig.run()
    shown = rig.shown("Still wanted")
    assert (shown.list, shown.due, shown.problems) == ("Inbox", "2026-12-01", ())
    assert rig.line("Inbox", "Still wanted").startswith("- [ ] Still wanted 📅 2026-12-01 ^r-")
    assert rig.titles("Inbox") == {"Still wanted", "Other"}
    rig.rest()


def test_deleted_in_the_file_and_edited_on_the_phone_lives(either: tuple[Rig, str]) -> None:
    rig, _ = either
    id = rig.shown("Task").id
    rig.replace("Inbox", rig.line("Inbox", "Task") + "\n", "")
    rig.phone.edit(id, title="Still wanted")
    rig.run()
    assert rig.shown("Still wanted").id == id
    assert rig.line("Inbox", "Still wanted").startswith("- [ ] Still wanted 📅 2026-12-01 ^r-")
    rig.rest()


def test_deleted_on_both_sides_is_simply_gone(either: tuple[Rig, str]) -> None:
    rig, _ = either
    rig.phone.delete(rig.shown("Task").id)
    rig.replace("Inbox", rig.line("Inbox", "Task") + "\n", "")
    report = rig.run()
    assert rig.titles("Inbox") == {"Other"}
    assert (report.held, report.conflicts, report.pushed) == ([], [], 0)
    rig.rest()


def test_a_list_renamed_on_both_sides(either: tuple[Rig, str]) -> None:
    rig, policy = either
    rig.phone.rename_list("Inbox", "Phone name")
    rig.path("Inbox").rename(rig.path("File name"))
    rig.run()
    name = "Phone name" if policy == "cloud" else "File name"
    assert [one.name for one in rig.phone.lists()] == [name]
    assert set(rig.bytes_of_folder()) == {f"{name}.md"}
    assert rig.shown("Task").list == name
    lost = "File name" if policy == "cloud" else "Phone name"
    assert losers(rig) == {("name", name, lost)}
    rig.rest()


def test_ticked_on_both_sides_is_no_conflict(either: tuple[Rig, str]) -> None:
    rig, _ = either
    rig.phone.complete(rig.shown("Task").id, rig.clock())
    rig.replace("Inbox", "- [ ] Task", "- [x] Task")
    report = rig.run()
    assert (report.conflicts, losers(rig)) == ([], set())
    assert rig.shown("Task").done
    assert rig.line("Inbox", "Task").startswith("- [x] Task 📅 2026-12-01")


def test_a_conflict_names_the_field_of_the_model(either: tuple[Rig, str]) -> None:
    rig, _ = either
    rig.phone.edit(rig.shown("Task").id, priority=1)
    rig.replace("Inbox", "- [ ] Task", "- [ ] Task 🔽")
    report = rig.run()
    assert [one.field for one in report.conflicts] == [Field.PRIORITY]
