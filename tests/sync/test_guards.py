"""The guards on deletions through the whole: grace by any clock, files that lost all they had."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.core.actions import HoldKind
from sync.core.matching.identity import block_id
from sync.errors import NetworkError
from tests.rig import Rig, empty_world, open_rig

YEARS = 10 * 365 * 86400.0


def kinds(rig: Rig) -> list[str]:
    return sorted(hold.kind for hold in rig.store.attention.holds())


def with_lines(rig: Rig, *titles: str) -> None:
    rig.append("Inbox", "".join(f"- [ ] {title}\n" for title in titles))
    rig.run()


def drop(rig: Rig, *titles: str) -> None:
    for title in titles:
        rig.replace("Inbox", rig.line("Inbox", title) + "\n", "")


# ---- grace


@pytest.fixture
def patient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """As ``rig``, with a grace of two minutes."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), grace="2m") as rig:
        rig.run()
        yield rig


def test_grace_is_counted_across_runs_and_says_what_is_left(patient: Rig) -> None:
    with_lines(patient, "Milk", "Bread", "Eggs")
    drop(patient, "Milk", "Bread")
    first = patient.run()
    assert (kinds(patient), first.exit_code) == ([HoldKind.GRACE] * 2, 0)
    told = first.document()["waiting"]
    assert told["deletions"] == 2
    assert 115 < told["until_ms"] / 1000 - patient.clock() <= 120
    patient.wait(60)
    patient.restart()
    again = patient.run().document()["waiting"]
    assert abs(again["until_ms"] - told["until_ms"]) < 1000
    assert again["until_ms"] / 1000 - patient.clock() < 60
    patient.wait(60)
    patient.restart()
    last = patient.run()
    assert (last.document()["waiting"], last.pushed) == (None, 2)
    assert patient.titles("Inbox") == {"Eggs"}
    patient.rest()


@pytest.mark.parametrize(("leap_s", "restart"), [(YEARS, True), (-YEARS, True), (-YEARS, False)])
def test_a_clock_that_was_set_neither_ends_a_grace_at_once_nor_never(
    patient: Rig, leap_s: float, restart: bool
) -> None:
    with_lines(patient, "Milk", "Bread")
    drop(patient, "Milk")
    patient.run()
    patient.wait(60)
    patient.run()
    patient.offset_s += leap_s
    if restart:
        patient.restart()
    patient.run()
    assert patient.titles("Inbox") == {"Milk", "Bread"}
    patient.wait(90)
    patient.run()
    assert patient.titles("Inbox") == {"Bread"}


@pytest.mark.parametrize("leap_s", [3600.0, 10 * 86400.0, -3600.0])
def test_a_clock_that_is_set_while_a_process_runs_shortens_and_lengthens_no_grace(
    patient: Rig, leap_s: float
) -> None:
    with_lines(patient, "Milk", "Bread")
    drop(patient, "Milk")
    patient.run()
    patient.wait(60)
    patient.leap(leap_s)
    [hold] = patient.run().held
    assert hold.until_ms is not None
    assert 40 < hold.until_ms / 1000 - patient.clock() <= 60
    assert patient.titles("Inbox") == {"Milk", "Bread"}
    patient.wait(60)
    patient.run()
    assert patient.titles("Inbox") == {"Bread"}
    patient.rest()


def test_a_line_that_returns_in_its_grace_has_all_of_it_again(patient: Rig) -> None:
    with_lines(patient, "Milk", "Bread")
    line = patient.line("Inbox", "Milk") + "\n"
    drop(patient, "Milk")
    patient.run()
    patient.wait(110)
    patient.append("Inbox", line)
    assert patient.run().held == []
    patient.wait(60)
    drop(patient, "Milk")
    assert patient.run().document()["waiting"]["deletions"] == 1
    patient.wait(60)
    patient.run()
    assert patient.titles("Inbox") == {"Milk", "Bread"}


def test_a_plan_names_what_is_about_to_be_deleted(patient: Rig) -> None:
    with_lines(patient, "Milk", "Bread")
    drop(patient, "Milk")
    patient.wait(3)
    planned = patient.engine.cycle("plan", plan_only=True).document()
    [hold] = planned["held"]
    assert (hold["kind"], hold["title"], hold["file"]) == ("grace", "Milk", "Inbox.md")
    assert planned["waiting"]["deletions"] == 1
    assert patient.store.attention.holds() == []  # a plan remembers nothing


