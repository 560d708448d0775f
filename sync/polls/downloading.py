"""Keeps files of the photo libraries in a folder: each once, whole, verified, and where it was.

Names are YYYY/MM/NAME by when a photo was taken, in UTC; a name that is taken gets a piece of the
file's fingerprint. Nothing is ever deleted here, and what a person moved away comes again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from store.db import Store
from store.polled.photos import Download
from store.polled.rows import PhotoAsset, PhotoMaster, PhotoResource
from sync.errors import BadResponse, ServiceError
from sync.local.names import file_name
from sync.machine import told
from sync.polls.around import Around
from sync.polls.asked import CannotPoll, Progress
from sync.polls.fetching import Links, fetch, is_whole
from sync.polls.items.common import moment
from sync.polls.items.media import media_of
from sync.polls.photos import CONTAINER, PHOTOS
from sync.polls.shelf import Shelf
from sync.remote.cloudkit import CloudKit

__all__ = ["ORIGINALS", "THUMBNAILS", "Downloaded", "download"]

ORIGINALS = ("resOriginal", "resOriginalAlt", "resOriginalVidCompl")
THUMBNAILS = ("resJPEGThumb",)
_BATCH = 50  # links are good for less than an hour
_UNDATED = "undated"
_STEM_BYTES = 120


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to be kept: of which photo, when that was taken (Unix seconds), and at which path."""

    resource: PhotoResource
    path: str
    taken_s: float


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What came of it: files and bytes that are new, and in sentences what could not be had."""

    folder: str
    files: int = 0
    bytes: int = 0
    problems: tuple[str, ...] = ()


def download(around: Around, folder: Path, roles: Sequence[str], progress: Progress) -> Downloaded:
    """Fetch what the mirror knows and ``folder`` lacks of these ``roles``.

    What was fetched is kept whatever happens next; a file that was cut goes on where it was.
    Raises NetworkError, Throttled and what signing in raises; RemindersdError for the folder.
    """
    try:
        shelf = Shelf(folder)
        wanted = around.mirror(lambda store: _wanted(store, shelf, roles))
        with around.database(CONTAINER) as cloud:
            return _Fetching(around, cloud, shelf, progress).all(wanted)
    except OSError as error:
        raise told(error) or error from error


class _Fetching:
    def __init__(self, around: Around, cloud: CloudKit, shelf: Shelf, progress: Progress) -> None:
        self._around = around
        self._cloud = cloud
        self._shelf = shelf
        self._progress = progress
        self._links = Links(cloud)
        self._done = 0

    def all(self, wanted: Sequence[Wanted]) -> Downloaded:
        total = sum(one.resource.size or 0 for one in wanted)
        files, size, problems = 0, 0, []
        for batch in _batches(wanted):
            self._links.look_up([one.resource for one in batch])
            for one in batch:
                before = self._done
                try:
                    self._one(one, total)
                except (CannotPoll, BadResponse, ServiceError) as error:
                    problems.append(f"{one.path}: {error.message}")
                    continue
                files, size = files + 1, size + (one.resource.size or self._done - before)
        return Downloaded(str(self._shelf.root), files, size, tuple(problems))

    def _one(self, wanted: Wanted, total: int) -> None:
        resource, before = wanted.resource, self._done

        def fill(descriptor: int) -> None:
            def heard(_count: int) -> None:
                # What an earlier try left is there, too; what is fetched anew counts once.
                self._done = before + os.fstat(descriptor).st_size
                self._progress(PHOTOS, self._done, total)

            fetch(self._cloud, self._links, resource, descriptor, heard)

        mark = _mark(resource)
        for path in (wanted.path, _marked(wanted.path, mark)):
            if self._shelf.look(path, lambda found: is_whole(found, resource)):
                break  # it is there already, and a lost mirror forgot it
            if self._shelf.size(path) is None and self._shelf.add(path, mark, fill, wanted.taken_s):
                break
        else:
            raise CannotPoll("name-taken", "another file of that name is in the folder")
        kept = Download(
            path,
            str(self._shelf.root),
            resource.zone,
            resource.record,
            resource.role,
            resource.fingerprint,
        )

        def keep(store: Store) -> None:
            with store.commit("downloaded"):
                store.photos.put_download(kept)

        self._around.mirror(keep)


def _wanted(store: Store, shelf: Shelf, roles: Sequence[str]) -> list[Wanted]:
    """What is not in the folder, the oldest photo first, each file once."""
    masters, resources = store.photos.masters(), store.photos.resources()
    kept = {
        (one.zone, one.record, one.role, one.fingerprint): one.path
        for one in store.photos.downloads(str(shelf.root))
    }
    taken = {path.casefold() for path in kept.values()}
    found: dict[tuple[str, str, str], Wanted] = {}
    for asset in sorted(store.photos.assets(), key=lambda one: (one.taken_ms or 0, one.id)):
        master = masters.get((asset.zone, asset.master or ""))
        if master is None:
            continue
        for resource in _files(asset, master, resources, roles):
            key = resource.zone, resource.record, resource.role
            path = kept.get((*key, resource.fingerprint))
            if key in found or (path is not None and _stands(shelf, path, resource)):
                continue
            one = _placed(asset, master, resource, path)
            if path is None and one.path.casefold() in taken:
                one = replace(one, path=_marked(one.path, _mark(resource)))
            taken.add(one.path.casefold())
            found[key] = one
    return list(found.values())


def _files(
    asset: PhotoAsset,
    master: PhotoMaster,
    resources: dict[tuple[str, str], list[PhotoResource]],
    roles: Sequence[str],
) -> Iterator[PhotoResource]:
    """The files of a photo in these roles; of a thumbnail that of the edit, if there is one."""
    own = {one.role: one for one in resources.get((asset.zone, asset.name), ())}
    stored = {one.role: one for one in resources.get((master.zone, master.name), ())}
    for role in roles:
        resource = stored.get(role) if role in ORIGINALS else own.get(role, stored.get(role))
        if resource is not None:
            yield resource


def _stands(shelf: Shelf, path: str, resource: PhotoResource) -> bool:
    """Whether the file is where it was put; its bytes were verified then."""
    size = shelf.size(path)
    return size is not None and size == (resource.size or size)


def _placed(
    asset: PhotoAsset, master: PhotoMaster, resource: PhotoResource, path: str | None
) -> Wanted:
    at = moment(asset.taken_ms if asset.taken_ms is not None else master.taken_ms)
    media = media_of(resource.uti, master.filename, is_video="Vid" in resource.role)
    stem = (master.filename or asset.name).rpartition(".")[0] or master.filename or asset.name
    stem = stem.encode()[:_STEM_BYTES].decode("utf-8", "ignore")
    where = f"{at:%Y/%m}" if at is not None else _UNDATED
    above = "thumbnails/" if resource.role in THUMBNAILS else ""
    named = path or f"{above}{where}/{file_name(stem)}.{media.extension}"
    return Wanted(resource, named, max(0.0, at.timestamp()) if at is not None else 0.0)


def _mark(resource: PhotoResource) -> str:
    """A piece of a name that no other file has."""
    said = f"{resource.zone}\n{resource.record}\n{resource.role}\n{resource.fingerprint}"
    return sha256(said.encode()).hexdigest()[:10]


def _marked(path: str, mark: str) -> str:
    stem, dot, extension = path.rpartition(".")
    return f"{stem}-{mark}{dot}{extension}"


def _batches(wanted: Sequence[Wanted]) -> Iterator[list[Wanted]]:
    """Files of one zone at a time, as many as are fetched while their links are good."""
    zones = dict.fromkeys(one.resource.zone for one in wanted)
    for zone in zones:
        among = [one for one in wanted if one.resource.zone == zone]
        for start in range(0, len(among), _BATCH):
            yield among[start : start + _BATCH]
