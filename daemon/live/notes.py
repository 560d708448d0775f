"""The names of what was made for a trial, in a file that outlives the process."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from daemon.settings.paths import state_dir
from sync.privatefile import write_private

__all__ = ["Notes", "notes_of"]


def notes_of(profile: str) -> Path:
    """Where those of a profile are."""
    return state_dir(profile) / "scratch.json"


class Notes:
    """Names in the order in which they were made; the file at ``path`` is there while any are."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, names: Iterable[str]) -> None:
        """Write down what is about to be made, and have it on the disk."""
        known = self.names()
        all_of_them = list(dict.fromkeys([*known, *names]))
        if all_of_them == known:
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self._path, json.dumps(all_of_them).encode())

    def names(self) -> list[str]:
        """What was made and is not known to be removed."""
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []

    def forget(self) -> None:
        """All of it is gone."""
        self._path.unlink(missing_ok=True)
