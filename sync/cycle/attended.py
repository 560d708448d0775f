"""An engine as a person meets it: names what is held, and takes a folder back when it is told to.

A folder whose marker was lost (removed, or not in a clone) is taken back only on an explicit
word, and only if its files show that it is the one: else an empty disk would delete everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from store.db import Store
from store.model import Field
from sync.core.actions import Hold, HoldKind
from sync.cycle.engine import Engine, Parts
from sync.cycle.report import Name, Report
from sync.errors import UsageError
from sync.local.files import ids_in_large
from sync.local.folder import Marker, NotReady, adopt, check
from sync.local.tree import walk

__all__ = ["FOLDER", "Attended", "Home"]

FOLDER = "folder"  # the id of the hold that stands for the folder


@dataclass(frozen=True, slots=True)
class Home:
    """The synced folder as it was when both met: where, with which marker and ending of files."""

    root: Path
    marker: Marker
    suffix: str


class Attended(Engine):
    """Runs cycles as ``Engine`` does, and speaks of them as a person would."""

    def __init__(self, parts: Parts, home: Home) -> None:
        super().__init__(parts)
        self._home = home

    def cycle(self, trigger: str, *, approve: bool = False, plan_only: bool = False) -> Report:
        """One full cycle, with the names of what is held."""
        report = super().cycle(trigger, approve=approve, plan_only=plan_only)
        report.names = names_of([*report.held, *report.new_holds], self._parts.store)
        return report

    def approve(self, keys: Sequence[str] = ()) -> list[Hold]:
        """Let what is held go ahead; the key ``folder`` takes back one that lost its marker.

        Raises UsageError when that folder is not there, or nothing shows that it is the one.
        """
        others = [key for key in keys if key != FOLDER]
        taken = self._take_back() if FOLDER in keys else []
        return taken + (super().approve(others) if others or not keys else [])

    def _take_back(self) -> list[Hold]:
        home = self._home
        state = check(home.root, home.marker.uuid)
        if not isinstance(state, NotReady):
            return []
        there = check(home.root, None)
        if isinstance(there, NotReady):
            raise UsageError(there.reason, "bring the folder back, then approve it")
        known = {block.block for block in self._parts.store.places.all_blocks().values()}
        if known.isdisjoint(_ids_in(home, int(self._parts.clock() * 1e9))):
            raise UsageError(
                f"{home.root} is not taken for the synced folder: no file in it has an id of yours",
                "bring the right folder back, or restore its files from a backup, then approve it",
            )
        adopt(home.root, home.marker)
        self._quiet_until_s = 0.0
        return [Hold(FOLDER, HoldKind.FILE, state.reason)]


def _ids_in(home: Home, now_ns: int) -> set[str]:
    """Every block id in the todo files; also in one that was changed a moment ago."""
    found: set[str] = set()
    for file in walk(home.root, home.suffix, now_ns).files:
        with suppress(OSError):
            found |= ids_in_large(home.root / file.path)
    return found


def names_of(holds: Sequence[Hold], store: Store) -> dict[str, Name]:
    """What a person calls the things that ``holds`` are about, by their ids."""
    ids = {hold.id for hold in holds}
    if not ids:
        return {}
    rows, bases = store.mirror.reminders_by_id(ids), store.bases.some(ids)
    files, lists = store.places.files(), store.bases.all_lists()
    names = {}
    for id in ids:
        row, line = rows.get(id), store.places.line_of(id)
        home = lists.get(row.list_id or "") if row is not None else None
        path = line.path if line else home.path if home else None  # gone: where it would stand
        title = bases[id].values.get(Field.TITLE) if id in bases else line and line.text
        if id in lists:
            names[id] = Name(lists[id].name, lists[id].path)
        elif row is not None or title:
            names[id] = Name(row.title if row is not None else str(title), path)
        elif id in files:
            names[id] = Name(file=id)
    return names
