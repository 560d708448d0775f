"""The model world of the planner's histories: a phone, a file, a store, and people at both ends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from store.model import Field, Reminder, Value
from sync.core.actions import (
    PushOp,
)
from sync.core.merging.lift import overlay
from tests.pure.values import A, B, read

WORDS = (Field.TITLE, Field.NOTES)


class Crash(Exception):
    """The process died here."""


class Lost(Exception):
    """No answer came."""


@dataclass(frozen=True)
class Row:
    """A record of the zone."""

    reminder: Reminder
    tag: int
    deleted: bool = False


@dataclass(frozen=True)
class Line:
    """A line of the file; ``id`` is its stamp."""

    id: str | None
    reminder: Reminder


@dataclass
class Intent:
    op: PushOp
    in_flight: bool = False
    age: int = 0


@dataclass(frozen=True)
class Pending:
    """A line that is going to be written, and the base once it stands (``None``: forgotten)."""

    id: str
    base: dict[Field, Value] | None


@dataclass
class Store:
    """What survives a crash of the process."""

    mirror: dict[str, Row] = field(default_factory=dict)
    token: int = 0
    base: dict[str, dict[Field, Value]] = field(default_factory=dict)
    outbox: list[Intent] = field(default_factory=list)
    pending: dict[int, Pending] = field(default_factory=dict)
    kept: set[Value] = field(default_factory=set)


@dataclass
class World:
    """Both sides, and what was said and seen on them."""

    zone: dict[str, Row] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    file: dict[int, Line] = field(default_factory=dict)
    receipts: set[int] = field(default_factory=set)
    said: set[Value] = field(default_factory=set)
    seen: set[Value] = field(default_factory=set)
    doomed: set[str] = field(default_factory=set)
    moved: dict[str, set[str]] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    forgot: bool = False
    count: int = 0

    def fresh(self) -> int:
        self.count += 1
        return self.count

    def put(self, id: str, row: Row) -> None:
        self.zone[id] = row
        self.log.append(id)

    def living(self) -> dict[str, Reminder]:
        return {id: row.reminder for id, row in self.zone.items() if not row.deleted}

    def lines(self) -> dict[str, int]:
        return {line.id: key for key, line in self.file.items() if line.id is not None}


class People:
    """Somebody at the file and somebody at the phone."""

    def __init__(self, world: World, random: Random) -> None:
        self.world = world
        self.random = random

    def act(self) -> None:
        edits = [self.edit_line, self.edit_row]
        others = [self.new_line, self.new_row, self.drop_line, self.drop_row]
        self.random.choice([*edits, *edits, *others])()

    def _word(self, side: str) -> str:
        blank = self.random.choice(["", " "]) if side == "phone" else ""
        word = f"{side}{self.world.fresh()}{blank}"
        self.world.said.add(word)
        return word

    def _edited(self, one: Reminder, side: str) -> Reminder:
        name = self.random.choice([*WORDS, Field.LIST])
        if name is Field.LIST:
            self.world.moved.setdefault(one.id, set()).add(side)
            return replace(one, list=B if one.list == A else A)
        self.world.seen.add(one.value(name))
        return overlay(one, {name: self._word(side)})

    def edit_line(self) -> None:
        if self.world.file:
            key = self.random.choice(sorted(self.world.file))
            line = self.world.file[key]
            self.world.file[key] = Line(line.id, self._edited(line.reminder, "file"))
            self.world.doomed.discard(line.id or "")

    def edit_row(self) -> None:
        if living := self.world.living():
            id = self.random.choice(sorted(living))
            tag = self.world.zone[id].tag + 1
            self.world.put(id, Row(self._edited(living[id], "phone"), tag))
            self.world.doomed.discard(id)

    def new_line(self) -> None:
        one = Reminder("", title=self._word("file"), list=A)
        self.world.file[self.world.fresh()] = Line(None, one)

    def new_row(self) -> None:
        id = f"PHONE{self.world.fresh():04}"
        self.world.put(id, Row(Reminder(id, title=self._word("phone"), list=A), 1))

    def drop_line(self) -> None:
        if self.world.file:
            line = self.world.file.pop(self.random.choice(sorted(self.world.file)))
            self._saw(line.reminder)
            row = self.world.zone.get(line.id or "")
            if row is not None and not row.deleted:
                self._doom(row.reminder, line.reminder)

    def drop_row(self) -> None:
        if living := self.world.living():
            id = self.random.choice(sorted(living))
            self._saw(living[id])
            self.world.put(id, Row(living[id], self.world.zone[id].tag + 1, deleted=True))
            key = self.world.lines().get(id)
            if key is not None and id not in self.world.unanswered:
                self._doom(living[id], self.world.file[key].reminder)

    def _doom(self, there: Reminder, here: Reminder) -> None:
        """Deleted where both sides said the same, and not by moving it there and back: for good."""
        coincidence = len(self.world.moved.get(there.id, ())) > 1 or self.world.forgot
        if alike(there, here) and not coincidence:
            self.world.doomed.add(there.id)

    def _saw(self, one: Reminder) -> None:
        self.world.seen |= {one.value(name) for name in WORDS}


def alike(one: Reminder, other: Reminder) -> bool:
    """Whether both say the same."""
    return replace(read(one), id="") == replace(read(other), id="")
