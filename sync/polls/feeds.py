"""Reads the feed of a zone page by page: what a page says and its token are one commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from store.db import Store
from store.polled.states import Feed
from sync.errors import SyncTokenExpired
from sync.polls.around import Around
from sync.polls.asked import Progress
from sync.remote.cloudkit import ChangePage, CloudKit, ZoneId

__all__ = ["Reader", "follow", "zone_key"]

Record = Mapping[str, Any]
Page = TypeVar("Page")


@dataclass(frozen=True, slots=True)
class Reader(Generic[Page]):
    """How a service keeps what its feed says.

    ``read(zone, records)`` says what a page is. In the mirror's thread ``put(store, zone, page,
    walk)`` keeps it, and ``finish(store, zone, walk)`` ends the walk of that number.
    """

    service: str
    target: str
    read: Callable[[str, Sequence[Record]], Page]
    put: Callable[[Store, str, Page, int], None]
    finish: Callable[[Store, str, int], None]


def zone_key(zone: ZoneId) -> str:
    """What a zone is called in the mirror."""
    return f"{zone.database}/{zone.owner}/{zone.name}"


def follow(
    around: Around, cloud: CloudKit, zone: ZoneId, reader: Reader[Page], progress: Progress
) -> None:
    """Read what is new in ``zone``, or all of it where its token is good no more.

    What was read before an error is kept, and the next time goes on there.
    """
    key = zone_key(zone)
    feed = around.mirror(lambda store: store.polls.feed(reader.service, key))
    try:
        _walk(around, cloud, zone, reader, feed, progress)
    except SyncTokenExpired:
        if feed.token is None:
            raise
        _walk(around, cloud, zone, reader, Feed(None, feed.walk + 1), progress)


def _walk(
    around: Around,
    cloud: CloudKit,
    zone: ZoneId,
    reader: Reader[Page],
    feed: Feed,
    progress: Progress,
) -> None:
    key, read = zone_key(zone), 0
    for page in cloud.walk(zone, feed.token, by_zone=True):
        read += len(page.records)
        if page.records or page.more or feed.walking:
            feed = _kept(around, key, reader, feed, page)
        progress(reader.target, read, None)


def _kept(around: Around, key: str, reader: Reader[Page], feed: Feed, page: ChangePage) -> Feed:
    said = reader.read(key, page.records)
    following = replace(feed, token=page.token, walking=feed.walking and page.more)

    def keep(store: Store) -> None:
        with store.commit("poll-page"):
            reader.put(store, key, said, feed.walk)
            if feed.walking and not page.more:
                reader.finish(store, key, feed.walk)
            store.polls.set_feed(reader.service, key, following)

    around.mirror(keep)
    return following
