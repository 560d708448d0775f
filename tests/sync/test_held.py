"""What cannot be known waits; everything else keeps flowing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.core.actions import HoldKind
from sync.errors import UsageError
from tests.rig import Crash, Rig, empty_world, open_rig
from tests.sync.stepping import DiesAt

MODIFY = "records/modify"


def kinds(rig: Rig) -> set[str]:
    return {hold.kind for hold in rig.store.attention.holds()}


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


@pytest.mark.parametrize("lose", [remove_folder, mount_another, lose_marker])
def test_what_was_written_before_a_crash_is_known_though_the_folder_was_gone_since(
    rig: Rig, lose: Callable[[Rig], Callable[[], None]]
) -> None:
    rig.append("Inbox", "- [ ] First\n")
    rig.run()
    rig.phone.edit(rig.shown("First").id, title="From the phone")
    rig.step = DiesAt("commit:written:before", 1)
    with pytest.raises(Crash):
        rig.run()
    rig.restart()
    rig.replace("Inbox", "From the phone", "Typed over it")
    restore = lose(rig)
    rig.run()
    restore()
    assert rig.run().conflicts == []
    assert rig.titles("Inbox") == {"Typed over it"}
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
    report = rig.run()
    all_six(rig)
    (hold,) = report.held
    assert hold.kind is HoldKind.ASIDE
    assert "its id stands in Archive/2026/old.md, but not as a task of a list" in hold.reason
    stray.unlink()
    rig.run()
    assert rig.titles("Work") == {"Work 1", "Work 3"}


def test_a_task_that_became_a_part_of_another_text_is_named(rig: Rig) -> None:
    """Its parent's line was taken out, and what was beneath that was left."""
    two_lists(rig)
    text, first, line = rig.read("Work"), rig.line("Work", "Work 1"), rig.line("Work", "Work 2")
    left = text.replace(f"{line}\n", "").replace(first, f"words\n    {line}\n\n{first}")
    rig.save("Work", left)
    report = rig.run()
    assert [(one.id, one.kind) for one in report.held] == [(rig.shown("Work 2").id, HoldKind.ASIDE)]
    all_six(rig)
    rig.save("Work", text)
    assert rig.run().held == []
    rig.rest()


def test_what_stood_only_in_a_conflict_copy_is_gone_with_it_though_all_was_quiet(rig: Rig) -> None:
    two_lists(rig)
    line = rig.line("Work", "Work 2")
    copy = rig.path("Work.sync-conflict-20261122-013000-ABCDEFG")
    copy.write_text(rig.read("Work") + "- [ ] Written elsewhere\n")  # so it is no older Work.md
    rig.replace("Work", line + "\n", "")
    rig.run()
    rig.rest()
    all_six(rig)
    copy.unlink()
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
