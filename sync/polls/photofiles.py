"""Gives a single file of the photo libraries by its id, as polls for files ask for it."""

from __future__ import annotations

import os
from pathlib import Path

from store.polled.rows import PhotoResource
from sync.machine import told
from sync.polls.around import Around
from sync.polls.asked import CannotPoll, Progress
from sync.polls.fetching import Links, fetch
from sync.polls.items.common import item_id
from sync.polls.items.media import media_of
from sync.polls.items.photos import SCHEME
from sync.polls.photos import CONTAINER, PhotoSource

__all__ = ["PhotoFiles"]


class PhotoFiles:
    """The files of ``source``, each fetched into ``spool``, a private directory."""

    def __init__(self, around: Around, source: PhotoSource, spool: Path) -> None:
        self._around = around
        self._source = source
        self._spool = spool

    def file(self, id: str, progress: Progress) -> tuple[str, Path]:
        """The extension and the path of a file, which is the caller's from now on.

        Raises CannotPoll for a file that there is not, and as ``fetch`` does.
        """
        found = self._known(id)
        if not found:
            self._source.refresh(progress)
            found = self._known(id)
        if not found:
            raise CannotPoll("unknown-file", f"no library has the file {id}")
        try:
            return self._fetched(found, id, progress)
        except OSError as error:
            raise told(error) or error from error

    def _known(self, id: str) -> list[PhotoResource]:
        fingerprint = id.removeprefix(SCHEME)
        return self._around.mirror(lambda store: store.photos.with_fingerprint(fingerprint))

    def _fetched(self, found: list[PhotoResource], id: str, progress: Progress) -> tuple[str, Path]:
        """From the first record that still has it: identical files share their fingerprint."""
        self._spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._spool / f"{item_id('file', id)}.part"
        with self._around.database(CONTAINER) as cloud:
            links = Links(cloud)
            for resource in found:
                try:
                    links.value(resource)
                except CannotPoll:
                    continue
                have = 0

                def heard(count: int, total: int | None = resource.size) -> None:
                    nonlocal have
                    have += count
                    progress(id, have, total)

                flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
                descriptor = os.open(part, flags, 0o600)
                try:
                    fetch(cloud, links, resource, descriptor, heard)
                finally:
                    os.close(descriptor)
                extension = media_of(resource.uti, None, is_video="Vid" in resource.role).extension
                return extension, part.replace(part.with_suffix(f".{extension}"))
        raise CannotPoll("unknown-file", f"no library has the file {id} any more")
