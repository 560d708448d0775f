"""Keeps a database file that is no longer used: under a name of its own, byte for byte.

A damaged file is copied before SQLite lets go of it, which would still write into it, and only then
taken away. As long as nothing has taken its place, nobody starts with an empty one by accident.
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["DAMAGED", "REPLACED", "beside", "copy_aside", "kept_damaged", "link_aside", "take_away"]

DAMAGED = "damaged"
REPLACED = "replaced"
BESIDE = ("-wal", "-shm")  # what SQLite puts next to a file, by the end of its name


def beside(path: Path) -> list[Path]:
    """The file, and what SQLite put next to it; the file comes last."""
    return [one for end in (*BESIDE, "") if (one := Path(f"{path}{end}")).exists()]


def copy_aside(path: Path, word: str = DAMAGED) -> Path:
    """Copy the file, with what SQLite has next to it, to where it is kept; that place.

    It is named by when it was last written. Raises OSError; then there is no copy.
    """
    kept = _place(path, word)
    if kept.exists():
        return kept  # a start that was cut off had come so far
    partial = kept.with_name(f".{kept.name}.part")
    for one in beside(path):
        end = str(one).removeprefix(str(path))
        target = Path(f"{kept}{end}") if end else partial
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as copy, one.open("rb") as original:
            shutil.copyfileobj(original, copy)
            copy.flush()
            os.fsync(copy.fileno())
    partial.replace(kept)
    return kept


def link_aside(path: Path) -> Path:
    """Give a file that was closed whole a second name, under which it is kept; that name."""
    kept = _place(path, REPLACED)
    kept.unlink(missing_ok=True)
    os.link(path, kept)
    return kept


def take_away(path: Path) -> None:
    """Remove the file, of which a copy is kept, and what SQLite put next to it."""
    for one in beside(path):
        one.unlink()


def kept_damaged(path: Path) -> Path | None:
    """The damaged file that was kept last, if there is one."""
    kept = path.parent.glob(f"{path.stem}.{DAMAGED}-*{path.suffix}")
    return max(kept, default=None)


def _place(path: Path, word: str) -> Path:
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return path.with_name(f"{path.stem}.{word}-{written:%Y%m%dT%H%M%SZ}{path.suffix}")
