"""A scan waits for what is being saved, and does not open again what has not changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sync.local import files, tree
from sync.local.files import Stable, Unsettled
from sync.local.scan import Read
from tests.local.scanning import BREAD, MILK, Counting, put, scan, scanner
from tests.local.support import (
    Clock,
    save_by_rename,
)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were opened to be read."""
    names: list[str] = []
    real = files._open_regular

    def note(path: str | Path) -> int:
        names.append(os.path.basename(path))
        return real(path)

    monkeypatch.setattr(files, "_open_regular", note)
    return names


class TestSettling:
    def test_a_fresh_save_is_waited_for(self, root: Path, opened: list[str]) -> None:
        put(root / "Home.md", MILK, at=99.9)
        clock = Clock(100.0)
        eye = scanner(root, clock)
        state = eye.scan().files["Home.md"].state
        assert isinstance(state, Unsettled)
        assert state.retry_after_s == pytest.approx(0.3)
        assert opened == []
        clock.now += state.retry_after_s
        assert isinstance(eye.scan().files["Home.md"].state, Read)

    def test_an_emptied_file_is_waited_for_longer(self, root: Path) -> None:
        put(root / "Home.md", MILK)
        clock = Clock(200.0)
        eye = scanner(root, clock)
        eye.scan()
        put(root / "Home.md", b"", at=200.0)
        clock.now += 1
        assert not eye.scan().complete
        clock.now += 0.5
        put(root / "Home.md", MILK, at=201.0)
        assert isinstance(eye.scan().files["Home.md"].state, Read)
        put(root / "Home.md", b"", at=201.0)
        clock.now += 1.5
        assert isinstance(eye.scan().files["Home.md"].state, Read)

    def test_a_file_from_the_future_waits_once(self, root: Path, opened: list[str]) -> None:
        put(root / "Home.md", MILK, at=1e9)
        clock = Clock(100.0)
        eye = scanner(root, clock)
        assert isinstance(eye.scan().files["Home.md"].state, Unsettled)
        clock.now += 0.4
        assert isinstance(eye.scan().files["Home.md"].state, Read)
        clock.now += 2
        eye.scan()
        assert opened == ["Home.md", "Home.md"]
        eye.scan()
        assert opened == ["Home.md", "Home.md"]

    def test_a_clock_set_back_does_not_block(self, root: Path) -> None:
        put(root / "Home.md", MILK, at=1000.0)
        clock = Clock(1000.1)
        eye = scanner(root, clock)
        assert not eye.scan().complete
        clock.now = 10.0
        assert not eye.scan().complete
        clock.now = 10.4
        assert eye.scan().complete

    def test_a_save_between_the_look_and_the_reading_unsettles(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(root / "Home.md", MILK)

        def late(path: Path) -> Stable | Unsettled:
            put(root / "Home.md", BREAD, at=101.0)
            return files.read_stable(path)

        monkeypatch.setattr("sync.local.scan.read_stable", late)
        assert isinstance(scan(root).files["Home.md"].state, Unsettled)


class TestCache:
    def test_unchanged_files_are_not_opened(self, root: Path, opened: list[str]) -> None:
        put(root / "Home.md", MILK)
        put(root / "a" / "b" / "c.md", BREAD)
        parse = Counting()
        eye = scanner(root, parse=parse)
        first = eye.scan()
        assert sorted(opened) == ["Home.md", "c.md"]
        assert eye.scan() == first
        assert (len(opened), parse.calls) == (2, 1)
        assert eye.scan(force=True) == first
        assert (len(opened), parse.calls) == (4, 1)

    def test_a_file_read_soon_after_its_save_is_read_again(
        self, root: Path, opened: list[str]
    ) -> None:
        put(root / "Home.md", MILK, at=100.0)
        clock = Clock(101.0)
        eye = scanner(root, clock)
        eye.scan()
        eye.scan()
        assert len(opened) == 2
        clock.now = 102.0
        eye.scan()
        eye.scan()
        assert len(opened) == 3

    def test_a_change_that_keeps_size_and_time_is_seen(self, root: Path) -> None:
        put(root / "Home.md", MILK)
        eye = scanner(root)
        eye.scan()
        put(root / "Home.md", MILK.upper())
        state = eye.scan().files["Home.md"].state
        assert isinstance(state, Read)
        assert state.data == MILK.upper()

    def test_a_file_that_went_and_came_back_is_read(self, root: Path) -> None:
        put(root / "Home.md", MILK)
        eye = scanner(root)
        eye.scan()
        (root / "Home.md").rename(root / "House.md")
        assert list(eye.scan().files) == ["House.md"]
        put(root / "Home.md", BREAD)
        state = eye.scan().files["Home.md"].state
        assert isinstance(state, Read)
        assert state.data == BREAD


class TestEditors:
    @pytest.mark.parametrize(
        "lock", [".Home.md.swp", ".Home.md.swo", ".#Home.md", "#Home.md#", ".~lock.Home.md#"]
    )
    def test_an_open_editor_is_seen(self, root: Path, lock: str) -> None:
        put(root / "Home.md", MILK)
        put(root / "House.md", BREAD)
        eye = scanner(root)
        assert not eye.scan().files["Home.md"].editor_open
        (root / lock).symlink_to("ada@host.1234")
        result = eye.scan()
        assert result.files["Home.md"].editor_open
        assert not result.files["House.md"].editor_open
        (root / lock).unlink()
        assert not eye.scan().files["Home.md"].editor_open

    def test_a_file_moved_to_its_backup_is_being_saved_not_gone(self, root: Path) -> None:
        put(root / "Work" / "Home.md", MILK)
        (root / "Work" / "Home.md").rename(root / "Work" / "Home.md~")
        moved = (root / "Work" / "Home.md~").stat().st_ctime
        clock = Clock(moved + 1)
        eye = scanner(root, clock)
        file = eye.scan().files["Work/Home.md"]
        assert isinstance(file.state, Unsettled)
        assert file.state.retry_after_s == pytest.approx(4, abs=0.1)
        assert file.editor_open
        clock.now = moved + 6
        result = eye.scan()
        assert (result.files, result.complete) == ({}, True)

    def test_an_old_backup_is_no_open_editor(self, root: Path) -> None:
        put(root / "Home.md", MILK)
        put(root / "Home.md~", MILK)
        made = (root / "Home.md~").stat().st_ctime
        assert scanner(root, Clock(made + 1)).scan().files["Home.md"].editor_open
        assert not scanner(root, Clock(made + 60)).scan().files["Home.md"].editor_open


class TestMoving:
    def test_a_file_that_moves_during_the_walk_is_found(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(root / "A" / "Home.md", MILK)
        (root / "B").mkdir()
        real = os.scandir
        moves = iter([lambda: (root / "A" / "Home.md").rename(root / "B" / "Home.md")])

        def scandir(path: Path) -> object:
            if path == root / "A":
                next(moves, lambda: None)()
            return real(path)

        monkeypatch.setattr(tree.os, "scandir", scandir)
        result = scan(root)
        assert list(result.files) == ["B/Home.md"]
        assert result.complete

    def test_a_folder_that_never_rests_is_not_complete(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(root / "Home.md", MILK)
        real = os.scandir

        def scandir(path: Path) -> object:
            listing = real(path)
            save_by_rename(root / "Other.md", BREAD)
            return listing

        monkeypatch.setattr(tree.os, "scandir", scandir)
        assert not scan(root).complete
