"""Whatever a person does by a verb is in the journal, and `undo` takes it back on both sides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import pytest

from store.values import NO_VALUE
from sync.cycle.asked.carrying import Options
from sync.cycle.asked.undoing import Undone
from sync.errors import ServiceError
from tests.rig import Rig
from tests.sync.machines import COPY

TASKS = "- [ ] Gone #tag ⏫ 📅 2026-12-14\n    > A note\n- [ ] Stays\n"


def undo(rig: Rig, run: int | None = None) -> Undone:
    rig.wait(3)
    undone = rig.engine.undo(run)
    rig.run()
    return undone


def told(rig: Rig, kind: str) -> set[tuple[str, Any, Any]]:
    """What the latest run, which is of this kind, says that it did in iCloud."""
    [run] = rig.store.journal.runs(1)
    assert run.kind == kind
    return {
        (row.field, row.before, row.after)
        for row in rig.store.journal.history(run=run.id)
        if row.side == "cloud" and row.field in ("deleted", "title", "name", "due")
    }


@pytest.mark.parametrize("hard", [False, True], ids=["softly", "for good"])
def test_a_restored_reminder_goes_again_and_comes_again(rig: Rig, hard: bool) -> None:
    rig.append("Inbox", TASKS)
    rig.run()
    whole, id = rig.read("Inbox"), rig.shown("Gone").id
    rig.phone.delete(id, hard=hard)
    rig.run()
    without = rig.read("Inbox")
    rig.engine.restore(id)
    rig.run()
    assert ("deleted", True, False) in told(rig, "restore")
    assert undo(rig).left == []
    assert rig.read("Inbox") == without
    assert rig.titles("Inbox") == {"Stays"}
    assert undo(rig).left == []
    assert sorted(rig.read("Inbox").split("\n")) == sorted(whole.split("\n"))
    assert rig.titles("Inbox") == {"Gone", "Stays"}
    rig.rest()


def _tagged(rig: Rig, id: str) -> None:
    rig.phone.attach(id, "Hashtag", {"Name": "new", "Type": 1})


def _linked(rig: Rig, id: str) -> None:
    rig.phone.attach(id, "Attachment", {"Type": "URL", "URL": "https://new.example"})


@pytest.mark.parametrize("hard", [False, True], ids=["softly", "for good"])
@pytest.mark.parametrize("change", [_tagged, _linked])
def test_a_restored_reminder_on_which_something_was_hung_since_stays(
    rig: Rig, hard: bool, change: Callable[[Rig, str], None]
) -> None:
    rig.append("Inbox", TASKS)
    rig.run()
    id = str(rig.shown("Gone").id)
    rig.phone.delete(id, hard=hard)
    rig.run()
    rig.engine.restore(id)
    rig.run()
    run = rig.store.journal.runs(1)[0].id
    change(rig, id)
    rig.run()
    [left] = undo(rig, run).left
    assert left.reason.startswith("it stays, for it was changed since: ")
    assert rig.titles("Inbox") == {"Gone", "Stays"}


def test_a_restored_list_on_which_something_was_hung_since_stays(rig: Rig) -> None:
    work = rig.phone.create_list("Work")
    id = str(rig.phone.create(work, "Plan"))
    rig.run()
    rig.phone.delete_list(work)
    rig.run()
    rig.engine.restore_list("Work")
    rig.run()
    run = rig.store.journal.runs(1)[0].id
    _tagged(rig, id)
    rig.run()
    assert len(undo(rig, run).left) == 2
    assert rig.titles("Work") == {"Plan"}


@pytest.mark.parametrize("mode", ["soft", "purge"])
def test_a_restored_list_goes_again_with_what_came_with_it(
    request: pytest.FixtureRequest, mode: str
) -> None:
    rig: Rig = request.getfixturevalue("purging" if mode == "purge" else "rig")
    rig.phone.create_list("Work")
    parent = rig.phone.create("Work", "Move house", due="2026-12-15")
    rig.phone.create("Work", "Pack", parent=parent)
    rig.run()
    rig.path("Work").unlink()
    rig.run()
    assert rig.engine.approve(["Work"])
    rig.run()
    rig.run()
    assert "Work" not in {one.name for one in rig.phone.lists()}
    assert rig.engine.restore_list("Work").anew is (mode == "purge")
    rig.run()
    assert rig.titles("Work") == {"Move house", "Pack"}
    assert {("name", NO_VALUE, "Work"), ("title", NO_VALUE, "Pack")} <= told(rig, "restore")
    undone = undo(rig)
    assert (undone.left, undone.deletions) == ([], 3)
    assert "Work" not in {one.name for one in rig.phone.lists()}
    assert {"Move house", "Pack"}.isdisjoint(one.title for one in rig.phone.reminders())


def test_what_was_refused_is_not_in_the_journal(rig: Rig) -> None:
    rig.append("Inbox", TASKS)
    rig.run()
    id = rig.shown("Gone").id
    rig.phone.delete(id)
    rig.run()
    runs = rig.store.journal.runs()
    rig.world.faults.fail_item("ACCESS_DENIED", id, reason="because", times=1)
    with pytest.raises(ServiceError, match="did not take"):
        rig.engine.restore(id)
    assert rig.store.journal.runs() == runs


def test_what_a_merge_added_goes_again(rig: Rig) -> None:
    rig.append("Inbox", TASKS)
    rig.run()
    whole = rig.read("Inbox")
    rig.save(f"Inbox{COPY}", whole + "- [ ] New\n")
    rig.run()
    rig.engine.merge(f"Inbox{COPY}.md")
    rig.run()
    assert ("title", "New") in {(word, after) for word, _, after in told(rig, "merge")}
    rows = rig.store.journal.history(run=rig.store.journal.runs(1)[0].id)
    assert [(row.after, row.path) for row in rows if row.field == "line"] == [("New", "Inbox.md")]
    assert undo(rig).left == []
    assert rig.read("Inbox") == whole
    assert rig.titles("Inbox") == {"Gone", "Stays"}


def test_what_was_resolved_is_as_before(rig: Rig) -> None:
    rig.append("Inbox", TASKS)
    rig.run()
    rig.phone.edit(rig.shown("Gone").id, title="Phone")
    rig.replace("Inbox", "Gone", "File")
    rig.run()
    rig.engine.resolve((), "other")
    rig.run()
    assert rig.titles("Inbox") == {"File", "Stays"}
    undo(rig)
    assert rig.titles("Inbox") == {"Phone", "Stays"}
    assert rig.line("Inbox", "Phone")


def test_what_an_import_wrote_over_is_as_before(rig: Rig) -> None:
    rig.append("Inbox", TASKS)
    rig.run()
    data = rig.read("Inbox")
    rig.replace("Inbox", "📅 2026-12-14", "📅 2026-12-20")
    rig.run()
    newer = rig.read("Inbox")
    text = data + "- [ ] Added\n"
    rig.engine.carry_in(text.encode(), PurePath("Inbox.md"), Options("Inbox", overwrite=True))
    rig.run()
    assert "📅 2026-12-14" in rig.line("Inbox", "Gone")
    runs = [run for run in rig.store.journal.runs() if run.kind == "import"]
    undo(rig, runs[0].id)
    assert rig.read("Inbox") == newer
    assert rig.titles("Inbox") == {"Gone", "Stays"}
