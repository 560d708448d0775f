"""The ways in which editors save a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

__all__ = ["SAVES", "Save", "append", "in_place", "rename_save"]

Save = Callable[[Path, str], None]


def rename_save(path: Path, text: str) -> None:
    """Write a new file beside it and rename it over it, as most editors do."""
    draft = path.with_name(f".{path.name}.swp")
    with draft.open("wb") as file:
        file.write(text.encode())
        os.fsync(file.fileno())
    draft.replace(path)


def in_place(path: Path, text: str) -> None:
    """Truncate and write, as nano does: for a moment the file is empty, then half of it there."""
    data = text.encode()
    with path.open("wb", buffering=0) as file:
        file.write(data[: len(data) // 2])
        file.write(data[len(data) // 2 :])


def append(path: Path, line: str) -> None:
    """Add a line, as ``echo ... >> FILE`` does."""
    with path.open("ab", buffering=0) as file:
        file.write(f"{line}\n".encode())


SAVES: dict[str, Save] = {"rename": rename_save, "in place": in_place}
