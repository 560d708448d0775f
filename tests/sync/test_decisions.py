"""What is too much at once, or new, or not allowed, waits for a person; the rest keeps flowing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.rig import Rig, empty_world, open_rig


def kinds(rig: Rig) -> set[str]:
    return {hold.kind for hold in rig.store.attention.holds()}


@contextmanager
def another(home: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> Iterator[Rig]:
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    with open_rig(home, empty_world(), **settings) as rig:
        rig.run()
        yield rig


def empty_the_list(rig: Rig) -> None:
    """Delete eight lines but keep the file's head and one task."""
    kept = [line for line in rig.read("Inbox").split("\n") if "Task" not in line]
    rig.save("Inbox", "\n".join(kept))


def eight_and_one(rig: Rig) -> None:
    rig.append("Inbox", "".join(f"- [ ] Task {number}\n" for number in range(8)) + "- [ ] One\n")
    rig.run()


def test_more_deletions_than_hold_above_wait_and_go_when_approved(rig: Rig) -> None:
    eight_and_one(rig)
    empty_the_list(rig)
    rig.replace("Inbox", "- [ ] One", "- [ ] One, edited")
    rig.append("Inbox", "- [ ] New\n")
    report = rig.run()
    assert report.exit_code == 4
    assert len(report.held) == 8
    assert len(rig.titles("Inbox")) == 10
    assert {"One, edited", "New"} <= rig.titles("Inbox")
    rig.restart()
    assert len(rig.run().held) == 8
    assert len(rig.engine.approve()) == 8
    rig.run()
    assert rig.titles("Inbox") == {"One, edited", "New"}
    assert kinds(rig) == set()
    rig.rest()
    assert rig.store.attention.approved() == frozenset()


def test_what_is_held_is_named(rig: Rig) -> None:
    eight_and_one(rig)
    ids = {rig.shown(f"Task {number}").id: f"Task {number}" for number in range(8)}
    empty_the_list(rig)
    held = rig.run().document()["held"]
    assert {(one["id"], one["title"], one["file"]) for one in held} == {
        (id, title, "Inbox.md") for id, title in ids.items()
    }
    rig.append("Inbox", "\n```\n")
    report = rig.run()
    (fence,) = [hold for hold in report.document()["held"] if hold["kind"] == "file"]
    assert (fence["id"], fence["title"], fence["file"]) == ("Inbox.md", None, "Inbox.md")
    assert fence["reason"].startswith("Inbox.md: line ")
    assert report.exit_code == 3


def test_the_lines_may_come_back_instead(rig: Rig) -> None:
    eight_and_one(rig)
    text = rig.read("Inbox")
    empty_the_list(rig)
    rig.run()
    rig.save("Inbox", text)
    report = rig.run()
    assert (report.held, report.pushed) == ([], 0)
    assert len(rig.titles("Inbox")) == 9
    assert rig.read("Inbox") == text
    rig.rest()


def test_approving_some_deletes_only_those(rig: Rig) -> None:
    eight_and_one(rig)
    ids = [rig.shown(f"Task {number}").id for number in range(8)]
    empty_the_list(rig)
    rig.run()
    assert len(rig.engine.approve(ids[:2])) == 2
    rig.run()
    assert rig.titles("Inbox") == {f"Task {number}" for number in range(2, 8)} | {"One"}
    assert len(rig.engine.approve(ids[2:4])) == 2
    report = rig.run()  # the rest are no more than may go at once, and were held
    assert rig.titles("Inbox") == {f"Task {number}" for number in range(4, 8)} | {"One"}
    assert {hold.id for hold in report.held} == set(ids[4:])


def test_exactly_hold_above_goes(rig: Rig) -> None:
    rig.append("Inbox", "".join(f"- [ ] Task {number}\n" for number in range(5)) + "- [ ] One\n")
    rig.run()
    empty_the_list(rig)
    assert rig.run().held == []
    assert rig.titles("Inbox") == {"One"}


def test_an_edit_there_beats_a_deletion_that_is_held_here(rig: Rig) -> None:
    eight_and_one(rig)
    empty_the_list(rig)
    rig.run()
    rig.phone.edit(rig.shown("Task 3").id, notes="still wanted")
    rig.run()
    assert rig.line("Inbox", "Task 3")
    rig.engine.approve()
    rig.run()
    assert rig.titles("Inbox") == {"Task 3", "One"}
    rig.rest()


