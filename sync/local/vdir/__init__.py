"""The vdir format: a directory per list, a file with one VTODO per task; pure.

This is what todoman and vdirsyncer keep. The name of a list stands in a file ``displayname``
beside its tasks, and a task is known by its UID.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sync.local.layout import Layout
from sync.local.lines import encode
from sync.local.tasks import CannotEdit, TodoFile

from .edit import edit
from .parse import VdirFile, parse
from .render import render, shown

__all__ = ["LAYOUT", "VdirFile", "assign_blocks", "bound_by", "cut", "edit", "heading"]
__all__ += ["is_bare", "new_file", "parse", "render", "set_head", "shown"]

LAYOUT = Layout(".ics", per_task=True, label="displayname", color="color")
bound_by: bytes | None = None


def new_file(list_block: str | None, home_zone: str) -> bytes:
    """A file in which a task will be put."""
    return b""


def is_bare(file: TodoFile, sections: Collection[str]) -> bool:
    """A file that is not a task's is somebody else's."""
    return False


def cut(file: TodoFile, tasks: Sequence[int]) -> str:
    """The whole file, which is its task's own."""
    if not isinstance(file, VdirFile):
        raise TypeError("only what was read as a file of a vdir can be cut as one")
    return encode(file.bom, file.lines).decode() if tasks else ""


def heading(words: str) -> str:
    """Nothing: only tasks can stand in such files."""
    return ""


def set_head(file: TodoFile, values: Mapping[str, str], home_zone: str) -> bytes:
    """A task's file says nothing of its list."""
    raise CannotEdit("a file with one task has no front matter")


def assign_blocks(uuids: Iterable[str], taken: Mapping[str, str]) -> dict[str, str]:
    """A reminder's UID is its UUID, unless another task has that."""
    given: dict[str, str] = {}
    for uuid in sorted(uuids):
        uid, number = uuid, 1
        while taken.get(uid, uuid) != uuid:
            number += 1
            uid = f"{uuid}-{number}"
        given[uuid] = uid
    return given
