"""Which words each run may have carried, seen from outside: what stood where, before and after.

What stood on both sides before a run and after it, it has not touched: no undo of it may take that
away, nor bring back anything but what went while it lasted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.simulation.editor import read
from tests.simulation.machine import Machine
from tests.simulation.reading import Said, texts_in
from tests.simulation.tale import Tale, words_in
from tests.simulation.witness import Witness


@dataclass
class Sides:
    """What iCloud and the files say at one moment: reminders by id and by line, lists, words."""

    there: Mapping[str, Said] = field(default_factory=dict)
    here: list[Said] = field(default_factory=list)
    lists: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)

    @property
    def agree(self) -> bool:
        """Whether both say the same."""
        return sorted(self.there.values()) == self.here


@dataclass
class Told:
    """One run: both sides as it began and as it ended, and what both said before that."""

    began: Sides
    ended: Sides
    rested: Mapping[str, Said] | None
    """What both sides agreed on before anything was done that it carried, if they did."""


class Ledger:
    """Sees one machine's runs."""

    def __init__(self, witness: Witness, tale: Tale) -> None:
        self.runs: dict[int, Told] = {}
        self.now = Sides()
        """Both sides when it last looked."""
        self._last = Sides()
        """The same at the end of what was last over."""
        self.ids: set[str] = set()
        """Of all reminders that were ever seen."""
        self.lists: set[str] = set()
        """What all lists were ever called."""
        self._witness = witness
        self._tale = tale
        self._carried: defaultdict[int, set[str]] = defaultdict(set)
        self._limbo: set[str] = set()
        """What was carried by a run that was cut off before anybody could ask which it is."""
        self._origin: Told | None = None
        """How that began."""
        self._rested: Mapping[str, Said] | None = None
        self._taken: set[str] = set()
        """What people had taken back by then."""
        self._acts = 0
        self._is_asked = False
        self._row = 0

    def look(self) -> Sides:
        """Both sides as they are now."""
        witness, written = self._witness, set[str]()
        for path in map(Path, texts_in(witness.folder)):
            written |= words_in(path.stem) | words_in(read(path))
        here = sorted(said for _, said in witness.here())
        there, lists = dict(witness.there()), witness.lists()
        shown = words_in(" ".join((*map(str, there.values()), *lists)))
        self.ids |= there.keys()
        self.lists |= lists
        return Sides(there, here, lists, shown, written)

    def begin(self) -> None:
        """Something begins that may be a run."""
        self._is_asked = False
        self.now = self.look()
        if self._origin is None:
            self._acts = self._tale.acts.total()
            self._taken = set(self._tale.retracted)

    def begin_asked(self) -> None:
        """Something begins that is no cycle: it carries what is asked for, and nothing of before.

        Cut off, it goes on in a cycle, which carries more. What was cut off before it may be in
        the same run as well.
        """
        self.begin()
        self._is_asked, self._rested = True, dict(self.now.there)
        if self._origin is not None:
            self._origin.rested = None

    def end(self, machine: Machine, going_on: Iterable[int] = ()) -> None:
        """It is over; runs that were cut off before may have been ``going_on`` in it."""
        before, after = self.now, self.look()
        sides = [words for one in (self._last, before, after) for words in (one.shown, one.written)]
        self._limbo |= set.union(*sides) - set.intersection(*sides)
        # It may go and be brought back with nobody looking in between.
        self._limbo |= self._tale.retracted - self._taken
        origin = self._origin or Told(before, after, self._rested)
        runs = {*self._written(machine), *going_on}
        # What was done in the midst of it, or by which of two runs, nobody can tell.
        is_cut_off = self._is_asked and not machine.is_up
        if self._tale.acts.total() != self._acts or len(runs) > 1 or is_cut_off:
            origin.rested = None
        for run in runs:
            self._carried[run] |= self._limbo
            told = self.runs.setdefault(run, replace(origin))
            told.ended = after
            told.rested = origin.rested and told.rested
        self._origin = None if machine.is_up else origin
        self._limbo = set() if machine.is_up else self._limbo
        self._rested = dict(after.there) if after.agree else None
        self.now = self._last = after

    def carried(self, run: int) -> set[str]:
        """All words that it may have carried."""
        return self._carried[run]

    @property
    def carried_by_any(self) -> set[str]:
        """All that any run may have carried."""
        return set().union(*self._carried.values())

    def _written(self, machine: Machine) -> list[int]:
        """The runs that have written anything into the history since this was last asked."""
        if not machine.is_up:
            return []
        ask = machine.store._connection.all
        [(last,)] = ask("SELECT coalesce(max(number), 0) FROM history")
        first, self._row = (self._row if last >= self._row else 0), last
        rows = ask(f"SELECT DISTINCT run FROM history WHERE number > {first}")
        return [run for (run,) in rows if run is not None]
