"""What cannot be written is left alone, with nothing half done and a reason to read."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.local.outcome import reason_of
from sync.local.swap import Refused, Replaced
from tests.local.support import (
    HOME,
    NEW,
    OLD,
    Steps,
    as_nobody,
    folder,
    nobodys_directory,
    receipt_files,
    sha,
    to_nobody,
    writer_of,
)


class TestRefused:
    def refusal(self, root: Path, path: Path = HOME, content: bytes = OLD) -> str:
        outcome = writer_of(root).replace(path, NEW, sha(content), "k")
        assert isinstance(outcome, Refused), outcome
        assert receipt_files(root) == []
        return outcome.reason

    def test_a_link_out_of_the_folder(self, root: Path, tmp_path: Path) -> None:
        outside = tmp_path / "outside.md"
        outside.write_bytes(OLD)
        (root / HOME).symlink_to(outside)
        assert "leads out of the folder" in self.refusal(root)
        assert outside.read_bytes() == OLD

    @pytest.mark.parametrize("path", ["../x.md", "/etc/x.md", ".", ".remindersd/marker"])
    def test_a_path_that_is_not_a_todo_files(self, root: Path, path: str) -> None:
        assert "the folder" in self.refusal(root, Path(path))

    def test_a_hard_linked_file(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        os.link(root / HOME, root / "Other.md")
        assert "2 hard links" in self.refusal(root)

    def test_a_read_only_file_even_for_root(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        (root / HOME).chmod(0o444)
        assert self.refusal(root).startswith("read-only")
        assert (root / HOME).read_bytes() == OLD

    def test_a_directory_in_the_place_of_the_file(self, root: Path) -> None:
        (root / HOME).mkdir()
        assert "not a regular file" in self.refusal(root)

    def test_an_unmounted_folder(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        writer = writer_of(tmp_path / "empty")
        assert "not mounted" in str(writer.create(HOME, NEW, "k"))
        assert writer.receipts() == []
        assert os.listdir(tmp_path / "empty") == []

    def test_what_the_system_says_in_words(self) -> None:
        cases = {
            errno.ENOSPC: "disk full",
            errno.EDQUOT: "quota",
            errno.EROFS: "read-only",
            errno.EACCES: "read-only",
            errno.EXDEV: "another file system",
        }
        for code, words in cases.items():
            assert words in reason_of(OSError(code, os.strerror(code), "Home.md"))


class TestWithoutPermission:
    @pytest.fixture
    def theirs(self) -> Iterator[Path]:
        with nobodys_directory() as place:
            root = folder(place / "Todo")
            (root / HOME).write_bytes(OLD)
            to_nobody(place)
            yield root

    def test_a_read_only_file(self, theirs: Path) -> None:
        (theirs / HOME).chmod(0o444)
        outcome = as_nobody(lambda: writer_of(theirs).replace(HOME, NEW, sha(OLD), "k"))
        assert isinstance(outcome, Refused)
        assert outcome.reason.startswith("read-only")

    def test_a_directory_without_write_permission(self, theirs: Path) -> None:
        theirs.chmod(0o500)
        for work in (
            lambda: writer_of(theirs).replace(HOME, NEW, sha(OLD), "k"),
            lambda: writer_of(theirs).create(Path("New.md"), NEW, "k"),
            lambda: writer_of(theirs).remove(HOME, sha(OLD), "k"),
            lambda: writer_of(theirs).rename(HOME, Path("New.md")),
        ):
            outcome = as_nobody(work)
            assert isinstance(outcome, Refused)
            assert outcome.reason.startswith("read-only")
        assert receipt_files(theirs) == []

    def test_an_ordinary_write_needs_no_root(self, theirs: Path) -> None:
        outcome = as_nobody(lambda: writer_of(theirs).replace(HOME, NEW, sha(OLD), "k"))
        assert outcome == Replaced(sha(NEW))


@pytest.mark.needs("mount")
class TestFullDisk:
    @pytest.fixture
    def small(self, tmp_path: Path) -> Iterator[Path]:
        if os.geteuid() != 0 or shutil.which("mount") is None:
            pytest.skip("needs root and mount, for a small file system")
        place = tmp_path / "small"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", "size=256k,nr_inodes=64", "tmpfs", str(place)]
        if subprocess.run(command, check=False, capture_output=True).returncode != 0:
            pytest.skip("needs a mount that this machine does not allow")
        try:
            yield place
        finally:
            subprocess.run(["umount", str(place)], check=True)

    def test_a_full_disk_leaves_nothing_half_done(self, small: Path) -> None:
        root = folder(small / "Todo")
        (root / HOME).write_bytes(OLD)
        writer = writer_of(root)
        assert writer.exchange_supported
        outcome = writer.replace(HOME, NEW * 10_000, sha(OLD), "k")
        assert isinstance(outcome, Refused)
        assert outcome.reason.startswith("disk full")
        outcome = writer.create(Path("New.md"), NEW * 10_000, "k")
        assert isinstance(outcome, Refused)
        assert outcome.reason.startswith("disk full")
        assert receipt_files(root) == []
        assert (root / HOME).read_bytes() == OLD
        assert sorted(os.listdir(root)) == [".remindersd", "Home.md"]

    def test_no_room_for_the_record(self, small: Path) -> None:
        root = folder(small / "Todo")
        (root / HOME).write_bytes(OLD)
        writer = writer_of(root)
        assert writer.exchange_supported

        def fill() -> None:
            with pytest.raises(OSError, match="No space"), (root / "filler").open("wb") as file:
                file.write(b"x" * 1024 * 1024)

        steps = Steps({"swap:record": fill})
        outcome = writer_of(root, steps).replace(HOME, NEW, sha(OLD), "k")
        assert isinstance(outcome, Refused)
        assert outcome.reason.startswith("disk full")
        assert receipt_files(root) == []
        assert (root / HOME).read_bytes() == OLD

    def test_another_file_system_below_the_folder_is_refused(self, small: Path, root: Path) -> None:
        (small / "Todo.md").write_bytes(OLD)
        (root / "Work").mkdir()
        subprocess.run(["mount", "--bind", str(small), str(root / "Work")], check=True)
        try:
            outcome = writer_of(root).replace(Path("Work/Todo.md"), NEW, sha(OLD), "k")
            assert isinstance(outcome, Refused)
            assert "another file system" in outcome.reason
        finally:
            subprocess.run(["umount", str(root / "Work")], check=True)
        assert (small / "Todo.md").read_bytes() == OLD
        assert receipt_files(root) == []
