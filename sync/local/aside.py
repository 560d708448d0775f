"""Putting a damaged file aside, whole, so that another can take its place: never deleted."""

from __future__ import annotations

import os
from pathlib import Path

from sync.local.disk import sync_directory
from sync.local.folder import OURS

__all__ = ["REPLACED", "set_aside"]

REPLACED = f"{OURS}/replaced"


def set_aside(root: Path, path: str) -> str:
    """Move what stands at ``path`` into our own directory; gives its new path, also relative.

    A link is moved itself, not what it leads to. Raises ``OSError``.
    """
    home = root / REPLACED
    home.mkdir(mode=0o700, exist_ok=True)
    name = path.replace("/", " - ")
    kept, number = home / name, 1
    while os.path.lexists(kept):
        number += 1
        kept = home / f"{name} ({number})"
    os.rename(root / path, kept)
    sync_directory(home)
    sync_directory((root / path).parent)
    return f"{REPLACED}/{kept.name}"
