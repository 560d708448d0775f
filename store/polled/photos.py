"""Remembers the photo libraries: entries, the originals that they stand for, and their files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from store.connection import Connection, json_array
from store.polled.rows import LibraryPage, PhotoAsset, PhotoMaster, PhotoResource
from store.polled.seen import Seen

__all__ = ["Download", "Photos"]

_KEY = ("zone", "name")


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was downloaded to ``path`` below ``folder``."""

    path: str
    folder: str
    zone: str
    record: str
    role: str
    fingerprint: str


class Photos:
    """Libraries by their zone."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._masters: Seen[PhotoMaster] = Seen(
            connection, "photo_master", PhotoMaster, _KEY, comes_and_goes=False, walks=True
        )
        self._assets: Seen[PhotoAsset] = Seen(
            connection, "photo_asset", PhotoAsset, _KEY, walks=True
        )
        self._resources: Seen[PhotoResource] = Seen(
            connection,
            "photo_resource",
            PhotoResource,
            ("zone", "record", "role"),
            comes_and_goes=False,
        )
        self._downloads: Seen[Download] = Seen(
            connection, "photo_download", Download, ("path",), comes_and_goes=False
        )

    def put(
        self, zone: str, page: LibraryPage, walk: int, now_ms: int, last_ms: int | None
    ) -> None:
        """Remember a page of the zone's feed, in the walk of that number."""
        self._masters.put(page.masters, walk=walk)
        self._assets.put(page.assets, now_ms, walk)
        told = [row.name for row in page.masters] + [row.name for row in page.assets]
        roles = {(row.record, row.role) for row in page.resources}
        for record, role in self._roles(zone, told) - roles:
            self._db.write(
                "DELETE FROM photo_resource WHERE zone = ? AND record = ? AND role = ?",
                (zone, record, role),
            )
        self._resources.put(page.resources)
        self._lose(zone, page.gone, now_ms, last_ms)

    def finish_walk(self, zone: str, walk: int, now_ms: int, last_ms: int | None) -> None:
        """What the walk that ends now did not bring is gone."""
        self._assets.lose("zone = ? AND walk <> ?", (zone, walk), now_ms, last_ms)
        self._db.write("DELETE FROM photo_master WHERE zone = ? AND walk <> ?", (zone, walk))

    def drop_zone(self, zone: str, now_ms: int, last_ms: int | None) -> None:
        """The library is there no more."""
        self._assets.lose("zone = ?", (zone,), now_ms, last_ms)

    def assets(self, *, hidden: bool = False) -> list[PhotoAsset]:
        """The entries that are there, hidden ones only if asked for."""
        return self._assets.rows("gone_ms IS NULL" + ("" if hidden else " AND NOT hidden"))

    def masters(self) -> dict[tuple[str, str], PhotoMaster]:
        """The originals by zone and name."""
        return {(row.zone, row.name): row for row in self._masters.rows()}

    def resources(self) -> dict[tuple[str, str], list[PhotoResource]]:
        """The files by zone and record."""
        found: dict[tuple[str, str], list[PhotoResource]] = {}
        for row in self._resources.rows():
            found.setdefault((row.zone, row.record), []).append(row)
        return found

    def with_fingerprint(self, fingerprint: str) -> list[PhotoResource]:
        """The files with these very bytes."""
        return self._resources.rows("fingerprint = ?", (fingerprint,))

    def downloads(self, folder: str) -> list[Download]:
        """What was downloaded to a folder."""
        return self._downloads.rows("folder = ?", (folder,))

    def put_download(self, download: Download) -> None:
        """A file is in the folder from now on."""
        self._downloads.put([download])

    def _roles(self, zone: str, records: Iterable[str]) -> set[tuple[str, str]]:
        rows = self._db.all(
            """SELECT record, role FROM photo_resource
            WHERE zone = ? AND record IN (SELECT value FROM json_each(?))""",
            (zone, json_array(records)),
        )
        return {(record, role) for record, role in rows}

    def _lose(self, zone: str, names: Sequence[str], now_ms: int, last_ms: int | None) -> None:
        if not names:
            return
        among = "zone = ? AND name IN (SELECT value FROM json_each(?))"
        self._assets.lose(among, (zone, json_array(names)), now_ms, last_ms)
        self._db.write(f"DELETE FROM photo_master WHERE {among}", (zone, json_array(names)))
