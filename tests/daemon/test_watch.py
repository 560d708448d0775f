"""Hints from a real folder, waited for; that none came is shown by a later one."""

from __future__ import annotations

import errno
import logging
import os
import queue
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from watchdog.observers import Observer

from daemon.running import watch as module
from daemon.running.agenda import Kind
from daemon.running.watch import Watcher
from tests.daemon.fakes import PATIENCE_S


class Hints:
    """What the watcher said since the last look."""

    def __init__(self) -> None:
        self.queue: queue.Queue[Kind] = queue.Queue()

    def next(self) -> Kind:
        return self.queue.get(timeout=PATIENCE_S)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "Todo"
    (root / "Work").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / ".remindersd").mkdir()
    (root / "Home.md").write_text("- [ ] milk\n")
    (root / "Work" / "Plans.md").write_text("- [ ] rule\n")
    return root


@pytest.fixture
def hints() -> Hints:
    return Hints()


@pytest.fixture
def watcher(root: Path, hints: Hints) -> Iterator[Watcher]:
    watcher = Watcher(root, hints.queue.put)
    assert watcher.refresh() is None
    yield watcher
    watcher.stop()


def save_by_rename(path: Path) -> None:
    staged = path.with_name(f".{path.name}.new")
    staged.write_text("- [ ] bread\n")
    staged.rename(path)


def save_in_place(path: Path) -> None:
    with path.open("r+") as file:
        file.write("- [x]")


@pytest.mark.usefixtures("watcher")
@pytest.mark.parametrize("save", [save_by_rename, save_in_place])
@pytest.mark.parametrize("name", ["Home.md", "Work/Plans.md"])
def test_an_edit_is_hinted_however_it_is_saved(
    root: Path, hints: Hints, save: Any, name: str
) -> None:
    save(root / name)
    assert hints.next() is Kind.FILES


@pytest.mark.usefixtures("watcher")
def test_a_deletion_and_a_new_list_are_hinted(root: Path, hints: Hints) -> None:
    (root / "Home.md").unlink()
    assert hints.next() is Kind.FILES
    while not hints.queue.empty():
        hints.next()
    (root / "New.md").touch()
    assert hints.next() is Kind.FILES


