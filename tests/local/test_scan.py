"""The scan says what is there, what is not understood and what is not known, and never guesses."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from sync.local import files
from sync.local.files import Unsettled
from sync.local.folder import NotReady, Ready
from sync.local.layout import Layout
from sync.local.scan import FolderScan, Opaque, Read, Scanner
from tests.local.scanning import BREAD, MILK, Counting, put, scan, scanner
from tests.local.support import (
    Clock,
    as_nobody,
    folder,
    nobodys_directory,
    sha,
    to_nobody,
)


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
            result = as_nobody(lambda: Scanner(root, Layout(".md"), Counting(), Clock()).scan())
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
        ((path, file),) = result.files.items()
        assert path.isascii()
        assert "its name is not UTF-8" in file.state.reason

    def test_what_is_no_todo_file_may_have_any_name(self, root: Path) -> None:
        put(Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.txt")), BREAD)
        result = scan(root)
        assert result.files == {}
        assert list(result.ignored.values()) == ["its name is not UTF-8"]
