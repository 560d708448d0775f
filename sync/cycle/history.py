"""What a plan is about to write over, as rows for the history: undo and trust need both sides."""

from __future__ import annotations

from collections.abc import Iterator

from store.journal import HistoryRow, Side
from store.model import Field, Value
from store.outbox import Intent
from store.values import NO_VALUE, NoValue
from sync.core.actions import AddLine, MoveLine, RemoveLine, RenderOp, SetLine
from sync.cycle.planning import Planned

__all__ = ["cloud_rows", "file_rows"]


def cloud_rows(
    planned: Planned, intent: Intent, at_ms: int, run: int | None
) -> Iterator[HistoryRow]:
    """What sending an intent changes in iCloud, field by field."""
    if intent.kind == "sections":
        for id, name in intent.texts.items():
            said = planned.known.reminders.get(id)
            was = said.section if said is not None else NO_VALUE
            was = "" if id in planned.known.sections.copies else was
            yield _row(run, "cloud", at_ms, id, Field.SECTION.value, was, name)
        return
    known = planned.known.reminders.get(intent.id)
    before = known.values() if known is not None else {}
    for name, value in intent.changes.items():
        yield _row(run, "cloud", at_ms, intent.id, name.value, before.get(name, NO_VALUE), value)
    if intent.kind in ("delete", "purge", "undelete"):
        gone = intent.kind != "undelete"
        yield _row(run, "cloud", at_ms, intent.id, "deleted", not gone, gone)
    for word, text in intent.texts.items():
        yield _row(run, "cloud", at_ms, intent.id, word, NO_VALUE, text)


def file_rows(planned: Planned, op: RenderOp, at_ms: int, run: int | None) -> Iterator[HistoryRow]:
    """What a change of a line writes over, as the base had it."""
    line = planned.world.lines.get(op.id)
    path = line.path if line is not None else ""
    base = planned.known.base.get(op.id, {})
    match op:
        case SetLine(changes=changes) | MoveLine(changes=changes):
            for name, value in changes.items():
                seen = line.reminder.value(name) if line is not None and _is_said(name) else None
                before = seen if seen is not None else base.get(name, NO_VALUE)
                yield _row(run, "file", at_ms, op.id, name.value, before, value, path)
        case AddLine(reminder=reminder):
            for name, value in reminder.values().items():
                yield _row(run, "file", at_ms, op.id, name.value, NO_VALUE, value)
        case RemoveLine():
            text = line.text if line is not None else ""
            yield _row(run, "file", at_ms, op.id, "line", text, NO_VALUE, path)


def _is_said(name: Field) -> bool:
    return name not in (Field.LIST, Field.PARENT)


def _row(
    run: int | None,
    side: Side,
    at_ms: int,
    id: str,
    name: str,
    before: Value | NoValue,
    after: Value | NoValue,
    path: str = "",
) -> HistoryRow:
    return HistoryRow(run, at_ms, side, id, name, before, after, path)
