"""A conflict copy is named until a person merges it: no edit is lost, and the copy is kept."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.model import Completion
from sync.errors import CannotResolve
from tests.rig import Rig, empty_world, open_rig
from tests.sync.machines import COPY

TASKS = ("Milk", "Bread", "Eggs", "Tea")
NAME = f"Inbox{COPY}"


@pytest.fixture(params=["markdown", "todo.txt"])
def rig(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Rig]:
    with open_rig(tmp_path, empty_world(), format=request.param) as rig:
        rig.run()
        task = "- [ ] {}\n" if rig.suffix == ".md" else "{}\n"
        rig.append("Inbox", "".join(map(task.format, TASKS)))
        rig.run()
        rig.rest()
        yield rig


def copied(rig: Rig, text: str) -> str:
    """A copy with this text appears, and its path."""
    rig.save(NAME, text)
    return f"{NAME}{rig.suffix}"


def test_what_only_the_copy_says_comes_into_the_file(rig: Rig) -> None:
    text = rig.read("Inbox")
    new = "- [ ] New\n" if rig.suffix == ".md" else "New\n"
    path = copied(rig, text.replace("Milk", "Oat milk").replace("Eggs", "Ten eggs") + new)
    rig.replace("Inbox", "Eggs", "Six eggs")
    rig.replace("Inbox", "Tea", "Green tea")
    report = rig.run()
    assert [(hold.id, hold.kind.value) for hold in report.held] == [(path, "conflict-copy")]
    assert "remindersd merge" in report.held[0].reason
    assert report.exit_code == 4
    merged = rig.engine.merge(path)
    assert (merged.file, merged.added) == (f"Inbox{rig.suffix}", ["New"])
    assert merged.conflicts == 2
    assert rig.run().held == []
    assert rig.titles("Inbox") == {"Milk", "Bread", "Six eggs", "Green tea", "New"}
    kept = {one.loser for one in rig.store.attention.open_conflicts()}
    assert kept == {"Oat milk", "Ten eggs"}
    assert "Ten eggs" in (rig.folder / merged.kept).read_text()
    assert not rig.path(NAME).exists()
    rig.rest()


def test_what_was_deleted_or_changed_since_does_not_come_back(rig: Rig) -> None:
    path = copied(rig, rig.read("Inbox"))
    rig.replace("Inbox", "Milk", "Oat milk")
    rig.phone.delete(rig.shown("Bread").id)
    rig.run()
    merged = rig.engine.merge(path)
    assert (merged.added, merged.conflicts) == ([], 0)
    rig.run()
    assert rig.titles("Inbox") == {"Oat milk", "Eggs", "Tea"}
    rig.rest()


def test_a_line_that_only_the_copy_has_is_not_gone_when_the_copy_is(rig: Rig) -> None:
    text = rig.read("Inbox")
    new = "- [ ] New\n" if rig.suffix == ".md" else "New\n"
    path = copied(rig, text + new)
    rig.save("Inbox", text.replace(rig.line("Inbox", "Eggs") + "\n", ""))
    rig.run()
    assert "Eggs" in rig.titles("Inbox")
    assert rig.engine.merge(path).added == ["Eggs", "New"]
    rig.run()
    assert rig.titles("Inbox") == {*TASKS, "New"}
    rig.rest()


def test_a_merge_that_was_cut_off_is_done_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    new = "- [ ] New\n" if rig.suffix == ".md" else "New\n"
    path = copied(rig, rig.read("Inbox") + new)
    rig.run()

    def fails(*_: object) -> str:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("sync.cycle.asked.copies.set_aside", fails)
        with pytest.raises(OSError, match="full"):
            rig.engine.merge(path)
    rig.restart()
    rig.run()
    assert rig.engine.merge(path).added == []
    rig.run()
    assert sorted(one.title for one in rig.phone.reminders("Inbox")) == sorted([*TASKS, "New"])
    rig.rest()


def test_what_is_no_copy_is_not_merged(rig: Rig) -> None:
    with pytest.raises(CannotResolve, match="no conflict copy"):
        rig.engine.merge(f"Inbox{rig.suffix}")
    path = copied(rig, rig.read("Inbox"))
    rig.path("Inbox").unlink()
    rig.run()
    with pytest.raises(CannotResolve, match="cannot be read now"):
        rig.engine.merge(path)


def test_a_line_that_may_stand_in_a_file_being_saved_is_not_added(rig: Rig) -> None:
    plans = rig.phone.create_list("Plans")
    path = copied(rig, rig.read("Inbox"))
    rig.phone.move(rig.shown("Eggs").id, plans)
    rig.run()
    now = rig.clock()
    os.utime(rig.path("Plans"), (now, now))
    with pytest.raises(CannotResolve, match="Plans") as refused:
        rig.engine.merge(path)
    assert "again" in (refused.value.hint or "")
    rig.wait(3)
    assert rig.engine.merge(path).added == []
    rig.run()
    assert rig.titles("Plans") == {"Eggs"}
    assert rig.titles("Inbox") == {"Milk", "Bread", "Tea"}


@pytest.mark.parametrize("rig", ["markdown"], indirect=True)
def test_a_line_that_the_other_machine_had_before_its_id_stays_one(rig: Rig) -> None:
    """Another machine's version takes our file's place: the new line is in it, but not its id."""
    before = rig.read("Inbox") + "- [ ] New\n"
    rig.append("Inbox", "- [ ] New\n")
    rig.run()
    assert "New ^r-" in rig.line("Inbox", "New")
    id = rig.shown("New").id
    copied(rig, rig.read("Inbox"))
    rig.save("Inbox", before.replace("] New\n", "] New\n    > from the other machine\n"))
    rig.run()
    rig.run()
    assert rig.shown("New").id == id  # and there is but one
    assert rig.read("Inbox").count("New") == 1
    assert rig.shown("New").notes == "from the other machine"


@pytest.mark.parametrize("rig", ["markdown"], indirect=True)
def test_a_next_occurrence_that_an_editor_typed_in_the_copy_is_no_second_series(rig: Rig) -> None:
    water = "- [ ] Water 🔁 every week 📅 2026-12-01"
    rig.append("Inbox", water.replace("Water", "Plants") + "\n")
    rig.run()
    rig.replace("Inbox", "Plants", "Water")  # so that its id is not that of a line of this title
    rig.run()
    line = rig.line("Inbox", "Water")
    following = water.replace("-01", "-08")
    ticked = line.replace("- [ ]", "- [x]")
    path = copied(rig, rig.read("Inbox").replace(line, f"{following}\n{ticked}"))
    rig.run()
    assert rig.engine.merge(path).added == []
    rig.run()
    (shown,) = [one for one in rig.phone.reminders() if one.title == "Water"]
    assert (shown.due, shown.done) == ("2026-12-01", False)
    (kept,) = rig.store.attention.open_conflicts()
    assert (kept.field, isinstance(kept.loser, Completion)) == ("done", True)
    assert rig.read("Inbox").count("Water") == 1
    rig.rest()
