"""Polls the photo libraries: what is new is read, and answered from the whole mirror."""

from __future__ import annotations

from store.db import Store
from store.polled.rows import LibraryPage
from sync.errors import ServiceError, ZoneMissing
from sync.polls.around import Around
from sync.polls.asked import DataQuery, Item, Progress
from sync.polls.feeds import Reader, follow, zone_key
from sync.polls.items.common import is_within, moment
from sync.polls.items.photos import photo_item, read_page, uploaded_ms
from sync.polls.switched import switched_off
from sync.remote.cloudkit import CloudKit, ZoneId

__all__ = ["CONTAINER", "PHOTOS", "SERVICE", "PhotoSource", "photo_items"]

SERVICE = "photos"
PHOTOS = "icpl.photos"
CONTAINER = "com.apple.photos.cloud"
_PRIMARY, _SHARED = "PrimarySync", "SharedSync-"


class PhotoSource:
    """The libraries of the account."""

    def __init__(self, around: Around) -> None:
        self._around = around

    def items(self, query: DataQuery, progress: Progress) -> list[Item]:
        """The photos that were uploaded within ``query``, after asking for news."""
        self.refresh(progress)
        return self._around.mirror(lambda store: photo_items(store, query))

    def refresh(self, progress: Progress) -> None:
        """Read what is new in each library; raises RemindersdError."""
        around = self._around
        with around.recorded(SERVICE), around.database(CONTAINER) as cloud:
            last_ms, now_ms = around.last_success(SERVICE), around.now_ms()

            def put(store: Store, zone: str, page: LibraryPage, walk: int) -> None:
                store.photos.put(zone, page, walk, now_ms, last_ms)

            def finish(store: Store, zone: str, walk: int) -> None:
                store.photos.finish_walk(zone, walk, now_ms, last_ms)

            reader = Reader(SERVICE, PHOTOS, read_page, put, finish)
            zones, is_all = self._libraries(cloud)
            for zone in zones:
                follow(around, cloud, zone, reader, progress)

            def settle(store: Store) -> None:
                known = {zone_key(zone) for zone in zones}
                with store.commit("poll-done"):
                    for key in store.polls.zones(SERVICE):
                        if is_all and key not in known:
                            store.photos.drop_zone(key, now_ms, last_ms)
                            store.polls.drop_feed(SERVICE, key)
                    store.polls.succeeded(SERVICE, now_ms)

            around.mirror(settle)

    def _libraries(self, cloud: CloudKit) -> tuple[list[ZoneId], bool]:
        """The zones that are libraries, and whether these are surely all."""
        try:
            own = [info for info in cloud.zones("private") if not info.deleted]
        except ZoneMissing:
            raise switched_off("photos") from None
        is_all = True
        try:
            others = [info for info in cloud.zones("shared") if not info.deleted]
        except ServiceError:
            # An account that shares nothing may have no such database: unknown is not gone.
            others, is_all = [], False
        names = [info.zone for info in (*own, *others)]
        found = [zone for zone in names if zone.name == _PRIMARY or zone.name.startswith(_SHARED)]
        if not any(zone.name == _PRIMARY for zone in found):
            raise switched_off("photos")
        return found, is_all


def photo_items(store: Store, query: DataQuery) -> list[Item]:
    """The items of the mirror that pass ``query``, by the time of their upload."""
    masters, resources = store.photos.masters(), store.photos.resources()
    found: list[tuple[int, str, Item]] = []
    for asset in store.photos.assets():
        master = masters.get((asset.zone, asset.master or ""))
        if master is None:
            continue  # its original has not come yet, or is gone: there is no file to name
        at_ms = uploaded_ms(asset, master)
        if is_within(moment(at_ms), query.since, query.until):
            files = [
                *resources.get((master.zone, master.name), ()),
                *resources.get((asset.zone, asset.name), ()),
            ]
            found.append((at_ms or 0, asset.id, photo_item(asset, master, files)))
    return [item for _, _, item in sorted(found, key=lambda one: one[:2])]
