"""What simulated histories found, told plainly: one test for each."""

from __future__ import annotations

import errno
import os

import pytest

from sync.errors import NetworkError
from tests.rig import Rig

TEN_YEARS_S = 10 * 365 * 86_400.0


class FullOnce:
    """The disk has no room at the first effect of a name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, name: str) -> None:
        if name == self._name:
            self._name = ""
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "Inbox.md")


def test_a_line_that_got_no_id_on_a_full_disk_is_still_the_same_reminder(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] First\n")
    rig.run()
    rig.append("Inbox", "- [ ] Typed\n")
    rig.phone.edit(rig.shown("First").id, notes="from the phone")
    rig.step = FullOnce("swap:write")
    rig.wait(3)
    assert any("full" in problem for problem in rig.engine.cycle("test").problems)
    sent = rig.shown("Typed").id
    rig.run()
    assert rig.titles("Inbox") == {"First", "Typed"}
    assert rig.shown("Typed").id == sent
    rig.rest()


def test_who_took_all_ids_away_has_seen_the_lines(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] First\n")
    rig.run()
    rig.phone.create("Inbox", "From the phone", notes="with a note")
    rig.run()
    rig.save("Inbox", "".join(f"{one.split(' ^r-')[0]}\n" for one in rig.read("Inbox").split("\n")))
    rig.run()
    assert len(rig.phone.reminders("Inbox")) == 2
    assert rig.read("Inbox").count("From the phone") == 1
    assert rig.read("Inbox").count(" ^r-") == 2


def test_what_was_sent_before_the_clock_was_set_back_is_no_evidence_for_years(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Typed\n")
    rig.run()
    rig.offset_s += TEN_YEARS_S
    rig.replace("Inbox", "- [ ] Typed", "- [x] Typed")
    rig.world.faults.fail("cut_before", "records/modify")
    rig.wait(3)
    with pytest.raises(NetworkError):
        rig.engine.cycle("test")
    rig.offset_s -= TEN_YEARS_S
    rig.run()
    report = rig.run()
    assert report.pending == 0
    assert rig.shown("Typed").done
