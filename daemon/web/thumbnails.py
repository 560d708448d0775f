"""Gives the small picture of a photo: from the folder of photos, from what was kept, from iCloud.

What was fetched is kept in the state directory, for its owner alone, up to a number of files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol

from daemon.process.worker import Worker
from sync.polls.asked import PollOutcome, PollRequest
from sync.polls.downloading import THUMBNAILS
from sync.privatefile import write_private

__all__ = ["KEPT_MAX", "Files", "Thumbnails"]

KEPT_MAX = 2000
BYTES_MAX = 4 << 20
_GRACE_S = 2.0
_ID = re.compile(r"[0-9a-f]{16}")
# That of the edit, where there is one, before that of the original.
_FILES = """SELECT 'icpl://' || f.fingerprint AS id, (SELECT d.folder || '/' || d.path
        FROM photo_download d WHERE d.zone = f.zone AND d.record = f.record AND d.role = f.role
        AND d.fingerprint = f.fingerprint) AS path
    FROM photo_asset t JOIN photo_resource f
        ON f.zone = t.zone AND f.record IN (t.name, t.master)
    WHERE t.id = ? AND f.role = ? ORDER BY f.record = t.name DESC"""


class Files(Protocol):
    """Who fetches files of the account; ``sync.polls.desk.PollDesk`` is one."""

    def run(self, request: PollRequest) -> PollOutcome:
        """Answer what can be answered."""


class Thumbnails:
    """The small pictures, kept in ``directory``; ``rows`` reads the mirror."""

    def __init__(
        self, directory: Path, rows: Callable[[str, tuple[Any, ...]], Any], files: Files
    ) -> None:
        self._directory = directory
        self._rows = rows
        self._files = files
        self._worker = Worker("thumbnails")

    def close(self) -> None:
        """Wait for what is under way, but not for long."""
        self._worker.close(_GRACE_S)

    def of(self, photo: str) -> Future[bytes | None]:
        """The picture as JPEG; ``None`` where the library has none. Raises RemindersdError."""
        return self._worker.do(lambda: self._found(photo))

    def _found(self, photo: str) -> bytes | None:
        if not _ID.fullmatch(photo):
            return None
        kept = self._directory / f"{photo}.jpg"
        if (content := _read(kept)) is not None:
            os.utime(kept)
            return content
        for file in self._rows(_FILES, (photo, THUMBNAILS[0])):
            if file["path"] and (content := _read(Path(file["path"]))) is not None:
                return content
            if (content := self._fetched(file["id"])) is not None:
                self._keep(kept, content)
                return content
        return None

    def _fetched(self, id: str) -> bytes | None:
        outcome = self._files.run(PollRequest(files=(id,)))
        for result in outcome.results:
            content = result.content
            if isinstance(content, bytes):
                return content
            try:
                return _read(content)
            finally:
                content.unlink(missing_ok=True)
        return None

    def _keep(self, path: Path, content: bytes) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, content)
        kept = sorted(self._directory.glob("*.jpg"), key=lambda one: one.stat().st_mtime)
        for old in kept[:-KEPT_MAX]:
            old.unlink(missing_ok=True)


def _read(path: Path) -> bytes | None:
    try:
        if path.stat().st_size > BYTES_MAX:
            return None
        return path.read_bytes()
    except OSError:
        return None