# ---- a file that lost everything


def emptied(rig: Rig, text: str = "") -> str:
    """The file as it was before it lost its three tasks."""
    with_lines(rig, "Milk", "Bread", "Eggs")
    before = rig.read("Inbox")
    rig.save("Inbox", text)
    return before


@pytest.mark.parametrize("text", ["", "# Notes\n\nnothing but words\n", "- [ ] Something else\n"])
def test_a_file_that_lost_all_its_tasks_waits_and_is_named(rig: Rig, text: str) -> None:
    before = emptied(rig, text)
    report = rig.run()
    [hold] = report.held
    assert (hold.kind, hold.id, report.exit_code) == ("emptied", "Inbox.md", 4)
    assert "Inbox.md lost all of its 3 tasks at once" in hold.reason
    rig.append("Inbox", "- [ ] Typed meanwhile\n")
    rig.restart()
    for _ in range(2):
        assert rig.run().exit_code == 0  # it is not new any more
    assert {"Milk", "Bread", "Eggs", "Typed meanwhile"} <= rig.titles("Inbox")
    assert kinds(rig) == ["emptied"]
    rig.append("Inbox", before.partition("\n---\n")[2])
    assert rig.run().held == []
    assert {"Milk", "Bread", "Eggs", "Typed meanwhile"} <= rig.titles("Inbox")
    rig.rest()


def test_only_approving_deletes_what_an_emptied_file_lost(rig: Rig) -> None:
    emptied(rig, "- [ ] New\n")
    rig.run()
    rig.run(approve=True)  # what `sync --yes` does: a first plan, and nothing else
    assert rig.titles("Inbox") == {"Milk", "Bread", "Eggs", "New"}
    assert [hold.id for hold in rig.engine.approve(["Inbox.md"])] == ["Inbox.md"]
    report = rig.run()
    assert (rig.titles("Inbox"), report.held) == ({"New"}, [])
    rig.rest()
    with_lines(rig, "One", "Two")
    rig.save("Inbox", "")
    assert kinds(rig) == []
    rig.run()
    assert kinds(rig) == ["emptied"]  # the old word counts no more


def test_tasks_that_went_to_another_file_were_not_lost(rig: Rig) -> None:
    rig.phone.create_list("Work")
    rig.run()
    before = emptied(rig)
    rig.append("Work", before.partition("\n---\n")[2])
    rig.run()
    assert kinds(rig) == []
    assert rig.titles("Work") == {"Milk", "Bread", "Eggs"}


def test_held_deletions_are_not_let_go_by_a_yes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), hold_above="1") as rig:
        rig.run()
        with_lines(rig, "Milk", "Bread", "Eggs")
        drop(rig, "Milk", "Bread")
        assert rig.run().exit_code == 4
        for _ in range(2):
            rig.run(approve=True)
        assert rig.titles("Inbox") == {"Milk", "Bread", "Eggs"}
        assert kinds(rig) == ["deletions"] * 2
        id = rig.phone.find("Milk").id
        assert [hold.id for hold in rig.engine.approve([block_id(id)])] == [id]
        rig.run()
        assert rig.titles("Inbox") == {"Bread", "Eggs"}
        assert rig.engine.approve([block_id(id)]) == []
        assert len(rig.engine.approve()) == 1
        rig.run()
        assert rig.titles("Inbox") == {"Eggs"}


def test_a_line_moved_into_a_file_that_vanished_before_icloud_knew_is_not_gone(rig: Rig) -> None:
    rig.phone.create_list("Work")
    rig.run()
    with_lines(rig, "Milk", "Bread")
    rig.append("Work", rig.line("Inbox", "Milk") + "\n")
    drop(rig, "Milk")
    rig.world.faults.fail("cut_before", "records/modify", times=3)
    with pytest.raises(NetworkError):
        rig.run()
    gone = rig.read("Work")
    rig.path("Work").unlink()
    rig.world.faults.http.clear()
    for _ in range(3):
        rig.run()
    assert rig.titles("Inbox") == {"Milk", "Bread"}
    assert kinds(rig) == ["list"]
    rig.save("Work", gone)
    assert rig.run().held == []
    assert (rig.titles("Inbox"), rig.titles("Work")) == ({"Bread"}, {"Milk"})
    rig.rest()