def test_grace_is_counted_across_runs_and_restarts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with another(tmp_path, monkeypatch, grace="2m") as rig:
        rig.append("Inbox", "- [ ] Goes\n- [ ] Returns\n- [ ] Stays\n")
        rig.run()
        goes, returns = rig.line("Inbox", "Goes"), rig.line("Inbox", "Returns")
        rig.replace("Inbox", goes + "\n" + returns + "\n", "")
        assert kinds_of(rig.run().held) == {"grace"}
        rig.wait(70)
        rig.restart()
        rig.run()
        assert rig.titles("Inbox") == {"Goes", "Returns", "Stays"}
        rig.append("Inbox", returns + "\n")
        rig.wait(70)
        rig.run()
        assert rig.titles("Inbox") == {"Returns", "Stays"}
        rig.rest()
        rig.replace("Inbox", returns + "\n", "")
        rig.run()
        rig.wait(70)
        rig.run()
        assert rig.titles("Inbox") == {"Returns", "Stays"}  # counted from its second leaving


def kinds_of(holds: list[object]) -> set[str]:
    return {hold.kind for hold in holds}  # type: ignore[attr-defined]


def test_what_repeats_by_a_rule_without_words_is_held_when_ticked_here(rig: Rig) -> None:
    plants = rig.phone.create("Inbox", "Water the plants", due="2026-12-01")
    rule = {"Frequency": 1, "Interval": 1, "DaysOfTheWeek": "2,4"}
    rig.phone.attach(plants, "RecurrenceRule", rule)
    rig.run()
    rig.replace("Inbox", "- [ ] Water the plants", "- [x] Water the plants")
    report = rig.run()
    assert [(hold.kind, hold.id) for hold in report.held] == [("recurring", plants)]
    assert not rig.shown("Water the plants").done
    assert rig.line("Inbox", "Water the plants").startswith("- [x] ")
    rig.replace("Inbox", "- [x] Water the plants", "- [ ] Water the plants")
    assert rig.run().held == []
    rig.rest()


def test_a_new_file_asks_before_it_becomes_a_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with another(tmp_path, monkeypatch, new_lists="ask") as rig:
        rig.save("Garden", "- [ ] Order seeds\n")
        rig.save("Named", "---\nicloud-list: By front matter\n---\n\n- [ ] Named task\n")
        report = rig.run()
        assert [(hold.kind, hold.id) for hold in report.held] == [("new-list", "Garden.md")]
        assert rig.read("Garden") == "- [ ] Order seeds\n"
        assert {one.name for one in rig.phone.lists()} == {"Inbox", "By front matter"}
        rig.engine.approve(["Garden.md"])
        rig.run()
        assert rig.titles("Garden") == {"Order seeds"}
        assert rig.titles("By front matter") == {"Named task"}
        rig.rest()


def test_a_new_file_never_becomes_a_list_where_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with another(tmp_path, monkeypatch, new_lists="no") as rig:
        rig.save("Garden", "- [ ] Order seeds\n")
        assert rig.run().held == []
        assert {one.name for one in rig.phone.lists()} == {"Inbox"}
        assert rig.read("Garden") == "- [ ] Order seeds\n"


def test_a_read_only_list_receives_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with another(tmp_path, monkeypatch, lists="{'*': two-way, Work: read-only}") as rig:
        rig.phone.create_list("Work")
        for title in ("Edited", "Deleted", "Left"):
            rig.phone.create("Work", title)
        rig.run()
        rig.replace("Work", "- [ ] Edited", "- [x] Edited, here")
        rig.replace("Work", rig.line("Work", "Deleted") + "\n", "")
        rig.append("Work", "- [ ] New here\n")
        rig.append("Inbox", "- [ ] Flows\n")
        report = rig.run()
        assert kinds_of(report.held) == {"read-only"}
        assert rig.titles("Work") == {"Edited", "Deleted", "Left"}
        assert rig.titles("Inbox") == {"Flows"}
        rig.phone.edit(rig.shown("Left").id, notes="from the phone")
        rig.run()
        assert "    > from the phone\n" in rig.read("Work")
        assert rig.line("Work", "Deleted")  # shown again
        assert rig.line("Work", "New here")  # kept


def test_an_ignored_list_has_no_file_and_keeps_one_that_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with another(tmp_path, monkeypatch, lists="{'*': two-way, Work: ignore}") as rig:
        rig.phone.create_list("Work")
        rig.phone.create("Work", "Secret")
        rig.run()
        assert set(rig.bytes_of_folder()) == {"Inbox.md"}
        rig.save("Work", "- [ ] Mine\n")
        rig.run()
        assert rig.titles("Work") == {"Secret"}
        assert rig.read("Work") == "- [ ] Mine\n"
