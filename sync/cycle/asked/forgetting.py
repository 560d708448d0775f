"""Forgetting a list whose file a person deleted: it stays in iCloud, and is not kept here.

Nothing is sent, and no file is touched. What was agreed on of its reminders is forgotten with it,
so that they come as new ones should the list be wanted here again. A list that its owner took back
keeps its file, which nobody looks at any more; of that all stays as it was agreed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from store.base.forgotten import Forgotten
from store.db import Store
from store.model import Field
from sync.core.actions import HoldKind
from sync.cycle.observing.homecoming import Home
from sync.errors import UsageError
from sync.local.folder import NotReady, check

__all__ = ["Forgot", "forget", "let_go_of", "ready", "relative", "supplanted"]


@dataclass(frozen=True, slots=True)
class Forgot:
    """What is not kept here any more; ``file`` stays where it stands, if it is there."""

    name: str
    file: str | None
    is_list: bool

    def document(self) -> dict[str, Any]:
        """The document of `forget --json`."""
        return {"schema": 1, "name": self.name, "file": self.file, "list": self.is_list}


def forget(store: Store, home: Home, key: str, now_ms: int) -> Forgot:
    """Forget the list called ``key``, or that stood at this path; or a file that waits to be one.

    To do it again is no error. Raises UsageError where there is nothing to forget.
    """
    ready(home)
    path = relative(home, key)
    for hold in store.attention.holds():
        if hold.kind == HoldKind.NEW_LIST and hold.id == path:
            with store.commit("forget"):
                store.forgotten.add(Forgotten(path, path, path, now_ms))
            return Forgot(path, path, is_list=False)
    for known in store.forgotten.all().values():
        if key in (known.id, known.name) or path == known.path:
            there = os.path.lexists(home.root / known.path)
            return Forgot(known.name, known.path if there else None, known.id != known.path)
    id, name, place = _list_meant(store, home, key, path)
    is_unshared = id in store.mirror.unshared_lists()
    there = os.path.lexists(home.root / place) and id not in supplanted(store)
    if there and not is_unshared:
        raise UsageError(
            f"“{name}” has its file {place}, so it is kept",
            f"delete the file first, or say `lists: {{{name}: ignore}}` in the config",
        )
    with store.commit("forget"):
        store.forgotten.add(Forgotten(id, name, place, now_ms))
        store.attention.drop_approvals([id])
        if not is_unshared:
            let_go_of(store, home, id, place)
            store.bases.drop_list(id)
    return Forgot(name, place if there else None, is_list=True)


def ready(home: Home) -> None:
    """Raise UsageError where the folder is not there, or not the one: then nothing is known."""
    state = check(home.root, home.marker.uuid)
    if isinstance(state, NotReady):
        raise UsageError(state.reason, "bring the folder back first")


def supplanted(store: Store) -> frozenset[str]:
    """The lists that wait as their file is gone, and at whose path another one's stands by now.

    Both were seen by the last cycle. That path, and mostly the name, is that of two lists then.
    """
    bases, kinds = store.bases.all_lists(), (HoldKind.LIST, HoldKind.RESTING_LIST)
    at = Counter(base.path for base in bases.values())
    missed = [hold.id for hold in store.attention.holds() if hold.kind in kinds]
    return frozenset(id for id in missed if id in bases and at[bases[id].path] > 1)


def relative(home: Home, key: str) -> str:
    """A path as a person writes it, as the store has it."""
    root = f"{home.root}{os.sep}"
    return key.removeprefix(root).removeprefix("./").rstrip("/")


def let_go_of(
    store: Store, home: Home, list_id: str, place: str, ids: Iterable[str] | None = None
) -> None:
    """Forget what was agreed on of the reminders (or of ``ids``) that stood at a list's ``place``.

    Within a commit. Lines that stand elsewhere by now are not concerned; those that had come from
    another list are, before iCloud knew of it: they are shown where it has them.
    """
    lines = store.places.all_lines()
    if ids is None:
        stood_in = {id: home.layout.place_of(line.path) for id, line in lines.items()}
        lists = store.bases.all_lists()
        shared = any(base.path == place for id, base in lists.items() if id != list_id)
        agreed = {id: base.values.get(Field.LIST) for id, base in store.bases.all().items()}
        ids = [
            id
            for id, is_in in agreed.items()
            if (
                stood_in[id] == place and (not shared or is_in == list_id)
                if id in lines
                else is_in == list_id
            )
        ]
        for section, known in store.sections.all().items():
            if known.list_id == list_id:
                store.sections.drop(section)
    gone = list(ids)
    for id in gone:
        store.bases.drop(id)
    store.places.drop_lines(*gone)
    store.places.clear_vanished(*gone)


def _list_meant(store: Store, home: Home, key: str, path: str) -> tuple[str, str, str]:
    """Id, name and place of the one list that ``key`` names by id, by path, or by its name."""
    bases = {id: base for id, base in store.bases.all_lists().items() if base.path}
    by_path = [id for id, base in bases.items() if base.path == path]
    found = by_path or [id for id, base in bases.items() if key in (id, base.name)]
    gone = supplanted(store)
    found = [id for id in found if id in gone] or found
    if len(found) > 1:
        places = ", ".join(str(bases[id].path) for id in found)
        raise UsageError(
            f"{len(found)} lists are called “{key}”", f"name one by its file: {places}"
        )
    if not found:
        raise UsageError(
            f"no list here is called “{key}”, or stands there", "see `remindersd lists`"
        )
    base = bases[found[0]]
    assert base.path is not None
    return found[0], base.name, base.path
