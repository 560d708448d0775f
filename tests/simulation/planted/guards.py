"""Bugs of what holds deletions back, and of what is believed of the folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sync.core import guard
from sync.core.matching import listmatch
from sync.cycle.files.committing import Committer
from sync.cycle.observing import missing
from sync.cycle.planning import planner as planning
from sync.local import folder, scan, tree
from tests.simulation.planted.bug import Bed, Swap

GUARDS = Bed()
EDITED = ("process restarted",)


@GUARDS.plant(
    "an empty read is believed", "A file that is just being saved has no lines.", often=EDITED
)
def _empty() -> Iterable[Swap]:
    yield scan, "settle_s", lambda *_: 0.0


@GUARDS.plant(
    "hold_above off by one", "One deletion more than a person wants goes through.", often=EDITED
)
def _one_more() -> Iterable[Swap]:
    return _guarded(lambda given: {"hold_above": given["hold_above"] + 1})


@GUARDS.plant(
    "grace is over at once",
    "A line that vanished is deleted in iCloud without a wait.",
    often=EDITED,
)
def _no_grace() -> Iterable[Swap]:
    return _guarded(lambda _: {"grace_s": 0.0})


@GUARDS.plant("grace never ends", "A line that vanished waits for ever.", often=EDITED)
def _endless() -> Iterable[Swap]:
    yield guard, "counted_s", lambda waited_s, *_: waited_s
    yield missing, "counted_s", lambda waited_s, *_: waited_s


@GUARDS.plant("nothing is held", "Deletions go ahead however many they are.", often=EDITED)
def _unheld() -> Iterable[Swap]:
    return _guarded(lambda _: {"hold_above": 10**6, "emptied": ()})


def _guarded(change: Any) -> Iterable[Swap]:
    real = guard.guard

    def guarded(plan: Any, **given: Any) -> Any:
        return real(plan, **{**given, **change(given)})

    yield planning, "guard", guarded


@GUARDS.plant("an approval outlives its object", "What was approved once may be deleted for ever.")
def _approved() -> Iterable[Swap]:
    yield Committer, "_drop_approvals", lambda *_: None


@GUARDS.plant(
    "a missing folder is empty", "All lines are gone where nothing is mounted.",
    often=("folder away for a cycle",),
)  # fmt: skip
def _missing() -> Iterable[Swap]:
    def check(root: Path, expected: str | None) -> Any:
        return folder.check(root, expected) if root.is_dir() else folder.Ready()

    def walked(root: Path, *rest: Any) -> tree.Tree:
        return tree.walk(root, *rest) if root.is_dir() else tree.Tree()

    yield scan, "check", check
    yield scan, "walk", walked


@GUARDS.plant(
    "a renamed file is a new list", "The list of the old name is gone with its file.", often=EDITED
)
def _renamed() -> Iterable[Swap]:
    yield listmatch, "MOSTLY", 2.0


@GUARDS.plant("ids elsewhere do not count", "What stands where no list is, counts as gone.")
def _elsewhere() -> Iterable[Swap]:
    yield scan, "ids_in", lambda _: frozenset()
