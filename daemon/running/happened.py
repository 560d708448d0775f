"""Puts a cycle that did something into events: the run, each reminder it changed, what came up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from daemon.running.feed import Event
from store.activity.journal import HistoryRow
from store.db import Store
from sync.cycle.report import Report

__all__ = ["MOST", "Happened", "ended"]

MOST = 100
"""Reminders that are told of one by one; of a larger run its number is told, and to ask for it."""

Lend = Callable[[Callable[[Store], Any]], Any]
Document = dict[str, Any]


class Happened:
    """Makes events of cycles; ``lend`` lets it look at the mirror. What was told is not again."""

    def __init__(self, lend: Lend) -> None:
        self._lend = lend
        self._told = 0  # up to which number of the history

    def events_of(self, report: Report, *, begun: bool) -> Iterator[Event]:
        """The events of a cycle, which ``begun`` with one or not; none of one without news."""
        for conflict in report.conflicts:
            told: Document = {"schema": 1, "id": conflict.id, "field": conflict.field.value}
            yield Event("conflict", {**told, "winning": conflict.winning.value})
        for hold in report.new_holds:
            told = {"schema": 1, "id": hold.id, "kind": hold.kind.value, "reason": hold.reason}
            yield Event("held", told)
        run, after = report.run, self._told
        if run is not None:
            found = self._lend(lambda store: _changed(store, run, after))
            if isinstance(found, tuple):
                documents, self._told = found
                yield from (Event("reminder", document) for document in documents[:MOST])
        if begun or not report.idle or run is not None:
            yield ended(report.trigger, run, str(report.document()["result"]))


def ended(trigger: str, run: int | None, result: str) -> Event:
    """A cycle that began with an event has ended; ``result`` is ``failed``, or as in its report."""
    told = {"phase": "ended", "trigger": trigger, "run": run, "result": result}
    return Event("run", {"schema": 1, **told})


def _changed(store: Store, run: int, after: int) -> tuple[list[Document], int]:
    """Each reminder that a run changed: what it is called, and which fields on which sides.

    Only by what came ``after`` that number of the history, whose latest is the second part.
    """
    rows: dict[str, list[HistoryRow]] = {}
    news = [row for row in store.journal.history(run=run) if row.number > after]
    for row in news:
        rows.setdefault(row.id, []).append(row)
    found = store.mirror.reminders_by_id(rows)
    lists = {row.id: row.name for row in store.mirror.lists()} if found else {}
    documents: list[Document] = [
        {
            "schema": 1,
            "run": run,
            "id": id,
            "title": row.title,
            "list": lists.get(row.list_id),
            "fields": sorted({one.field for one in rows[id]}),
            "sides": sorted({one.side for one in rows[id]}),
        }
        for id, row in sorted(found.items())
    ]
    return documents, max((row.number for row in news), default=after)
