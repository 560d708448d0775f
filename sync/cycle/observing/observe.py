"""Observing iCloud: change pages into the mirror, a few of them and their sync token in one commit.

Nothing is decided here. A page is decoded tolerantly: what is not understood is kept raw, a
tombstone (which has no type) is recognised before anything else, and a refused sync token starts
a full walk in which only absence from the *whole* zone counts as gone, and of each record that is
absent iCloud is asked by its name: an answer to another request would bury what is there. What a
record said before our own latest write of it is no news (`outdone.py`). An item
that names no record is passed over: it may be any record, so that in a walk with one of them
nothing counts as gone. A record that is named and not given is owed (`owed.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Protocol

from store.db import Store
from store.remote.zones import PRIVATE
from store.rows import Kind, ZoneRow
from sync.codec import fields
from sync.codec.assets import documents_of
from sync.cycle.gauge import Gauge, Phase, unwatched
from sync.cycle.observing.mirroring import decoded_row, record_row
from sync.cycle.observing.outdone import forget_outdone, note_outdone, without_outdone
from sync.cycle.observing.owed import note_failed, note_given
from sync.errors import BadResponse, RemindersdError, SyncTokenExpired
from sync.remote.answers import Failure
from sync.remote.cloudkit import ChangePage, ZoneId

__all__ = ["FEED", "PAGES_AT_ONCE", "Feed", "Pulled", "known_zone", "pull", "pull_zone"]
__all__ += ["remember", "take_answers", "unreadable", "zone_id"]

Record = Mapping[str, Any]
FEED = "records/changes"
_EMPTY_PAGES_MAX = 100
"""So many pages in a row may be empty and say that more is coming."""
PAGES_AT_ONCE = 20
"""So many are one commit, at most: identities are random, so that each commit of a first pull
writes nearly every page of the indexes. A cut loses as many."""


class Feed(Protocol):
    """The calls of the iCloud side that observing needs."""

    def reminders_zone(self) -> ZoneId: ...
    def changes(self, zone: ZoneId, token: str | None) -> ChangePage: ...
    def lookup(self, zone: ZoneId, names: Sequence[str]) -> list[dict[str, Any] | Failure]: ...


@dataclass(frozen=True, slots=True)
class Pulled:
    """How much a pull brought: pages, records, and items that name none (``unreadable``)."""

    pages: int = 0
    records: int = 0
    unreadable: int = 0


def unreadable(count: int) -> list[str]:
    """What a person is told of so many items that name no record: a sentence, or none."""
    if not count:
        return []
    items = "an item" if count == 1 else f"{count} items"
    return [
        f"iCloud sent {items} that do{'es' * (count == 1)} not say of which record; nothing counts"
        " as gone for it: `remindersd verify --repair` asks for each record by its name"
    ]


def zone_id(row: ZoneRow) -> ZoneId:
    """The zone as requests name it."""
    return ZoneId(row.name, row.owner, "private" if row.database == "private" else "shared")


def known_zone(cloud: Feed, store: Store) -> ZoneId:
    """The account's own zone; its owner is fetched once and remembered."""
    row = store.mirror.zone()
    if row is not None and row.owner:
        return zone_id(row)
    zone = cloud.reminders_zone()
    with store.commit("zone"):
        store.mirror.set_zone(ZoneRow(zone.name, zone.owner, feed=FEED))
    return zone


def pull(cloud: Feed, store: Store, gauge: Gauge = unwatched) -> Pulled:
    """Bring the mirror of the account's own zone up to date.

    ``gauge`` hears of the records that came. Raises what the iCloud side raises; pages that were
    committed stay.
    """
    known_zone(cloud, store)
    return pull_zone(cloud, store, PRIVATE, gauge)


def pull_zone(cloud: Feed, store: Store, key: str, gauge: Gauge = unwatched) -> Pulled:
    """The same for the zone of that key, which the mirror knows."""
    row = store.mirror.zone(key)
    assert row is not None
    if not row.complete and not row.walking:
        row = _begin_walk(store, row)
    try:
        return _pull_pages(cloud, store, row, gauge)
    except SyncTokenExpired:
        if row.sync_token is None:
            raise
        return _pull_pages(cloud, store, _begin_walk(store, row), gauge)


def _expected(store: Store, row: ZoneRow) -> int | None:
    """How many records a walk brings, where that is known: what one brought that was finished."""
    is_from_the_beginning = row.walking and row.sync_token is None
    return len(store.mirror.living(row.key)) if row.complete and is_from_the_beginning else None


def _begin_walk(store: Store, row: ZoneRow) -> ZoneRow:
    with store.commit("walk"):
        store.mirror.set_zone(replace(row, sync_token=None))
        store.mirror.begin_walk(row.key)
        forget_outdone(store)
    return replace(row, sync_token=None, walking=True)


def _pull_pages(cloud: Feed, store: Store, row: ZoneRow, gauge: Gauge) -> Pulled:
    pages = _Pages(cloud, row)
    total = _expected(store, row)
    while pages.more:
        pages.fetch()
        if not (_brings(pages.latest) or pages.latest.more or row.walking):
            gauge(Phase.PULL, pages.records, total)
            break
        with store.commit("page"):
            for page in pages.some():
                _keep(store, row, page)
                gauge(Phase.PULL, pages.records, total)
            ends = row.walking and not pages.latest.more
            unmet = _end_walk(store, row) if ends else []
        if pages.failed is not None:
            raise pages.failed
        if unmet:
            _ask_for(cloud, store, row, unmet)
    return Pulled(pages.count, pages.records, pages.unreadable)


