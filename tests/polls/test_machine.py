"""What the machine refuses in a poll, such as a file on a full disk, is told and remembered."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest

from sync.errors import RemindersdError
from sync.polls.around import Around
from sync.polls.asked import DataQuery, unheard
from sync.polls.contacts import CONTACTS, ContactSource
from sync.polls.devices import DEVICES, DeviceSource
from tests.polls.conftest import Bench

FULL = OSError(errno.ENOSPC, "No space left on device", "/state/session")


def contacts(around: Around) -> None:
    ContactSource(around).items(DataQuery(CONTACTS), unheard)


def devices(around: Around) -> None:
    DeviceSource(around, lambda: 0.0).items(DataQuery(DEVICES), unheard)


@pytest.mark.parametrize("poll", [contacts, devices])
def test_a_disk_that_is_full_is_told_and_remembered(
    bench: Bench, poll: Callable[[Around], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise FULL

    monkeypatch.setattr("sync.remote.stored.write_private", refuse)
    with pytest.raises(RemindersdError, match="/state/session: No space left on device") as refused:
        poll(bench.around)
    assert refused.value.hint == "make room on the disk"
    [state] = bench.store.polls.states().values()
    assert (state.succeeded_ms, state.error) == (None, "error")


def test_what_the_machine_refuses_between_two_requests_is_told_and_remembered(bench: Bench) -> None:
    with pytest.raises(RemindersdError, match="No space left"), bench.around.recorded("photos"):
        raise FULL
    [state] = bench.store.polls.states().values()
    assert (state.succeeded_ms, state.error) == (None, "error")
