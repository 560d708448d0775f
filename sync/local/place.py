"""Say where a path in the folder really is, and whether it may be written there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from sync.local.folder import OURS
from sync.local.outcome import Refusal

__all__ = ["check_directory", "check_target", "is_inside", "locate"]

_ANY_WRITE = 0o222


def is_inside(root: Path, path: Path) -> bool:
    """Whether a resolved path lies in the folder, and not among our own things."""
    home = Path(os.path.realpath(root))
    return home in path.parents and home / OURS not in (path, *path.parents)


def locate(root: Path, path: Path, *, follow: bool = True) -> Path:
    """The real place of ``path``, links resolved (the last one only with ``follow``).

    Raises ``Refusal`` when that is outside the folder.
    """
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise Refusal(f"{path} is not a path inside the folder")
    whole = root / path
    real = Path(os.path.realpath(whole if follow else whole.parent))
    if not follow:
        real /= whole.name
    if not is_inside(root, real):
        raise Refusal(f"{path} leads out of the folder, to {real}")
    return real


def check_target(target: Path) -> None:
    """Raise ``Refusal`` unless this file may be replaced; ``OSError`` if it cannot be seen.

    A rename ignores the file's own permissions; we do not: 0444 says "do not write".
    """
    status = os.lstat(target)
    if not stat.S_ISREG(status.st_mode):
        raise Refusal(f"{target} is not a regular file")
    if status.st_nlink > 1:
        raise Refusal(f"{target} has {status.st_nlink} hard links, which a write would separate")
    if not status.st_mode & _ANY_WRITE or not os.access(target, os.W_OK):
        raise Refusal(f"read-only: {target}")
    check_directory(target.parent)


def check_directory(directory: Path) -> None:
    """Raise ``Refusal`` unless names in this directory may be changed."""
    if not directory.stat().st_mode & _ANY_WRITE or not os.access(directory, os.W_OK | os.X_OK):
        raise Refusal(f"read-only directory: {directory}")
