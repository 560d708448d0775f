"""What cannot be known, and what is too much at once, waits; everything else keeps flowing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.errors import UsageError
from tests.rig import Rig, empty_world, open_rig

MODIFY = "records/modify"


def kinds(rig: Rig) -> set[str]:
    return {hold.kind for hold in rig.store.journal.holds()}


def changes_sent(sent: list[dict[str, object]]) -> list[dict[str, object]]:
    return [one for one in sent if MODIFY in str(one["path"])]


def two_lists(rig: Rig) -> None:
    """Inbox and Work with three tasks each."""
    rig.phone.create_list("Work")
    rig.run()
    for name in ("Inbox", "Work"):
        rig.append(name, "".join(f"- [ ] {name} {number}\n" for number in (1, 2, 3)))
    rig.run()


def all_six(rig: Rig) -> None:
    assert rig.titles("Inbox") == {"Inbox 1", "Inbox 2", "Inbox 3"}
    assert rig.titles("Work") == {"Work 1", "Work 2", "Work 3"}


@contextmanager
def another(home: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> Iterator[Rig]:
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    with open_rig(home, empty_world(), **settings) as rig:
        rig.run()
        yield rig


# ---- nothing is known of the folder


def remove_folder(rig: Rig) -> Callable[[], None]:
    away = rig.home / "away"
    rig.folder.rename(away)
    return lambda: os.replace(away, rig.folder)


def mount_another(rig: Rig) -> Callable[[], None]:
    back = remove_folder(rig)
    rig.folder.mkdir()

    def restore() -> None:
        rig.folder.rmdir()
        back()

    return restore


def lose_marker(rig: Rig) -> Callable[[], None]:
    marker, away = rig.folder / ".remindersd" / "marker", rig.home / "marker"
    marker.rename(away)
    return lambda: os.replace(away, marker)


@pytest.mark.parametrize("lose", [remove_folder, mount_another, lose_marker])
def test_a_folder_that_is_gone_deletes_nothing(
    rig: Rig, lose: Callable[[Rig], Callable[[], None]]
) -> None:
    two_lists(rig)
    before = rig.bytes_of_folder()
    restore = lose(rig)
    rig.phone.edit(rig.shown("Inbox 1").id, notes="meanwhile")
    with rig.counting() as sent:
        report = rig.run()
        rig.wait(3600)
        rig.run()
    assert changes_sent(sent) == []
    assert [hold.id for hold in report.held] == ["folder"]
    all_six(rig)
    restore()
    rig.run()
    all_six(rig)
    assert "    > meanwhile\n" in rig.read("Inbox")
    assert rig.bytes_of_folder()["Work.md"] == before["Work.md"]
    assert kinds(rig) == set()
    rig.rest()


# ---- the folder lost its marker


def held_folder(rig: Rig) -> str:
    report = rig.run()
    (hold,) = report.held
    assert (hold.id, report.exit_code) == ("folder", 3)
    return hold.reason


def test_a_folder_that_lost_its_marker_is_taken_back_on_request(rig: Rig) -> None:
    two_lists(rig)
    before = rig.bytes_of_folder()
    shutil.rmtree(rig.folder / ".remindersd")
    assert "remindersd approve folder" in held_folder(rig)
    assert rig.engine.approve() == []  # only when it is named
    assert "no .remindersd/marker" in held_folder(rig)
    assert [hold.id for hold in rig.engine.approve(["folder"])] == ["folder"]
    assert rig.engine.approve(["folder"]) == []
    rig.replace("Inbox", "Inbox 1", "Inbox one")
    report = rig.run()
    assert (report.held, report.exit_code) == ([], 0)
    assert rig.titles("Inbox") == {"Inbox one", "Inbox 2", "Inbox 3"}
    assert rig.bytes_of_folder()["Work.md"] == before["Work.md"]
    rig.restart()
    rig.rest()


@pytest.mark.parametrize("there", [None, {}, {"Inbox.md": "- [ ] Not ours ^r-aaaaaaa\n"}])
def test_another_folder_is_not_taken_for_the_synced_one(
    rig: Rig, there: dict[str, str] | None
) -> None:
    two_lists(rig)
    restore = remove_folder(rig)
    if there is not None:
        rig.folder.mkdir()
        for name, text in there.items():
            (rig.folder / name).write_text(text)
    held_folder(rig)
    rig.wait(10)
    with pytest.raises(UsageError, match="not there" if there is None else "no file in it"):
        rig.engine.approve(["folder"])
    assert not (rig.folder / ".remindersd").exists()
    held_folder(rig)
    all_six(rig)
    if there is not None:
        shutil.rmtree(rig.folder)
    restore()
    assert rig.run().held == []
    rig.rest()


# ---- nothing is known of one file


def empty_it(rig: Rig) -> None:
    rig.save("Work", "")


def conflict_markers(rig: Rig) -> None:
    lines = rig.read("Work").split("\n")
    lines[4:4] = ["<<<<<<< HEAD", "======="]
    lines.append(">>>>>>> theirs")
    rig.save("Work", "\n".join(lines))


def not_text(rig: Rig) -> None:
    rig.path("Work").write_bytes(b"\xff\xfe\x00- [ ] Work 1")


def delete_it(rig: Rig) -> None:
    rig.path("Work").unlink()


def make_a_directory(rig: Rig) -> None:
    rig.path("Work").unlink()
    rig.path("Work").mkdir()


def dangling_link(rig: Rig) -> None:
    rig.path("Work").unlink()
    rig.path("Work").symlink_to(rig.folder / "nowhere.md")


@pytest.mark.parametrize(
    "spoil", [empty_it, conflict_markers, not_text, delete_it, make_a_directory, dangling_link]
)
def test_a_file_that_cannot_be_trusted_deletes_nothing_and_the_others_flow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Rig], None]
) -> None:
    with another(tmp_path, monkeypatch, hold_above="2") as rig:
        two_lists(rig)
        work = rig.read("Work")
        spoil(rig)
        rig.replace("Inbox", "Inbox 1", "Inbox one")
        rig.phone.edit(rig.shown("Inbox 2").id, notes="flows")
        rig.wait(10)
        report = rig.run()
        assert rig.titles("Work") == {"Work 1", "Work 2", "Work 3"}
        assert rig.titles("Inbox") == {"Inbox one", "Inbox 2", "Inbox 3"}
        assert "    > flows\n" in rig.read("Inbox")
        assert report.held, report
        if rig.path("Work").is_dir():
            rig.path("Work").rmdir()
        rig.save("Work", work)
        rig.run()
        assert rig.read("Work") == work
        assert kinds(rig) == set()
        rig.rest()


def test_a_line_whose_id_stands_elsewhere_is_not_deleted(rig: Rig) -> None:
    two_lists(rig)
    line = rig.line("Work", "Work 2")
    rig.replace("Work", line + "\n", "")
    stray = rig.path("Archive/2026/old")
    stray.parent.mkdir(parents=True)
    stray.write_text(f"parked for later: {line}\n")
    rig.run()
    all_six(rig)
    stray.unlink()
    rig.run()
    assert rig.titles("Work") == {"Work 1", "Work 3"}


@pytest.mark.parametrize("fence", ["```\n{}\n```", "<!--\n{}\n-->", "Said: {}"])
def test_a_line_that_is_no_task_any_more_is_not_deleted(rig: Rig, fence: str) -> None:
    two_lists(rig)
    line = rig.line("Work", "Work 2")
    rig.replace("Work", line + "\n", "\n" + fence.format(line) + "\n\n")
    text = rig.read("Work")
    rig.run()
    all_six(rig)
    assert rig.read("Work") == text
    rig.rest()


# ---- what a person has to decide


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
    assert rig.store.journal.approved() == frozenset()


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
