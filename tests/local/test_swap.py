"""What a write does: whole files, with all that belongs to them, never over another."""

from __future__ import annotations

import errno
import os
import stat
import struct
from pathlib import Path

import pytest

from sync.local.receipts import State
from sync.local.swap import ChangedMeanwhile, Refused, Replaced
from tests.local.support import (
    HOME,
    NEW,
    OLD,
    PERSON,
    Steps,
    folder,
    receipt_files,
    save_by_rename,
    sha,
    writer_of,
)


class TestReplace:
    def test_writes_the_bytes_as_they_are_and_keeps_what_was_there(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        writer = writer_of(root)
        assert writer.replace(HOME, NEW, sha(OLD), "plan-1") == Replaced(sha(NEW))
        assert (root / HOME).read_bytes() == NEW
        [receipt] = writer.receipts()
        assert (receipt.key, receipt.path, receipt.state) == ("plan-1", "Home.md", State.CLEAN)
        assert (receipt.expected_sha256, receipt.ours_sha256) == (sha(OLD), sha(NEW))
        assert receipt.data() == OLD

    def test_leaves_a_file_that_is_not_what_was_expected(self, root: Path) -> None:
        (root / HOME).write_bytes(PERSON)
        outcome = writer_of(root).replace(HOME, NEW, sha(OLD), "plan-1")
        assert isinstance(outcome, ChangedMeanwhile)
        assert (root / HOME).read_bytes() == PERSON
        assert receipt_files(root) == []

    def test_a_missing_file_is_the_persons_change_too(self, root: Path) -> None:
        outcome = writer_of(root).replace(HOME, NEW, sha(OLD), "plan-1")
        assert isinstance(outcome, ChangedMeanwhile)
        assert not (root / HOME).exists()

    def test_equal_content_writes_nothing(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        before = (root / HOME).stat()
        steps = Steps()
        assert writer_of(root, steps).replace(HOME, OLD, sha(OLD), "k") == Replaced(sha(OLD))
        assert steps.names == []
        assert (root / HOME).stat() == before

    def test_one_key_may_write_one_file_twice(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        writer = writer_of(root)
        for before, after in ((OLD, NEW), (NEW, OLD), (OLD, NEW)):
            assert isinstance(writer.replace(HOME, after, sha(before), "k"), Replaced)
        assert len(writer.receipts()) == 3

    def test_a_key_that_is_no_file_name_is_a_bug(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        with pytest.raises(ValueError, match="receipt key"):
            writer_of(root).replace(HOME, NEW, sha(OLD), "../k")

    @pytest.mark.parametrize("exchange", [True, False])
    def test_mode_and_attributes_stay(self, on_disk: Path, exchange: bool) -> None:
        root = folder(on_disk / "Todo")
        (root / HOME).write_bytes(OLD)
        (root / HOME).chmod(0o640)
        try:
            os.setxattr(root / HOME, "user.origin", b"mine")
        except OSError:
            pytest.skip("needs a file system with extended attributes")
        writer_of(root, exchange=exchange).replace(HOME, NEW, sha(OLD), "k")
        assert stat.S_IMODE((root / HOME).stat().st_mode) == 0o640
        assert os.getxattr(root / HOME, "user.origin") == b"mine"

    def test_an_access_list_stays(self, on_disk: Path) -> None:
        root = folder(on_disk / "Todo")
        (root / HOME).write_bytes(OLD)
        entries = [(1, 6, -1), (2, 4, 1234), (4, 0, -1), (16, 4, -1), (32, 0, -1)]
        wanted = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *one) for one in entries)
        try:
            os.setxattr(root / HOME, "system.posix_acl_access", wanted)
        except OSError:
            pytest.skip("needs a file system with access lists")
        assert isinstance(writer_of(root).replace(HOME, NEW, sha(OLD), "k"), Replaced)
        assert os.getxattr(root / HOME, "system.posix_acl_access") == wanted

    @pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give a file away")
    def test_owner_stays(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        os.chown(root / HOME, 1234, 4321)
        writer_of(root).replace(HOME, NEW, sha(OLD), "k")
        status = (root / HOME).stat()
        assert (status.st_uid, status.st_gid) == (1234, 4321)

    @pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give a file away")
    def test_a_sandbox_that_filters_chown_does_not_stop_the_write(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise PermissionError(errno.EPERM, "Operation not permitted")

        (root / HOME).write_bytes(OLD)
        os.chown(root / HOME, 1234, 4321)
        monkeypatch.setattr(os, "fchown", refuse)
        assert isinstance(writer_of(root).replace(HOME, NEW, sha(OLD), "k"), Replaced)

    def test_a_symbolic_link_stays_one(self, root: Path) -> None:
        (root / "real").mkdir()
        (root / "real" / "Home.md").write_bytes(OLD)
        (root / HOME).symlink_to("real/Home.md")
        assert isinstance(writer_of(root).replace(HOME, NEW, sha(OLD), "k"), Replaced)
        assert (root / HOME).is_symlink()
        assert (root / "real" / "Home.md").read_bytes() == NEW


class TestCreate:
    def test_makes_the_group_directory(self, root: Path) -> None:
        path = Path("Work/Plans.md")
        writer = writer_of(root)
        assert writer.create(path, NEW, "plan-2") == Replaced(sha(NEW))
        assert (root / path).read_bytes() == NEW
        [receipt] = writer.receipts()
        assert (receipt.key, receipt.state, receipt.quiet) == ("plan-2", State.CLEAN, True)
        writer.drop(receipt)
        assert receipt_files(root) == []

    def test_is_as_private_as_its_directory(self, root: Path) -> None:
        writer_of(root).create(HOME, NEW, "k")
        assert stat.S_IMODE((root / HOME).stat().st_mode) == 0o600

    @pytest.mark.parametrize("exchange", [True, False])
    def test_never_writes_over_a_file(self, root: Path, exchange: bool) -> None:
        steps = Steps({"swap:move": lambda: save_by_rename(root / HOME, PERSON)})
        writer = writer_of(root, steps, exchange=exchange)
        assert isinstance(writer.create(HOME, NEW, "k"), ChangedMeanwhile)
        assert isinstance(writer.create(HOME, NEW, "k"), ChangedMeanwhile)
        assert (root / HOME).read_bytes() == PERSON
        assert receipt_files(root) == []


class TestRename:
    @pytest.mark.parametrize("exchange", [True, False])
    def test_into_a_new_group_and_out_of_an_emptied_one(self, root: Path, exchange: bool) -> None:
        (root / "Old").mkdir()
        (root / "Old" / "Home.md").write_bytes(OLD)
        inode = (root / "Old" / "Home.md").stat().st_ino
        writer = writer_of(root, exchange=exchange)
        outcome = writer.rename(Path("Old/Home.md"), Path("New/House.md"))
        assert outcome == Replaced(sha(OLD))
        assert (root / "New" / "House.md").stat().st_ino == inode
        assert not (root / "Old").exists()

    def test_a_directory_with_other_files_stays(self, root: Path) -> None:
        (root / "Old").mkdir()
        (root / "Old" / "Home.md").write_bytes(OLD)
        (root / "Old" / "photo.jpg").write_bytes(b"")
        writer_of(root).rename(Path("Old/Home.md"), HOME)
        assert (root / "Old" / "photo.jpg").exists()

    @pytest.mark.parametrize("exchange", [True, False])
    def test_never_over_another_file(self, root: Path, exchange: bool) -> None:
        (root / HOME).write_bytes(OLD)
        (root / "House.md").write_bytes(PERSON)
        writer = writer_of(root, exchange=exchange)
        assert isinstance(writer.rename(HOME, Path("House.md")), ChangedMeanwhile)
        assert (root / HOME).read_bytes() == OLD
        assert (root / "House.md").read_bytes() == PERSON

    def test_of_a_missing_file_makes_no_directory(self, root: Path) -> None:
        assert isinstance(writer_of(root).rename(HOME, Path("Work/Home.md")), ChangedMeanwhile)
        assert not (root / "Work").exists()


class TestRemove:
    def test_moves_the_file_to_a_receipt(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        writer = writer_of(root)
        assert writer.remove(HOME, sha(OLD), "k") == Replaced("")
        assert not (root / HOME).exists()
        [receipt] = writer.receipts()
        assert (receipt.state, receipt.data()) == (State.CLEAN, OLD)

    def test_a_save_meanwhile_wins(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        steps = Steps({"swap:move": lambda: save_by_rename(root / HOME, PERSON)})
        writer = writer_of(root, steps)
        assert isinstance(writer.remove(HOME, sha(OLD), "k"), ChangedMeanwhile)
        assert (root / HOME).read_bytes() == PERSON

    def test_a_symbolic_link_is_left_to_the_person(self, root: Path) -> None:
        (root / "real.md").write_bytes(OLD)
        (root / HOME).symlink_to("real.md")
        assert isinstance(writer_of(root).remove(HOME, sha(OLD), "k"), Refused)
        assert (root / HOME).read_bytes() == OLD
