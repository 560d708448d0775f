"""Is the hand on the keyboard: reads todo files, and saves them as editors do, by a rename."""

from __future__ import annotations

import os
from pathlib import Path

from sync.errors import RemindersdError

__all__ = ["LIST_FILES", "Folder"]

LIST_FILES = "*.md"


class Folder:
    """The todo files below ``root``, by path relative to it in POSIX form."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def files(self) -> dict[str, bytes]:
        """Every todo file with what is in it."""
        found = {}
        for path in sorted(self.root.rglob(LIST_FILES)):
            name = path.relative_to(self.root).as_posix()
            if not any(part.startswith(".") for part in name.split("/")):
                found[name] = self._read(path)
        return {name: data for name, data in found.items() if data is not None}

    def lines(self, name: str) -> list[str]:
        """The lines of a file; none where it is not there."""
        data = self._read(self.root / name)
        return [] if data is None else data.decode("utf-8", "replace").splitlines()

    def line_with(self, name: str, text: str, *, marked: bool = True) -> str | None:
        """The first line that has ``text`` in it, and an id of ours if it must be ``marked``."""
        lines = (line for line in self.lines(name) if text in line)
        return next((line for line in lines if not marked or " ^r-" in line), None)

    def append(self, name: str, line: str) -> None:
        """Type a line at the end of a file, and save."""
        self._save(name, [*self.lines(name), line])

    def replace(self, name: str, old: str, new: str) -> None:
        """Change one whole line, and save; raises RemindersdError where it does not stand."""
        lines = self.lines(name)
        if old not in lines:
            raise RemindersdError(f"{name} has no line {old!r} any more")
        lines[lines.index(old)] = new
        self._save(name, lines)

    def _save(self, name: str, lines: list[str]) -> None:
        path = self.root / name
        draft = path.with_name(f".{path.name}.swp")
        with draft.open("w", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def _read(self, path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
