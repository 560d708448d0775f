"""Histories of a small world: nothing is lost or doubled, whatever crashes or is said meanwhile.

And that this would be noticed: each planted bug below has to be found.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.model import Absent, Unknown, Value
from sync.core import case as cases
from sync.core import plan as planner
from sync.core.actions import AddLine, Delete, Plan, PushOp, RemoveLine, Why
from sync.core.merging import fields
from sync.core.merging.merge import MISSING, Base, Conflicted, Merged, Push, Render, Side, merge
from sync.core.snapshot import LocalItem
from tests.pure.simulator import Crash, Engine, History, Intent, Line, Row, Store
from tests.pure.values import SOAK

HISTORIES = 40_000 if SOAK else 400
PER_TEST = 100
ENOUGH = 40_000 if SOAK else 2_000  # histories within which a planted bug has to show


@pytest.mark.parametrize("first", range(0, HISTORIES, PER_TEST))
def test_every_history_ends_well(first: int) -> None:
    for seed in range(first, first + PER_TEST):
        assert not (wrong := History(seed).run()), f"seed {seed}: {wrong}"


def test_a_history_is_the_same_when_it_is_run_again() -> None:
    for seed in range(20):
        one, other = History(seed), History(seed)
        one.run(), other.run()
        assert (one.world, one.engine.store) == (other.world, other.engine.store)


# ---- planted bugs in the planner ----------------------------------------------------------------

_decide, _only_local, _only_remote = planner._decide, planner._only_local, planner._only_remote


def _newest_wins(base: Base, local: Value, remote: Value, wins: Side) -> Merged:
    merged = merge(base, local, remote, wins)
    return Push(local) if isinstance(merged, Conflicted) else merged


def _loser_not_kept(base: Base, local: Value, remote: Value, wins: Side) -> Merged:
    merged = merge(base, local, remote, wins)
    return Render(remote) if isinstance(merged, Conflicted) else merged


def _first_meeting_is_the_clouds(base: Base, local: Value, remote: Value, wins: Side) -> Merged:
    return merge(local if base is MISSING else base, local, remote, wins)


def _files_never_change(base: Base, local: Value, remote: Value, wins: Side) -> Merged:
    return merge(remote if base is MISSING else base, local, remote, wins)


def _deletion_here_beats_edit(case: cases.Case, remote: object, closed: str) -> Plan:
    if case.base:
        return Plan(pushes=(Delete(case.id),))
    return _only_remote(case, remote, closed)  # type: ignore[arg-type]


def _deletion_there_beats_edit(case: cases.Case, local: object, closed: str) -> Plan:
    if case.base:
        return Plan(renders=(RemoveLine(case.id, Why.DELETED),))
    return _only_local(case, local, closed)  # type: ignore[arg-type]


def _no_deletion_there(case: cases.Case, local: LocalItem, closed: str) -> Plan:
    op = planner.Undelete if case.base else planner.Create
    return Plan(pushes=(op(case.id, local.reminder),))


def _no_deletion_here(case: cases.Case, remote: object, closed: str) -> Plan:
    return Plan(renders=(AddLine(case.id, remote.reminder),))  # type: ignore[attr-defined]


def _unknown_is_absent(case: cases.Case, closed: str) -> Plan:
    if isinstance(case.local, Unknown):
        case = replace(case, local=Absent("not found"))
    return _decide(case, closed)


PLANNER_BUGS: dict[str, tuple[str, object]] = {
    "the newest wins": ("merge", _newest_wins),
    "the loser is not kept": ("merge", _loser_not_kept),
    "a first meeting is the cloud's": ("merge", _first_meeting_is_the_clouds),
    "a first meeting is the file's": ("merge", _files_never_change),
    "a deletion here beats an edit": ("_only_remote", _deletion_here_beats_edit),
    "a deletion there beats an edit": ("_only_local", _deletion_there_beats_edit),
    "a deletion there is not followed": ("_only_local", _no_deletion_there),
    "a deletion here is not followed": ("_only_remote", _no_deletion_here),
    "what cannot be read is gone": ("_decide", _unknown_is_absent),
    "what is in flight is forgotten": ("_learn", lambda *_: {}),
    "a file is taken at its word": ("lift", lambda seen, *_: seen),
}


# ---- planted bugs around it ---------------------------------------------------------------------


class NewIdEachTry(Engine):
    """A create whose answer was lost is tried again under another id."""

    def in_order(self) -> list[Intent]:
        for intent in self.store.outbox:
            if intent.in_flight and isinstance(intent.op, planner.Create):
                id = f"AGAIN{self.world.fresh():04}"
                self.world.put(id, Row(replace(intent.op.reminder, id=id), 1))
        return super().in_order()


class NothingPrepared(Engine):
    """The base of a line that was written is not known after a crash."""

    def settle(self) -> None:
        self.store.pending.clear()


class BaseBeforeFile(Engine):
    """The base says that a line is written before it is."""

    def prepare(self, plan: Plan, scanned: dict[int, Line]) -> None:
        super().prepare(plan, scanned)
        for key in self.store.pending:
            self.finish(key)


class BaseBeforeAnswer(Engine):
    """The base says that iCloud has it when it is sent."""

    def send(self, intent: Intent) -> None:
        self.acknowledge(intent.op)
        super().send(intent)


class TokenBeforeRows(Engine):
    """The sync token is committed before what came with it."""

    def take_page(self, page: list[str]) -> None:
        self.store.token += len(page)
        self.step()
        self.store.mirror.update({id: self.world.zone[id] for id in page})


class TagIgnored(Engine):
    """A record is overwritten that was not seen as it is."""

    def is_current(self, there: Row, seen: Row) -> bool:
        return True


class WrittenUnseen(Engine):
    """A line is replaced that was edited since it was read."""

    def may_replace(self, key: int, scanned: dict[int, Line]) -> bool:
        return (key in self.world.file) is (key in scanned)


class StampLost(Engine):
    """A new line is sent before its id stands on it."""

    def stamp(self, scanned: dict[int, Line]) -> None:
        for key, line in scanned.items():
            if line.id is None:
                id = f"FILE{self.world.fresh():04}"
                scanned[key] = Line(id, replace(line.reminder, id=id))


class WholeBase(Engine):
    """The base is one thing: an answer to one field advances all of them."""

    def acknowledge(self, op: PushOp) -> None:
        super().acknowledge(op)
        key = self.world.lines().get(op.id)
        if isinstance(op, planner.Update) and key is not None:
            self.store.base[op.id] = dict(self.world.file[key].reminder.values())


class FreshBase(Engine):
    """After a crash the base is made anew from what iCloud says."""

    def cycle(self) -> Plan:
        try:
            return super().cycle()
        except Crash:
            self.store = Store(mirror=self.store.mirror, token=self.store.token)
            for id, row in self.store.mirror.items():
                self.store.base[id] = dict(row.reminder.values())
            raise


ENGINE_BUGS: list[type[Engine]] = [
    NewIdEachTry,
    NothingPrepared,
    BaseBeforeFile,
    BaseBeforeAnswer,
    TokenBeforeRows,
    TagIgnored,
    WrittenUnseen,
    StampLost,
    WholeBase,
    FreshBase,
]


def _found(kind: type[Engine] = Engine) -> bool:
    for seed in range(ENOUGH):
        try:
            if History(seed, kind).run():
                return True
        except (AssertionError, KeyError):
            return True
    return False


@pytest.mark.parametrize("name", PLANNER_BUGS)
def test_a_bug_in_the_planner_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, bug = PLANNER_BUGS[name]
    rooms = [room for room in (planner, cases, fields) if hasattr(room, where)]
    for room in rooms:
        monkeypatch.setattr(room, where, bug)
    assert rooms
    assert _found()


@pytest.mark.parametrize("kind", ENGINE_BUGS, ids=lambda kind: kind.__name__)
def test_a_bug_around_the_planner_is_found(kind: type[Engine]) -> None:
    assert _found(kind)
