"""Keeps the bytes of results: one private file each, named by the result's id, for a while.

The official client copies the files itself, with their mode, and takes a path as it stands: so
they are 0600 in a directory that is 0700, and their names hold digits, letters and dashes alone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from store.activity.ledger import Result
from sync.machine import about

__all__ = ["KEPT_MS", "MOST_BYTES", "Cabinet", "Filed", "overdue"]

KEPT_MS = 7 * 86400 * 1000
MOST_BYTES = 4 * 1024**3

_PART = ".part"


@dataclass(frozen=True, slots=True)
class Filed:
    """What was put away: the MD5 of its bytes in hexadecimal, and how many there are."""

    checksum: str
    size: int


class Cabinet:
    """The files in ``directory``, which is made 0700. Its methods raise OSError."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def put(self, id: str, content: bytes | Path) -> Filed:
        """Put the bytes away; a file at ``content`` is taken from there."""
        path, part = self.directory / id, self.directory / f"{id}{_PART}"
        with about(path):
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.directory.chmod(0o700)
            try:
                filed = _written(part, content)
                part.replace(path)
            except OSError:
                part.unlink(missing_ok=True)
                raise
        return filed

    def remove(self, id: str) -> None:
        """Remove a result's bytes, if they are there."""
        (self.directory / id).unlink(missing_ok=True)

    def keep_only(self, ids: Collection[str]) -> None:
        """Remove what no result stands for: a crash may have come between the two."""
        if self.directory.is_dir():
            for path in self.directory.iterdir():
                if path.name not in ids:
                    path.unlink()


def _written(part: Path, content: bytes | Path) -> Filed:
    if isinstance(content, Path):
        shutil.move(content, part)
        part.chmod(0o600)
    else:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    with part.open("rb") as file:
        # Of no use against anybody; the API says that it is MD5.
        digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
        os.fsync(file.fileno())
    return Filed(digest.hexdigest(), part.stat().st_size)


def overdue(results: Iterable[Result], now_ms: int, most_bytes: int = MOST_BYTES) -> list[Result]:
    """The results whose bytes have to go: the old ones, then as many as there is no room for.

    What was consumed goes before what nobody has fetched, and the older of two goes first.
    """
    kept = [result for result in results if result.state != "expired"]
    old = [result for result in kept if now_ms - result.created_ms >= KEPT_MS]
    young = [result for result in kept if now_ms - result.created_ms < KEPT_MS]
    young.sort(key=lambda result: (result.state != "consumed", result.created_ms))
    too_many = sum(result.size for result in young) - most_bytes
    for result in young:
        if too_many <= 0:
            break
        too_many -= result.size
        old.append(result)
    return old
