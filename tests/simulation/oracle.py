"""What has to be true once faults have stopped and both sides had time to agree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sandbox.device.phone import Phone
from sync.core.actions import Hold
from sync.core.matching.identity import stands_for
from sync.cycle.report import Report
from tests.simulation.machine import Machine
from tests.simulation.reading import (
    Said,
    archived_in,
    doubled,
    in_files,
    on_phone,
    places_of,
    texts_in,
)
from tests.simulation.tale import MARK, Tale, words_in

RESTING = frozenset({"recurring", "unsayable"})
"""What is held and concerns no whole reminder."""

BLOCK = re.compile(r" \^(r-[a-z2-7]+)")
_TWIN = re.compile(" as a copy of | has a file of its own")
_FILE = re.compile(r"(\w+)\.md\b")
_GONE = re.compile(r"its file (\S+\.md) is gone")


STRICT = "strictly judged"
"""The trait of a story in which the history keeps nothing but what a write displaced."""


def recorded(machine: Machine, *, strict: bool = False) -> set[str]:
    """The words that the machine kept for a person: in conflicts, history and receipts.

    ``strict``: that the history has what was written over does not make an edit kept, as long as
    nobody is told of it.
    """
    found: set[str] = set()
    only = "WHERE field = 'displaced'" if strict else ""
    for chosen in ("winner, loser FROM conflict", f"before, after, path FROM history {only}"):
        for row in machine.rows(f"SELECT {chosen}"):
            found |= words_in(" ".join(str(value) for value in row))
    ours = machine.folder / ".remindersd"
    for path in (*ours.rglob("*.data"), *ours.glob("replaced/*")):
        found |= words_in(path.read_bytes().decode("utf-8", "replace"))
    return found


class Oracle:
    """Judges the end of one history; every ``check`` yields what is wrong, in words."""

    def __init__(
        self,
        tale: Tale,
        phone: Phone,
        machine: Machine,
        kept: set[str],
        machines: Sequence[Machine] = (),
        *,
        strict: bool = False,
    ) -> None:
        self.tale = tale
        self.phone = phone
        self.machine = machine
        self.kept = kept
        self._strict = strict
        self.machines = machines or [machine]
        phone.sync()
        self.there = list(on_phone(phone))
        self.here = list(in_files(machine.folder))
        self._lists = texts_in(machine.folder)
        self._copies = {*texts_in(machine.folder, copies=True)} - {*self._lists}

    def verdict(self, report: Report) -> Iterator[str]:
        """All that is wrong; ``report`` is the last one, and says what is held."""
        held = self.held(report)
        twins = {hold.id for hold in report.held if _TWIN.search(hold.reason)}
        self.here = [one for one in self.here if f"{one[1].place}.md" not in twins]
        yield from self._words()
        yield from self._twice({hold.id for hold in report.held if hold.kind == "file"})
        yield from self._prose()
        yield from self._undone(held)
        yield from self._disputes()
        yield from (f"nobody looks at it: {path.name}" for path in self._receipts())
        yield from (f"waits for ever: {one.id}" for one in report.held if one.kind == "grace")
        yield from self._agreement(held | self._archived())

    def _live(self) -> set[str]:
        live: set[str] = {word for _, said in self.there for word in _words_of(said)}
        live |= {word for one in self.phone.lists() for word in words_in(one.name)}
        for machine in self.machines:
            for path in map(Path, texts_in(machine.folder, copies=True)):
                live |= words_in(path.stem) | words_in(path.read_bytes().decode())
        return live

    def _words(self) -> Iterator[str]:
        """Each word is live, was taken back by somebody who saw it, or is kept."""
        tale = self.tale
        names = {word for word in tale.said if tale.emptied and word.startswith("L")}
        kept = self.kept.union(*(recorded(one, strict=self._strict) for one in self.machines))
        lost = tale.said - names - tale.retracted - self._live() - kept
        if lost:
            yield f"lost: {sorted(lost)}"

    def _twice(self, silent: set[str]) -> Iterator[str]:
        """In ``silent`` files nothing is synced, nor is an id of another file taken away there."""
        for side, found in (("phone", self.there), ("files", self.here)):
            marks = Counter(mark for _, said in found for mark in MARK.findall(said.title))
            twice = doubled(marks.elements()) - self.tale.may_be_two() - {self.tale.series}
            if twice:
                yield f"doubled on {side}: {sorted(twice)}"
        ids = doubled(block for block, said in self.here if f"{said.place}.md" not in silent)
        if ids:
            yield f"ids on two lines: {sorted(ids)}"

    @property
    def _unsure(self) -> bool:
        """Whether somebody who had to know what was replaced forgot it, or never heard of it."""
        return self.tale.forgotten or self.tale.emptied or len(self.machines) > 1

    def _undone(self, held: set[str]) -> Iterator[str]:
        """What somebody who saw it replaced in a reminder that was there all the time, is gone."""
        tale = self.tale
        if self._unsure:
            return
        unclear = tale.several | tale.bare | tale.taken | held
        overtaken = self._overtaken()
        for side, found in (("phone", self.there), ("files", self.here)):
            back = {
                word
                for _, said in found
                if not _marks(said) & unclear
                for word in {*_words_of(said)} & (tale.outdone - tale.unseen - overtaken)
            }
            if back:
                yield f"replaced and back on {side}: {sorted(back)}"

    def _overtaken(self) -> set[str]:
        """What was typed over in saves that our write displaced, and that are kept.

        Before such a save could go back, somebody saved what we had put in its place: that is the
        newer one, and has what was typed over.
        """
        rows = self.machine.store._connection.all(
            "SELECT before FROM history WHERE field = 'displaced'"
        )
        kept = words_in(" ".join(str(text) for (text,) in rows)) - self._live()
        return set().union(*(self.tale.over.get(word, ()) for word in kept))

    def _disputes(self) -> Iterator[str]:
        """Who is told to have lost a conflict had not typed over what won."""
        tale = self.tale
        if self._unsure:
            return
        marks = {id: _marks(said) for id, said in self.there}
        for machine in self.machines:
            rows = machine.store._connection.all("SELECT id, winner, loser FROM conflict")
            for id, *values in rows:
                winner, loser = ({*words_in(str(one))} - marks.get(id, set()) for one in values)
                seen = set().union(*(tale.over.get(word, ()) for word in loser))
                unclear = marks.get(id, set()) & tale.several or winner & tale.once_unseen
                if winner and winner <= seen and not unclear:
                    yield f"no conflict: {sorted(loser)} was typed over {sorted(winner)}, and lost"

    def _receipts(self) -> Iterator[Path]:
        """What was displaced, and is neither given back nor in the history."""
        for machine in self.machines:
            yield from sorted((machine.folder / ".remindersd/receipts").rglob("*.json"))

    def _prose(self) -> Iterator[str]:
        """Lines that are no tasks are where they were, byte for byte."""
        for path in map(Path, texts_in(self.machine.folder)):
            lines = path.read_bytes().decode().splitlines(keepends=True)
            for line in lines:
                for word in words_in(line) & self.tale.prose.keys():
                    if line != self.tale.prose[word]:
                        yield f"{path.name}: {self.tale.prose[word]!r} became {line!r}"

    def held(self, report: Report) -> set[str]:
        """Marks of what waits for a person, or was refused for good: it is not compared."""
        holds = [hold for hold in report.held if hold.kind not in RESTING]
        ids = {hold.id for hold in holds} | {
            intent.id for intent in self.machine.store.outbox.parked()
        }
        marks: set[str] = set()
        for hold in holds:
            name = report.names.get(hold.id)
            marks |= set(MARK.findall(str(name.title))) if name else set()
            files = {hold.id, name.file if name else None}
            marks |= {m for _, s in self.here for m in _marks(s) if f"{s.place}.md" in files}
        lists = {one.name for one in self.phone.lists() if one.id in ids}
        for hold in holds:
            lists |= set(_FILE.findall(hold.reason)) | set(re.findall("“(.*?)”", hold.reason))
        ids |= self._gone_with_a_file(holds)
        for id, said in self.there:
            if id in ids or _name(said) in lists:
                marks |= _marks(said)
        blocks = {row.block: id for id, row in self.machine.store.places.all_blocks().items()}
        for block, said in self.here:
            # Once the mirror was made anew, ids that stand in files are stored no more.
            is_held = blocks.get(block) in ids or any(stands_for(block, id) for id in ids)
            if _name(said) in lists or is_held:
                marks |= _marks(said)
        copied = self._only_in_copies()
        if any(hold.kind == "recurring" for hold in report.held):  # a tick that waits
            marks |= {self.tale.series}
        return marks.union(*(_marks(said) for id, said in self.there if id in copied))

    def _gone_with_a_file(self, holds: Sequence[Hold]) -> set[str]:
        """Whose lines went with the file of a list that waits for a person, and wait with it.

        Such a line may have come from another list, in which iCloud has the reminder still.
        """
        resting = [hold.reason for hold in holds if hold.kind in {"list", "resting-list"}]
        gone = {path for reason in resting for path in _GONE.findall(reason)}
        stand = {block for block, _ in self.here}
        places = self.machine.store.places
        blocks = {id: row.block for id, row in places.all_blocks().items()}
        return {
            id
            for id, line in places.all_lines().items()
            if line.path in gone and blocks.get(id) not in stand
        }

    def _only_in_copies(self) -> set[str]:
        """What stands in a conflict copy alone is not gone, and waits with it for a person."""
        lists, copies = (
            {block for path in paths for block in BLOCK.findall(Path(path).read_bytes().decode())}
            for paths in (self._lists, self._copies)
        )
        blocks = self.machine.store.places.all_blocks()
        return {id for id, row in blocks.items() if row.block in copies - lists}

    def _archived(self) -> set[str]:
        """What is done, and has left its list for the archive; and what iCloud has below that.

        Of a line and its copy one may be there, and the other in the list still.
        """
        left = archived_in(self.machine.folder)
        left -= {mark for _, said in self.here for mark in _marks(said)} - self.tale.copied
        done = {mark for _, said in self.there if said.done for mark in _marks(said) & left}
        return done.union(*(_marks(said) for _, said in self.there if _marks(said) & done))

    def _agreement(self, held: set[str]) -> Iterator[str]:
        there = Counter(self._compared(said) for _, said in self.there if not _marks(said) & held)
        here = Counter(self._compared(said) for _, said in self.here if not _marks(said) & held)
        for side, surplus in (("phone", there - here), ("files", here - there)):
            for said in sorted(surplus.elements()):
                yield f"only {side}: {said}"

    def _compared(self, said: Said) -> Said:
        """A list's file may keep another name where what was agreed on was lost, or never written.

        Then nobody can tell which of the two names is the newer one.
        """
        forgot = self.tale.forgotten or any(
            error == "crash" or error.startswith(f"{machine.database}: ")
            for machine in self.machines
            for error in machine.errors
        )
        return replace(said, place=self._bound().get(said.place, said.place)) if forgot else said

    def _bound(self) -> dict[str, str]:
        """The lists of files, as the machine knows them, by the names of the files."""
        bases = self.machine.store.bases.all_lists()
        places = places_of(self.phone)
        names = {one.id: places[one.name] for one in self.phone.lists() if not one.is_group}
        return {
            base.path.removesuffix(".md"): names[id]
            for id, base in bases.items()
            if id in names and base.path
        }


def _marks(said: Said) -> set[str]:
    return set(MARK.findall(f"{said.title} {said.parent}"))


def _name(said: Said) -> str:
    """What its list is called."""
    return said.place.rpartition("/")[2]


def _words_of(said: Said) -> Iterable[str]:
    return words_in(" ".join((said.title, said.due, said.notes, *said.tags)))
