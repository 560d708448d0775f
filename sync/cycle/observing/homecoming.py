"""Taking back a folder whose marker was lost: removed, or not in a clone.

Only on an explicit word, and only if its files show that it is the one: else an empty disk would
delete everything.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from store.db import Store
from sync.core.actions import Hold, HoldKind
from sync.errors import UsageError
from sync.local.files import ids_in_large
from sync.local.folder import Marker, NotReady, adopt, check
from sync.local.layout import Layout
from sync.local.tree import walk

__all__ = ["FOLDER", "Home", "take_back"]

FOLDER = "folder"  # the id of the hold that stands for the folder


@dataclass(frozen=True, slots=True)
class Home:
    """The synced folder as it was when both met: where, with which marker and layout of files."""

    root: Path
    marker: Marker
    layout: Layout


def take_back(home: Home, store: Store, now_ns: int) -> list[Hold]:
    """Mark the folder as the synced one again; gives what no longer waits for that.

    Raises UsageError when it is not there, or nothing shows that it is the one.
    """
    state = check(home.root, home.marker.uuid)
    if not isinstance(state, NotReady):
        return []
    there = check(home.root, None)
    if isinstance(there, NotReady):
        raise UsageError(there.reason, "bring the folder back, then approve it")
    known = {block.block for block in store.places.all_blocks().values()}
    if known.isdisjoint(_ids_in(home, now_ns)) and not _has_a_file(home, store):
        raise UsageError(
            f"{home.root} is not taken for the synced folder: no file in it has an id of yours"
            " or is as it was",
            "bring the right folder back, or restore its files from a backup, then approve it",
        )
    adopt(home.root, home.marker)
    return [Hold(FOLDER, HoldKind.FILE, state.reason)]


def _has_a_file(home: Home, store: Store) -> bool:
    """Whether a file with tasks stands there as it did: lines need not have ids."""
    for path, row in store.places.files().items():
        with suppress(OSError):
            data = (home.root / path).read_bytes()
            if store.places.lines_in(path) and hashlib.sha256(data).hexdigest() == row.sha256:
                return True
    return False


def _ids_in(home: Home, now_ns: int) -> set[str]:
    """Every block id in the todo files; also in one that was changed a moment ago."""
    found: set[str] = set()
    for file in walk(home.root, home.layout, now_ns).files:
        with suppress(OSError):
            found |= ids_in_large(home.root / file.path)
    return found
