"""Where files can be neither exchanged nor linked, writing works all the same, but less safely.

That is exFAT, and much of what is mounted through FUSE.
"""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from sync.local.receipts import State
from sync.local.swap import ChangedMeanwhile, Replaced
from tests.local.support import (
    HOME,
    NEW,
    OLD,
    PERSON,
    Clock,
    Steps,
    drop_all,
    no_links,
    receipt_files,
    save_by_rename,
    sha,
    writer_of,
)

READS = 2000
MANY = 200


@pytest.fixture
def poor(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on a disk without exchange and without links, with a file in it."""
    (root / HOME).write_bytes(OLD)
    monkeypatch.setattr(os, "link", no_links)
    return root


def test_a_file_is_written_and_what_was_there_is_kept(poor: Path) -> None:
    clock = Clock()
    writer = writer_of(poor, Steps(), clock, exchange=False)
    (poor / HOME).chmod(0o640)
    assert writer.replace(HOME, NEW, sha(OLD), "k") == Replaced(sha(NEW))
    assert (poor / HOME).read_bytes() == NEW
    assert (poor / HOME).stat().st_mode & 0o777 == 0o640
    [receipt] = writer.receipts()
    assert (receipt.state, receipt.data()) == (State.CLEAN, OLD)
    assert drop_all(writer, clock) == []
    assert receipt_files(poor) == []


@pytest.mark.parametrize("step", ["swap:check", "swap:link"])
def test_a_save_before_the_copy_wins(poor: Path, step: str) -> None:
    steps = Steps({step: lambda: save_by_rename(poor / HOME, PERSON)})
    outcome = writer_of(poor, steps, exchange=False).replace(HOME, NEW, sha(OLD), "k")
    assert isinstance(outcome, ChangedMeanwhile)
    assert (poor / HOME).read_bytes() == PERSON
    assert receipt_files(poor) == []


def test_files_are_made_renamed_and_removed(poor: Path) -> None:
    writer = writer_of(poor, exchange=False)
    assert writer.create(Path("New.md"), NEW, "k") == Replaced(sha(NEW))
    assert writer.rename(Path("New.md"), Path("Newer.md")) == Replaced(sha(NEW))
    assert isinstance(writer.rename(Path("Newer.md"), HOME), ChangedMeanwhile)
    assert writer.remove(HOME, sha(OLD), "k") == Replaced("")
    assert sorted(path.name for path in poor.glob("*.md")) == ["Newer.md"]


def test_a_disk_that_cannot_sync_a_directory_is_written_to(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def files_only(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        sync(handle)

    monkeypatch.setattr(os, "fsync", files_only)
    (root / HOME).write_bytes(OLD)
    assert writer_of(root).replace(HOME, NEW, sha(OLD), "k") == Replaced(sha(NEW))


def test_hundreds_of_receipts_go_when_they_are_quiet(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    clock = Clock()
    writer = writer_of(root, Steps(), clock)
    (root / HOME).write_bytes(OLD)
    for number in range(MANY):
        before, after = (OLD, NEW) if number % 2 == 0 else (NEW, OLD)
        outcome = writer.replace(HOME, after, sha(before), f"k-{number}")
        assert isinstance(outcome, Replaced)
    assert len(writer.receipts()) == MANY
    assert drop_all(writer, clock) == []
    assert receipt_files(root) == []


@pytest.mark.parametrize("has", ["exchange", "links", "neither"])
def test_who_reads_while_we_write_sees_a_whole_file(
    root: Path, monkeypatch: pytest.MonkeyPatch, has: str
) -> None:
    if has == "neither":
        monkeypatch.setattr(os, "link", no_links)
    contents = [text * 500 for text in (OLD, NEW)]
    (root / HOME).write_bytes(contents[0])
    writer = writer_of(root, exchange=has == "exchange")
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            for before, after in (contents, reversed(contents)):
                writer.replace(HOME, after, sha(before), "k")
                for receipt in writer_of(root, clock=Clock(2000.0)).receipts():
                    writer.drop(receipt)

    monkeypatch.setattr(os, "fsync", lambda _: None)
    thread = threading.Thread(target=write)
    thread.start()
    try:
        seen = {(root / HOME).read_bytes() for _ in range(READS)}
    finally:
        over.set()
        thread.join()
    assert seen <= set(contents)
