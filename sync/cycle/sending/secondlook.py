"""Looking once more before anything is deleted in iCloud: was a file saved since it was read?

What was saved meanwhile may have brought a line back (an editor that empties a file and then fills
it, an undo). So no deletion that was planned without it is sent; the next cycle plans it anew.
A file that is new, or that could not be read, needs no such look: nothing was judged by it; but one
that stands again where we have just moved a file away is the save of that one. Before a list goes,
with all that is in it, iCloud is asked once more as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from store.activity.outbox import STANDING, Intent
from store.db import Store
from sync.cycle.observing.reading import LocalFile, LocalState
from sync.cycle.past.journaling import Chronicle
from sync.cycle.planning.parking import WHOLE
from sync.cycle.planning.planner import Planned
from sync.cycle.planning.sentences import sentences
from sync.cycle.report import Report
from sync.local.disk import digest
from sync.local.outcome import Refusal
from sync.local.place import locate

__all__ = ["call_off_all", "call_off_deletions"]

_KINDS = frozenset({"delete", "purge", "delete-list", "purge-list"})
_SOON_S = 0.5


def call_off_deletions(
    store: Store,
    root: Path,
    planned: Planned,
    local: LocalState,
    chronicle: Chronicle,
    report: Report,
) -> None:
    """Take the deletions of a plan back out of the outbox if a file is not as in ``local``.

    They are neither told nor in the history, then, and another cycle is to come soon.
    """
    queued = [intent for intent in store.outbox.queued() if intent.kind in _KINDS]
    files = (*local.files.values(), *local.done.values())
    if not queued or not (
        any(_was_saved(root, file) for file in files)
        or any(_stands_again(root, path) for path in local.left - local.files.keys())
    ):
        return
    _call_off(store, queued, planned, chronicle, report)
    report.come_back(_SOON_S)


def call_off_all(store: Store, planned: Planned, chronicle: Chronicle, report: Report) -> None:
    """Take all of a plan back out of the outbox: iCloud has said something else since.

    What a person asked for by a verb is nobody's plan, and stays.
    """
    queued = [intent for intent in store.outbox.queued() if intent.kind not in STANDING]
    _call_off(store, queued, planned, chronicle, report)
    report.come_back(0.0)


def _call_off(
    store: Store,
    queued: Sequence[Intent],
    planned: Planned,
    chronicle: Chronicle,
    report: Report,
) -> None:
    ids = {intent.id for intent in queued}
    with store.commit("call off"):
        store.outbox.drop_many(intent.seq for intent in queued)
        chronicle.strike(ids, side="cloud")
    untold = _told_of(planned, ids)
    report.changes = [change for change in report.changes if change not in untold]


def _was_saved(root: Path, file: LocalFile) -> bool:
    """Whether a file that was read, or that we wrote, has other bytes now."""
    if file.todo is None:
        return False
    try:
        return digest(locate(root, Path(file.path))) != file.sha256
    except (OSError, Refusal):  # it is gone since: then it has brought nothing back
        return False


def _stands_again(root: Path, path: str) -> bool:
    try:
        return locate(root, Path(path)).exists()
    except (OSError, Refusal):
        return False


def _told_of(planned: Planned, ids: Collection[str]) -> set[str]:
    """The sentences that say that these are deleted."""
    withheld = {**planned.withheld, **dict.fromkeys(ids, (WHOLE,))}
    return {*sentences(planned)} - {*sentences(replace(planned, withheld=withheld))}
