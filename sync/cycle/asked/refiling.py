"""Writing a list's file again from the mirror, where it is gone or damaged; that one is kept.

The file itself is written by the next cycle, as that of any list that has none. What was agreed on
of its lines is forgotten first, in one commit, so that a line that is not there is never taken for
one that a person deleted.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from store.base.bases import ListBase
from store.db import Store
from sync.core.actions import HoldKind
from sync.core.listplan import again
from sync.cycle.asked.forgetting import let_go_of, ready, relative, supplanted
from sync.cycle.observing.homecoming import Home
from sync.errors import CannotRestore
from sync.local.aside import set_aside

__all__ = ["Refiled", "refile"]


@dataclass(frozen=True, slots=True)
class Refiled:
    """Which file is written again, of which list; ``kept`` is where the damaged one is now."""

    path: str
    list: str
    kept: str | None = None

    def document(self) -> dict[str, Any]:
        """The document of `restore --file --json`."""
        return {"schema": 1, "file": self.path, "list": self.list, "kept": self.kept}


def refile(store: Store, home: Home, key: str, now_ms: int, step: Callable[[str], None]) -> Refiled:
    """Let the file at the path ``key`` be written again; the next cycle does it.

    Raises CannotRestore where it is none of a list, or in order, and UsageError for a folder
    that is not the one.
    """
    ready(home)
    path = relative(home, key)
    id, base, ids = _owner(store, home, path)
    row = store.mirror.list(id)
    if row is None or row.deleted or id in store.mirror.unshared_lists():
        raise CannotRestore(
            f"{path} cannot be restored: its list “{base.name}” is not in iCloud",
            f"`remindersd restore --list {base.name!r}` brings the list back, if it was deleted",
        )
    kinds = {hold.kind for hold in store.attention.holds() if hold.id == path}
    there = os.path.lexists(home.root / path) and id not in supplanted(store)
    is_odd = there and not (home.layout.per_task or os.path.isfile(home.root / path))
    if there and not is_odd and not kinds & {HoldKind.FILE, HoldKind.EMPTIED}:
        raise CannotRestore(
            f"{path} is there and can be read",
            "delete it first if it is to be written anew; `remindersd restore ID` brings back one"
            " reminder",
        )
    with store.commit("refile"):
        let_go_of(store, home, id, base.path or "", ids)
        store.attention.approve([again(id)], now_ms)
    kept = None
    if is_odd or (there and HoldKind.FILE in kinds):
        step("refile:aside")
        kept = set_aside(home.root, path)
    return Refiled(path, base.name, kept)


def _owner(store: Store, home: Home, path: str) -> tuple[str, ListBase, list[str] | None]:
    """The list whose file (or directory) this is; or the one whose task has this file alone."""
    lists = store.bases.all_lists()
    gone = supplanted(store)
    for id in sorted(lists, key=lambda id: id not in gone):
        if lists[id].path == path:
            return id, lists[id], None
    place = home.layout.place_of(path)
    for id, base in lists.items():
        if home.layout.per_task and base.path == place:
            return id, base, [line.id for line in store.places.lines_in(path)]
    forgotten = any(one.path == path for one in store.forgotten.all().values())
    hint = "bring its list back with `remindersd restore --list NAME`" if forgotten else ""
    raise CannotRestore(f"{path} is no list's file", hint or "see `remindersd lists`")
