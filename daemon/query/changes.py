"""What runs changed, as documents: each change with its side, its thing, and both of its values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from daemon.wording.instants import instant
from daemon.wording.words import said
from store.activity.journal import HistoryRow, Run
from store.values import NO_VALUE

if TYPE_CHECKING:
    from sync.cycle.asked.undoing import Undone

__all__ = ["Names", "changes_of", "run_document", "titles_told", "undo_document"]

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called, by id; and of reminders, what their list is called."""

    titles: Mapping[str, str]
    lists: Mapping[str, str | None]


def run_document(run: Run) -> Document:
    """One run; ``finished`` and ``result`` are ``None`` while it is under way, or if it was cut."""
    return {
        "id": run.id,
        "kind": run.kind,
        "started": instant(run.started_ms / 1000),
        "finished": None if run.finished_ms is None else instant(run.finished_ms / 1000),
        "result": run.result,
        "counts": dict(run.counts),
    }


def changes_of(rows: Iterable[HistoryRow], names: Names) -> list[Document]:
    """Each row; ``before`` and ``after`` are ``None`` where there was, or is, nothing."""
    return [
        {
            "run": row.run,
            "at": instant(row.at_ms / 1000),
            "side": row.side,
            "id": row.id,
            "title": names.titles.get(row.id),
            "list": names.lists.get(row.id),
            "field": row.field,
            **{
                when: None if value is NO_VALUE else said(row.field, value, names.titles)
                for when, value in zip(("before", "after"), row.values, strict=True)
            },
            "file": row.path or None,
        }
        for row in rows
    ]


def titles_told(rows: Iterable[HistoryRow]) -> dict[str, str]:
    """What things were called last, as far as the rows themselves say it."""
    told: dict[str, str] = {}
    for row in rows:
        if row.field in ("title", "name", "line"):
            found = next((one for one in reversed(row.values) if isinstance(one, str)), None)
            if found is not None and (row.field != "line" or row.id not in told):
                told[row.id] = found
    return told


def undo_document(undone: Undone, *, dry_run: bool, hold_above: int) -> Document:
    """The document of `undo --json` and of ``POST /undo``."""
    return {
        "schema": 1,
        "run": undone.run,
        "by": undone.by,
        "dry_run": dry_run,
        "changes": changes_of(undone.rows, Names(undone.names, undone.lists)),
        "deletions": undone.deletions,
        "many": undone.deletions > hold_above,
        "left": [{"id": one.id, "title": one.title, "reason": one.reason} for one in undone.left],
        "lost": list(undone.lost),
        "back": undone.back,
        "shown": undone.shown,
    }
