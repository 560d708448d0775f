"""No save of the person's is lost, whatever it meets: our write, a crash, a crash in recovery."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync.errors import RemindersdError
from sync.local import disk
from sync.local.disk import Renameat2
from sync.local.outcome import reason_of
from sync.local.receipts import QUIET_S, State
from sync.local.swap import ChangedMeanwhile, Refused, Replaced, Writer
from tests.local.support import (
    Clock,
    Crash,
    InPlace,
    NoExchange,
    Steps,
    as_nobody,
    drop_all,
    folder,
    nobodys_directory,
    recover,
    save_by_rename,
    sha,
    to_nobody,
)

OLD = b"- [ ] milk\r\n- [ ] bread  \nno end of line"
NEW = b"- [x] milk\r\n- [ ] bread  \nno end of line"
PERSON = b"- [ ] milk\r\n- [ ] bread and butter\n"
HOME = Path("Home.md")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return folder(tmp_path / "Todo")


@pytest.fixture
def _no_waiting_for_disks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


def writer_of(
    root: Path, steps: Steps | None = None, clock: Clock | None = None, *, exchange: bool = True
) -> Writer:
    calls = None if exchange else NoExchange()
    return Writer(root, steps or Steps(), clock or Clock(), calls)


def receipt_files(root: Path) -> list[str]:
    return sorted(os.listdir(root / ".remindersd" / "receipts"))


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
    def test_mode_and_attributes_stay(self, root: Path, exchange: bool) -> None:
        (root / HOME).write_bytes(OLD)
        (root / HOME).chmod(0o640)
        try:
            os.setxattr(root / HOME, "user.origin", b"mine")
        except OSError:
            pytest.skip("needs a file system with extended attributes")
        writer_of(root, exchange=exchange).replace(HOME, NEW, sha(OLD), "k")
        assert stat.S_IMODE((root / HOME).stat().st_mode) == 0o640
        assert os.getxattr(root / HOME, "user.origin") == b"mine"

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


class TestEditorsMeanwhile:
    def test_a_save_by_rename_just_before_the_exchange_is_given_back(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        steps = Steps({"swap:exchange": lambda: save_by_rename(root / HOME, PERSON)})
        writer = writer_of(root, steps)
        assert isinstance(writer.replace(HOME, NEW, sha(OLD), "k"), ChangedMeanwhile)
        assert (root / HOME).read_bytes() == PERSON
        assert [receipt.state for receipt in writer.receipts()] == [State.OURS]

    def test_saved_again_while_being_given_back_keeps_both(self, root: Path) -> None:
        later = PERSON + b"- [ ] and jam\n"
        (root / HOME).write_bytes(OLD)
        steps = Steps(
            {
                "swap:exchange": lambda: save_by_rename(root / HOME, PERSON),
                "swap:give-back": lambda: save_by_rename(root / HOME, later),
            }
        )
        writer = writer_of(root, steps)
        assert isinstance(writer.replace(HOME, NEW, sha(OLD), "k"), ChangedMeanwhile)
        assert (root / HOME).read_bytes() == later
        [receipt] = writer.receipts()
        assert receipt.state is State.FOREIGN
        assert receipt.data() == PERSON
        assert isinstance(writer.give_back(receipt), ChangedMeanwhile)
        assert (root / HOME).read_bytes() == later

    @pytest.mark.parametrize("exchange", [True, False])
    def test_a_late_write_into_the_displaced_file_is_noticed(
        self, root: Path, exchange: bool
    ) -> None:
        (root / HOME).write_bytes(OLD)
        clock = Clock()
        handle = os.open(root / HOME, os.O_WRONLY)
        writer = writer_of(root, Steps(), clock, exchange=exchange)
        assert isinstance(writer.replace(HOME, NEW, sha(OLD), "k"), Replaced)
        clock.now += QUIET_S - 1
        assert [receipt.quiet for receipt in writer.receipts()] == [False]
        os.truncate(handle, 0)
        os.write(handle, PERSON)
        os.close(handle)
        clock.now += 2
        [receipt] = writer.receipts()
        assert (receipt.state, receipt.quiet) == (State.FOREIGN, False)
        assert writer.give_back(receipt) == Replaced(sha(PERSON))
        assert writer.give_back(receipt) == Replaced(sha(PERSON))
        assert (root / HOME).read_bytes() == PERSON
        assert drop_all(writer, clock) == []
        assert receipt_files(root) == []

    @pytest.mark.parametrize("exchange", [True, False])
    def test_a_late_write_and_a_newer_save_are_both_kept(self, root: Path, exchange: bool) -> None:
        (root / HOME).write_bytes(OLD)
        clock = Clock()
        handle = os.open(root / HOME, os.O_WRONLY | os.O_APPEND)
        writer = writer_of(root, Steps(), clock, exchange=exchange)
        writer.replace(HOME, NEW, sha(OLD), "k")
        os.write(handle, b"\nlate")
        os.close(handle)
        save_by_rename(root / HOME, PERSON)
        [receipt] = writer.receipts()
        assert isinstance(writer.give_back(receipt), ChangedMeanwhile)
        assert (root / HOME).read_bytes() == PERSON
        assert drop_all(writer, clock) == [OLD + b"\nlate"]

    def test_without_exchange_a_save_before_the_link_is_kept(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        steps = Steps({"swap:link": lambda: save_by_rename(root / HOME, PERSON)})
        writer = writer_of(root, steps, exchange=False)
        assert not writer.exchange_supported
        assert isinstance(writer.replace(HOME, NEW, sha(OLD), "k"), ChangedMeanwhile)
        assert (root / HOME).read_bytes() == PERSON
        assert receipt_files(root) == []


class TestCallsThatFailOddly:
    def test_an_exchange_that_happened_and_said_it_did_not(self, root: Path) -> None:
        class Lying(Renameat2):
            def exchange(self, one: Path, other: Path) -> None:
                super().exchange(one, other)
                if other.name == "Home.md":
                    raise OSError(errno.EIO, "Input/output error", str(one))

        (root / HOME).write_bytes(OLD)
        writer = Writer(root, Steps(), Clock(), Lying())
        assert isinstance(writer.replace(HOME, NEW, sha(OLD), "k"), Refused)
        [receipt] = writer.receipts()
        assert (receipt.state, receipt.data()) == (State.CLEAN, OLD)

    def test_a_move_that_stopped_half_way_without_renameat2(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (root / HOME).write_bytes(OLD)
        writer = writer_of(root, exchange=False)

        unlink = os.unlink

        def stuck(path: Path) -> None:
            if path.suffix in {".md", ".data"}:
                raise OSError(errno.EIO, "Input/output error", str(path))
            unlink(path)

        with monkeypatch.context() as patch:
            patch.setattr(disk.os, "unlink", stuck)
            removed = writer.remove(HOME, sha(OLD), "k")
            created = writer.create(Path("New.md"), NEW, "k")
        assert isinstance(removed, Refused)
        assert isinstance(created, Refused)
        assert [(receipt.path, receipt.state) for receipt in writer.receipts()] == [
            ("New.md", State.CLEAN)
        ]
        assert (root / HOME).read_bytes() == OLD
        assert (root / "New.md").read_bytes() == NEW
        assert {(root / name).stat().st_nlink for name in ("Home.md", "New.md")} == {1}


class TestReceipts:
    def test_dropped_only_when_quiet(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        clock = Clock()
        writer = writer_of(root, Steps(), clock)
        writer.replace(HOME, NEW, sha(OLD), "k")
        clock.now += QUIET_S - 0.5
        [receipt] = writer.receipts()
        with pytest.raises(ValueError, match="not quiet"):
            writer.drop(receipt)
        clock.now += 0.5
        [receipt] = writer_of(root, Steps(), clock).receipts()  # also in a later process
        assert (receipt.quiet, receipt.age_s) == (True, QUIET_S)
        writer.drop(receipt)
        writer.drop(receipt)
        assert receipt_files(root) == []

    def test_one_that_changed_since_it_was_looked_at_stays(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        clock = Clock()
        handle = os.open(root / HOME, os.O_WRONLY)
        writer = writer_of(root, Steps(), clock)
        writer.replace(HOME, NEW, sha(OLD), "k")
        clock.now += 61
        [receipt] = writer.receipts()
        os.write(handle, b"late")
        os.close(handle)
        writer.drop(receipt)
        assert [receipt.state for receipt in writer.receipts()] == [State.FOREIGN]

    def test_a_foreign_one_needs_proof_that_it_is_kept(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        clock = Clock()
        handle = os.open(root / HOME, os.O_WRONLY)
        writer = writer_of(root, Steps(), clock)
        writer.replace(HOME, NEW, sha(OLD), "k")
        os.write(handle, b"late")
        os.close(handle)
        writer.receipts()
        clock.now += 61
        [receipt] = writer.receipts()
        assert receipt.quiet
        with pytest.raises(ValueError, match="kept nowhere else"):
            writer.drop(receipt)
        writer.drop(receipt, kept_sha256=sha(receipt.data()))
        assert receipt_files(root) == []

    def test_a_clock_that_goes_back_starts_the_wait_again_and_no_more(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        clock = Clock(1e9)
        writer = writer_of(root, Steps(), clock)
        writer.replace(HOME, NEW, sha(OLD), "k")
        clock.now = 50.0
        assert [receipt.quiet for receipt in writer.receipts()] == [False]
        clock.now = 111.0
        assert [receipt.quiet for receipt in writer.receipts()] == [True]

    def test_one_that_was_in_its_place_for_a_moment_waits_again(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        clock = Clock()
        handle = os.open(root / HOME, os.O_WRONLY)
        steps = Steps({"swap:give-back": lambda: save_by_rename(root / HOME, PERSON)})
        writer = writer_of(root, steps, clock)
        writer.replace(HOME, NEW, sha(OLD), "k")
        os.write(handle, b"late")
        os.close(handle)
        writer.receipts()
        clock.now += 61
        [receipt] = writer.receipts()
        assert receipt.quiet
        assert isinstance(writer.give_back(receipt), ChangedMeanwhile)
        [again] = writer.receipts()
        assert (again.found_sha256, again.quiet) == (receipt.found_sha256, False)

    def test_a_crash_while_dropping_never_turns_one_into_another(self, root: Path) -> None:
        clock = Clock()
        with pytest.raises(Crash):
            writer_of(root, Steps(crash_at=2), clock).create(HOME, NEW, "k")
        clock.now += 61
        [receipt] = writer_of(root, Steps(), clock).receipts()
        assert receipt.state is State.OURS
        for crash_at in (0, 1):
            with pytest.raises(Crash):
                writer_of(root, Steps(crash_at=crash_at), clock).drop(receipt)
            left = writer_of(root, Steps(), clock).receipts()
            assert {receipt.state for receipt in left} <= {State.OURS}
        assert receipt_files(root) == []

    def test_clean_ones_are_not_given_back(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        writer = writer_of(root)
        writer.replace(HOME, NEW, sha(OLD), "k")
        [receipt] = writer.receipts()
        assert isinstance(writer.give_back(receipt), Refused)
        assert (root / HOME).read_bytes() == NEW


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


Work = Callable[[Writer], object]
WRITES: dict[str, Work] = {
    "replace": lambda writer: writer.replace(HOME, NEW, sha(OLD), "k"),
    "remove": lambda writer: writer.remove(HOME, sha(OLD), "k"),
}
# By rename at one step; or truncated at one step and finished at a later one, or after it all.
SPAN = 11


@pytest.mark.usefixtures("_no_waiting_for_disks")
@pytest.mark.parametrize("exchange", [True, False])
@pytest.mark.parametrize("write", ["replace", "remove", "create"])
def test_a_crash_at_any_step_leaves_a_whole_file(
    tmp_path: Path, write: str, exchange: bool
) -> None:
    for crash_at in range(100):
        root = folder(tmp_path / str(crash_at))
        clock = Clock()
        writer = writer_of(root, Steps(crash_at=crash_at), clock, exchange=exchange)
        allowed: set[bytes | None] = {OLD, NEW}
        if write == "create":
            work: Work = lambda writer: writer.create(HOME, NEW, "k")  # noqa: E731
            allowed = {None, NEW}
        else:
            (root / HOME).write_bytes(OLD)
            work = WRITES[write]
            allowed = {OLD, None} if write == "remove" else allowed
        try:
            work(writer)
        except Crash:
            pass
        else:
            assert crash_at > 3
            return
        now = (root / HOME).read_bytes() if (root / HOME).exists() else None
        assert now in allowed
        happened = now != (None if write == "create" else OLD)
        after = writer_of(root, Steps(), clock, exchange=exchange)
        states = {receipt.state for receipt in after.receipts()}
        assert states <= ({State.CLEAN} if happened else {State.OURS})
        assert states or not happened
        assert recover(after) == []
        assert isinstance(work(after), Replaced | ChangedMeanwhile)
        assert drop_all(after, clock) == []
        assert receipt_files(root) == []
        left = (root / HOME).read_bytes() if (root / HOME).exists() else None
        assert left == (None if write == "remove" else NEW)
    pytest.fail("the write never ended")


@pytest.mark.usefixtures("_no_waiting_for_disks")
@pytest.mark.parametrize("write", sorted(WRITES))
@pytest.mark.parametrize("kind", ["rename", "in place"])
def test_a_save_at_any_step_and_a_crash_at_any_other_lose_nothing(
    tmp_path: Path, write: str, kind: str
) -> None:
    for save_at in range(SPAN):
        for crash_at in range(SPAN):
            lose_nothing(tmp_path / f"{save_at}-{crash_at}", write, kind, save_at, crash_at)


def lose_nothing(place: Path, write: str, kind: str, save_at: int, crash_at: int) -> None:
    """One history: a save, a crash, a recovery that crashes too, and one that ends."""
    root = folder(place)
    (root / HOME).write_bytes(OLD)
    clock = Clock()
    editor = InPlace(root / HOME, PERSON)
    handle = os.open(root / HOME, os.O_WRONLY)

    def save() -> None:
        if kind == "rename":
            save_by_rename(root / HOME, PERSON)
        elif (root / HOME).exists():
            editor.begin()
        else:  # it was moved away under an editor that had it open
            os.truncate(handle, 0)
            os.write(handle, PERSON)

    steps = Steps({save_at: save, save_at + 2: editor.finish}, crash_at)
    try:
        WRITES[write](writer_of(root, steps, clock))
    except Crash:
        pass
    saved = len(steps.names) > save_at
    try:
        recover(writer_of(root, Steps(crash_at=crash_at % 4), clock))
    except Crash:
        pass
    editor.finish()
    os.close(handle)
    writer = writer_of(root, Steps(), clock)
    history = [*recover(writer), *drop_all(writer, clock)]
    assert receipt_files(root) == []
    now = (root / HOME).read_bytes() if (root / HOME).exists() else b""
    if saved:
        assert PERSON in {now, *history}
    else:
        assert now in {OLD, NEW, b""}


def test_every_receipt_says_whose_it_is_after_a_damaged_record(root: Path) -> None:
    (root / HOME).write_bytes(OLD)
    writer = writer_of(root)
    writer.replace(HOME, NEW, sha(OLD), "k")
    [record] = (root / ".remindersd" / "receipts").glob("*.json")
    record.write_bytes(b"{")
    with pytest.raises(RemindersdError, match="is damaged"):
        writer.receipts()
    assert [name for name in receipt_files(root) if name.endswith(".data")]
