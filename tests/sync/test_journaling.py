"""What is written down of each run: all that a person could want back; of an idle one nothing."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from store.activity.journal import KEPT_MS, HistoryRow
from store.values import NO_VALUE
from sync.errors import NetworkError
from tests.rig import Rig, open_rig


def latest(rig: Rig) -> list[HistoryRow]:
    """The rows of the latest run, in their order."""
    runs = rig.store.journal.runs(1)
    assert runs[0].finished_ms is not None
    return rig.store.journal.history(run=runs[0].id)[::-1]


def steps(rig: Rig, id: str) -> set[tuple[object, ...]]:
    return {(row.side, row.field, row.before, row.after) for row in latest(rig) if row.id == id}


def test_a_new_line_is_a_creation_with_all_that_it_is(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Milk 🚩\n    > two litres\n")
    rig.run()
    found = steps(rig, rig.shown("Milk").id)
    assert {
        ("cloud", "deleted", NO_VALUE, False),
        ("cloud", "title", NO_VALUE, "Milk"),
        ("cloud", "notes", NO_VALUE, "two litres"),
        ("cloud", "flagged", NO_VALUE, True),
        ("cloud", "urls", NO_VALUE, frozenset()),
    } <= found
    assert [field for side, field, _, _ in found if side == "file"] == ["block"]


def test_what_comes_from_the_phone_is_a_creation_in_the_file(rig: Rig) -> None:
    id = rig.phone.create("Inbox", "Milk", notes="two litres")
    rig.run()
    assert {("file", "deleted", NO_VALUE, False), ("file", "title", NO_VALUE, "Milk")} <= steps(
        rig, id
    )
    assert {row.path for row in latest(rig)} == {"Inbox.md"}


def test_the_lines_of_a_first_meeting_are_shown_not_made(tmp_path: Path) -> None:
    with open_rig(tmp_path) as rig:
        rig.run()
        assert {row.field for row in latest(rig)} == {"line", "file"}


def test_a_deletion_keeps_every_value_on_either_side(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Milk #dairy ⏫\n    > two litres\n- [ ] Bread 🚩\n")
    rig.run()
    milk, bread = rig.shown("Milk").id, rig.shown("Bread").id
    line = rig.line("Inbox", "Milk")
    rig.replace("Inbox", f"{line}\n    > two litres\n", "")
    rig.phone.delete(bread)
    rig.run()
    assert {
        ("cloud", "deleted", False, True),
        ("cloud", "title", "Milk", NO_VALUE),
        ("cloud", "notes", "two litres", NO_VALUE),
        ("cloud", "tags", frozenset({"dairy"}), NO_VALUE),
    } <= steps(rig, milk)
    assert {
        ("file", "deleted", False, True),
        ("file", "title", "Bread", NO_VALUE),
        ("file", "flagged", True, NO_VALUE),
    } <= steps(rig, bread)


def test_an_edit_says_what_was_agreed_on_and_not_only_what_the_line_could_say(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Milk\n")
    rig.run()
    id = rig.shown("Milk").id
    rig.phone.complete(id, rig.clock())
    rig.run()
    done = next(row.after for row in latest(rig) if row.field == "done")
    rig.phone.reopen(id)
    rig.run()
    assert ("file", "done", done, None) in steps(rig, id)


def test_lists_and_their_files_are_written_down(rig: Rig) -> None:
    rig.save("Garden", "- [ ] Seeds\n")
    rig.run()
    id = next(row.id for row in rig.store.mirror.lists() if row.name == "Garden")
    assert {("cloud", "deleted", NO_VALUE, False), ("cloud", "name", NO_VALUE, "Garden")} <= steps(
        rig, id
    )
    os.rename(rig.path("Garden"), rig.path("Yard"))
    rig.run()
    assert steps(rig, id) == {("cloud", "name", "Garden", "Yard")}
    rig.phone.rename_list("Yard", "Park")
    rig.run()
    assert steps(rig, id) == {
        ("file", "name", "Yard", "Park"),
        ("file", "file", "Yard.md", "Park.md"),
    }


def test_a_section_that_takes_two_cycles_is_one_run(rig: Rig) -> None:
    before = len(rig.store.journal.runs())
    rig.append("Inbox", "- [ ] Loose\n\n## Dairy\n- [ ] Milk\n")
    rig.run()
    assert len(rig.store.journal.runs()) == before + 1
    assert ("cloud", "section", "", "Dairy") in steps(rig, rig.shown("Milk").id)
    assert rig.store.journal.runs(1)[0].counts["pushed"] >= 4


def test_a_file_that_cannot_be_written_leaves_no_run_each_time(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Milk\n")
    rig.run()
    rig.phone.edit(rig.shown("Milk").id, title="Oat milk")
    before = rig.store.journal.runs(), len(rig.store.journal.history())

    def full(step: str) -> None:
        if step == "swap:exchange":
            raise OSError(errno.ENOSPC, "no space left")

    rig.step = full
    for _ in range(3):
        assert rig.run().problems
    assert (rig.store.journal.runs(), len(rig.store.journal.history())) == before
    rig.step = lambda _: None
    rig.run()
    assert ("file", "title", "Milk", "Oat milk") in steps(rig, rig.shown("Oat milk").id)


def test_an_idle_cycle_prunes_nothing_and_a_run_prunes_what_is_old(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Milk\n")
    rig.run()
    old = rig.store.journal.runs(1)[0].id
    rig.wait(KEPT_MS / 1000)
    rig.run()
    assert rig.store.journal.history(run=old)
    rig.append("Inbox", "- [ ] Bread\n")
    rig.run()
    assert rig.store.journal.history(run=old) == []
    assert rig.store.journal.run(old) is None
    assert latest(rig)


def test_a_change_that_was_cut_off_goes_on_in_its_run(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Milk\n")
    rig.world.faults.fail("cut_before", "records/modify")
    before = len(rig.store.journal.runs())
    with pytest.raises(NetworkError):
        rig.run()
    assert rig.store.journal.runs(1)[0].finished_ms is None
    rig.restart()
    rig.run()
    assert len(rig.store.journal.runs()) == before + 1
    assert ("cloud", "title", NO_VALUE, "Milk") in steps(rig, rig.shown("Milk").id)


def test_what_icloud_refuses_for_good_is_struck_out(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Milk\n")
    rig.run()
    runs = len(rig.store.journal.runs())
    rig.world.faults.fail_item("BAD_REQUEST", rig.shown("Milk").id, reason="because")
    rig.replace("Inbox", "Milk", "Oat milk")
    rig.run()
    assert rig.store.outbox.counts()["parked"] == 1
    assert latest(rig) == []  # the run stays, to say that it was refused
    assert len(rig.store.journal.runs()) == runs + 1
