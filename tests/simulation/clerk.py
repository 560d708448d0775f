"""Somebody at a terminal, who takes runs back and restores what is gone; and judges what comes.

What an undo takes away was taken back by a person, who had seen it; what it brings back is wanted
again. It may do so with what its run carried, and with nothing else; where nobody did anything
since, iCloud says afterwards what it said before that. What is restored is there again, and nothing
but that comes or goes. What is refused changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import TYPE_CHECKING

from store.activity.outbox import ACTS
from sync.core.matching.identity import block_id
from sync.cycle.asked.begun import run_of
from sync.cycle.asked.undoing import TRIGGER, Undone, run_to_undo, run_undone
from sync.cycle.engine import Engine
from sync.cycle.report import Report
from sync.errors import CannotRestore, CannotUndo
from tests.simulation.catalogue import ASKS
from tests.simulation.ledger import Ledger, Sides
from tests.simulation.reading import Said
from tests.simulation.tale import MARK, words_in

if TYPE_CHECKING:
    from tests.simulation.history import History

LATEST = 0.6
"""How often the latest run is meant, and not one of those before it."""
A_LIST = 0.5
"""How often a list is brought back, and not a reminder, where both are gone."""
BACK = 6
"""How far back anybody goes."""


class Clerk:
    """One person at a terminal of the first machine."""

    def __init__(self, history: History) -> None:
        self._h = history
        self.is_there = any(event.what in ASKS for event in history.story.events)
        """Whether there is such a person; else nothing is looked at."""
        self._ledger = Ledger(history.witness, history.tale)
        self._asked: set[int] = set()
        """Runs that somebody ever wanted back."""
        self._begun: set[int] = set()
        """Of these, what was cut off, and is finished by some cycle."""
        self._by: set[int] = set()
        """The runs that do this."""
        self._awaits = False
        """Whether something that was to be brought back may come with any cycle."""
        self._before, self._said, self._told = Sides(), set[str](), 0
        """What both sides said, what people had, and what was told, before a run is taken back."""

    @property
    def has_asked(self) -> bool:
        """Whether anybody ever wanted a run back."""
        return bool(self._asked)

    def act(self, what: str, dice: Random) -> None:
        """Ask for something."""
        self._h.clock.wait(dice.random())
        if what == "undo":
            self.undo(dice)
        else:
            self.bring_back(dice)

    # ---- beside cycles

    def begins(self) -> None:
        """A cycle begins."""
        if self.is_there:
            self._h.witness.approves(self._marks(self._open()))
            self._ledger.begin()

    def ends(self) -> None:
        """It is over, or failed."""
        if not self.is_there:
            return
        before, said = self._ledger.now, set(self._h.tale.said)
        self._ledger.end(self._h.machine, self._by)
        if self._open() or self._awaits:
            self._reckon(before, said, self._words(self._open()) | self._come(before))
            if self._h.machine.is_up:
                self._begun &= self._in_outbox()
                self._by = self._by if self._begun or self._awaits else set()

    def _open(self) -> set[int]:
        """Runs that may be taken back by any cycle; all where a database of before may be back."""
        return self._asked if self._h.tale.forgotten else self._begun

    def _words(self, runs: set[int]) -> set[str]:
        return {word for run in runs for word in self._ledger.carried(run)}

    def _marks(self, runs: set[int]) -> set[str]:
        """Whose marks these are; and of copies, of which one stays and another goes."""
        marks = {word for word in self._words(runs) if MARK.fullmatch(word)}
        return marks | self._h.tale.several if runs else set()

    def _in_outbox(self) -> set[int]:
        """The runs of which the machine itself knows that they are yet to be taken back."""
        outbox = self._h.machine.store.outbox
        acts = [one for one in (*outbox.acts(), *outbox.parked()) if one.kind in ACTS]
        self._by |= {by for one in acts if (by := run_of(one)) is not None}
        self._awaits = any(one.kind != TRIGGER for one in acts)
        return {run_undone(one) for one in acts if one.kind == TRIGGER}

    def _come(self, before: Sides) -> set[str]:
        """All that is said by reminders and lists that were not there before."""
        after = self._ledger.now
        come = [str(after.there[id]) for id in after.there.keys() - before.there.keys()]
        return words_in(" ".join((*come, *(after.lists - before.lists))))

    def _reckon(self, before: Sides, said: set[str], ours: set[str]) -> tuple[set[str], set[str]]:
        """Take note of what was taken away and brought back of ``ours``; gives what else was.

        ``said`` is what had been said before: what is new was typed by somebody meanwhile.
        """
        tale, after = self._h.tale, self._ledger.now
        come = [after.there[id] for id in after.there.keys() - before.there.keys()]
        # What somebody has in hand is like a copy of what is put in again for it.
        held = set(MARK.findall(self._h.witness.held()))
        tale.copied |= held.intersection(mark for one in come for mark in _marks(one))
        # What went on both sides is told as gone by the run that heard of it last.
        went = self._ledger.carried_by_any
        whole = {word for one in come if words_in(one.title) & went for word in words_in(str(one))}
        gone = before.shown - after.shown - tale.retracted
        back = (after.shown - before.shown) & said
        tale.retract(gone & ours)
        tale.say(back & (ours | whole))
        for seen in tale.over.values():
            seen -= back
        ids = before.there.keys() | after.there.keys()
        changed = [id for id in ids if before.there.get(id) != after.there.get(id)]
        ends = [
            side[id].title for id in changed for side in (before.there, after.there) if id in side
        ]
        tale.touched |= set(MARK.findall(" ".join(ends)))
        return gone - ours, (back & tale.retracted) - ours - whole

    def _copied(self, before: Sides) -> set[str]:
        """All that copies said, of which nobody can tell what went from one to another.

        So it is with what repeats: its days, and what else it says, go on from one occurrence to
        the next.
        """
        marks = self._h.tale.several
        sides = [*before.there.values(), *self._ledger.now.there.values()]
        found = [one for one in sides if marks & set(MARK.findall(one.title))]
        return {word for one in found for word in words_in(str(one))}

    # ---- taking back

    def undo(self, dice: Random) -> None:
        """Take a run back: the latest, or one of those before it."""
        h, machine = self._h, self._h.machine
        run = self._a_run(dice)
        if run is None:
            return
        h.tale.tell(f"person: undo {run}")
        self._asked.add(run)
        errors = len(machine.errors)
        self._begin_taking(run)
        done = machine.attempt(lambda engine: self._undone(engine, run))
        h.revive()
        before, calm = self._before, len(h.tale.told) == self._told
        self._ledger.end(machine)
        ours = self._ledger.carried(run) | self._copied(before)
        if h.tale.forgotten:  # nobody can tell any more what was there before, and what came
            ours |= before.shown
        gone, back = self._reckon(before, self._said, ours)
        for what, words in (("took away", gone), ("brought back", back)):
            if words:
                h.verdict.wrong.append(f"undo {what} what its run had not: {sorted(words)}")
        if done is None:
            self._refused(run, machine.errors[errors:], calm)
        else:
            self._done(run, done, before, calm)
            h.cycle()  # as the verb does

    def _a_run(self, dice: Random) -> int | None:
        with self._h.trouble.looking():
            store = self._h.machine.store
            before = [one.id for one in store.journal.runs(BACK)]
            if before and dice.random() >= LATEST:
                return dice.choice(before)
            try:
                return run_to_undo(store, None)
            except CannotUndo as refused:
                self._h.tale.tell(f"person: undo: {refused.message}")
                return None

    def _begin(self, *, alone: bool = False) -> None:
        """From here on it is what was asked for that changes anything, and no cycle.

        ``alone``: before that nothing is heard of either side that would be of the same run.
        """
        if alone:
            self._ledger.begin_asked()
        else:
            self._ledger.begin()
        self._before, self._said = self._ledger.now, set(self._h.tale.said)
        self._told = len(self._h.tale.told)

    def _begin_taking(self, run: int) -> None:
        self._begin()
        # What lost its id and its title is another reminder, which goes while the one before stays.
        self._h.tale.copied |= self._h.tale.may_be_another()
        self._h.witness.approves(self._marks({run}))

    def _undone(self, engine: Engine, run: int) -> Undone:
        """Undo it; the cycles that come first are watched as others are."""
        h, cycle = self._h, engine.cycle

        def within(trigger: str) -> Report:
            report = None
            self.begins()
            h.witness.begin()
            try:
                report = cycle(trigger)
                return report
            finally:
                h.over(report)
                self.ends()
                if report is not None:
                    h.hear(report)
                self._begin_taking(run)

        engine.cycle = within  # type: ignore[assignment,method-assign]
        try:
            return engine.undo(run)
        finally:
            del engine.cycle  # type: ignore[method-assign]

    def _refused(self, run: int, errors: list[str], calm: bool) -> None:
        """It could not be done, or was cut off."""
        h = self._h
        h.tale.tell(f"    failed: {errors}")
        is_refusal = errors[-1].startswith(CannotUndo.__name__)
        waits = not h.machine.is_up or run in self._in_outbox()
        if is_refusal and waits and run not in self._begun:
            h.verdict.wrong.append(f"an undo was refused, and goes on: {errors[-1]}")
        if is_refusal and calm and self._ledger.now.there != self._before.there:
            h.verdict.wrong.append(f"an undo was refused, and not: {errors[-1]}")
        self._begun |= {run} if waits else set()

    def _done(self, run: int, done: Undone, before: Sides, calm: bool) -> None:
        h = self._h
        self._begun.discard(run)
        for row in done.rows:
            h.tale.tell(f"    undone: {row.id} {row.field}: {row.before!r} -> {row.after!r}")
        for left in done.left:
            h.tale.tell(f"    stays: {left.title}: {left.reason}")
        h.tale.acts["terminal: undo"] += bool(done.rows)
        lists = {row.id for row in done.rows if row.field == "name"}
        if calm and not (done.left or done.lost or lists or h.world.faults.read_lag):
            h.verdict.wrong += self._otherwise(run, before)

    def _otherwise(self, run: int, before: Sides) -> Iterator[str]:
        """What iCloud does not say as before a run after which nobody did anything."""
        told = self._ledger.runs.get(run)
        if told is None or told.rested is None or not told.ended.agree or before != told.ended:
            return
        now = self._ledger.now.there
        for id in now.keys() | told.rested.keys():
            was = told.rested.get(id)
            is_by_phone = told.began.there.get(id) != was
            is_by_both = is_by_phone and was not in told.began.here
            # What a phone edited before it deleted it comes back with that.
            is_back = is_by_phone and id not in before.there and id in now
            if now.get(id) != was and not (is_by_both or is_back):
                yield f"undone, and not as before: {now.get(id)}, and it was {was}"

    # ---- bringing back

    def bring_back(self, dice: Random) -> None:
        """Bring back a list or a reminder that is gone, if there is one; else take a run back."""
        self._ledger.begin()
        now, ledger = self._ledger.now, self._ledger
        lists, ids = sorted(ledger.lists - now.lists), sorted(ledger.ids - now.there.keys())
        if lists and (not ids or dice.random() < A_LIST):
            name = dice.choice(lists)
            self._bring("restore list", name, lambda engine: engine.restore_list(name))
        elif ids:
            id = dice.choice(ids)
            key = dice.choice((id, f"^{block_id(id)}"))
            self._bring("restore", key, lambda engine: engine.restore(key), id)
        else:
            self.undo(dice)

    def _bring(
        self, what: str, key: str, act: Callable[[Engine], object], id: str | None = None
    ) -> None:
        h, machine = self._h, self._h.machine
        h.tale.tell(f"person: {what} {key}")
        errors = len(machine.errors)
        self._begin(alone=True)
        before, known = self._before, set(self._ledger.ids)
        done = machine.attempt(act)
        h.revive()
        calm = len(h.tale.told) == self._told
        self._ledger.end(machine)
        come = self._ledger.now.there.keys() - before.there.keys()
        marks = {mark for one in come for mark in MARK.findall(self._ledger.now.there[one].title)}
        # Who had it made anew meanwhile, under another id, has it twice now.
        others = {m for said in (*before.here, *before.there.values()) for m in _marks(said)}
        h.tale.copied |= marks & others
        # Nobody can know what iCloud does not tell yet: it is written over, or goes all the same.
        lags = bool(h.world.faults.read_lag)
        ours = self._come(before) | (before.shown if lags else set())
        gone, _ = self._reckon(before, self._said, ours)
        if lags:
            h.tale.overruled = True
            h.tale.retract(before.shown - before.written)
        if gone:
            h.verdict.wrong.append(f"{what} took away: {sorted(gone)}")
        if id is not None and (come & known) - {id}:
            h.verdict.wrong.append(f"{what} brought back what was not asked for: {sorted(come)}")
        if done is None:
            h.tale.tell(f"    failed: {machine.errors[errors:]}")
            self._awaits = self._awaits or not machine.is_up
            self._begun |= self._in_outbox() if machine.is_up else set()
            is_refusal = machine.errors[-1].startswith(CannotRestore.__name__)
            if is_refusal and calm and id is not None and come:
                h.verdict.wrong.append(f"{what} was refused, and not: {machine.errors[-1]}")
            return
        h.tale.tell(f"    {done}")
        h.tale.acts[f"terminal: {what}"] += 1
        if id is not None and calm and not lags and id not in self._ledger.now.there:
            h.verdict.wrong.append(f"restored, and not there: {id}")
        h.cycle()  # as the verb does


def _marks(said: Said) -> set[str]:
    return set(MARK.findall(said.title))
