"""Observing what others share: which zones there are, and what each says now.

Rules: (1) trouble with a shared zone is told, and stops neither the others nor the own zone;
(2) the database's token is kept only when every zone that it told of was read, so that no news
is lost with a crash between them; (3) that nothing is shared is asked for rarely; (4) an entry that
names no zone may be of any: all that are known are read; (5) that a zone has changed is told once,
and its records may lag behind for a while: it is read again with each look until that is over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

from store.db import Store
from store.remote.zones import PRIVATE
from store.rows import ZoneRow
from sync.cycle.gauge import Gauge, unwatched
from sync.cycle.observing.observe import FEED, Feed, pull_zone, unreadable
from sync.cycle.observing.routing import zone_key
from sync.cycle.report import Report
from sync.errors import NetworkError, ServiceError, SyncTokenExpired, ZoneMissing
from sync.remote.zones import Database, DatabaseChanges, ZoneId, ZoneInfo

__all__ = ["Shared", "SharedFeed", "SharedNews", "tolerated"]

TOKEN = "shared-token"  # meta key: how far the shared database was read
AGAIN = "shared-again"  # meta key: by zone, when it was told to have changed (Unix ms)
LAG_MS = 60_000  # three times what reads were seen to lag behind
EVERY = 3  # cycles of the timer, where something is shared
PATIENCE_S = 2.0  # between two questions when a person waits
RARELY_S = 600.0  # where nothing is shared
_BACKGROUND = ("timer", "retry", "start")  # triggers
_PERSON = ("sync", "plan")


class SharedFeed(Feed, Protocol):
    """The calls of the iCloud side that this needs."""

    def database_changes(self, database: Database, token: str | None) -> DatabaseChanges: ...


@dataclass(slots=True)
class SharedNews:
    """What a look brought: records, whether a zone came or went, and sentences for a person.

    ``notices`` are told once and quote nobody.
    """

    records: int = 0
    moved: bool = False
    problems: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Listing:
    """The zones that changed, and how many entries name none; ``may_be_any``: or any other."""

    zones: list[ZoneInfo]
    token: str
    nameless: int
    may_be_any: bool

    def notices(self) -> list[str]:
        if not self.nameless:
            return []
        told = "shared lists: iCloud named one that cannot be told which; all known ones were read"
        return [told]


class Shared:
    """Follows the shared database of one account; ``clock`` is Unix seconds."""

    def __init__(self, store: Store, clock: Callable[[], float], gauge: Gauge = unwatched) -> None:
        self._store = store
        self._clock = clock
        self._gauge = gauge
        self._asked_s: float | None = None
        self._cycles = 0

    def pull(self, cloud: SharedFeed, trigger: str) -> SharedNews:
        """Bring the mirror of the shared zones up to date, when it is time.

        Raises what concerns the account as a whole: signing in, and the like.
        """
        news = SharedNews()
        known = [row for row in self._store.mirror.zones() if row.key != PRIVATE]
        self._cycles += 1
        if not self._is_time(trigger, any(not row.gone for row in known)):
            return news
        self._asked_s, self._cycles = self._clock(), 0
        try:
            listing = self._changed(cloud)
        except (ServiceError, NetworkError) as error:
            if known:  # else nothing is missing that anyone had
                news.problems.append(f"shared lists: {error.message}")
            return news
        news.notices += listing.notices()
        zones, token = listing.zones, listing.token
        told = {ZoneRow(i.zone.name, i.zone.owner, i.zone.database).key for i in zones}
        again = self._again()
        trouble = sum(not self._follow(cloud, info, news) for info in zones)
        for row in known:
            unread = not (row.complete and row.sync_token)
            # What a full listing leaves out may be gone, which only its own answer can say.
            is_due = listing.may_be_any or unread or row.key in again
            if row.key not in told and not row.gone and is_due:
                trouble += not self._read(cloud, row, news)
        something = zones or listing.nameless
        if trouble:
            return news
        now_ms = int(self._clock() * 1000)
        lagging = {key: at for key, at in again.items() if 0 <= now_ms - at < LAG_MS}
        lagging |= dict.fromkeys(told, now_ms)
        is_new = bool(token != self._store.meta.get(TOKEN) and something)
        if is_new or lagging != again:
            with self._store.commit("shared"):
                self._store.meta.set(AGAIN, json.dumps(lagging, sort_keys=True))
                if is_new:
                    self._store.meta.set(TOKEN, token)
        return news

    def _again(self) -> dict[str, int]:
        """The zones to be read though nothing more is told of them."""
        found: dict[str, int] = json.loads(self._store.meta.get(AGAIN) or "{}")
        return found

    def _is_time(self, trigger: str, something: bool) -> bool:
        if self._asked_s is None:
            return True
        since_s = self._clock() - self._asked_s
        if not something and trigger not in _PERSON:
            return not 0 <= since_s < RARELY_S
        if trigger in _BACKGROUND:
            return self._cycles >= EVERY
        return not 0 <= since_s < PATIENCE_S

    def _changed(self, cloud: SharedFeed) -> _Listing:
        """The zones that changed since the last time, each once, and the token after that.

        Where nobody can tell since when, all that there are.
        """
        token = self._store.meta.get(TOKEN)
        try:
            return _listed(cloud, token)
        except SyncTokenExpired:
            if token is None:
                raise
            return _listed(cloud, None)

    def _follow(self, cloud: SharedFeed, info: ZoneInfo, news: SharedNews) -> bool:
        """Take note of one zone, and read it; whether that went well."""
        zone = info.zone
        row = ZoneRow(zone.name, zone.owner, zone.database, feed=FEED)
        known = self._store.mirror.zone(row.key)
        if info.deleted:
            if known is not None:
                self._mark(known, news, gone=True)
            return True
        if known is None or known.gone:
            self._mark(known or row, news, gone=False)
        return self._read(cloud, known or row, news)

    def _read(self, cloud: SharedFeed, row: ZoneRow, news: SharedNews) -> bool:
        try:
            pulled = pull_zone(cloud, self._store, row.key, self._gauge)
        except ZoneMissing:
            self._mark(row, news, gone=True)
        except (ServiceError, NetworkError) as error:
            news.problems.append(f"{_named(self._store, row)}: {error.message}")
            return False
        else:
            news.records += pulled.records
            news.notices += unreadable(pulled.unreadable)
        return True

    def _mark(self, row: ZoneRow, news: SharedNews, *, gone: bool) -> None:
        """What comes back is read from its beginning: nobody knows what happened meanwhile."""
        current = self._store.mirror.zone(row.key) or row
        news.moved = True
        with self._store.commit("share"):
            self._store.mirror.set_zone(replace(current, gone=gone))
            self._store.mirror.read_anew(row.key)


@contextmanager
def tolerated(store: Store, zone: ZoneId, report: Report) -> Iterator[None]:
    """Within, what a shared zone refuses is told, and only that; the own zone's is raised."""
    try:
        yield
    except ServiceError as error:
        row = store.mirror.zone(zone_key(zone))
        if zone.database == "private" or row is None:
            raise
        if isinstance(error, ZoneMissing):
            _lost(store, row)
            report.come_back(0.0)  # to plan without it
        else:
            report.problems.append(f"{_named(store, row)}: {error.message}")


def _lost(store: Store, row: ZoneRow) -> None:
    with store.commit("share"):
        store.mirror.set_zone(replace(row, gone=True))
        store.mirror.read_anew(row.key)


def _named(store: Store, row: ZoneRow) -> str:
    """A zone as a person would call it."""
    names = {one.owner for one in store.mirror.shared_lists().values() if one.zone == row.key}
    return f"the lists that {min(filter(None, names), default='somebody')} shares"


def _listed(cloud: SharedFeed, since: str | None) -> _Listing:
    zones: dict[str, ZoneInfo] = {}
    token, nameless = since, 0
    while True:
        page = cloud.database_changes("shared", token)
        nameless += page.unreadable
        zones.update({str(info.zone): info for info in page.zones if _holds_lists(info)})
        if page.more and page.token == token:
            raise ServiceError("changes/database promises more and does not move on")
        token = page.token
        if not page.more:
            return _Listing(list(zones.values()), token, nameless, since is None or nameless > 0)


def _holds_lists(info: ZoneInfo) -> bool:
    return not info.zone.name.startswith("_")