class _Pages:
    """The pages of a zone, from its token on; counts what they bring, and holds the ``latest``.

    ``more``: there is another one. ``failed``: why it could not be had.
    """

    latest: ChangePage

    def __init__(self, cloud: Feed, row: ZoneRow) -> None:
        self.count = self.records = self.unreadable = 0
        self.more = True
        self.failed: RemindersdError | None = None
        self._cloud = cloud
        self._zone = zone_id(row)
        self._token = row.sync_token
        self._empty = 0

    def fetch(self) -> None:
        """Ask for the next page; raises ``BadResponse`` where the feed would never end."""
        page = self._cloud.changes(self._zone, self._token)
        if page.more and page.token == self._token:
            raise BadResponse("records/changes says that more is coming, and gives the same token")
        self._empty = 0 if _brings(page) else self._empty + 1
        if page.more and self._empty > _EMPTY_PAGES_MAX:
            raise BadResponse(
                f"records/changes says that more is coming, and sent {self._empty} empty pages",
                "the next cycle goes on from there",
            )
        self.count += 1
        self.records += len(page.records)
        self.unreadable += page.unreadable
        self.more, self._token = page.more, page.token
        self.latest = page

    def some(self) -> Iterator[ChangePage]:
        """The latest and those after it that one commit keeps; it ends where one cannot be had."""
        yield self.latest
        for _ in range(PAGES_AT_ONCE - 1):
            if not self.more:
                return
            try:
                self.fetch()
            except RemindersdError as error:
                self.failed = error  # what came before it is kept first
                return
            yield self.latest


def _brings(page: ChangePage) -> bool:
    return bool(page.records or page.unreadable or page.failed)


def _keep(store: Store, row: ZoneRow, page: ChangePage) -> None:
    """Put a page and its token into the mirror; to be called inside a commit."""
    news = page if row.walking else without_outdone(store, page)
    remember(store, news.records, row.key, news.packed)
    note_failed(store, row.key, page.failed)
    if row.walking:
        store.mirror.spare_unmet(row.key, None if page.unreadable else page.failed)
    store.mirror.set_zone(replace(row, sync_token=page.token))


def _end_walk(store: Store, row: ZoneRow) -> list[str]:
    """What a walk has not met that brought its last page; where it is nothing, the walk ends."""
    unmet = store.mirror.unmet(row.key)
    if not unmet:
        store.mirror.finish_walk(row.key, unmet)
    return unmet


def _ask_for(cloud: Feed, store: Store, row: ZoneRow, unmet: Sequence[str]) -> None:
    """End a walk that has not met all: gone is what iCloud, asked by its name, does not know."""
    answers = cloud.lookup(zone_id(row), unmet)
    with store.commit("walked"):
        remember(store, [one for one in answers if isinstance(one, dict)], row.key)
        unsure = [one for one in answers if isinstance(one, Failure) and not one.gone]
        store.mirror.spare_unmet(row.key, [one.record_name for one in unsure])
        store.mirror.finish_walk(row.key)


def remember(
    store: Store,
    records: Iterable[Record],
    zone: str = PRIVATE,
    packed: Mapping[str, bytes] = MappingProxyType({}),
) -> None:
    """Put records of a zone (by its key) into the mirror; to be called inside a commit.

    Of a record that comes more than once the last word counts, be it a tombstone or not. ``packed``
    are some of them as they are kept, by name.
    """
    records = list(records)
    last = {one.get("recordName"): at for at, one in enumerate(records)}
    records = [one for at, one in enumerate(records) if last[one.get("recordName")] == at]
    note_given(store, zone, last)
    own = store.mirror.zone()
    me = own.owner if own is not None else ""
    live = [record for record in records if not _is_tombstone(record)]
    _note_documents(store, live)
    files = store.documents.get
    store.mirror.put(
        (record_row(one, zone, packed.get(one["recordName"])), decoded_row(one, files, me))
        for one in live
    )
    for record in records:
        if _is_tombstone(record):
            name = str(record.get("recordName"))
            store.mirror.tombstone(name, _kind_by_name(name), fields.bare_id(name), zone)


def take_answers(
    store: Store, operations: Iterable[Record], answers: Iterable[Record], zone: str
) -> None:
    """Put what the answers to a write say into the mirror; to be called inside a commit."""
    note_outdone(store, operations)
    remember(store, answers, zone)


def _note_documents(store: Store, records: Iterable[Record]) -> None:
    """Which files beside these records planning needs; what came along need not be fetched."""
    for record in records:
        if fields.type_of(record) != "List":
            continue
        found = list(documents_of(record))
        store.documents.keep_only(str(record["recordName"]), [one.field for one in found])
        for one in found:
            store.documents.want(one.record_name, one.field, one.mark)
            if one.data is not None:
                store.documents.put(one.record_name, one.field, one.mark, one.data)


def _is_tombstone(record: Record) -> bool:
    return record.get("deleted") is True


def _kind_by_name(name: str) -> Kind:
    kinds: dict[str | None, Kind] = {"Reminder": "reminder", "List": "list"}
    return kinds.get(fields.record_type_of(name), "other")
