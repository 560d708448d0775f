"""A pretend Syncthing between two folders: files that changed are carried, late and one by one.

What changed on one side since both were the same goes to the other. Where both changed, the newer
file wins and the older one becomes a conflict copy, which is carried as any other file; a change
beats a deletion. Dates are those of the files, so a clock that is wrong decides wrongly.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from pathlib import Path
from random import Random

DEVICES = ("LAPTOP2", "DESKTOP")
OURS = ".remindersd"


class Carrier:
    """Carries between two folders; with ``ours`` also what is in `.remindersd`."""

    def __init__(self, folders: tuple[Path, Path], *, ours: bool) -> None:
        self.folders = folders
        self.ours = ours
        self.copies = 0
        self._common: dict[str, bytes | None] = {}
        self._inodes: list[int] = []
        """Of the folders, as Syncthing knows its own by a marker."""

    def carry(self, dice: Random | None = None, busy: Collection[Path] = ()) -> list[str]:
        """Carry all that differs, or what the dice say; gives what was done, in words.

        ``busy`` are files that somebody is saving. A folder that is away is left alone, and so is
        what stands in its place.
        """
        inodes = [folder.stat().st_ino for folder in self.folders if folder.is_dir()]
        if len(inodes) < len(self.folders):
            return []
        self._inodes = self._inodes or inodes
        if inodes != self._inodes:
            return []
        told = []
        for path in sorted(self._paths()):
            if not {folder / path for folder in self.folders} & set(busy) and (
                dice is None or dice.random() < 0.7
            ):
                told += self._carry(path)
        return told

    def _paths(self) -> set[str]:
        found = {*self._common}
        for root in self.folders:
            found |= {str(one.relative_to(root)) for one in root.rglob("*") if one.is_file()}
        return {path for path in found if self.ours or not path.startswith(OURS)} - {f"{OURS}/lock"}

    def _carry(self, path: str) -> list[str]:
        one, other = (_read(folder / path) for folder in self.folders)
        common = self._common.get(path)
        told = []
        if one != other:
            if other == common or (other is None and one != common):
                source = 0
            elif one in (common, None):
                source = 1
            else:
                source = self._newer(path)
                told.append(f"carrier: {self._keep(source ^ 1, path)} is a conflict copy")
            _put(self.folders[source] / path, self.folders[source ^ 1] / path)
            told.append(f"carrier: {path} from {DEVICES[source]}")
            one = (one, other)[source]
        self._common[path] = one
        return told

    def _newer(self, path: str) -> int:
        """Which of two files wins; ours have the kernel's times, which no seed decides."""
        if path.startswith(OURS):
            return Random(path).randrange(2)
        return int(_mtime(self.folders[1] / path) > _mtime(self.folders[0] / path))

    def _keep(self, loser: int, path: str) -> str:
        self.copies += 1
        stem, suffix = os.path.splitext(path)
        stamp = f"20320101-{100000 + self.copies}"
        copy = f"{stem}.sync-conflict-{stamp}-{DEVICES[loser]}{suffix}"
        os.rename(self.folders[loser] / path, self.folders[loser] / copy)
        return copy


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _mtime(path: Path) -> int:
    return path.stat().st_mtime_ns


def _put(source: Path, target: Path) -> None:
    """Bring a file, or its deletion, over as it is."""
    if not source.is_file():
        target.unlink(missing_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f".syncthing.{target.name}.tmp")
    shutil.copy2(source, new)
    os.replace(new, target)
