"""Bugs of what holds deletions back, and of what is believed of the folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sync.core import guard, lists
from sync.core.listplan import FileFacts, ListBase
from sync.cycle.files.committing import Committer
from sync.cycle.observing import missing
from sync.cycle.planning import planner as planning
from sync.local import folder, scan, tree
from sync.local.files import stray_in
from tests.simulation.planted.bug import Bed, Swap

GUARDS = Bed()
EDITED = ("process restarted",)
FEW = {"hold_above": "1", "grace": "0s"}


@GUARDS.plant(
    "an empty read is believed",
    "A file that is just being saved has no lines.",
    often=EDITED,
    likes=("tear",),
    has=("soon", "met before"),
    settings={"hold_above": "1000", "grace": "0s"},
)
def _empty() -> Iterable[Swap]:
    yield scan, "settle_s", lambda *_: 0.0


@GUARDS.plant(
    "hold_above off by one",
    "One deletion more than a person wants goes through.",
    often=EDITED,
    likes=("delete",),
    settings=FEW,
    lacks=("one thing",),
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


@GUARDS.plant(
    "nothing is held",
    "Deletions go ahead however many they are.",
    often=EDITED,
    likes=("delete",),
    settings=FEW,
    lacks=("one thing",),
)
def _unheld() -> Iterable[Swap]:
    return _guarded(lambda _: {"hold_above": 10**6, "emptied": ()})


def _guarded(change: Any) -> Iterable[Swap]:
    real = guard.guard

    def guarded(plan: Any, **given: Any) -> Any:
        return real(plan, **{**given, **change(given)})

    yield planning, "guard", guarded


@GUARDS.plant(
    "an approval outlives its object",
    "What was approved once may be deleted for ever.",
    often=EDITED,
    likes=("delete", "restore"),
    settings=FEW,
    has=("approves",),
    lacks=("one thing",),
    play="approved too late:",
)
def _approved() -> Iterable[Swap]:
    yield Committer, "_drop_approvals", lambda *_: None


@GUARDS.plant(
    "a missing folder is empty", "All lines are gone where nothing is mounted.",
    often=("folder away for a cycle",), has=("met before",),
)  # fmt: skip
def _missing() -> Iterable[Swap]:
    def check(root: Path, expected: str | None) -> Any:
        found = folder.check(root, expected)
        return found if isinstance(found, folder.Ready) else folder.Ready()

    def walked(root: Path, *rest: Any) -> tree.Tree:
        return tree.walk(root, *rest) if root.is_dir() else tree.Tree()

    yield scan, "check", check
    yield scan, "walk", walked


@GUARDS.plant(
    "a renamed file is a new list",
    "The list of the old name is gone with its file.",
    often=EDITED,
    likes=("rename_file",),
)
def _renamed() -> Iterable[Swap]:
    real = lists.match_files

    def match_files(
        living: Any, files: Mapping[str, FileFacts], bases: Mapping[str, ListBase], rules: Any
    ) -> dict[str, str]:
        homes = {base.path for base in bases.values()}
        known = {
            path: one if path in homes else replace(one, list_block=None, known={})
            for path, one in files.items()
        }
        return real(living, known, bases, rules)

    yield lists, "match_files", match_files


@GUARDS.plant(
    "ids elsewhere do not count",
    "What stands where no list is, counts as gone.",
    often=EDITED,
    likes=("cut",),
    settings={"hold_above": "1000", "grace": "0s"},
    has=("met before",),
)
def _elsewhere() -> Iterable[Swap]:
    yield scan, "ids_in", lambda _: frozenset()
    yield scan, "stray_in", lambda path, bound_by: (frozenset(), stray_in(path, bound_by)[1])
