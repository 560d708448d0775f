"""A cycle in which nothing changed asks one question, opens no file and writes nothing."""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.rig import Rig

CHANGES = "/database/1/com.apple.reminders/production/private/records/changes"
OPENERS = [(builtins, "open"), (io, "open"), (os, "open")]
WRITERS = ["replace", "rename", "unlink", "link", "mkdir", "rmdir", "utime", "chmod"]


@contextmanager
def forbidden(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Within, whatever would open or change a file of the folder is written down and refused."""
    touched: list[str] = []

    def trap(module: Any, name: str) -> None:
        real = getattr(module, name)

        def guarded(path: Any, *args: Any, **more: Any) -> Any:
            directory = name == "open" and args and isinstance(args[0], int)
            directory = directory and bool(args[0] & os.O_DIRECTORY)
            inside = isinstance(path, str | bytes | os.PathLike) and Path(
                os.fsdecode(path)
            ).is_relative_to(folder)
            if more.get("dir_fd") is not None or (inside and not directory):
                touched.append(f"{name} {os.fsdecode(path)}")
                raise AssertionError(f"idle, and yet: {touched[-1]}")
            return real(path, *args, **more)

        patch.setattr(module, name, guarded)

    with monkeypatch.context() as patch:
        for module, name in OPENERS:
            trap(module, name)
        for name in WRITERS:
            trap(os, name)
        yield touched


def marks(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Inode, modification and change time of all there is below the folder."""
    found = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        status = path.lstat()
        found[str(path)] = (status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
    return found


def become_quiet(rig: Rig) -> None:
    rig.run()
    rig.wait(120)
    rig.run()
    rig.wait(120)
    rig.run()


@pytest.mark.parametrize("times", [1, 3])
def test_idle_is_one_request_and_nothing_else(
    seeded: Rig, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    become_quiet(seeded)
    rows, before = seeded.store.rows_written, marks(seeded.folder)
    with forbidden(seeded.folder, monkeypatch) as touched, seeded.counting() as sent:
        reports = [seeded.run() for _ in range(times)]
    assert touched == []
    assert [one["path"] for one in sent] == [CHANGES] * times
    assert all(report.idle and report.requests == 1 for report in reports)
    assert seeded.store.rows_written == rows
    assert marks(seeded.folder) == before


def test_the_cycle_after_files_were_made_is_the_last_that_has_to_do_with_them(seeded: Rig) -> None:
    assert seeded.store.places.written()
    seeded.run()
    assert seeded.store.places.written() == []
    rows, before = seeded.store.rows_written, marks(seeded.folder)
    seeded.run()
    assert seeded.store.rows_written == rows
    assert marks(seeded.folder) == before


def test_idle_after_work_on_both_sides(seeded: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    seeded.append("Work", "- [ ] Typed\n")
    seeded.phone.create("Groceries", "Dictated")
    seeded.phone.delete(seeded.shown("Coffee").id)
    become_quiet(seeded)
    rows, before = seeded.store.rows_written, marks(seeded.folder)
    with forbidden(seeded.folder, monkeypatch), seeded.counting() as sent:
        seeded.run()
    assert len(sent) == 1
    assert seeded.store.rows_written == rows
    assert marks(seeded.folder) == before


@pytest.mark.parametrize(("left", "holds"), [(2, 8), (0, 1)], ids=["deletions", "emptied"])
def test_idle_while_something_is_held(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, left: int, holds: int
) -> None:
    rig.append("Inbox", "".join(f"- [ ] Task {number}\n" for number in range(8 + left)))
    rig.run()
    kept = "- [ ]".join(rig.read("Inbox").split("- [ ]")[: left + 1])
    rig.save("Inbox", kept + "- [ ] New\n")
    become_quiet(rig)
    rows, before = rig.store.rows_written, marks(rig.folder)
    with forbidden(rig.folder, monkeypatch), rig.counting() as sent:
        report = rig.run()
    assert len(report.held) == holds
    assert len(sent) == 1
    assert rig.store.rows_written == rows
    assert marks(rig.folder) == before


def test_a_new_process_reads_and_still_changes_nothing(seeded: Rig) -> None:
    become_quiet(seeded)
    before = marks(seeded.folder)
    seeded.restart()
    with seeded.counting() as sent:
        report = seeded.run()
    assert report.idle
    assert not any("records/modify" in str(one["path"]) for one in sent)
    assert marks(seeded.folder) == before


def test_the_trap_itself_springs(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.append("Inbox", "- [ ] Task\n")
    with forbidden(rig.folder, monkeypatch) as touched, pytest.raises(AssertionError):
        rig.run()
    assert touched
