"""A record that an answer does not know is not gone: only the feed, or a walk, takes its line.

Found by simulated histories in which a look-up lagged behind the feed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sync.cycle.observing.observe import zone_id
from sync.errors import NetworkError
from sync.remote.answers import Failure
from sync.remote.cloudkit import CloudKit, ZoneId
from tests.rig import Rig

TRIES = 5  # that a record is unknown before its zone is walked


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """No look-up knows any record."""

    def lookup(_self: CloudKit, _zone: ZoneId, names: Sequence[str]) -> list[Failure]:
        return [Failure(name, "NOT_FOUND", "Record not found") for name in names]

    monkeypatch.setattr(CloudKit, "lookup", lookup)


def typed(rig: Rig) -> str:
    rig.append("Inbox", "- [ ] Typed\n- [ ] Other\n")
    rig.run()
    return rig.shown("Typed").id


@pytest.mark.usefixtures("blind")
def test_a_look_up_that_lags_takes_no_line(rig: Rig) -> None:
    typed(rig)
    rig.replace("Inbox", "- [ ] Typed", "- [x] Typed")
    rig.world.faults.fail("lost_reply", "records/modify")
    rig.wait(3)
    with pytest.raises(NetworkError):
        rig.engine.cycle("test")
    rig.run()
    assert "- [x] Typed" in rig.line("Inbox", "Typed")
    assert rig.shown("Typed").done
    rig.rest()


def test_a_write_that_is_answered_so_takes_no_line_and_arrives_later(rig: Rig) -> None:
    id = typed(rig)
    rig.world.faults.fail_item("NOT_FOUND", id, times=TRIES + 1)
    rig.replace("Inbox", "- [ ] Typed", "- [x] Typed")
    rig.run()
    assert "- [x] Typed" in rig.line("Inbox", "Typed")
    assert rig.shown("Typed").done
    assert not rig.store.outbox.parked()
    rig.rest()


def test_what_is_listed_and_never_known_is_for_a_person(rig: Rig) -> None:
    id = typed(rig)
    rig.world.faults.fail_item("NOT_FOUND", id, times=200)
    rig.replace("Inbox", "- [ ] Typed", "- [x] Typed")
    rig.append("Inbox", "- [ ] Next\n")
    report = rig.run()
    assert "- [x] Typed" in rig.line("Inbox", "Typed")
    assert rig.shown("Next").list == "Inbox"
    [parked] = rig.store.outbox.parked()
    assert (parked.id, report.parked) == (id, 1)
    assert "NOT_FOUND: iCloud lists it, and takes no change of it" in parked.reason


def test_what_no_feed_tells_of_is_found_gone_by_a_walk(rig: Rig) -> None:
    id = typed(rig)
    zone = rig.store.mirror.zone()
    assert zone is not None
    rig.phone.delete(id, hard=True)
    page = rig.engine._parts.cloud().changes(zone_id(zone), zone.sync_token)
    with rig.store.commit("test"):  # its tombstone is missed
        rig.store.mirror.set_zone(replace(zone, sync_token=page.token))
    rig.replace("Inbox", "- [ ] Other", "- [x] Other")
    rig.run()
    assert "Typed" in rig.read("Inbox")
    rig.replace("Inbox", "- [ ] Typed", "- [x] Typed")
    rig.run()
    assert rig.shown("Typed").done  # the edit was made of what is gone by the walk: it is anew
    assert rig.read("Inbox").count("Typed") == 1
    rig.rest()
