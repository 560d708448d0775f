"""Two sides that both have something are joined only after a person saw how, and doubled never."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig import Crash, Rig, empty_world, open_rig
from tests.sync.stepping import DiesAt, DoesOnce


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """A rig that has never run; the phone has three reminders."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world()) as rig:
        rig.phone.create("Inbox", "Same")
        rig.phone.create("Inbox", "Same, dated", due="2026-12-14")
        rig.phone.create("Inbox", "Only there", notes="note")
        yield rig


TYPED = "# Mine\n\n- [ ] Only here\n- [ ] Same, dated 📅 2026-12-14\n- [ ] Same\n"


def sent_changes(sent: list[dict[str, object]]) -> int:
    return sum("records/modify" in str(one["path"]) for one in sent)


def test_it_waits_and_touches_neither_side(fresh: Rig) -> None:
    fresh.save("Inbox", TYPED)
    with fresh.counting() as sent:
        report = fresh.run()
    assert {hold.kind for hold in report.held} == {"first-plan"}
    assert (report.exit_code, report.files, report.pushed) == (4, 0, 0)
    assert fresh.read("Inbox") == TYPED
    assert sent_changes(sent) == 0
    assert fresh.run().exit_code == 0  # nothing new to tell
    fresh.restart()
    assert fresh.run().files == 0
    assert fresh.read("Inbox") == TYPED


@pytest.mark.parametrize("how", ["at once", "later", "key", "after a restart"])
def test_approved_it_pairs_what_is_equal_and_joins_the_rest(fresh: Rig, how: str) -> None:
    fresh.save("Inbox", TYPED)
    ids = {title: fresh.shown(title).id for title in ("Same", "Same, dated", "Only there")}
    if how != "at once":
        fresh.run()
    if how == "after a restart":
        fresh.restart()
    if how == "key":
        assert fresh.engine.approve(["first-plan"])
        fresh.run()
    else:
        fresh.run(approve=True)
    assert fresh.titles("Inbox") == {"Same", "Same, dated", "Only there", "Only here"}
    assert len(fresh.phone.reminders()) == 4
    assert all(fresh.shown(title).id == id for title, id in ids.items())
    text = fresh.read("Inbox")
    assert text.startswith("# Mine\n\n- [ ] Only here ^r-")
    assert text.count("- [ ] ") == 4
    assert "    > note\n" in text
    fresh.rest()


def test_a_field_that_differs_is_a_conflict_with_both_kept(fresh: Rig) -> None:
    fresh.save("Inbox", "- [ ] Same 🚩\n")
    fresh.run(approve=True)
    same = fresh.shown("Same")
    said = {one.loser for one in fresh.store.attention.open_conflicts()} | {same.flagged}
    assert True in said
    assert len(fresh.phone.reminders()) == 3
    fresh.rest()


def test_two_equal_lines_are_ambiguous_and_lose_nothing(fresh: Rig) -> None:
    fresh.save("Inbox", "- [ ] Same\n- [ ] Same\n")
    fresh.run(approve=True)
    count = fresh.read("Inbox").count("- [ ] Same ^r-")
    assert count >= 2
    shown = [one for one in fresh.phone.reminders() if one.title == "Same"]
    assert len(shown) == count
    fresh.rest()


def test_an_empty_folder_simply_fills(fresh: Rig) -> None:
    report = fresh.run()
    assert (report.held, report.rendered) == ([], 3)
    fresh.rest()


def test_an_empty_account_simply_fills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world()) as rig:
        rig.save("Inbox", "- [ ] One\n- [ ] Two\n")
        rig.save("Garden", "- [ ] Three\n")
        report = rig.run()
        assert (report.held, report.pushed >= 3) == ([], True)
        assert rig.titles("Inbox") == {"One", "Two"}
        assert rig.titles("Garden") == {"Three"}
        rig.rest()


def test_files_of_another_name_are_new_lists_beside(fresh: Rig) -> None:
    fresh.save("Garden", "- [ ] Same\n")
    fresh.run()
    fresh.run(approve=True)
    assert fresh.titles("Garden") == {"Same"}
    assert fresh.titles("Inbox") == {"Same", "Same, dated", "Only there"}
    fresh.rest()


def test_a_plan_changes_nothing_and_says_what_it_would(fresh: Rig) -> None:
    fresh.save("Inbox", TYPED)
    fresh.wait(3)
    with fresh.counting() as sent:
        report = fresh.engine.cycle("plan", plan_only=True)
    assert sent_changes(sent) == 0
    assert fresh.read("Inbox") == TYPED
    said = "\n".join(report.changes)
    assert "Only here" in said
    assert "Only there" in said


def test_edits_while_it_waits_are_joined_too(fresh: Rig) -> None:
    fresh.save("Inbox", TYPED)
    fresh.run()
    fresh.append("Inbox", "- [ ] Typed while it waited\n")
    fresh.phone.edit(fresh.shown("Only there").id, title="Renamed while it waited")
    fresh.run()
    fresh.run(approve=True)
    assert fresh.titles("Inbox") == {
        "Same",
        "Same, dated",
        "Only here",
        "Typed while it waited",
        "Renamed while it waited",
    }
    assert fresh.line("Inbox", "Renamed while it waited")
    fresh.rest()


@pytest.mark.parametrize(
    ("now", "field"),
    [("- [ ] Same 📅 2027-01-09", "due"), ("- [x] Same", "done"), ("- [ ] Sames", "title")],
)
@pytest.mark.parametrize("dies", [False, True])
def test_a_line_that_is_edited_as_it_gets_its_id_is_the_one_that_it_met(
    fresh: Rig, now: str, field: str, dies: bool
) -> None:
    """What it says then differs from iCloud, as it does where two sides meet."""
    fresh.save("Inbox", TYPED)
    fresh.run()
    there = {one.id for one in fresh.phone.reminders()}

    def edit() -> None:
        fresh.replace("Inbox", "- [ ] Same\n", f"{now}\n")

    fresh.step = DoesOnce("engine:stamp", edit)
    fresh.wait(3)
    fresh.engine.cycle("test", approve=True)
    if dies:
        fresh.step = DiesAt("swap:examine", 1)
        with pytest.raises(Crash):
            fresh.run()
        fresh.step = lambda _: None
        fresh.restart()
    fresh.run()
    assert [one.field for one in fresh.store.attention.open_conflicts()] == [field]
    assert fresh.titles("Inbox") == {"Same", "Same, dated", "Only there", "Only here"}
    assert len({one.id for one in fresh.phone.reminders()} - there) == 1
    fresh.rest()


def test_sides_that_met_meet_for_no_first_time_when_all_is_new(rig: Rig) -> None:
    rig.phone.create("Inbox", "First")
    rig.run()
    rig.phone.delete(rig.shown("First").id)
    rig.run()
    rig.append("Inbox", "- [ ] Typed\n")
    rig.phone.create("Inbox", "Called in")
    report = rig.run()
    assert (report.held, report.problems) == ([], [])
    assert rig.titles("Inbox") == {"Typed", "Called in"}
    assert "- [ ] Called in" in rig.read("Inbox")
    rig.rest()
