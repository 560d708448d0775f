"""Going on with acts of a person that were cut off: by a crash, or as iCloud could not be reached.

What is left to do is decided anew, so that what was done is not done twice, and what somebody has
changed meanwhile stays. It belongs to the run that began it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from store.activity.outbox import Intent
from store.db import Store
from sync.cycle.asked.begun import begun, end, run_of
from sync.cycle.asked.relisting import relist
from sync.cycle.asked.restoring import restore
from sync.cycle.asked.undoing import Undoer, run_undone
from sync.cycle.past.journaling import Chronicle
from sync.cycle.sending.encoding import Encoder
from sync.cycle.sending.push import Sender
from sync.errors import (
    BadResponse,
    CannotRestore,
    CannotUndo,
    ServiceError,
    SyncTokenExpired,
    ZoneMissing,
)

__all__ = ["Finished", "Finisher"]


@dataclass(slots=True)
class Finished:
    """``done`` are sentences for what iCloud has now, ``problems`` for what it has not."""

    done: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Finisher:
    """Finishes acts over one store; ``is_there`` says of a path if it stands in the folder."""

    store: Store
    cloud: Sender
    encoder: Encoder
    chronicle: Chronicle
    undoer: Undoer
    is_there: Callable[[str], bool]

    def finish(self) -> Finished:
        """Go on with all that stands in the outbox; network and account errors are raised.

        What iCloud refuses as a whole is parked, as other writes are; what cannot be decided yet,
        since files are being saved, waits for another cycle.
        """
        told = Finished()
        for act in self.store.outbox.acts():
            if begun(self.store, act.kind, act.id) is None:
                continue  # it was a part of one before
            run = run_of(act)
            if run is not None:
                self.chronicle.take_up(run)
            try:
                self._go_on(act, told)
            except CannotUndo:
                continue
            except (BadResponse, SyncTokenExpired, ZoneMissing):
                raise
            except (CannotRestore, ServiceError) as error:
                what = "taken back" if act.kind == "undo" else "brought back"
                told.problems.append(f"what was begun before is not {what}: {error.message}")
                self._set_aside(act, error)
        return told

    def _go_on(self, act: Intent, told: Finished) -> None:
        if act.kind == "undo":
            undone = self.undoer.undo(run_undone(act))
            told.done.append(f"iCloud: run {undone.run} is taken back, as was begun before")
            told.problems += [f"“{one.title}”: {one.reason}" for one in undone.left]
        elif not self._is_back(act):
            lost = self._bring(act)
            told.done.append(f"iCloud: + “{lost[0]}” (brought back, as was begun before)")
            told.problems += lost[1]
        else:
            with self.store.commit("restored"):
                end(self.store, act.kind, act.id)

    def _is_back(self, act: Intent) -> bool:
        row = self.store.mirror.reminder(act.id)
        return act.kind == "restore" and row is not None and not row.deleted

    def _bring(self, act: Intent) -> tuple[str, list[str]]:
        """What came back is called, and what could not come along."""
        where = self.store, self.cloud, self.encoder, act.id, self.chronicle
        if act.kind == "restore":
            one = restore(*where)
            return one.title, [f"“{one.title}”: {what}" for what in one.lost]
        relisted = relist(*where, self.is_there)
        return relisted.name, list(relisted.lost)

    def _set_aside(self, act: Intent, error: CannotRestore | ServiceError) -> None:
        left = begun(self.store, act.kind, act.id)
        if left is None:
            return
        with self.store.commit("not restored"):
            if isinstance(error, CannotRestore):
                end(self.store, act.kind, act.id)
            else:
                self.store.outbox.park(left.seq, error.message, self.chronicle.now_ms)
