"""What tools put away: completed lines that stand in ``done.txt``, and whose they are.

Each is told once, as a tick. What was told is remembered where a line was last seen; what must not
be told again although its reminder is back in a list, by the words of the line.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from store.db import Store
from store.local.places import LineRow
from store.model import Completion, Due, Field, Reminder
from sync.core.actions import AddLine, Complete, Plan
from sync.core.matching.handing import Series
from sync.core.matching.traces import Line
from sync.core.merging.lift import as_reminder
from sync.core.snapshot import Filed
from sync.cycle.observing.reading import LocalState
from sync.cycle.planning.known import TOLD, Known
from sync.local.formats import Dialect

__all__ = ["PutAway", "read_put_away", "remember_put_away"]


ANY_ZONE = timedelta(days=1)  # the tool's day may be another than ours


@dataclass(frozen=True, slots=True)
class PutAway:
    """``filed`` are reminders that have no line but one that was put away.

    ``standing`` maps ids that stand there otherwise, so that they are not gone, to the file;
    ``there`` are the lines that stand there, by reminder. Of ``handed_on`` the line in the list has
    gone on by itself, so that they say nothing any more.
    """

    filed: Mapping[str, Filed] = field(default_factory=dict)
    standing: Mapping[str, str] = field(default_factory=dict)
    there: Mapping[str, Counter[str]] = field(default_factory=dict)
    handed_on: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Put:
    """A completed line in the file at ``path``."""

    path: str
    text: str
    reminder: Reminder

    @property
    def done(self) -> Completion:
        assert self.reminder.done is not None
        return self.reminder.done

    @property
    def day(self) -> date:
        return self.done.day or date.min


def read_put_away(
    known: Known,
    local: LocalState,
    dialect: Dialect,
    lines: Mapping[str, Line],
    series: Mapping[str, Series],
) -> PutAway:
    """Judge what stands in ``done.txt`` files; ``lines`` are those of lists, by reminder.

    ``series`` are open reminders that repeat.
    While any file is unknown, its line may be there: then nothing is judged.
    """
    if not dialect.layout.done or local.trouble:
        return PutAway()
    judge = _Judge(known, local, dialect, lines)
    judge.read()
    if not local.incomplete and local.unread is None:
        judge.decide(series)
    there = {id: Counter(_digest(one.text) for one in put) for id, put in judge.claims.items()}
    return PutAway(judge.filed, judge.standing, there, frozenset(judge.handed_on))


def remember_put_away(store: Store, known: Known, away: PutAway, plan: Plan) -> None:
    """In the commit of ``plan``: what was told, and what is not to be told again."""
    rows = [LineRow(id, one.path, 0, one.text) for id, one in away.filed.items()]
    for push in plan.pushes:
        if not isinstance(push, Complete) or push.occurrence.copy in known.filed:
            continue
        if push.id in away.filed:
            one = away.filed[push.id]
            rows.append(LineRow(push.occurrence.copy, one.path, 0, one.text))
    gone = {one.id for one in plan.forgotten}
    store.places.put_lines(row for row in rows if row.id not in gone)
    back = {op.id for op in plan.renders if isinstance(op, AddLine)} & away.filed.keys()
    told = {}
    for id in known.told.keys() | back | away.handed_on:
        there = Counter(away.there.get(id, {}))
        if id in away.filed:
            there |= Counter([_digest(away.filed[id].text)])
        kept = there if id in back | away.handed_on else there & Counter(known.told[id])
        if kept:
            told[id] = sorted(kept.elements())
    if told != known.told:
        store.meta.set(TOLD, json.dumps(told, sort_keys=True))


class _Judge:
    """One look at all ``done.txt`` files; ``claims`` are their completed lines, by reminder."""

    def __init__(
        self, known: Known, local: LocalState, dialect: Dialect, lines: Mapping[str, Line]
    ) -> None:
        self._known = known
        self._local = local
        self._dialect = dialect
        self._lines = lines
        self._id_of = {block: id for id, block in known.blocks.items()}
        self._strangers: list[_Put] = []
        self.claims: defaultdict[str, list[_Put]] = defaultdict(list)
        self.standing: dict[str, str] = {}
        self.filed: dict[str, Filed] = {}
        self.handed_on: set[str] = set()

    def read(self) -> None:
        """Whose the lines are, by their ids, by what was told of them, or by their words."""
        for path, file in sorted(self._local.done.items()):
            if file.todo is None:
                self.standing.update(dict.fromkeys(file.ids, path))
            for task in file.tasks:
                put = _Put(path, task.text, task.reminder)
                id = self._id_of.get(task.block or "")
                if task.reminder.done is None:
                    self.standing |= {task.block: path} if task.block else {}
                elif id is not None:
                    self.claims[id].append(put)
                elif task.block is None:
                    self._strangers.append(put)
        rows = {(row.path, row.text): id for id, row in self._known.filed.items()}
        for put in self._strangers:
            if (id := rows.get((put.path, put.text))) is not None:
                self.claims[id].append(put)

    def decide(self, series: Mapping[str, Series]) -> None:
        """Which reminders have no line but one here, and what it has to tell."""
        self._recognise()
        hidden = {id for file in self._local.files.values() if file.trouble for id in file.ids}
        for id, put in self.claims.items():
            fresh = self._fresh(id, put)
            if id in self._lines:
                self._hand_on(id, fresh, series)
            elif fresh and self._known.blocks.get(id) not in hidden:
                self._file(id, max(fresh, key=lambda one: one.day), is_news=True)
        for id, row in self._known.filed.items():
            if id not in self.filed and id not in self._lines:
                [task] = self._dialect.parse(row.text.encode()).tasks
                told = _Put(row.path, row.text, task.reminder)
                beside = self._id_of.get(task.block or "")
                self._file(id, told, is_news=bool(self._fresh(id, [told])), beside=beside)

    def _fresh(self, id: str, put: Sequence[_Put]) -> list[_Put]:
        """Of these lines of a reminder those that it has not come back from."""
        told = Counter(self._known.told.get(id, ()))
        fresh = []
        for one in put:
            digest = _digest(one.text)
            if not told[digest]:
                fresh.append(one)
            told[digest] -= told[digest] > 0
        return fresh

    def _file(self, id: str, put: _Put, *, is_news: bool, beside: str | None = None) -> None:
        """The reminder's only line is this one; a copy's list is that of the series ``beside``."""
        list_id = self._list_of(id) or self._list_of(beside or "")
        if list_id is None:
            return
        is_sent = any(one.copy == id for one in self._known.pending.values())
        was_done = self._known.base.get(id, {}).get(Field.DONE) is not None
        done = put.done if is_news and not was_done and not is_sent else None
        reminder = replace(put.reminder, id=id, list=list_id)
        self.filed[id] = Filed(reminder, put.path, put.text, done)

    def _list_of(self, id: str) -> str | None:
        known = self._known
        list_id = known.base.get(id, {}).get(Field.LIST)
        if isinstance(list_id, str):
            return list_id
        if id in known.reminders:
            return known.reminders[id].list
        trace = known.traces.get(id)
        return None if trace is None else known.list_at.get(trace.path)

    def _hand_on(self, id: str, fresh: Sequence[_Put], series: Mapping[str, Series]) -> None:
        """A tool typed the next occurrence into the list: what was put away is the done copy."""
        due = self._lines[id].reminder.due
        is_open = self._lines[id].reminder.done is None
        copy = series[id].copy if id in series else None
        if copy is None or not is_open or due in (None, self._due_before(id)):
            return
        passed = [one for one in fresh if one.reminder.due != due]
        if passed:
            done = max(passed, key=lambda one: one.day)
            self._file(copy, done, is_news=True, beside=id)
            self.handed_on.add(id)

    def _due_before(self, id: str) -> Due | None:
        return self._dialect.shown(as_reminder(id, self._known.base[id])).due

    # ---- lines without ids

    def _recognise(self) -> None:
        """A tool took the id off the line that it put away: title and due date tell whose it is."""
        known = self._known
        somewhere = {**self.standing, **self._local.standing()}
        gone: defaultdict[tuple[str, str, Due | None], list[str]] = defaultdict(list)
        for id, trace in known.traces.items():
            is_there = id in self._lines or id in self.claims or known.blocks.get(id) in somewhere
            if id in known.base and not is_there:
                shown = self._dialect.shown(as_reminder(id, known.base[id]))
                gone[(_directory(trace.path), shown.title, shown.due)].append(id)
        for put in self._strangers:
            alike = gone.get((_directory(put.path), put.reminder.title, put.reminder.due), [])
            if len(alike) == 1 and put.day >= self._made(alike[0]) - ANY_ZONE:
                self.claims[alike[0]].append(put)

    def _made(self, id: str) -> date:
        """The day since when there is such a reminder: what was done before it is another."""
        row = self._known.rows.get(id)
        made_ms = (row.created_ms or 0) if row is not None else 0
        return datetime.fromtimestamp(made_ms / 1000, ZoneInfo(self._dialect.home_zone)).date()


def _directory(path: str) -> str:
    return path.rpartition("/")[0]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
