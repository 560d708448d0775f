"""The scan says what is there, what is not understood and what is not known, and never guesses."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from sync.local import files, tree
from sync.local.files import Stable, Unsettled
from sync.local.folder import NotReady, Ready
from sync.local.scan import FolderScan, Opaque, Read, Scanner
from tests.local.support import (
    Clock,
    as_nobody,
    folder,
    nobodys_directory,
    save_by_rename,
    sha,
    to_nobody,
)

MILK = b"- [ ] milk ^r-abcdef2\n"
BREAD = b"- [ ] bread ^r-bcdefg3\n"


class Counting:
    """Parses to the number of lines, and counts how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, data: bytes) -> int:
        self.calls += 1
        if b"unparsable" in data:
            raise ValueError("line 1 is beyond us")
        return data.count(b"\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return folder(tmp_path / "Todo")


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


def put(path: Path, data: bytes, at: float = 100.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, ns=(int(at * 1e9), int(at * 1e9)))


def scanner(root: Path, clock: Clock | None = None, parse: Counting | None = None) -> Scanner[int]:
    return Scanner(root, ".md", parse or Counting(), clock or Clock(), expect_marker="5f0c")


def scan(root: Path) -> FolderScan[int]:
    return scanner(root).scan()


class TestFiles:
    def test_lists_and_groups(self, root: Path) -> None:
        put(root / "Home.md", MILK)
        put(root / "Work" / "Plans.md", BREAD)
        put(root / "notes.txt", b"x")
        result = scan(root)
        assert isinstance(result.root, Ready)
        assert list(result.files) == ["Home.md", "Work/Plans.md"]
        assert result.complete
        home = result.files["Home.md"]
        assert home.state == Read(MILK, sha(MILK), 1, frozenset({"r-abcdef2"}))
        assert not home.editor_open
        assert home.signature.size == len(MILK)
        assert result.ignored == {}

    def test_opaque_files_keep_their_ids(self, root: Path) -> None:
        put(root / "Binary.md", MILK + b"\0")
        put(root / "Bad.md", b"unparsable ^r-abcdef2")
        result = scan(root)
        assert result.files["Binary.md"].state == Opaque(
            "has NUL bytes, so it is not text", frozenset({"r-abcdef2"})
        )
        assert result.files["Bad.md"].state == Opaque(
            "cannot be understood: line 1 is beyond us", frozenset({"r-abcdef2"})
        )
        assert result.complete

    def test_a_huge_file_is_opaque_and_its_ids_are_found(self, root: Path) -> None:
        put(root / "Huge.md", MILK + b"x" * files.MAX_BYTES + b"\n" + BREAD)
        state = scan(root).files["Huge.md"].state
        assert state == Opaque("is larger than 8 MiB", frozenset({"r-abcdef2", "r-bcdefg3"}))

    def test_names_are_spelled_as_on_disk(self, root: Path) -> None:
        put(root / "Cafe\u0301.md", MILK)
        assert list(scan(root).files) == ["Cafe\u0301.md"]

    def test_what_is_no_file_is_unknown(self, root: Path) -> None:
        os.mkfifo(root / "Pipe.md")
        (root / "Lost.md").symlink_to("nowhere.md")
        (root / "Loop.md").symlink_to("Loop.md")
        result = scan(root)
        assert {path: file.state for path, file in result.files.items()} == {
            "Loop.md": Unsettled("cannot be read: Too many levels of symbolic links", None),
            "Lost.md": Unsettled("is a symbolic link that leads nowhere", None),
            "Pipe.md": Unsettled("is not a regular file", None),
        }
        assert not result.complete

    def test_a_file_without_permission_is_unknown_and_its_neighbour_is_read(self) -> None:
        with nobodys_directory() as place:
            root = folder(place / "Todo")
            put(root / "Home.md", MILK)
            put(root / "Secret.md", BREAD)
            put(root / "Work" / "Plans.md", BREAD)
            to_nobody(place)
            (root / "Secret.md").chmod(0)
            (root / "Work").chmod(0)
            result = as_nobody(lambda: Scanner(root, ".md", len, Clock()).scan())
        assert isinstance(result, FolderScan)
        assert isinstance(result.files["Home.md"].state, Read)
        secret = result.files["Secret.md"].state
        assert secret == Unsettled("cannot be read: Permission denied", None)
        assert result.unreadable == {"Work": "cannot be read: Permission denied"}
        assert not result.complete


class TestRoot:
    def test_a_missing_root_or_marker_is_no_empty_folder(self, root: Path) -> None:
        put(root / "Home.md", MILK)
        eye = scanner(root)
        assert eye.scan().complete
        (root / ".remindersd" / "marker").unlink()
        result = eye.scan()
        assert isinstance(result.root, NotReady)
        assert not result.complete
        shutil.rmtree(root)
        assert isinstance(eye.scan().root, NotReady)


class TestLinks:
    def test_a_link_to_a_file_inside_is_read(self, root: Path) -> None:
        put(root / ".store" / "Home.md", MILK)
        (root / "Home.md").symlink_to(".store/Home.md")
        assert isinstance(scan(root).files["Home.md"].state, Read)

    def test_a_link_out_of_the_folder_is_opaque(self, root: Path, tmp_path: Path) -> None:
        put(tmp_path / "outside.md", MILK)
        (root / "Home.md").symlink_to(tmp_path / "outside.md")
        state = scan(root).files["Home.md"].state
        assert state == Opaque(
            "is a symbolic link that leads out of the folder", frozenset({"r-abcdef2"})
        )

    def test_a_linked_directory_is_not_followed(self, root: Path, tmp_path: Path) -> None:
        put(tmp_path / "elsewhere" / "Home.md", MILK)
        (root / "Work").symlink_to(tmp_path / "elsewhere")
        result = scan(root)
        assert result.files == {}
        assert result.ignored == {"Work": "a link to a directory, which is not followed"}

    def test_a_second_name_of_a_file_is_no_second_list(self, root: Path) -> None:
        put(root / "Home.md", MILK)
        (root / "Alias.md").symlink_to("Home.md")
        os.link(root / "Home.md", root / "Twin.md")
        result = scan(root)
        assert list(result.files) == ["Home.md"]
        assert result.ignored == {
            "Alias.md": "the same file as Home.md",
            "Twin.md": "the same file as Home.md",
        }


class TestIgnored:
    @pytest.mark.parametrize(
        "path",
        [
            ".hidden.md",
            ".#Home.md",
            "Home.md~",
            ".obsidian/Home.md",
            ".git/Home.md",
            ".trash/Home.md",
            ".stfolder/Home.md",
            ".remindersd/receipts/k.md",
            ".syncthing.Home.md.tmp",
            "~syncthing~Home.md.tmp",
            "Home.txt",
        ],
    )
    def test_silently(self, root: Path, path: str) -> None:
        put(root / path, MILK)
        result = scan(root)
        assert (result.files, result.ignored, result.strays) == ({}, {}, {})

    @pytest.mark.parametrize(
        "name",
        [
            "Home.sync-conflict-20260102-030405-ABCDEFG.md",
            "Home (Ada's conflicted copy 2026-01-02).md",
            "Home (conflicted copy 2026-01-02 030405).md",
            "Home (conflicting copy).md",
        ],
    )
    def test_conflict_copies_are_told_and_their_ids_are_not_gone(
        self, root: Path, name: str
    ) -> None:
        put(root / name, MILK)
        result = scan(root)
        assert result.files == {}
        assert result.ignored == {name: "a conflict copy made by a sync tool"}
        assert result.strays == {name: {"r-abcdef2"}}

    def test_deeper_files_are_no_lists_and_their_ids_are_not_gone(self, root: Path) -> None:
        put(root / "Work" / "2026" / "Old" / "Plans.md", MILK)
        put(root / "Work" / "2026" / "readme.txt", BREAD)
        result = scan(root)
        assert result.files == {}
        assert list(result.ignored) == ["Work/2026/Old"]
        assert result.strays == {"Work/2026/Old/Plans.md": {"r-abcdef2"}}

    def test_a_name_that_is_no_text_is_told(self, root: Path) -> None:
        put(Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.md")), MILK)
        result = scan(root)
        assert result.files == {}
        assert list(result.ignored.values()) == ["its name is not UTF-8"]
        assert next(iter(result.ignored)).isascii()


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
