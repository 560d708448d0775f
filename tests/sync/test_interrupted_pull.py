"""A cycle that breaks off after its pull: what the pull brought is not forgotten by the next."""

from __future__ import annotations

import pytest

from sync.cycle.observing.observe import remember
from sync.errors import BadResponse
from tests.rig import Rig


def test_what_was_pulled_is_planned_by_the_next_cycle(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.run()
    assert rig.run().idle  # from now on nothing is looked at without news

    def sick() -> None:
        raise OSError(5, "Input/output error")

    rig.phone.create("Inbox", "From the phone")
    reader = rig.engine._parts.reader
    with monkeypatch.context() as patched:
        patched.setattr(reader, "read", sick)
        with pytest.raises(OSError, match="Input/output"):
            rig.engine.cycle("test")
    rig.engine.cycle("test")
    assert "From the phone" in rig.read("Inbox")


def test_a_feed_of_empty_pages_ends_and_goes_on_the_next_time(rig: Rig) -> None:
    rig.run()
    rig.world.faults.empty_pages = 150
    rig.phone.create("Inbox", "Behind them")
    with pytest.raises(BadResponse, match="101 empty pages"):
        rig.engine.cycle("test")
    rig.engine.cycle("test")
    assert rig.world.faults.empty_pages == 0
    assert "Behind them" in rig.read("Inbox")


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_of_a_record_that_comes_twice_in_a_page_the_last_word_counts(
    rig: Rig, order: list[int]
) -> None:
    """Deleted and made again under its name, or the other way round."""
    rig.run()
    rig.phone.create("Inbox", "Task")
    rig.run()
    [live] = rig.world.zone.live("Reminder")
    gone = {"recordName": live["recordName"], "deleted": True}
    words = [[gone, live][at] for at in order]
    with rig.store.commit("test"):
        remember(rig.store, words)
    assert (rig.store.mirror.tombstones() == {}) == (words[-1] is live)
