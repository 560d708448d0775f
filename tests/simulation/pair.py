"""A history of two machines on one account, each with a folder; the two may be one, carried."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from sync.cycle.report import Report
from sync.errors import CannotResolve
from tests.simulation.carrier import Carrier
from tests.simulation.history import History
from tests.simulation.oracle import Oracle
from tests.simulation.reading import in_files, on_phone
from tests.simulation.story import Event, Story
from tests.simulation.tale import MARK, words_in
from tests.simulation.typist import Typist

ROUNDS = 24
"""So many times both may run after the last fault until nothing happens any more."""
MERGES = 3
"""So many times a person tries to merge what conflict copies are left."""
WAIT_S = 300
"""How long is waited where a line waits for its reminder from the other machine."""


class Pair(History):
    """The two take turns, and one may run at any step of the other's cycle, undisturbed."""

    def __init__(self, story: Story, home: Path) -> None:
        super().__init__(story, home)
        net = self._network()
        self.machines.append(self._machine("other machine", "Todo2", "state2", net, 5))
        folders = (self.machines[0].folder, self.machines[1].folder)
        self.carrier = None
        if "carried folder" in story.traits:
            self.tale.carried = True
            self.carrier = Carrier(folders, ours="carried state" in story.traits)
        self.typists = [self.typist, Typist(folders[1], self.tale, self.clock, "other files")]
        for typist in self.typists:
            typist.unknown = self._unknown
            typist.agreed = self._agreed
        self._alone = False

    def _unknown(self, words: set[str]) -> set[str]:
        """Of words typed at one machine, those that an old buffer may overwrite at the other.

        No daemon has seen them: it was the editor that took them away.
        """
        phone = self.callers[0].phone
        phone.sync()
        there = {word for _, said in on_phone(phone) for word in words_in(str(said))}
        return words & (self.typists[0].here | self.typists[1].here) - there

    def _agreed(self) -> set[str]:
        """Marks of which iCloud and both folders say the same."""
        there = {said for _, said in self.witness.there()}
        here = [{said for _, said in in_files(one.folder)} for one in self.machines]
        return {mark for said in there.intersection(*here) for mark in MARK.findall(said.title)}

    # ---- the course of events

    def _begin(self) -> None:
        """A folder is carried once the first machine has taken it."""
        super()._begin()
        if self.carrier is not None:
            self.clock.wait(3)
            self._alone = True
            self.cycle()
            self.cycle()
            self._alone = False
            self.machines[1].folder.mkdir()
            self._carry()

    def _round(self, number: int) -> None:
        self._take_turn(number % 2)
        super()._round(number)

    def _take_turn(self, which: int) -> None:
        self.machine = self.machines[which]

    def _step(self, name: str) -> None:
        if not self._alone:
            super()._step(name)

    def _call(self, where: str) -> list[tuple[str, Random]]:
        return [] if self._alone else super()._call(where)

    def _happen(self, event: Event, step: str = "") -> None:
        dice = Random(event.dice)
        match event.what:
            case "carried":
                self._carry(dice)
            case "other machine runs":
                self._run_other(f" (at {step})" if step else "")
            case _:
                self.typist = self.typists[Random(event.dice + 1).randrange(2)]
                super()._happen(event, step)

    def _carry(self, dice: Random | None = None) -> list[str]:
        if self.carrier is None:
            return []
        torn = [path for typist in self.typists for path in typist.torn]
        told = self.carrier.carry(dice, torn)
        self.tale.told += told
        return told

    def _run_other(self, where: str) -> None:
        """A whole cycle of the machine whose turn it is not, in which nothing goes wrong."""
        self.tale.tell(f"    other machine runs{where}")
        turn = self.machine
        self.machine = self.machines[turn is self.machines[0]]
        self._alone = True
        try:
            self.cycle()
        finally:
            self._alone = False
            self.machine = turn
        self.tale.tell("    it has run")

    # ---- the end

    def _judge(self) -> None:
        reports = self._rest()
        for _ in range(MERGES if "merges" in self.story.traits else 0):
            if reports and self._merge():
                reports = self._rest()
        if reports is None:
            return
        self.verdict.wrong += self._moves()
        phone, others, held = self.callers[0].phone, self.machines, set[str]()
        for machine, report in zip(self.machines, reports, strict=True):
            oracle = Oracle(self.tale, phone, machine, self.kept, others)
            self.verdict.wrong += [f"{one} ({machine.name})" for one in oracle.verdict(report)]
            held |= oracle.held(report)
        self.verdict.wrong += self.came_back(held)
        self.verdict.wrong += self.series.verdict(held)
        self.verdict.wrong += self.trouble.reaped()
        self.verdict.wrong += self._carry()

    def came_back(self, held: set[str]) -> Iterator[str]:
        """What one machine deleted while all said the same of it, and stands again at either.

        Where both changed a file before it was carried, what the newer one lacks is shown again.
        """
        tale = self.tale
        if tale.forgotten or tale.emptied or (self.carrier is not None and self.carrier.copies):
            return
        shown = (self.witness.there(), *(in_files(one.folder) for one in self.machines))
        alive = {mark for side in shown for _, said in side for mark in MARK.findall(said.title)}
        back = (alive & tale.deleted) - tale.touched - tale.may_be_two() - held
        if back:
            yield f"deleted and back: {sorted(back)}"

    def _rest(self) -> list[Report] | None:
        """Let both run until neither has anything to do, and nothing is to be carried."""
        for typist in self.typists:
            typist.rest()
        reports: list[Report | None] = []
        for _ in range(ROUNDS):
            self.clock.wait(65)
            reports, moved = self._both()
            done = [one for one in reports if one is not None]
            if len(done) < 2 or moved or self._approve_any(done):
                continue
            if any(hold.kind == "unknown-id" for one in done for hold in one.held):
                self.clock.wait(WAIT_S)
                continue
            if all(one.idle and not one.pending and one.retry_after_s is None for one in done):
                self.clock.wait(130)
                late, _ = self._both()  # what was refused may be tried again only now
                reports, _ = self._both()
                last = [one for one in (*late, *reports) if one is not None and one.idle]
                if len(last) == 4:
                    return last[2:]
        self.verdict.wrong.append(f"no rest: {reports}")
        return None

    def _both(self) -> tuple[list[Report | None], bool]:
        reports, moved = [], False
        for which in range(2):
            self._take_turn(which)
            reports.append(self.cycle())
            moved = bool(self._carry()) or moved
        return reports, moved

    def _approve_any(self, reports: list[Report]) -> bool:
        approved = False
        for which, report in enumerate(reports):
            self._take_turn(which)
            approved = self.approver.decide(report) or approved
        return approved

    def _merge(self) -> bool:
        """A person merges each conflict copy into its file, where it can be."""
        merged = False
        self._take_turn(0)
        for path in sorted(self.machine.folder.rglob("*.sync-conflict-*.md")):
            name = str(path.relative_to(self.machine.folder))
            if name.startswith(".remindersd"):
                continue
            try:
                what = self.machine.engine.merge(name)
            except CannotResolve as error:
                self.tale.tell(f"person: {name} is not merged: {error.message}")
                continue
            self.tale.tell(f"person: merges {what}")
            merged = True
        return merged

    def _moves(self) -> Iterator[str]:
        """Whether a further cycle of any of the two does anything at all."""
        for which in range(2):
            self._take_turn(which)
            yield from super()._moves()
