"""Answers the queries of the Photos container: lists by rank, counts, albums, the indexing state.

A list is a rank of photos; a page of it is their masters and assets in one heap, and there is no
end but an answer without records. Source: docs/wire-services.md, "Photos".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sandbox.cloud.fields import Json
from sandbox.cloud.modify import RequestError
from sandbox.cloud.query import equalities
from sandbox.cloud.values import number, sealed, text
from sandbox.photos.item import Photo
from sandbox.photos.library import Library

_ROOTS: Final = ("----Root-Folder----", "----Project-Root-Folder----")
_RELATIONS: Final = ("CPLContainerRelationLiveByAssetDate", "CPLContainerRelationLiveByPosition")
_ADDED: Final = "CPLAssetAndMasterByAddedDate"
_SMART: Final = "CPLAssetAndMasterInSmartAlbumByAssetDate"

_Chooses = Callable[[Photo], bool]

_SMART_ALBUMS: Final[Mapping[str, _Chooses]] = {
    "FAVORITE": lambda photo: photo.favorite,
    "VIDEO": lambda photo: photo.is_video,
    "LIVE": lambda photo: photo.is_live,
    "PANORAMA": lambda photo: False,
    "SCREENSHOT": lambda photo: False,
    "SLOMO": lambda photo: False,
    "TIMELAPSE": lambda photo: False,
}


@dataclass(frozen=True, slots=True)
class _Index:
    """A list: which photos are on it, and by what they are ordered, oldest first."""

    chooses: _Chooses
    rank: Callable[[Photo], int]


def _visible(photo: Photo) -> bool:
    return not photo.hidden and photo.deleted_ms is None


def _kept(photo: Photo) -> bool:
    return photo.deleted_ms is None


def _taken(photo: Photo) -> int:
    return photo.taken_ms


_LISTS: Final[Mapping[str, _Index]] = {
    "CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted": _Index(_visible, _taken),
    _ADDED: _Index(_kept, lambda photo: photo.added_ms),
    "CPLAssetAndMasterDeletedByExpungedDate": _Index(
        lambda photo: photo.deleted_ms is not None, lambda photo: photo.deleted_ms or 0
    ),
    "CPLAssetAndMasterHiddenByAssetDate": _Index(
        lambda photo: photo.hidden and photo.deleted_ms is None, _taken
    ),
    "CPLBurstStackAssetAndMasterByAssetDate": _Index(lambda photo: False, _taken),
}
_COUNTS: Final = {
    "CPLAssetByAssetDateWithoutHiddenOrDeleted": (
        "CPLAssetAndMasterByAssetDateWithoutHiddenOrDeleted"
    ),
    "CPLAssetByAddedDate": _ADDED,
    "CPLAssetDeletedByExpungedDate": "CPLAssetAndMasterDeletedByExpungedDate",
    "CPLAssetHiddenByAssetDate": "CPLAssetAndMasterHiddenByAssetDate",
    "CPLAssetBurstStackAssetByAssetDate": "CPLBurstStackAssetAndMasterByAssetDate",
}


class Indexes:
    """The lists of one library; each is put in order once for every state of the library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._ordered: dict[tuple[str, str], list[Photo]] = {}
        self._revision = -1

    def record_names(self, asked: Mapping[str, Any], limit: int) -> list[str | Json]:
        """What a query finds: names of records in the zone, or whole records of no zone.

        `limit` counts records. RequestError for what cannot be asked.
        """
        kind, filters = asked.get("recordType"), equalities(asked)
        match kind:
            case "CheckIndexingState":
                return [_loose(kind, "state", {"state": text(self._library.indexing_state)})]
            case "CPLAlbumByPositionLive":
                return [] if filters.get("parentId") else self._albums()
            case str() if kind in _LISTS or kind == _SMART or kind in _RELATIONS:
                return self._page(kind, filters, limit)
        raise RequestError(f"Type is not marked indexable: {kind}", "FIELD_NOT_QUERYABLE")

    def count(self, index_id: str) -> int:
        """How many photos an index of the batch query has; RequestError for one that is none."""
        name, _, detail = index_id.partition(":")
        if name in _COUNTS:
            return len(self._list(_COUNTS[name], ""))
        if name == "CPLAssetInSmartAlbumByAssetDate" and detail.upper() in _SMART_ALBUMS:
            return len(self._list(_SMART, detail.upper()))
        if name == "CPLContainerRelationNotDeletedByAssetDate":
            return len(self._list(_RELATIONS[0], detail))
        raise RequestError(f"no such index: {index_id}")

    def _page(self, kind: str, filters: Mapping[str, Any], limit: int) -> list[str | Json]:
        detail = str(filters.get("smartAlbum" if kind == _SMART else "parentId", ""))
        photos = self._list(kind, detail)
        if "recordName" in filters:
            photos = [photo for photo in photos if photo.name == filters["recordName"]]
        album = detail if kind in _RELATIONS else None
        start = filters.get("startRank", 0)
        if not isinstance(start, int) or isinstance(start, bool) or start < 0:
            raise RequestError("startRank must be a number that is not negative")
        each = max(1, limit // (2 if album is None else 3))
        page = _window(photos, start, each, kind, str(filters.get("direction", "ASCENDING")))
        found: list[str | Json] = []
        for photo in page:
            if album is not None:
                found.append(_relation(photo, album))
            found += [photo.master, photo.name]
        return found

    def _list(self, kind: str, detail: str) -> list[Photo]:
        if self._revision != self._library.revision:
            self._ordered.clear()
            self._revision = self._library.revision
        if (kind, detail) not in self._ordered:
            self._ordered[kind, detail] = self._sorted(kind, detail)
        return self._ordered[kind, detail]

    def _sorted(self, kind: str, detail: str) -> list[Photo]:
        photos = self._library.photos
        if kind in _RELATIONS:
            _, names = self._library.albums.get(detail, ("", []))
            inside = [photos[name] for name in names if name in photos and _visible(photos[name])]
            return inside if kind == _RELATIONS[1] else sorted(inside, key=_taken)
        if kind == _SMART:
            chooses = _SMART_ALBUMS.get(detail)
            if chooses is None:
                raise RequestError(f"no such smart album: {detail}")
            index = _Index(lambda photo: _visible(photo) and chooses(photo), _taken)
        else:
            index = _LISTS[kind]
        return sorted(filter(index.chooses, photos.values()), key=index.rank)

    def _albums(self) -> list[str | Json]:
        roots = [_loose("CPLAlbum", name, {"albumType": number(3)}) for name in _ROOTS]
        albums = [
            _loose(
                "CPLAlbum",
                name,
                {
                    "albumNameEnc": sealed(title.encode()),
                    "albumType": number(0),
                    "parentId": text(_ROOTS[0]),
                    "position": number(1024 * (place + 1)),
                    "isDeleted": number(0),
                },
            )
            for place, (name, (title, _)) in enumerate(self._library.albums.items())
        ]
        return [*roots, *albums]


def _window(photos: list[Photo], start: int, size: int, kind: str, direction: str) -> list[Photo]:
    """The photos of a page: `size` of them from a rank on, going up or down.

    By added date, going down counts ranks from the newest, and the window ends at the rank.
    """
    if direction not in ("ASCENDING", "DESCENDING"):
        raise RequestError(f"direction is {direction}; it can be ASCENDING and DESCENDING")
    if direction == "ASCENDING":
        return photos[start : start + size]
    if kind == _ADDED:
        newest_first = photos[::-1][max(0, start + 1 - size) : start + 1]
        return newest_first[::-1]
    return photos[max(0, start + 1 - size) : start + 1][::-1]


def _relation(photo: Photo, album: str) -> Json:
    fields = {"containerId": text(album), "itemId": text(photo.name), "isKeyAsset": number(0)}
    return _loose("CPLContainerRelation", f"{photo.name}-IN-{album}", fields)


def _loose(kind: str, name: str, fields: Json) -> Json:
    """A record that stands in no change feed."""
    return {"recordName": name, "recordType": kind, "fields": fields, "recordChangeTag": "1"}
