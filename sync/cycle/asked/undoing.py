"""Undo: a run is taken back by editing iCloud, as another device would; files follow with a cycle.

What is about to be written over is in the journal, as a run of its own, before anything is sent.
Nothing is carried over: what is to be done is decided on what there is, in rounds, until nothing
is left to do. From the first of them to the last it stands in the outbox: so one that was cut off
goes on with the next cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from store.activity.journal import HistoryRow
from store.activity.outbox import Intent
from store.db import Store
from sync.core.trails import Trails
from sync.core.undo import Now, TakeBack, take_back
from sync.cycle.asked.aftermath import UNDOABLE, names_known, now_of, said_last, trails_in
from sync.cycle.asked.begun import act, begin, begun, end
from sync.cycle.asked.revoking import edits_of, rows_of
from sync.cycle.past.history import DELETED
from sync.cycle.past.journaling import Chronicle
from sync.cycle.planning.planner import Planned
from sync.cycle.sending.edits import send_edits
from sync.cycle.sending.encoding import Encoder
from sync.cycle.sending.push import Sender
from sync.errors import CannotUndo

__all__ = ["TRIGGER", "Stays", "Undoer", "Undone", "run_to_undo", "run_undone"]

TRIGGER = "undo"
ROUNDS = 6  # each does what the one before made possible; two are the rule


T = TypeVar("T")
_LARGEST = 2**63 - 1  # of the numbers that a column can hold
_RUN = "run"  # the text of the act that names the run which is taken back


def run_undone(intent: Intent) -> int:
    """The run that an undo in the outbox takes back."""
    return int(intent.texts[_RUN] or 0)


@dataclass(frozen=True, slots=True)
class Stays:
    """One thing that stays as it is, and why."""

    id: str
    title: str
    reason: str


@dataclass(slots=True)
class Undone:
    """What taking back ``run`` comes to, or came to; ``by`` is the run that did it.

    ``rows`` say what changes in iCloud, with ``names`` for all ids in them, and the ``lists`` of
    reminders by name; ``left`` is what stays.
    ``back`` counts what was as before already, ``shown`` lines that only came or went, which
    changed nothing, ``deletions`` reminders that go; ``lost`` says what
    could not come along with what came back.
    """

    run: int
    by: int | None = None
    rows: list[HistoryRow] = field(default_factory=list)
    left: list[Stays] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str | None] = field(default_factory=dict)
    back: int = 0
    shown: int = 0
    deletions: int = 0


def run_to_undo(store: Store, run: int | None) -> int:
    """The run that is meant: by its number, or the latest that changed something.

    While an undo is cut off, or refused, that is no run to be undone: the same one is meant again.
    Raises CannotUndo where there is none, or nothing of it is known any more.
    """
    journal = store.journal
    if run is not None and run > _LARGEST:
        raise CannotUndo(f"there is no run {run}", "see `remindersd log`")
    if run is None:
        begun_ones = (*store.outbox.acts(), *store.outbox.parked())
        run = next((run_undone(one) for one in begun_ones if one.kind == TRIGGER), None)
    wanted = journal.latest_with(UNDOABLE) if run is None else run
    if wanted is None:
        raise CannotUndo("no run has changed anything yet", "see `remindersd log`")
    if journal.history(run=wanted, limit=1):
        return wanted
    if journal.run(wanted) is not None:
        raise CannotUndo(f"run {wanted} changed nothing", "see `remindersd log`")
    latest = journal.runs(1)
    if wanted < 1 or not latest or wanted > latest[0].id:
        raise CannotUndo(f"there is no run {wanted}", "see `remindersd log`")
    raise CannotUndo(
        f"of run {wanted} nothing is known any more",
        "what runs changed is kept for 30 days and up to 64 MiB",
    )


class Undoer:
    """Takes runs back. ``look`` observes and plans, and writes nothing.

    ``hear`` brings the mirror up to date, where somebody else wrote in the same moment: the record
    that iCloud then has does not say what was hung on it.
    """

    def __init__(
        self,
        store: Store,
        cloud: Sender,
        encoder: Encoder,
        chronicle: Chronicle,
        look: Callable[[], Planned],
        hear: Callable[[], object],
    ) -> None:
        self._store = store
        self._cloud = cloud
        self._encoder = encoder
        self._chronicle = chronicle
        self._look = look
        self._hear = hear

    def preview(self, run: int) -> Undone:
        """What ``undo`` would do now; what cannot be done is not offered."""
        trails = self._trails(run)
        planned = self._planned()
        now = now_of(self._store, planned, trails)
        take = take_back(trails, now)
        edits = edits_of(self._store, self._encoder, planned, now, take)
        take = _without(take, edits.impossible)
        told = Undone(run, lost=edits.lost)
        _name(told, planned, trails)
        told.rows = list(self._rows(take, now, trails, planned))
        told.deletions = len(take.deletions)
        _tell_left(told, take, edits.impossible)
        return told

    def undo(self, run: int) -> Undone:
        """Take ``run`` back in iCloud. Raises CannotUndo, and what the iCloud side raises."""
        trails = self._trails(run)
        told = Undone(run)
        refused: dict[str, str] = {}
        for _ in range(ROUNDS):
            planned = self._planned()
            now = now_of(self._store, planned, trails)
            take = _without(take_back(trails, now), refused)
            _name(told, planned, trails)
            if not take.writes:
                break
            told.lost += self._round(run, take, now, planned, trails, refused)
        if begun(self._store, TRIGGER, _id(run)) is not None:
            with self._store.commit("undone"):
                end(self._store, TRIGGER, _id(run))
        told.by = self._chronicle.run
        told.rows = self._store.journal.history(run=told.by)[::-1] if told.by else []
        told.deletions = sum(row.field == DELETED and row.after is True for row in told.rows)
        _tell_left(told, take, refused)
        return told

    def _trails(self, run: int) -> Trails:
        return trails_in(self._store.journal.history(run=run)[::-1])

    def _planned(self) -> Planned:
        planned = self._look()
        if planned.waits:
            reason = planned.holds[-1].reason if planned.holds else "files are being saved"
            raise CannotUndo(f"nothing can be taken back now: {reason}")
        return planned

    def _round(
        self,
        run: int,
        take: TakeBack,
        now: Now,
        planned: Planned,
        trails: Trails,
        refused: dict[str, str],
    ) -> list[str]:
        """Write down what will be changed, then change what can be changed now; what is lost."""
        edits = edits_of(self._store, self._encoder, planned, now, take)
        refused |= edits.impossible
        about = _without(take, refused)
        with self._store.commit("undo"):
            self._chronicle.note(TRIGGER, self._rows(about, now, trails, planned))
            self._let_go(about)
            if begun(self._store, TRIGGER, _id(run)) is None:
                begin(self._store, act(TRIGGER, _id(run), self._chronicle.run, {_RUN: str(run)}))
        sent = send_edits(self._store, self._cloud, edits.ready)
        self._chronicle.go_on(sent.count)
        if sent.again:
            self._hear()
        if sent.refused:
            refused |= sent.refused
            with self._store.commit("undo refused"):
                self._chronicle.strike(sent.refused, side="cloud")
        return edits.lost

    def _rows(
        self, take: TakeBack, now: Now, trails: Trails, planned: Planned
    ) -> Iterator[HistoryRow]:
        said = said_last(self._store, planned, take.restores)
        return rows_of(take, now, trails, said, self._chronicle.now_ms)

    def _let_go(self, take: TakeBack) -> None:
        """What comes back is new here, and what goes was asked for: it is not held again."""
        store = self._store
        lists = set(take.list_restores)
        within = [row.id for row in store.mirror.reminders() if row.list_id in lists]
        for id in {*take.restores, *within}:
            store.bases.drop(id)
            store.places.clear_vanished(id)
            store.outbox.drop_many(intent.seq for intent in store.outbox.of(id))
        store.occurrences.forget(take.deletions)
        store.attention.approve(take.deletions, self._chronicle.now_ms)


def _id(run: int) -> str:
    """What stands for the undo of a run in the outbox."""
    return f"run {run}"


def _name(told: Undone, planned: Planned, trails: Trails) -> None:
    told.names |= names_known(planned, trails)
    reminders = planned.known.reminders
    lists = {id: reminders[id].list for id in trails if id in reminders}
    told.lists |= {id: told.names.get(list_id) for id, list_id in lists.items()}


def _without(take: TakeBack, ids: Collection[str]) -> TakeBack:
    """The same without what cannot be done."""
    if not ids:
        return take

    def some(things: dict[str, T]) -> dict[str, T]:
        return {id: one for id, one in things.items() if id not in ids}

    return replace(
        take,
        updates=some(take.updates),
        sections=some(take.sections),
        deletions=[id for id in take.deletions if id not in ids],
        restores=some(take.restores),
        lists=some(take.lists),
        list_deletions=[id for id in take.list_deletions if id not in ids],
        list_restores=[id for id in take.list_restores if id not in ids],
        retitles=some(take.retitles),
        section_deletions=[id for id in take.section_deletions if id not in ids],
    )


def _tell_left(told: Undone, take: TakeBack, refused: Mapping[str, str]) -> None:
    named = [(one.id, one.reason) for one in take.left]
    named += [(id, f"it stays: {reason}") for id, reason in refused.items()]
    told.left = [Stays(id, told.names.get(id, ""), reason) for id, reason in named]
    told.back, told.shown = take.back, take.shown
