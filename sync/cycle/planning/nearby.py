"""Planning only what a change touches, while everything else is known to be at rest.

What a plan comes to in one list follows from that list alone, unless lines or reminders come, go or
move, or a list itself changes. So after a plan of everything it is enough to look at the lists in
which a line or a reminder says something else than before, and at those in which something was
done; as long as nothing came to be written or read that cannot be told from here. A plan that is
not the plainest of all (values that go from one side to the other) is made anew, of everything:
what is decided here is decided there in the same way, and only sooner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from store.db import Store
from store.model import Field, Present
from sync.core.actions import Hold, HoldKind, SetLine, Update
from sync.core.archive import is_archive
from sync.core.listplan import ListPlan
from sync.core.settings import Settings
from sync.core.snapshot import Mode
from sync.cycle.observing.owed import owed_records
from sync.cycle.observing.reading import LocalFile, LocalState
from sync.cycle.planning.doubts import stored_doubts
from sync.cycle.planning.planner import Planned, Planner
from sync.cycle.planning.tables import Tables, read_lists
from sync.cycle.report import Report

__all__ = ["Nearby"]

_STILL = frozenset(
    {
        HoldKind.READ_ONLY,
        HoldKind.RECURRING,
        HoldKind.GONE_IN_ICLOUD,
        HoldKind.NEW_LIST,
        HoldKind.UNSAYABLE,
        HoldKind.UNREADABLE,
        HoldKind.UNREAD_WORDS,
        HoldKind.LINK,
    }
)
"""What waits by itself, whatever becomes of other reminders."""
_WIDER = frozenset({Field.LIST, Field.PARENT, Field.SECTION, Field.IMAGES})
"""What is not a value of one line alone."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """How all stood at the end of a cycle: but for the lists ``astir`` there was nothing to do.

    That holds from ``since_s`` up to ``until_s`` (Unix), as long as the store has ``written`` no
    more rows than it had then.
    """

    local: LocalState
    lists: ListPlan
    holds: tuple[Hold, ...]
    astir: frozenset[str]
    since_s: float
    until_s: float
    settings: Settings
    cursor: int = 0
    written: int = 0


class Nearby:
    """Remembers from cycle to cycle what is at rest; ``clock`` is Unix seconds.

    A cycle calls ``begin``, then ``stay`` or ``plan`` and ``end``, then ``close``; one that fails
    leaves nothing behind.
    """

    def __init__(self, store: Store, planner: Planner, clock: Callable[[], float]) -> None:
        self._store = store
        self._planner = planner
        self._clock = clock
        self._last: _Rest | None = None
        self._rest: _Rest | None = None
        self._allowed = 0

    def begin(self) -> None:
        """A cycle begins."""
        self._last, self._rest = self._rest, None
        self._allowed = 0

    @contextmanager
    def allowing(self) -> Iterator[None]:
        """Within, all that is written is either no news for a plan, or what the mirror tells of."""
        before = self._store.rows_written
        yield
        self._allowed += self._store.rows_written - before

    def forget(self) -> None:
        """Something is known now that only a plan of everything takes in."""
        self._last = None

    def stay(self) -> None:
        """Neither side has changed: what was at rest, is."""
        self._rest = self._last if self._is_steady() else None

    def plan(self, local: LocalState) -> Planned | None:
        """What a plan of everything comes to; ``None`` where only that can tell.

        Of what is ``known`` in it, and of its world, only that part is there.
        """
        rest = self._last if self._is_steady() else None
        if rest is None or owed_records(self._store):
            return None
        paths = _edited(rest.local, local)
        ids = self._store.mirror.reminders_since(rest.cursor)
        if paths is None or ids is None:
            return None
        place_of, owner = self._planner.dialect.layout.place_of, rest.lists.owner
        lists = {owner.get(place_of(path), "") for path in paths} | rest.astir | self._lists_of(ids)
        here = {path: one for path, one in local.files.items() if owner.get(path) in lists}
        if not _are_open(lists, rest.lists, here):
            return None
        tables = read_lists(self._store, lists, here, ids)
        if not _is_within(tables, lists, here):
            return None
        known = self._planner.known(tables)
        near = replace(local, files=here, notes={})
        planned = self._planner.plan_in(known, near, rest.lists, frozenset())
        if not (_is_settled(planned) and _is_plain(planned)):
            return None
        about = known.rows.keys() | known.base.keys() | lists
        judged = [one for one in rest.holds if _concerns(one, about, here)]
        if not {(one.kind, one.id) for one in judged} <= {
            (one.kind, one.id) for one in planned.holds
        }:
            return None  # the line that waits may stand in another file than its reminder was in
        planned.holds += [one for one in rest.holds if one not in judged]
        planned.wait([rest.until_s - self._clock()])
        return planned

    def end(self, planned: Planned, local: LocalState, report: Report) -> None:
        """So it stands after ``planned`` was carried out, with ``local`` as that has left it."""
        went_well = not report.problems and report.retry_after_s is None
        if went_well and self._may_rest(local) and _is_settled(planned):
            now_s, holds = self._clock(), tuple(planned.holds)
            until_s = planned.next_look(now_s)
            settings, lists = self._planner.settings, planned.lists
            self._rest = _Rest(local, lists, holds, _astir(planned), now_s, until_s, settings)

    def close(self) -> None:
        """The cycle has ended, and writes nothing more."""
        if self._rest is not None:
            cursor, written = self._store.mirror.cursor(), self._store.rows_written
            self._rest = replace(self._rest, cursor=cursor, written=written)

    # ---- what is known of the store

    def _is_steady(self) -> bool:
        """Whether nothing was written since the last cycle but what was pulled just now."""
        rest = self._last
        return (
            rest is not None
            and rest.written + self._allowed == self._store.rows_written
            and rest.since_s <= self._clock() < rest.until_s
            and rest.settings is self._planner.settings
        )

    def _lists_of(self, ids: Collection[str]) -> set[str]:
        """The lists in which these reminders are, or were when both sides last agreed."""
        rows = self._store.mirror.reminders_by_id(ids).values()
        bases = self._store.bases.some(ids).values()
        were = {one.values.get(Field.LIST) for one in bases}
        return {row.list_id for row in rows} | {str(id) for id in were if id is not None}

    def _may_rest(self, local: LocalState) -> bool:
        """Whether nothing waits that a plan of some lists would not see."""
        store, dialect = self._store, self._planner.dialect
        unread = local.trouble or local.incomplete or local.unread or local.retry_after_s
        if unread or local.done or local.copies or not dialect.marks or dialect.layout.per_task:
            return False
        waiting = (
            any(store.outbox.counts().values()),
            store.places.vanished(),
            store.attention.approved(),
            stored_doubts(store),
            store.occurrences.pending(),
            owed_records(store),
        )
        return not any(waiting)


# ---- what has changed, and where ----------------------------------------------------------------


def _edited(before: LocalState, now: LocalState) -> list[str] | None:
    """The files in which lines say something else; ``None`` where more than that has changed."""
    if before.files.keys() != now.files.keys() or _around(before) != _around(now):
        return None
    edited = []
    for path, file in now.files.items():
        old = before.files[path]
        if file.sha256 == old.sha256 and file.trouble == old.trouble:
            continue
        if file.trouble or old.trouble or _lines_of(file) != _lines_of(old):
            return None
        edited.append(path)
    return edited


def _around(local: LocalState) -> tuple[object, ...]:
    """All that a folder says beside the content of its lists."""
    beside = (local.strays, local.notes, local.directories, local.made, local.links)
    return (*beside, local.done.keys(), local.trouble, local.incomplete, local.retry_after_s)


def _lines_of(file: LocalFile) -> tuple[object, ...]:
    """Which list the file says it is, and which ids stand in it, on lines and anywhere."""
    head = file.todo.front_matter if file.todo is not None else None
    return head, Counter(task.block for task in file.tasks), file.ids


def _are_open(lists: Collection[str], plan: ListPlan, files: Mapping[str, LocalFile]) -> bool:
    """Whether all of these lists may flow both ways now, and all of their files can be read."""
    views = [plan.views.get(id) for id in lists]
    return all(
        view is not None and view.mode is Mode.TWO_WAY and not view.blocked and view.path in files
        for view in views
    ) and all(file.todo is not None and not file.hides_tasks for file in files.values())


def _is_within(tables: Tables, lists: Collection[str], paths: Collection[str]) -> bool:
    """Whether none of this has anything to do with another list or file."""
    were = (values.get(Field.LIST) for values in tables.base.values())
    return (
        all(row.list_id in lists for row in tables.rows.values())
        and all(id is None or id in lists for id in were)
        and all(row.path in paths or is_archive(row.path) for row in tables.lines.values())
    )


# ---- what a plan comes to -----------------------------------------------------------------------


def _is_settled(planned: Planned) -> bool:
    """Whether it leaves nothing open but what lines and reminders say; every line has its place."""
    known, matched, outlook = planned.known, planned.world.matched, planned.world.outlook
    lists, away = planned.lists, planned.world.put_away
    undone = (planned.vanished, planned.emptied, planned.overtaken, planned.withheld)
    unlike = (planned.archived, planned.leaving, planned.new_sections, planned.world.doubts)
    new = (matched.new, matched.paired, matched.unstamped, matched.copies, matched.adopted)
    named = (known.origins, matched.origins)
    astray = (matched.leftovers, matched.doubtful, matched.foreign)
    changed = (lists.learned, lists.ended, lists.conflicts, lists.remembered)
    headings = (outlook.learned, outlook.forgotten, outlook.conflicts, known.sections.copies)
    filed = (away.filed, away.standing, away.there, away.handed_on, known.told, known.filed)
    flying = (known.in_flight, known.pending, planned.plan.forgotten, planned.plan.arrived)
    every = (*undone, *unlike, *new, *named, *astray, *changed, *headings, *filed, *flying)
    return not (
        planned.waits
        or lists.writes
        or outlook.writes
        or any(every)
        or any(hold.kind not in _STILL for hold in planned.holds)
    )


def _is_plain(planned: Planned) -> bool:
    """Whether all of it is values of lines and reminders that both sides have."""
    known, plan, lines = planned.known, planned.plan, planned.world.lines
    return (
        all(isinstance(op, Update) and not op.changes.keys() & _WIDER for op in plan.pushes)
        and all(isinstance(op, SetLine) and not _is_wider(op) for op in plan.renders)
        and [one.kind for one in planned.intents] == ["update"] * len(plan.pushes)
        and len(planned.world.matched.ids) == len(lines)
        and all(id in lines or id in known.archived for id in known.base)
    )


def _is_wider(op: SetLine) -> bool:
    return bool(op.agreed or op.changes.keys() & _WIDER)


def _concerns(hold: Hold, ids: Collection[str], paths: Collection[str]) -> bool:
    return hold.id in ids or hold.id in paths or hold.id.rpartition(":")[0] in paths


def _astir(planned: Planned) -> frozenset[str]:
    """The lists in which the plan does, or learns, anything."""
    plan, snapshot = planned.plan, planned.world.snapshot
    lists: set[str] = set()
    for op in (*plan.pushes, *plan.renders, *plan.learned):
        sides = (snapshot.remote_of(op.id), snapshot.local_of(op.id))
        lists |= {side.value.reminder.list for side in sides if isinstance(side, Present)}
        was = planned.known.base.get(op.id, {}).get(Field.LIST)
        lists |= set() if was is None else {str(was)}
    return frozenset(lists)
