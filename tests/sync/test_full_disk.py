"""A disk that is full, once or for a while, at any effect: it stops with a reason, and goes on."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from daemon.wording.storage import as_ours
from store.errors import Full
from sync.core.actions import HoldKind
from sync.machine import told
from tests.rig import Rig, empty_world, open_rig

FULL = errno.ENOSPC


def work(rig: Rig) -> None:
    """Something to do on both sides."""
    rig.append("Inbox", "- [ ] Typed\n")
    rig.replace("Inbox", "- [ ] Milk", "- [ ] Oat milk")
    rig.phone.edit(rig.shown("Bread").id, notes="dark")
    rig.phone.create("Inbox", "Dictated")


@contextmanager
def start(home: Path) -> Iterator[Rig]:
    home.mkdir()
    with open_rig(home, empty_world()) as rig:
        yield rig


def ready(rig: Rig) -> None:
    rig.run()
    rig.append("Inbox", "- [ ] Milk\n- [ ] Bread\n")
    rig.run()
    work(rig)


def count_steps(home: Path) -> int:
    seen: list[str] = []
    with start(home) as rig:
        ready(rig)
        rig.step = seen.append
        rig.run()
    return len(seen)


@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "for a while"])
def test_a_disk_that_is_full_at_any_moment_costs_nothing(tmp_path: Path, for_ever: bool) -> None:
    total = count_steps(tmp_path / "count")
    assert total > 20
    for number in range(1, total, 5):
        with start(tmp_path / f"{number}") as rig:
            ready(rig)
            left = [number]

            def full(name: str, left: list[int] = left) -> None:
                left[0] -= 1
                if left[0] == 0 or (for_ever and left[0] < 0):
                    raise OSError(FULL, "No space left on device", name)

            rig.step = full
            try:  # a file that cannot be written once is told, and written later
                rig.run()
            except OSError as error:
                reason = told(error)
                assert reason is not None
                assert (reason.exit_code, reason.hint) == (1, "make room on the disk")
            else:
                assert not for_ever
            rig.step = lambda _: None
            rig.run()
            rig.run()
            assert sorted(rig.titles("Inbox")) == ["Bread", "Dictated", "Oat milk", "Typed"]
            assert rig.shown("Bread").notes == "dark"
            for title in ("Bread", "Dictated", "Oat milk", "Typed"):
                assert rig.line("Inbox", title)
            assert rig.store.attention.open_conflicts() == []
            assert rig.engine.verify().result == "agrees"


def test_a_mirror_without_room_is_told_by_its_path_and_goes_on(rig: Rig) -> None:
    """SQLite itself says so, in the middle of a commit."""
    work_to_do = "".join(f"- [ ] Task {number} {'long ' * 200}\n" for number in range(20))
    rig.append("Inbox", work_to_do)
    rig.wait(3)
    raw = rig.store._connection.raw
    pages = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.execute(f"PRAGMA max_page_count = {pages}").fetchone()
    with pytest.raises(Full) as caught:
        rig.engine.cycle("test")
    ours = as_ours(caught.value)
    assert str(rig.store.path) in ours.message
    assert "make room" in ours.hint
    raw.execute("PRAGMA max_page_count = 1000000").fetchone()
    rig.run()
    assert len(rig.titles("Inbox")) == 20
    rig.rest()


def test_a_list_whose_renamed_file_gets_no_ids_does_not_seem_to_be_gone(rig: Rig) -> None:
    """Neither approved nor offered for it: while the new file waits, it may be the list's."""
    rig.append("Inbox", "- [ ] Milk\n- [ ] Bread\n")
    rig.run()
    before = {one.id for one in rig.phone.reminders()}
    bare = re.sub(r" \^r-\w+", "", rig.read("Inbox"))
    rig.path("Inbox").unlink()
    rig.save("Mail", bare)

    def full(name: str) -> None:
        if name == "swap:write":
            raise OSError(FULL, os.strerror(FULL), "Mail.md")

    rig.step = full
    rig.wait(3)
    [hold] = rig.engine.cycle("test").held
    assert (hold.kind, "its file Inbox.md is gone, and may be Mail.md" in hold.reason) == (
        HoldKind.RESTING_LIST,
        True,
    )
    assert rig.engine.approve([hold.id]) == []
    rig.step = lambda _: None
    rig.run()
    assert {one.id for one in rig.phone.reminders("Mail")} == before
    rig.rest()
