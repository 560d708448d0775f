"""Puts a cycle that did something into events: the run, each reminder it changed, what came up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from daemon.feed import Event
from store.db import Store
from store.journal import HistoryRow
from sync.cycle.report import Report

__all__ = ["MOST", "events_of"]

MOST = 100
"""Reminders that are told of one by one; of a larger run its number is told, and to ask for it."""

Lend = Callable[[Callable[[Store], Any]], Any]
Document = dict[str, Any]


def events_of(report: Report, lend: Lend) -> Iterator[Event]:
    """The events of a cycle; none of one that found nothing to do."""
    for conflict in report.conflicts:
        told: Document = {
            "id": conflict.id,
            "field": conflict.field.value,
            "shown": conflict.winning.value,
        }
        yield Event("conflict", {"schema": 1, **told})
    for hold in report.new_holds:
        told = {"schema": 1, "id": hold.id, "kind": hold.kind.value, "reason": hold.reason}
        yield Event("held", told)
    run = report.run
    if run is not None:
        changed = lend(lambda store: _changed(store, run))
        documents: list[Document] = changed if isinstance(changed, list) else []
        for document in documents[:MOST]:
            yield Event("reminder", document)
    if report.idle and run is None:
        return
    result = report.document()["result"]
    ended: Document = {"phase": "ended", "trigger": report.trigger, "run": run, "result": result}
    yield Event("run", {"schema": 1, **ended})


def _changed(store: Store, run: int) -> list[Document]:
    """Each reminder that a run changed: what it is called, and which fields on which sides."""
    rows: dict[str, list[HistoryRow]] = {}
    for row in store.journal.history(run=run):
        rows.setdefault(row.id, []).append(row)
    found = store.mirror.reminders_by_id(rows)
    lists = {row.id: row.name for row in store.mirror.lists()} if found else {}
    return [
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
