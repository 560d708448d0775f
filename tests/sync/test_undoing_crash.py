"""Dying at any effect of an undo: the next cycle does the rest, and doubles nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.cycle.asked.refused import refused_now
from sync.cycle.asked.undoing import run_to_undo
from sync.errors import NetworkError, ServiceError
from tests.rig import Crash, Rig, empty_world, open_rig
from tests.sync.stepping import DiesAt
from tests.sync.test_crash_sweep import SOAK, Saboteur, die
from tests.sync.test_undoing import both, undo

SHARE = 1 if SOAK else 14
BEGUN = {"commit:undo:after"}


def prepare(rig: Rig) -> None:
    rig.phone.create_list("Work")
    rig.run()
    rig.append(
        "Inbox",
        "- [ ] Milk #dairy\n- [ ] Bread\n    - [ ] Butter\n- [ ] Cheese\n- [ ] Eggs\n"
        "- [ ] Rent 🔁 every month 📅 2026-12-01\n\n## Cold\n- [ ] Ice\n",
    )
    rig.run()


def edit(rig: Rig) -> None:
    phone = rig.phone
    phone.edit(rig.shown("Eggs").id, title="Twelve eggs", notes="brown")
    phone.delete(rig.shown("Butter").id, hard=True)
    phone.delete(rig.shown("Bread").id, hard=True)
    phone.rename_list("Work", "Office")
    rig.replace("Inbox", "Milk #dairy", "Oat milk 🚩")
    rig.replace("Inbox", "- [ ] Rent", "- [x] Rent")
    for words in ("Cheese", "Ice"):
        line = rig.line("Inbox", words)
        rig.replace("Inbox", f"{line}\n", "")
        rig.append("Work", f"{line}\n" if words == "Ice" else "")
    rig.append("Inbox", "- [ ] Jam\n    - [ ] Sugar\n")


def test_dying_at_any_effect_of_an_undo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), grace="0s") as rig:
        rig.run()
        prepare(rig)
        before = both(rig)
        strike = 4
        while strike:
            edit(rig)
            rig.run()
            run = rig.store.journal.runs(1)[0].id
            saboteur = Saboteur(strike, die)
            rig.step = saboteur
            try:
                undo(rig, run)
                strike = 0
            except Crash:
                strike += SHARE
                rig.step = lambda _: None
                rig.restart()
            rig.step = lambda _: None
            rig.run()
            if not BEGUN & {*saboteur.names}:  # it had only looked by then
                assert undo(rig, run).left == []
            assert both(rig) == before, saboteur.names[-1]
            rig.rest()
        assert saboteur.count > 60


@pytest.mark.parametrize("name", ["commit:undo:after", "commit:edited:before"])
def test_what_goes_on_after_a_crash_is_one_run_that_can_be_undone(rig: Rig, name: str) -> None:
    prepare(rig)
    edit(rig)
    rig.run()
    edited, rig.step = both(rig), DiesAt(name, 1)
    with pytest.raises(Crash):
        undo(rig)
    rig.step = lambda _: None
    rig.restart()
    latest = rig.store.journal.runs(1)[0]
    assert (latest.kind, rig.store.outbox.counts()["queued"]) == ("undo", 1)
    rig.run()
    assert both(rig) != edited
    assert rig.store.journal.runs(1)[0].id == latest.id
    undo(rig)
    assert both(rig) == edited
    rig.rest()


@pytest.mark.parametrize("kind", ["lost_reply", "cut_before"])
def test_a_lost_answer_leaves_nothing_undone(rig: Rig, kind: str) -> None:
    prepare(rig)
    before = both(rig)
    edit(rig)
    rig.run()
    run = rig.store.journal.runs(1)[0].id
    rig.world.faults.fail(kind, "records/modify")  # type: ignore[arg-type]
    rig.wait(3)
    with pytest.raises(NetworkError) as error:
        rig.engine.undo(run)
    assert error.value.hint == "what is left of it is done with the next sync"
    rig.world.faults.fail("cut_before", "records/modify")
    with pytest.raises(NetworkError) as error:  # who asks again means the same
        rig.engine.undo()
    assert error.value.hint == "what is left of it is done with the next sync"
    rig.run()
    assert both(rig) == before
    rig.rest()


def test_what_was_changed_before_it_goes_on_stays(rig: Rig) -> None:
    prepare(rig)
    rig.replace("Inbox", "- [ ] Milk #dairy", "- [ ] Oat milk #dairy")
    rig.replace("Inbox", "- [ ] Eggs", "- [ ] Twelve eggs")
    rig.run()
    rig.step = DiesAt("commit:undo:after", 1)
    with pytest.raises(Crash):
        undo(rig)
    rig.step = lambda _: None
    rig.restart()
    rig.phone.edit(rig.shown("Oat milk").id, title="Soy milk")
    report = rig.run()
    assert report.problems == ["“Soy milk”: its title stays: it was changed since"]
    assert "is taken back, as was begun before" in report.changes[0]
    assert {"Soy milk", "Eggs"} <= rig.titles("Inbox")
    rig.rest()


def test_what_icloud_refuses_as_a_whole_waits_for_a_person(rig: Rig) -> None:
    prepare(rig)
    before = both(rig)
    rig.replace("Inbox", "- [ ] Eggs", "- [ ] Twelve eggs")
    rig.run()
    rig.world.faults.fail("status", "records/modify", status=403, times=9)
    with pytest.raises(ServiceError):
        undo(rig)
    rig.run()
    [refused] = refused_now(rig.store)
    assert (refused.what, refused.title) == (
        "undo",
        f"run {run_to_undo(rig.store, None)}",
    )
    rig.rest()
    rig.world.faults.clear()
    rig.engine.retry([refused.number])
    rig.run()
    assert both(rig) == before
    rig.rest()


def test_an_edit_in_the_same_moment_is_kept(rig: Rig) -> None:
    prepare(rig)
    rig.replace("Inbox", "- [ ] Milk #dairy", "- [ ] Oat milk #dairy")
    rig.replace("Inbox", "- [ ] Eggs", "- [ ] Twelve eggs")
    rig.run()

    def phone(step: str) -> None:
        if step == "commit:undo:after":
            rig.step = lambda _: None
            rig.phone.edit(rig.shown("Oat milk").id, title="Soy milk", flagged=True)

    rig.step = phone
    undone = undo(rig)
    assert [(one.title, one.reason) for one in undone.left] == [
        ("Soy milk", "its title stays: it was changed since")
    ]
    assert {"Soy milk", "Eggs"} <= rig.titles("Inbox")
    assert "Soy milk 🚩 #dairy" in rig.read("Inbox")
    rig.rest()
