"""A small world with people on both sides, faults at every step, and the real planner inside.

One phone, one file, one store; every edit types a word of its own, so that at the end each word
can be asked for: is it live, was it replaced by somebody who saw it, or is it kept? The store, the
swap of a line and the zone are models (dicts); what is planned is planned by ``sync.core.plan``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import cast

from store.model import Absent, Field, Presence, Present, Unknown, Value
from sync.core import plan as planner
from sync.core.actions import (
    AddLine,
    Create,
    Delete,
    Plan,
    PushOp,
    RemoveLine,
    RenderOp,
    SetLine,
    Undelete,
    Update,
)
from sync.core.merging.lift import overlay
from sync.core.merging.merge import Side
from sync.core.snapshot import Evidence, LocalItem, RemoteItem, Snapshot
from tests.pure.simulated import (
    WORDS,
    Crash,
    Intent,
    Line,
    Lost,
    Pending,
    People,
    Row,
    Store,
    World,
    alike,
)
from tests.pure.values import LISTS, policy, read

CYCLES = 12  # within which a world without faults has come to rest


class Engine:
    """One cycle as the product does it; a subclass with one thing done wrong is a mutant."""

    def __init__(self, world: World, random: Random, step: Callable[[], None]) -> None:
        self.world = world
        self.random = random
        self.step = step
        self.store = Store()
        self.wins = random.choice(list(Side))
        self.answers_get_lost = 0.0
        self.reads_fail = 0.0

    def cycle(self) -> Plan:
        self.settle()
        self.look_up()
        self.pull()
        self.step()
        scanned = dict(self.world.file)
        readable = self.random.random() >= self.reads_fail
        if readable:
            self.stamp(scanned)
        plan = planner.make_plan(self.snapshot(scanned, readable), policy(self.wins))
        self.step()
        self.commit(plan, scanned)
        self.step()
        for op in self.shuffled(plan.renders):
            self.write(op, scanned)
        try:
            for intent in self.in_order():
                self.send(intent)
        except Lost:
            pass
        return plan

    # ---- observing

    def settle(self) -> None:
        for key in sorted(self.store.pending):
            if key in self.world.receipts:
                self.finish(key)
            self.store.pending.pop(key, None)
            self.step()

    def look_up(self) -> None:
        for intent in self.store.outbox:
            row = self.world.zone.get(intent.op.id)
            if intent.in_flight and row is not None:
                self.store.mirror[intent.op.id] = row
        self.step()

    def pull(self) -> None:
        log = self.world.log
        while self.store.token < len(log):
            page = log[self.store.token : self.store.token + 3]
            self.take_page(page)
            self.step()

    def take_page(self, page: list[str]) -> None:
        self.store.mirror.update({id: self.world.zone[id] for id in page})
        self.store.token += len(page)

    def stamp(self, scanned: dict[int, Line]) -> None:
        for key, line in list(scanned.items()):
            if line.id is None:
                id = f"FILE{self.world.fresh():04}"
                stamped = Line(id, replace(line.reminder, id=id))
                self.step()
                if self.world.file.get(key) is line:
                    self.world.file[key] = stamped
                    scanned[key] = stamped
                else:
                    del scanned[key]

    def snapshot(self, scanned: dict[int, Line], readable: bool) -> Snapshot:
        local: dict[str, Presence[LocalItem]] = {}
        for id in self.store.base.keys() | self.flying().keys():
            local[id] = Absent("its line is gone") if readable else Unknown("unreadable")
        for line in scanned.values():
            if line.id is not None:
                one = replace(line.reminder, id=line.id)
                found = Present(LocalItem(one, "A.md", 0))
                local[line.id] = found if readable else Unknown("unreadable")
        remote: dict[str, Presence[RemoteItem]] = {
            id: Absent("deleted") if row.deleted else Present(RemoteItem(row.reminder))
            for id, row in self.store.mirror.items()
        }
        return Snapshot(remote, local, self.store.base, self.flying(), LISTS)

    def flying(self) -> dict[str, Evidence]:
        sent: dict[str, dict[Field, tuple[Value, ...]]] = {}
        for intent in self.store.outbox:
            if intent.in_flight:
                fields = sent.setdefault(intent.op.id, {})
                for name, value in _values(intent.op).items():
                    fields[name] = (*fields.get(name, ()), value)
        return {id: Evidence(fields) for id, fields in sent.items()}

    # ---- committing

    def commit(self, plan: Plan, scanned: dict[int, Line]) -> None:
        store = self.store
        for entry in plan.learned:
            store.base.setdefault(entry.id, {}).update(entry.values)
        for gone in plan.forgotten:
            store.base.pop(gone.id, None)
        store.kept |= {conflict.loser for conflict in plan.conflicts}
        store.outbox = [
            replace(intent, age=intent.age + 1)
            for intent in store.outbox
            if intent.in_flight and intent.age < 2 and not self.arrived(intent)
        ]
        store.outbox += [Intent(op) for op in plan.pushes]
        self.world.unanswered.clear()  # by now the base has learned what arrived
        self.world.receipts.clear()
        self.prepare(plan, scanned)

    def prepare(self, plan: Plan, scanned: dict[int, Line]) -> None:
        lines = {line.id: key for key, line in scanned.items()}
        for op in plan.renders:
            key = lines.get(op.id)
            after = dict(self.store.base.get(op.id, {}))
            match op:
                case RemoveLine():
                    base = None
                case AddLine(reminder=one):
                    key, base = self.world.fresh(), dict(one.values())
                case _:
                    base = after | dict(op.changes) | dict(op.agreed)
            assert key is not None
            self.store.pending[key] = Pending(op.id, base)

    def arrived(self, intent: Intent) -> bool:
        return _values(intent.op).items() <= self.store.base.get(intent.op.id, {}).items()

    def shuffled(self, ops: tuple[RenderOp, ...]) -> list[RenderOp]:
        return self.random.sample(ops, len(ops))

    # ---- writing

    def write(self, op: RenderOp, scanned: dict[int, Line]) -> None:
        key = next(key for key, one in self.store.pending.items() if one.id == op.id)
        self.step()
        if not self.may_replace(key, scanned):
            del self.store.pending[key]
            return
        match op:
            case RemoveLine():
                del self.world.file[key]
            case AddLine(reminder=one):
                self.world.file[key] = Line(op.id, read(one))
            case SetLine(changes=changes):
                line = self.world.file[key]
                self.world.file[key] = Line(op.id, read(overlay(line.reminder, changes)))
            case _:
                self.world.file[key] = Line(op.id, read(op.reminder))
        self.world.receipts.add(key)
        self.step()
        self.finish(key)
        del self.store.pending[key]
        self.step()

    def may_replace(self, key: int, scanned: dict[int, Line]) -> bool:
        return self.world.file.get(key) is scanned.get(key)

    def finish(self, key: int) -> None:
        pending = self.store.pending[key]
        if pending.base is None:
            self.store.base.pop(pending.id, None)
        else:
            self.store.base[pending.id] = {**self.store.base.get(pending.id, {}), **pending.base}

    # ---- sending

    def in_order(self) -> list[Intent]:
        queued = [intent for intent in self.store.outbox if not intent.in_flight]
        self.random.shuffle(queued)
        return sorted(queued, key=lambda intent: isinstance(intent.op, Delete))

    def send(self, intent: Intent) -> None:
        self.step()
        intent.in_flight = True
        self.step()
        lost = self.random.random()
        if lost < self.answers_get_lost / 2:
            raise Lost
        applied = self.apply(intent.op)
        self.world.unanswered.add(intent.op.id)
        if lost < self.answers_get_lost:
            raise Lost
        self.step()
        self.store.outbox.remove(intent)
        if intent.op.id in self.world.zone:
            self.store.mirror[intent.op.id] = self.world.zone[intent.op.id]
        if applied:
            self.acknowledge(intent.op)
        self.world.unanswered.discard(intent.op.id)
        self.step()

    def apply(self, op: PushOp) -> bool:
        """What the service does: nothing to what it has changed since we saw it."""
        there = self.world.zone.get(op.id)
        seen = self.store.mirror.get(op.id)
        if isinstance(op, Create) or there is None:
            if there is not None or not isinstance(op, Create | Undelete):
                return False
            self.world.put(op.id, Row(op.reminder, 1))
            return True
        if seen is None or not self.is_current(there, seen):
            return False
        match op:
            case Update(changes=changes):
                row = replace(there, reminder=overlay(there.reminder, changes))
            case _:
                row = replace(there, deleted=isinstance(op, Delete))
        self.world.put(op.id, replace(row, tag=there.tag + 1))
        return True

    def is_current(self, there: Row, seen: Row) -> bool:
        return there.tag == seen.tag

    def acknowledge(self, op: PushOp) -> None:
        match op:
            case Delete(id=id):
                self.store.base.pop(id, None)
            case Create() | Update():
                self.store.base.setdefault(op.id, {}).update(_values(op))
            case Undelete():
                pass


def _values(op: PushOp) -> dict[Field, Value]:
    match op:
        case Create(reminder=one):
            return dict(one.values())
        case Update(changes=changes):
            return dict(changes)
    return {}


@dataclass
class History:
    """One run: people and faults by one seed, then peace; ``check`` says what is wrong, if so."""

    seed: int
    kind: type[Engine] = Engine

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.world = World()
        self.people = People(self.world, self.random)
        kinds = [self.random.random() < 0.5 for _ in range(4)]
        rates = [rate * on for rate, on in zip((0.03, 0.12, 0.05, 0.05), kinds, strict=True)]
        self.crashes, lost, unreadable, self.database_goes = rates
        self.engine = self.kind(self.world, self.random, self.step)
        self.engine.answers_get_lost, self.engine.reads_fail = lost, unreadable
        self.peace = False

    def step(self) -> None:
        """Between any two effects: people act, the process may die."""
        if self.peace:
            return
        if self.random.random() < 0.08:
            self.people.act()
        if self.random.random() < self.crashes:
            raise Crash

    def run(self) -> str:
        for _ in range(self.random.randrange(2, 9)):
            for _ in range(self.random.randrange(4)):
                self.people.act()
            try:
                self.engine.cycle()
            except Crash:
                if self.random.random() < self.database_goes * 4:
                    self.engine.store = Store(kept=self.engine.store.kept)
                    self.world.doomed.clear()
                    self.world.forgot = True
        self.peace = True
        self.engine.answers_get_lost = self.engine.reads_fail = 0.0
        for _ in range(CYCLES):
            plan = self.engine.cycle()
            if not (plan.writes or plan.learned or plan.forgotten or plan.conflicts):
                return self.check(plan)
        return "it never comes to rest"

    def check(self, plan: Plan) -> str:
        living, lines = self.world.living(), self.world.lines()
        held = {hold.id for hold in plan.holds}
        words = [one.value(name) for one in living.values() for name in WORDS if one.value(name)]
        said_here = {
            line.reminder.value(name) for line in self.world.file.values() for name in WORDS
        }
        kept = {cast(str, word).strip() for word in (*self.engine.store.kept, *words) if word}
        kept |= {cast(str, word).strip() for word in (*self.world.seen, *said_here) if word}
        lost = {word for word in self.world.said if cast(str, word).strip() not in kept}
        if lost:
            return f"lost without a trace: {sorted(map(str, lost))}"
        if lines.keys() - held != living.keys():
            return f"not on both sides: {sorted(living.keys() ^ lines.keys())}"
        if len(lines) != len(self.world.file):
            return "a line without an identity, or two with one"
        if len(set(words)) != len(words):
            return f"doubled: {sorted(map(str, words))}"
        if not set(words) <= self.world.said and not self.world.forgot:
            return f"nobody said that: {sorted(map(str, set(words) - self.world.said))}"
        for id, one in living.items():
            if not alike(one, self.world.file[lines[id]].reminder):
                return f"{id} differs"
        if back := self.world.doomed & living.keys():
            return f"deleted and back again: {sorted(back)}"
        return ""
