"""Which run a change belongs to: when one begins, what is written down in it, and when it ends.

A run is noted with its first change, so that an idle cycle leaves no trace. Cycles that follow at
once, since one cannot do it all (a reminder is put into its section once it is there), are one
run. What could not be done after all is struck out, and a run of nothing with it, unless iCloud
refused what it was for: that was an outcome.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain

from store.activity.journal import KEPT_MS, HistoryRow, Side
from store.activity.outbox import Intent
from store.db import Store
from store.values import NO_VALUE
from sync.cycle.past.history import cloud_rows, file_rows, mark_rows, place_rows
from sync.cycle.planning.planner import Planned
from sync.cycle.rendering.work import Work
from sync.cycle.report import Report
from sync.local.formats import Dialect

__all__ = ["Chronicle"]

_PRUNINGS = 1_000  # while one change is kept, which is about every three quarters of an hour


class Chronicle:
    """The run that is under way; ``clock`` is Unix seconds.

    What notes and strikes is called inside a commit.
    """

    def __init__(self, store: Store, dialect: Dialect, clock: Callable[[], float]) -> None:
        self._store = store
        self._dialect = dialect
        self._clock = clock
        self._counts: Counter[str] = Counter()
        self._parked: frozenset[int] = frozenset()  # what was refused before this run's changes
        self._goes_on = self._went_on = False
        self._noted: list[HistoryRow] = []  # by the run that was taken up, before it was cut off
        self._pruned_ms = 0
        self.run: int | None = None

    @property
    def now_ms(self) -> int:
        """The time in Unix milliseconds."""
        return int(self._clock() * 1000)

    def begin(self, *, anew: bool = False) -> None:
        """A cycle begins: it has a run of its own, unless it follows at once and not ``anew``."""
        if anew or not self._goes_on:
            self.run = None
            self._counts.clear()
            self._noted.clear()
        self._went_on, self._goes_on = self.run is not None, False

    def take_up(self, run: int) -> None:
        """What was cut off goes on in its run; what that has noted already is not noted again."""
        if self._store.journal.run(run) is not None:
            self.run = run
            self._parked = frozenset(one.seq for one in self._store.outbox.parked())
            self._noted = [_fact(row) for row in self._store.journal.history(run=run)]

    def go_on(self, sent: int) -> None:
        """The next cycle belongs to this run, which has sent so many changes already."""
        self._counts["pushed"] += sent
        self._goes_on = True

    def note(self, trigger: str, rows: Iterable[HistoryRow]) -> int | None:
        """Write ``rows`` down; a run begins if none is under way and there is anything."""
        found = [row for row in rows if not self._noted or _fact(row) not in self._noted]
        if found and self.run is None:
            self._parked = frozenset(one.seq for one in self._store.outbox.parked())
            self.run = self._store.journal.start(trigger, self.now_ms)
        self._store.journal.record(found, self.run)
        return self.run

    def note_line(self, trigger: str, id: str, path: str, text: str) -> None:
        """Note what a line says that goes, and that nothing else says."""
        self.note(
            trigger, [HistoryRow(None, self.now_ms, "file", id, "line", text, NO_VALUE, path)]
        )

    def note_marks(self, trigger: str, planned: Planned) -> None:
        """Note what is written into files before the plan is made."""
        bases = self._store.bases.all_lists()
        self.note(trigger, mark_rows(planned, bases, self.now_ms))

    def note_plan(self, trigger: str, planned: Planned, work: Work) -> int | None:
        """Note all that a plan changes; what goes out again after a cut goes on with its run."""
        now_ms, shown = self.now_ms, self._dialect.shown
        bases = self._store.bases.all_lists()
        outbox = self._store.outbox
        told = [_content(intent) for intent in (*outbox.queued(), *outbox.in_flight())]
        new = [one for one in planned.intents if _content(one) not in told]
        agreed, failed = frozenset(bases), {problem.id for problem in work.problems}
        renders = [op for op in planned.plan.renders if op.id not in failed]
        rows = [
            *_archived(planned, now_ms),
            *chain.from_iterable(cloud_rows(planned, intent, now_ms) for intent in new),
            *chain.from_iterable(file_rows(planned, op, now_ms, shown, agreed) for op in renders),
            *place_rows(planned, work, bases, now_ms),
        ]
        self._parked = frozenset(one.seq for one in outbox.parked())
        if not rows and self.run is None and len(new) < len(planned.intents):
            latest = self._store.journal.runs(1)
            self.run = latest[0].id if latest and latest[0].finished_ms is None else None
        return self.note(trigger, rows)

    def strike(self, ids: Iterable[str] = (), path: str = "", side: Side = "file") -> None:
        """What was noted for these ids, or for this file, was not done on ``side``."""
        if self.run is not None:
            self._store.journal.retract(self.run, side, ids, path)

    def give_up(self, ids: Iterable[str] = (), path: str = "", side: Side = "cloud") -> None:
        """As ``strike``; and a run of which nothing is left is none."""
        self.strike(ids, path, side)
        if self.run is not None and self._store.journal.drop_empty(self.run):
            self.run = None

    def end(self, report: Report) -> None:
        """Note what became of the run; it stays open while a cycle follows at once, and while what
        it wrote is not read yet, since files count once they are quiet.
        """
        if self.run is None:
            return
        only_waited = report.idle and report.retry_after_s is not None
        self._goes_on = report.retry_after_s == 0.0 or (self._went_on and only_waited)
        self._counts.update(
            pulled=report.pulled,
            pushed=report.pushed,
            rendered=report.rendered,
            files=report.files,
            conflicts=len(report.conflicts),
        )
        result = str(report.document()["result"])
        journal, now_ms = self._store.journal, self.now_ms
        refused = [one for one in self._store.outbox.parked() if one.seq not in self._parked]
        self._counts.update(refused=len(refused))
        with self._store.commit("run"):
            journal.retract(self.run, "cloud", _subjects(refused))
            if self._counts["refused"] or not journal.drop_empty(self.run):
                journal.finish(self.run, result, self._counts, now_ms)
                report.run = self.run
                self._prune(now_ms)
            else:
                self._goes_on = False

    def _prune(self, now_ms: int) -> None:
        """Forget what is old, now and then: for that, all that is kept is looked at."""
        if not 0 <= now_ms - self._pruned_ms < KEPT_MS // _PRUNINGS:
            self._store.journal.prune(now_ms - KEPT_MS)
            self._store.attention.prune(now_ms - KEPT_MS)
            self._store.occurrences.prune(now_ms - KEPT_MS)
            self._store.versions.prune()
            self._pruned_ms = now_ms


def _subjects(refused: Iterable[Intent]) -> Iterator[str]:
    """What was refused for good: reminders and lists."""
    for intent in refused:
        yield from intent.texts if intent.kind.endswith("sections") else (intent.id,)


def _fact(row: HistoryRow) -> HistoryRow:
    """What a row says, whenever that was noted."""
    return replace(row, run=None, at_ms=0, number=0)


def _content(intent: Intent) -> tuple[object, ...]:
    return intent.id, intent.kind, intent.changes, intent.texts


def _archived(planned: Planned, now_ms: int) -> Iterable[HistoryRow]:
    return (
        HistoryRow(None, now_ms, "file", one.id, "archived", one.text, NO_VALUE, one.path)
        for one in planned.archived
        if one.text
    )
