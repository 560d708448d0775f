"""Where a format keeps the tasks of a list: one file for all, or a directory with a file for each.

A list's *place* is the path by which it is known: its file, or its directory. Pure.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sync.local.names import collision_key, file_name, list_name

__all__ = ["Layout"]


@dataclass(frozen=True, slots=True)
class Layout:
    """``suffix`` ends the names of files with tasks. With ``per_task`` a list is a directory.

    ``label`` is then the file in it that says the list's name, and ``color`` the one that says its
    colour. ``done`` is the name, in small letters, of files that tools put completed tasks into,
    which are no lists.
    """

    suffix: str
    per_task: bool = False
    label: str = ""
    color: str = ""
    done: str = ""

    def holds(self, name: str) -> bool:
        """Whether a file of this name is read."""
        return name.endswith(self.suffix) or name in (self.label, self.color)

    def is_beside(self, path: str) -> bool:
        """Whether the file at this path speaks of its list and not of a task."""
        return path.rpartition("/")[2] in (self.label, self.color)

    def is_done(self, path: str) -> bool:
        """Whether tools put completed tasks into the file at this path."""
        return self.done != "" and path.rpartition("/")[2].lower() == self.done

    def done_in(self, directories: Collection[str]) -> set[str]:
        """Where tools would put completed tasks in these directories (``""``: the root)."""
        return {f"{each}/{self.done}".lstrip("/") for each in directories} if self.done else set()

    def is_too_high(self, directory: str) -> bool:
        """Whether files in this directory (``""``: the root) stand above all lists."""
        return self.per_task and not directory

    def is_too_deep(self, directory: str) -> bool:
        """Whether files in this directory stand below what a list in a group is."""
        return directory.count("/") >= (2 if self.per_task else 1)

    def place_of(self, path: str) -> str:
        """The place of the list that a file belongs to."""
        return path.rpartition("/")[0] if self.per_task else path

    def named(self, place: str) -> str:
        """The name that a place (or a group's directory) stands for."""
        stem = place.rpartition("/")[2]
        return list_name(stem if self.per_task else stem.removesuffix(self.suffix))

    def file_of(self, place: str, block: str, taken: Collection[str]) -> str:
        """The path of a file of its own for the task of this id; ``taken`` are not to be used."""
        used = {collision_key(path) for path in taken}
        base = f"{place}/{file_name(block)}"
        path, number = base + self.suffix, 1
        while collision_key(path) in used:
            number += 1
            path = f"{base} ({number}){self.suffix}"
        return path
