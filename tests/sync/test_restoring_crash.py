"""Dying at any effect of a `restore`: the next cycle brings back what was to come, and once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sync.errors import CannotRestore, NetworkError, ServiceError
from tests.rig import Crash, Rig, empty_world, open_rig
from tests.sync.test_crash_sweep import Saboteur, die

BEGUN = "commit:restore:after"


def softly(rig: Rig) -> None:
    rig.phone.delete(rig.shown("Bread").id)


def for_good(rig: Rig) -> None:
    rig.phone.delete(rig.shown("Bread").id, hard=True)


def its_list(rig: Rig) -> None:
    rig.phone.delete_list("Inbox")


def ask(rig: Rig, delete: Callable[[Rig], None]) -> None:
    if delete is its_list:
        rig.engine.restore_list("Inbox")
    else:
        rig.engine.restore("Bread")


@pytest.mark.parametrize("delete", [softly, for_good, its_list])
def test_dying_at_any_effect_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, delete: Callable[[Rig], None]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world()) as rig:
        rig.run()
        rig.append("Inbox", "- [ ] Milk\n- [ ] Bread #rye 📅 2026-12-14\n    > a note\n")
        rig.run()
        known, lines = rig.phone.reminders(), {*rig.read("Inbox").split("\n")}
        strike = 1
        while strike:
            delete(rig)
            rig.run()
            assert rig.phone.reminders() != known
            rig.step = saboteur = Saboteur(strike, die)
            try:
                ask(rig, delete)
                strike = 0
            except Crash:
                strike += 1
                rig.step = lambda _: None
                rig.restart()
            rig.step = lambda _: None
            rig.run()
            if BEGUN not in saboteur.names:  # it had only looked by then
                ask(rig, delete)
                rig.run()
            assert rig.phone.reminders() == known, saboteur.names
            assert {*rig.read("Inbox").split("\n")} >= lines
            rig.rest()
        assert saboteur.count >= 5


def gone(rig: Rig) -> str:
    rig.append("Inbox", "- [ ] Milk\n- [ ] Bread\n")
    rig.run()
    id = rig.shown("Bread").id
    softly(rig)
    rig.run()
    return id


def test_what_cannot_be_reached_is_brought_back_later(rig: Rig) -> None:
    id = gone(rig)
    rig.world.faults.fail("cut_before", "records/modify")
    with pytest.raises(NetworkError) as error:
        rig.engine.restore(id)
    assert error.value.hint == "what is left of it is done with the next sync"
    report = rig.run()
    assert "iCloud: + “Bread” (brought back, as was begun before)" in report.changes
    assert rig.titles("Inbox") == {"Milk", "Bread"}
    rig.rest()


def test_what_is_contradicted_and_then_cannot_be_reached_is_brought_back_later(rig: Rig) -> None:
    id = gone(rig)
    rig.world.faults.fail_item("CONFLICT", id, times=1)
    rig.world.faults.fail("cut_before", "records/lookup", times=20)
    with pytest.raises(NetworkError) as raised:
        rig.engine.restore(id)
    assert raised.value.hint == "what is left of it is done with the next sync"
    rig.world.faults.clear()
    rig.run()
    assert rig.titles("Inbox") == {"Milk", "Bread"}
    rig.rest()


def test_what_cannot_come_back_any_more_is_told_once(rig: Rig) -> None:
    id = gone(rig)
    rig.world.faults.fail("cut_before", "records/modify")
    with pytest.raises(NetworkError):
        rig.engine.restore(id)
    rig.phone.delete_list("Inbox")
    assert [one for one in rig.run().problems if "begun before" in one] == [
        "what was begun before is not brought back: “Bread” cannot be restored:"
        " its list “Inbox” was deleted"
    ]
    rig.run()
    rig.rest()
    with pytest.raises(CannotRestore):
        rig.engine.restore(id)


def test_what_icloud_refuses_is_not_asked_for_again(rig: Rig) -> None:
    id = gone(rig)
    rig.world.faults.fail_item("ACCESS_DENIED", id, reason="because", times=1)
    with pytest.raises(ServiceError, match="did not take “Bread” back: ACCESS_DENIED"):
        rig.engine.restore(id)
    assert rig.run().problems == []
    assert rig.store.outbox.of(id) == []
