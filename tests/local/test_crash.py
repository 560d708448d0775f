"""No save of the person's is lost, whatever it meets: our write, a crash, a crash in recovery."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sync.local.receipts import State
from sync.local.swap import ChangedMeanwhile, Replaced, Writer
from tests.local.support import (
    HOME,
    NEW,
    OLD,
    PERSON,
    Clock,
    Crash,
    InPlace,
    Steps,
    drop_all,
    folder,
    no_links,
    receipt_files,
    recover,
    save_by_rename,
    sha,
    writer_of,
)


@pytest.fixture
def _no_waiting_for_disks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


Work = Callable[[Writer], object]
WRITES: dict[str, Work] = {
    "replace": lambda writer: writer.replace(HOME, NEW, sha(OLD), "k"),
    "remove": lambda writer: writer.remove(HOME, sha(OLD), "k"),
}
# By rename at one step; or truncated at one step and finished at a later one, or after it all.
SPAN = 11


@pytest.mark.usefixtures("_no_waiting_for_disks")
@pytest.mark.parametrize("has", ["exchange", "links", "neither"])
@pytest.mark.parametrize("write", ["replace", "remove", "create"])
def test_a_crash_at_any_step_leaves_a_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: str, has: str
) -> None:
    exchange = has == "exchange"
    if has == "neither":
        monkeypatch.setattr(os, "link", no_links)
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
