"""An editor that saves while we write: its bytes go back, or are kept until someone read them."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from sync.errors import RemindersdError
from sync.local import disk
from sync.local.disk import Renameat2
from sync.local.receipts import QUIET_S, Ledger, State
from sync.local.swap import ChangedMeanwhile, Refused, Replaced, Writer
from tests.local.support import (
    HOME,
    NEW,
    OLD,
    PERSON,
    Clock,
    Crash,
    Steps,
    drop_all,
    receipt_files,
    save_by_rename,
    sha,
    writer_of,
)


def failing(step: str) -> Steps:
    """The disk fails at each of these steps."""

    def fail() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "Home.md")

    return Steps({step: fail})


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
        outcome = writer.replace(HOME, NEW, sha(OLD), "k")
        assert isinstance(outcome, Replaced)
        assert outcome.trouble.startswith("Input/output error")
        [receipt] = writer.receipts()
        assert (receipt.state, receipt.data()) == (State.CLEAN, OLD)

    @pytest.mark.parametrize("step", ["swap:sync", "swap:examine"])
    @pytest.mark.parametrize("exchange", [True, False])
    def test_a_disk_that_fails_when_it_is_done_is_told(
        self, root: Path, step: str, exchange: bool
    ) -> None:
        (root / HOME).write_bytes(OLD)
        writer = writer_of(root, failing(step), exchange=exchange)
        assert writer.replace(HOME, NEW, sha(OLD), "k") == Replaced(sha(NEW), "disk full: Home.md")
        assert (root / HOME).read_bytes() == NEW
        writer = writer_of(root, failing(step), exchange=exchange)
        assert writer.remove(HOME, sha(NEW), "r") == Replaced("", "disk full: Home.md")
        writer = writer_of(root, failing("swap:sync"), exchange=exchange)
        assert writer.create(HOME, NEW, "c") == Replaced(sha(NEW), "disk full: Home.md")

    def test_what_nothing_tells_of_may_have_been_written(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (root / HOME).write_bytes(OLD)
        writer = writer_of(root, failing("swap:examine"))

        def find(_: Ledger, stem: str) -> None:
            raise OSError(errno.EIO, "Input/output error", stem)

        monkeypatch.setattr(Ledger, "find", find)
        assert writer.replace(HOME, NEW, sha(OLD), "k") == Refused(
            "disk full: Home.md", unsure=True
        )

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
        assert isinstance(created, Replaced)
        assert "Input/output error" in created.trouble
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

    def test_one_that_is_asked_back_again_and_again_gets_quiet(self, root: Path) -> None:
        (root / HOME).write_bytes(OLD)
        clock = Clock()
        handle = os.open(root / HOME, os.O_WRONLY | os.O_APPEND)
        writer = writer_of(root, Steps(), clock)
        writer.replace(HOME, NEW, sha(OLD), "k")
        os.write(handle, b"late")
        os.close(handle)
        save_by_rename(root / HOME, PERSON)
        for _ in range(3):
            [receipt] = writer.receipts()
            assert isinstance(writer.give_back(receipt), ChangedMeanwhile)
            clock.now += QUIET_S / 2
        [receipt] = writer.receipts()
        assert receipt.quiet

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


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("since", []), ("since", float("nan")), ("path", 7), ("path", "../Home.md")),
        *(("path", "/etc/passwd"), ("path", "\ud800.md"), ("stem", "another")),
        *(("key", None), ("kind", "magic")),
    ],
)
def test_a_receipt_that_says_what_none_can_say_is_damaged(
    root: Path, key: str, value: object
) -> None:
    (root / HOME).write_bytes(OLD)
    writer = writer_of(root)
    writer.replace(HOME, NEW, sha(OLD), "k")
    [record] = (root / ".remindersd" / "receipts").glob("*.json")
    record.write_text(json.dumps(json.loads(record.read_bytes()) | {key: value}))
    with pytest.raises(RemindersdError, match="is damaged"):
        writer.receipts()


def test_every_receipt_says_whose_it_is_after_a_damaged_record(root: Path) -> None:
    (root / HOME).write_bytes(OLD)
    writer = writer_of(root)
    writer.replace(HOME, NEW, sha(OLD), "k")
    [record] = (root / ".remindersd" / "receipts").glob("*.json")
    record.write_bytes(b"{")
    with pytest.raises(RemindersdError, match="is damaged"):
        writer.receipts()
    assert [name for name in receipt_files(root) if name.endswith(".data")]


@pytest.mark.parametrize("suffix", [".json", ".data", ".json.new"])
def test_a_conflict_copy_of_a_record_is_no_receipt_and_stays(root: Path, suffix: str) -> None:
    (root / HOME).write_bytes(OLD)
    writer = writer_of(root)
    writer.replace(HOME, NEW, sha(OLD), "k")
    [record] = (root / ".remindersd" / "receipts").glob("*.json")
    copy = record.with_name(f"{record.stem}.sync-conflict-20260212-103000-AB12CD3{suffix}")
    copy.write_bytes(b"{")
    assert [receipt.state for receipt in writer.receipts()] == [State.CLEAN]
    assert copy.exists()
