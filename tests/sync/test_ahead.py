"""The next page is on its way while this one is stored: the same requests, and nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from daemon.running.pulse import Pulses
from store.db import Store
from store.raw import pack
from store.rows import ZoneRow
from sync.cycle.observing import observe
from sync.cycle.observing.ahead import Ahead, Reading, in_turn
from sync.errors import NetworkError, SyncTokenExpired
from sync.remote.zones import ChangePage, ZoneId

PAGES = observe.PAGES_AT_ONCE + 2
SOON_S = 20.0  # nothing waits that long, but for a test that fails


class Feed:
    """Hands out a reminder on each page; ``before`` is called with the token of each request."""

    def __init__(self, before: Callable[[str | None], None] = lambda _: None) -> None:
        self.asked: list[str | None] = []
        self.answered = 0
        self._before = before
        self._busy = threading.Lock()

    def reminders_zone(self) -> ZoneId:
        return ZoneId("Reminders", "_owner")

    def lookup(self, zone: ZoneId, names: Sequence[str]) -> list[Any]:
        raise AssertionError("every record was met")

    def changes(self, zone: ZoneId, token: str | None) -> ChangePage:
        assert self._busy.acquire(blocking=False), "two requests at once"
        try:
            self.asked.append(token)
            self._before(token)
            self.answered += 1
        finally:
            self._busy.release()
        number = int(token or 0)
        fields = {"List": {"value": {"recordName": "List/L"}, "type": "REFERENCE"}}
        record = {"recordName": f"Reminder/{number}", "recordType": "Reminder", "fields": fields}
        return ChangePage([record], str(number + 1), number + 1 < PAGES)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "mirror.sqlite") as store:
        yield store


def kept(store: Store) -> tuple[str | None, int]:
    """The token, and how many reminders are there."""
    zone = store.mirror.zone()
    return (zone.sync_token if zone else None), sum(1 for _ in store.mirror.reminders())


class Twice(Feed):
    """Each page says a record twice: the last word counts."""

    def changes(self, zone: ZoneId, token: str | None) -> ChangePage:
        page = super().changes(zone, token)
        return replace(page, records=[{**page.records[0], "recordChangeTag": "old"}, *page.records])


def test_what_is_kept_of_a_record_is_made_on_its_way(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bool] = []

    def noted(record: Any) -> bytes:
        made.append(threading.current_thread() is threading.main_thread())
        return pack(record)

    monkeypatch.setattr("sync.cycle.observing.ahead.pack", noted)
    monkeypatch.setattr("store.remote.mirror.pack", noted)
    with Ahead(Twice()) as reading:
        observe.pull(reading, store)
    assert made.count(True) == 1  # the first page: nobody knew that it would be asked for
    for number in range(PAGES):
        (wanted,) = Feed().changes(ZoneId("Reminders", "_owner"), str(number)).records
        assert store.mirror.record(str(wanted["recordName"])) == wanted


def test_the_next_page_is_asked_for_before_this_one_is_kept(store: Store) -> None:
    asked = threading.Event()
    feed = Feed(lambda token: asked.set() if token == "1" else None)
    seen: list[bool] = []

    def step(name: str) -> None:
        if name == "commit:page:before" and not seen:
            seen.append(asked.wait(SOON_S))

    store.step = step
    with Ahead(feed) as reading:
        assert observe.pull(reading, store).records == PAGES
    assert seen == [True]
    assert kept(store) == (str(PAGES), PAGES)


def test_the_requests_are_those_of_asking_in_turn(tmp_path: Path) -> None:
    def asked(reading: Reading) -> list[str | None]:
        refused: list[str | None] = []

        def refuse(token: str | None) -> None:
            if token == "2" and not refused:
                refused.append(token)
                raise SyncTokenExpired("the token is too old")

        feed = Feed(refuse)
        with Store.open(tmp_path / f"{reading.__name__}.sqlite") as store, reading(feed) as read:
            observe.known_zone(read, store)
            with store.commit("begun"):
                store.mirror.begin_walk()
                store.mirror.set_zone(
                    ZoneRow("Reminders", "_owner", sync_token="1", feed=observe.FEED)
                )
            observe.pull(read, store)
            assert kept(store) == (str(PAGES), PAGES)
        return feed.asked

    assert asked(Ahead) == asked(in_turn) == ["1", "2", None, *map(str, range(1, PAGES))]


def test_a_page_that_fails_loses_none_before_it(store: Store) -> None:
    def fail(token: str | None) -> None:
        if token == "2":
            raise NetworkError("cut")

    with pytest.raises(NetworkError), Ahead(Feed(fail)) as reading:
        observe.pull(reading, store)
    assert kept(store) == ("2", 2)
    with Ahead(Feed()) as reading:
        observe.pull(reading, store)
    assert kept(store) == (str(PAGES), PAGES)


def test_a_few_pages_are_one_commit_and_a_cut_loses_no_more(store: Store) -> None:
    steps: list[str] = []

    def step(name: str) -> None:
        steps.append(name)
        if steps.count("commit:page:before") == 2:
            raise KeyboardInterrupt

    store.step = step
    with pytest.raises(KeyboardInterrupt):
        observe.pull(Feed(), store)
    assert kept(store) == (str(observe.PAGES_AT_ONCE), observe.PAGES_AT_ONCE)
    store.step = steps.append
    observe.pull(Feed(), store)
    assert kept(store) == (str(PAGES), PAGES)
    assert steps.count("commit:page:after") == 2


def test_nothing_is_under_way_when_a_page_cannot_be_kept(store: Store) -> None:
    full = threading.Event()
    at_once = observe.PAGES_AT_ONCE
    feed = Feed(lambda token: None if token != str(at_once) else _waited(full))

    def step(name: str) -> None:
        if name == "commit:page:before":
            full.set()
            raise OSError("no space")

    store.step = step
    with pytest.raises(OSError, match="no space"), Ahead(feed) as reading:
        observe.pull(reading, store)
    assert feed.answered == len(feed.asked) == at_once + 1
    assert kept(store) == (None, 0)


def test_who_interrupts_does_not_wait(store: Store) -> None:
    left = threading.Event()
    at_once = observe.PAGES_AT_ONCE
    feed = Feed(lambda token: None if token != str(at_once) else _waited(left))

    def step(name: str) -> None:
        if name == "commit:page:before":
            raise KeyboardInterrupt

    store.step = step
    with pytest.raises(KeyboardInterrupt), Ahead(feed) as reading:
        observe.pull(reading, store)
    assert feed.answered == at_once
    left.set()


def test_what_is_made_ahead_is_a_step_of_who_waits_for_it() -> None:
    pulses = Pulses()
    loop = pulses.add("the loop", lambda work: work(), 300)
    loop.beat()
    zone = ZoneId("Reminders", "_owner")
    with Ahead(Feed(lambda _: pulses.step("request"))) as reading:
        reading.changes(zone, None)
        reading.changes(zone, "1")
        reading.changes(zone, "2")
    assert loop.beats == 1 + 4
    assert loop.threads == {threading.get_ident()}  # another thread may be given that number next


def test_another_request_waits_for_the_page_that_is_under_way() -> None:
    feed, zone = Feed(), ZoneId("Reminders", "_owner")
    with Ahead(feed) as reading:
        assert reading.changes(zone, None).token == "1"
        reading.reminders_zone()
        assert feed.answered == 2
        assert reading.changes(zone, "2").token == "3"
        assert reading.changes(zone, None).token == "1"  # not the one that was on its way
    assert feed.asked == [None, "1", "2", "3", None, "1"]


def _waited(event: threading.Event) -> None:
    assert event.wait(SOON_S)