def test_reading_and_what_is_ignored_are_not(
    root: Path, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: queue.Queue[tuple[str, bool]] = queue.Queue()
    judge = watcher._handler._matters

    def recording(path: str, is_directory: bool) -> bool:
        judged.put((Path(path).name, verdict := judge(path, is_directory)))
        return verdict

    monkeypatch.setattr(watcher._handler, "_matters", recording)
    for name in ("Home.md", "Work/Plans.md"):
        (root / name).read_text()
    list(root.iterdir())
    (root / ".remindersd" / "Receipt.md").write_text("x")
    (root / ".git" / "HEAD.md").write_text("x")
    ignored = {".Home.md.swp", "Home.md~", "#Home.md#", "picture.png"}
    for name in ignored:
        (root / name).write_text("x")
    (root / "Last.md").touch()
    verdicts: dict[str, bool] = {}
    while "Last.md" not in verdicts:
        verdicts.update([judged.get(timeout=PATIENCE_S)])
    assert verdicts == {**dict.fromkeys(ignored, False), "Last.md": True}


def test_a_new_group_is_watched_from_the_next_look_on(
    root: Path, hints: Hints, watcher: Watcher
) -> None:
    (root / "Trips").mkdir()
    assert hints.next() is Kind.FILES
    assert watcher.refresh() is None
    (root / "Trips" / "Rome.md").write_text("- [ ] tickets\n")
    assert hints.next() is Kind.FILES


def test_a_group_that_comes_back_is_watched_again(
    root: Path, hints: Hints, watcher: Watcher
) -> None:
    for _ in range(3):
        (root / "Work" / "Plans.md").unlink()
        (root / "Work").rmdir()
        assert hints.next() is Kind.FILES
        (root / "Work").mkdir()
        watcher.refresh()
        while not hints.queue.empty():
            hints.next()
        (root / "Work" / "Plans.md").write_text("- [ ] again\n")
        assert hints.next() is Kind.FILES


def test_a_renamed_group_is_watched_under_its_new_name(
    root: Path, hints: Hints, watcher: Watcher
) -> None:
    (root / "Work").rename(root / "Job")
    assert hints.next() is Kind.FILES
    assert watcher.refresh() is None
    while not hints.queue.empty():
        hints.next()
    save_in_place(root / "Job" / "Plans.md")
    assert hints.next() is Kind.FILES


def test_a_folder_that_is_a_link_is_watched_where_it_leads(
    root: Path, tmp_path: Path, hints: Hints
) -> None:
    (tmp_path / "link").symlink_to(root)
    watcher = Watcher(tmp_path / "link", hints.queue.put)
    try:
        assert watcher.refresh() is None
        save_in_place(root / "Home.md")
        assert hints.next() is Kind.FILES
    finally:
        watcher.stop()


def test_a_folder_that_is_not_there_is_said_and_watched_once_it_is(
    tmp_path: Path, hints: Hints
) -> None:
    watcher = Watcher(tmp_path / "later", hints.queue.put)
    try:
        problem = watcher.refresh()
        assert problem is not None
        assert "later: No such file or directory: changes of files are seen only by" in problem
        (tmp_path / "later").mkdir()
        assert watcher.refresh() is None
        (tmp_path / "later" / "Home.md").touch()
        assert hints.next() is Kind.FILES
    finally:
        watcher.stop()


@pytest.mark.parametrize(
    ("number", "limit"),
    [(errno.ENOSPC, "max_user_watches"), (errno.EMFILE, "max_user_instances")],
)
def test_the_kernels_limits_are_said_with_their_name(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int, limit: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    watcher = Watcher(root, lambda _: None)
    with monkeypatch.context() as patch:
        patch.setattr(Observer, "schedule", refuse)
        problem = watcher.refresh()
    assert problem is not None
    assert limit in problem
    try:
        assert watcher.refresh() is None
    finally:
        watcher.stop()


def test_no_more_threads_is_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("can't start new thread")

    watcher = Watcher(root, lambda _: None)
    with monkeypatch.context() as patch:
        patch.setattr(Observer, "schedule", refuse)
        assert watcher.refresh() == (
            "can't start new thread: changes of files are seen only by the timer"
        )
    watcher.stop()


def test_too_many_groups_are_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DIRECTORIES_MAX", 1)
    watcher = Watcher(root, lambda _: None)
    try:
        problem = watcher.refresh()
    finally:
        watcher.stop()
    assert problem is not None
    assert "only 1 of 2 directories" in problem


@pytest.mark.usefixtures("watcher")
def test_an_overflow_that_is_only_logged_is_a_reason_to_look_at_everything(hints: Hints) -> None:
    log = logging.getLogger("watchdog.observers.inotify_c")
    log.info("all is well")
    log.warning("Inotify queue overflowed; filesystem events were lost")
    assert hints.next() is Kind.RESCAN
    assert hints.queue.empty()


def test_what_watchdog_remarks_on_our_own_doing_is_not_passed_on(
    root: Path, hints: Hints, watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    root.rename(root.with_name("away"))
    assert watcher.refresh() is not None
    root.with_name("away").rename(root)
    assert watcher.refresh() is None
    assert caplog.records == []
    while not hints.queue.empty():
        assert hints.next() is Kind.FILES
    save_in_place(root / "Home.md")
    assert hints.next() is Kind.FILES


def test_after_the_end_nobody_listens_to_watchdogs_log(root: Path, hints: Hints) -> None:
    watcher = Watcher(root, hints.queue.put)
    watcher.refresh()
    watcher.stop()
    logging.getLogger("watchdog").warning("late")
    assert hints.queue.empty()
