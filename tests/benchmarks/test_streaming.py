"""A pull keeps one page at a time, so that its memory does not follow the number of pages."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from benchmarks.feed import received
from store.db import Store
from sync.cycle.observing import ahead, observe
from sync.remote import transport
from sync.remote.zones import ChangePage, ZoneId

PAGES = 6


class Records(list[dict[str, Any]]):
    """The records of one page; one can be told when they are gone."""


class Feed:
    """Hands out pages, and counts those that are still held whenever the next one is asked for."""

    def __init__(self) -> None:
        self.handed: list[weakref.ref[Records]] = []
        self.held: list[int] = []

    def reminders_zone(self) -> ZoneId:
        return ZoneId("Reminders", "_owner", "private")

    def changes(self, zone: ZoneId, token: str | None) -> ChangePage:
        self.held.append(sum(page() is not None for page in self.handed))
        number = int(token or 0)
        records = Records([reminder(number * 2), reminder(number * 2 + 1)])
        self.handed.append(weakref.ref(records))
        return ChangePage(records, str(number + 1), number + 1 < PAGES)

    def lookup(self, zone: ZoneId, names: Sequence[str]) -> list[Any]:
        raise AssertionError("every record was met")


def reminder(number: int) -> dict[str, Any]:
    return {
        "recordName": f"Reminder/00000000-0000-4000-8000-{number:012}",
        "recordType": "Reminder",
        "recordChangeTag": "a",
        "fields": {"List": {"value": {"recordName": "List/L"}, "type": "REFERENCE"}},
    }


@pytest.mark.parametrize(("reading", "most"), [(ahead.in_turn, 1), (ahead.Ahead, 2)])
def test_no_page_is_kept_but_the_last(
    reading: ahead.Reading, most: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    gc.disable()  # a page that only the collector frees would be kept for long
    request.addfinalizer(gc.enable)
    feed = Feed()
    with Store.open(tmp_path / "mirror.sqlite") as store, reading(feed) as read:
        pulled = observe.pull(read, store)
        assert sum(1 for _ in store.mirror.reminders()) == pulled.records == PAGES * 2
    assert pulled.pages == len(feed.held) == PAGES
    assert max(feed.held) == most


def test_an_answer_is_let_go_without_the_collector(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    read = transport.read_object
    answers: list[weakref.ref[httpx.Response]] = []

    def noted(response: httpx.Response) -> dict[str, Any]:
        answers.append(weakref.ref(response))
        return read(response)

    monkeypatch.setattr(transport, "read_object", noted)
    page = orjson.dumps({"records": [], "syncToken": "1", "moreComing": False})
    gc.disable()
    request.addfinalizer(gc.enable)
    received([page]).changes(ZoneId("Reminders", "_owner"), None)
    assert [answer() for answer in answers] == [None]
