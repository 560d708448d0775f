"""A feed that lags behind our own writes: what it brings from before them is no news."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from store.remote.zones import PRIVATE
from sync.cycle.observing.asking import look_up
from sync.cycle.observing.outdone import OUTDONE, note_outdone, without_outdone
from sync.cycle.observing.owed import note_failed
from sync.remote.zones import ChangePage
from tests.rig import Rig, empty_world, open_rig
from tests.sync.sharing import SHARED, rest, share

LAG_S, EVERY_S = 20.0, 9.0


@pytest.fixture
def lagging(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """The feed shows nothing of the last twenty seconds."""
    return lag(rig, monkeypatch)


def lag(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Rig:
    monkeypatch.setattr(rig.world.zone, "_clock", rig.clock)
    rig.world.faults.read_lag = LAG_S
    return rig


def cycle(rig: Rig, times: int = 1) -> list[str]:
    """Cycles nine seconds apart; what the file says after each."""
    seen = []
    for _ in range(times):
        rig.wait(EVERY_S)
        rig.engine.cycle("test")
        seen.append(rig.read("Inbox"))
    return seen


def typed_three_times(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] One\n")
    cycle(rig)
    for old, new in (("One", "Two"), ("Two", "Three")):
        rig.replace("Inbox", old, new)
        cycle(rig)


@pytest.mark.parametrize("between", [lambda _: None, Rig.restart])
def test_words_that_were_sent_stand(lagging: Rig, between: Callable[[Rig], None]) -> None:
    typed_three_times(lagging)
    between(lagging)
    assert all("- [ ] Three ^r-" in text for text in cycle(lagging, 6))
    assert lagging.titles("Inbox") == {"Three"}
    assert lagging.store.meta.get(OUTDONE) == "{}"  # the feed has shown all
    lagging.world.faults.read_lag = 0.0
    lagging.rest()


@pytest.mark.parametrize("mode", ["soft", "purge"])
def test_a_line_that_was_deleted_is_not_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with open_rig(tmp_path, empty_world(), mode=mode) as rig:
        rig.run()
        lag(rig, monkeypatch)
        before = rig.read("Inbox")
        rig.append("Inbox", "- [ ] One\n")
        cycle(rig)
        rig.save("Inbox", before)
        assert all("One" not in text for text in cycle(rig, 7))
        assert rig.titles("Inbox") == set()


def test_what_a_phone_says_next_is_news(lagging: Rig) -> None:
    typed_three_times(lagging)
    phone = lagging.phone
    phone.edit(phone.find("Three").id, title="Two")  # the very words of before
    seen = cycle(lagging, 6)
    said = ["Two" if "- [ ] Two ^r-" in text else "Three" for text in seen]
    assert said == sorted(said)  # first Three, then Two
    assert said[-1] == "Two"
    assert lagging.titles("Inbox") == {"Two"}


def test_a_walk_takes_each_version_as_it_comes(lagging: Rig) -> None:
    typed_three_times(lagging)
    lagging.world.zone.expire_tokens()
    cycle(lagging)
    assert lagging.store.meta.get(OUTDONE) == "{}"
    lagging.world.faults.read_lag = 0.0
    lagging.run()
    assert "- [ ] Three ^r-" in lagging.read("Inbox")
    assert lagging.titles("Inbox") == {"Three"}


def test_of_a_page_with_several_versions_the_bytes_of_an_old_one_are_nobodys(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] One\n")
    rig.run()
    name = f"Reminder/{rig.shown('One').id}"
    old = rig.store.mirror.records([name])[name]
    new = {**old, "recordChangeTag": "later"}
    with rig.store.commit("test"):
        note_outdone(rig.store, [{"operationType": "update", "record": old}])
    page = ChangePage([new, old], "token", more=False, packed={name: b"of the last", "other": b""})
    with rig.store.commit("test"):
        found = without_outdone(rig.store, page)
    assert (found.records, dict(found.packed)) == ([new], {"other": b""})
    assert rig.store.meta.get(OUTDONE) == "{}"


def test_what_a_shared_zone_keeps_silent_about_is_asked_for_again(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database tells that something changed there, and once."""
    grace = share(rig, "Trip", "Pack")
    rig.wait(60)
    rig.run()
    monkeypatch.setattr(grace.zone, "_clock", rig.clock)
    rig.world.faults.read_lag = LAG_S
    grace.phone.edit(grace.phone.find("Pack").id, title="Pack warmly")
    rig.run()
    assert "Pack ^r-" in rig.read("Trip")
    rig.restart()
    rig.wait(LAG_S)
    rig.run()
    assert "Pack warmly" in rig.read("Trip")
    rig.world.faults.read_lag = 0.0
    rest(rig)
    rig.wait(60)
    rest(rig)
    with rig.counting() as sent:
        rest(rig)
    assert not [one for one in sent if SHARED in str(one["path"])]


@pytest.mark.parametrize("hard", [None, False, True])
def test_an_answer_by_name_that_lags_takes_nothing_back(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, hard: bool | None
) -> None:
    """What the feed has told it does not tell again; ``hard``: how it is deleted, if it is."""
    rig.append("Inbox", "- [ ] One\n")
    rig.run()
    rig.wait(60)
    monkeypatch.setattr(rig.world.zone, "_clock", rig.clock)
    id = rig.shown("One").id
    rig.phone.edit(id, title="Said")
    if hard is not None:
        rig.phone.delete(id, hard=hard)
    rig.run()
    after = rig.read("Inbox")
    assert ("Said" in after, "One" in after) == (hard is None, False)
    rig.world.faults.read_lag = LAG_S
    cloud = rig.engine._parts.cloud()
    look_up(rig.store, cloud, cloud.reminders_zone(), [f"Reminder/{id}"])
    rig.world.faults.read_lag = 0.0
    rig.run()
    assert rig.read("Inbox") == after
    assert rig.titles("Inbox") == ({"Said"} if hard is None else set())
    rig.rest()


def test_nor_does_one_for_what_is_owed(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on to be owed: what the feed named must be newer."""
    rig.append("Inbox", "- [ ] One\n")
    rig.run()
    rig.wait(60)
    monkeypatch.setattr(rig.world.zone, "_clock", rig.clock)
    id = rig.shown("One").id
    rig.phone.edit(id, title="Said")
    rig.run()
    with rig.store.commit("test"):
        note_failed(rig.store, PRIVATE, {f"Reminder/{id}": "INTERNAL_ERROR"})
    rig.world.faults.read_lag = LAG_S
    problems = rig.run().problems
    assert any("could not give “Said” (an older version came)" in one for one in problems)
    rig.world.faults.read_lag = 0.0
    rig.wait(120)
    assert rig.run().problems == []
    assert "Said" in rig.read("Inbox")
    rig.rest()
