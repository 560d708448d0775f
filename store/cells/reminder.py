"""The cells of a reminder. An opaque title or note is NULL, read as its default."""

from __future__ import annotations

from typing import Any

from store.cells import cell
from store.cells.cell import Cells
from store.model import Early, Field, Priority
from store.rows.reminder import ReminderRow
from store.values import from_json, iso, to_json

__all__ = ["COLUMNS", "cells", "row"]

COLUMNS = (
    *("record_name", "id", "change_tag", "deleted", "title", "notes", "done"),
    *("completed_at_ms", "due", "priority", "flagged", "list_id", "parent_id", "recurring"),
    *("created_ms", "modified_ms", "opaque", "problems", "tag_ids", "attachment_ids"),
    *("rule_ids", "due_iso", "alarm_ids", "early", "start_ms", "imported"),
)

_NO_ALARMS = "[]"


def cells(name: str, row: ReminderRow) -> Cells:
    """The cells of a reminder, decoded from the record ``name``."""
    return (
        name,
        row.id,
        row.change_tag,
        row.deleted,
        None if Field.TITLE in row.opaque else cell.text(row.title),
        None if Field.NOTES in row.opaque else cell.text(row.notes),
        row.done,
        cell.whole(row.completed_at_ms),
        None if row.due is None else to_json(row.due),
        row.priority.value,
        row.flagged,
        row.list_id,
        row.parent_id,
        row.recurring,
        cell.whole(row.created_ms),
        cell.whole(row.modified_ms),
        ",".join(sorted(row.opaque)),
        row.problems,
        cell.ids(row.tag_ids),
        cell.ids(row.attachment_ids),
        cell.ids(row.rule_ids),
        iso(row.due),
        cell.ids(row.alarm_ids),
        _NO_ALARMS if not row.early else to_json(frozenset(row.early)),
        cell.whole(row.start_ms),
        row.imported,
    )


def row(cells: Cells) -> ReminderRow:
    """The reminder that ``cells`` hold."""
    early: Any = () if cells[23] == _NO_ALARMS else from_json(Field.ALARMS, cells[23])
    due: Any = None if cells[8] is None else from_json(Field.DUE, cells[8])
    return ReminderRow(
        record_name=cells[0],
        id=cells[1],
        change_tag=cells[2],
        deleted=bool(cells[3]),
        title=cells[4] or "",
        notes=cells[5] or "",
        done=bool(cells[6]),
        completed_at_ms=cells[7],
        due=due,
        priority=Priority(cells[9]),
        flagged=bool(cells[10]),
        list_id=cells[11],
        parent_id=cells[12],
        recurring=bool(cells[13]),
        created_ms=cells[14],
        modified_ms=cells[15],
        opaque=frozenset(map(Field, cells[16].split(","))) if cells[16] else frozenset(),
        problems=cells[17],
        tag_ids=cell.ids_from(cells[18]),
        attachment_ids=cell.ids_from(cells[19]),
        rule_ids=cell.ids_from(cells[20]),
        alarm_ids=cell.ids_from(cells[22]),
        early=frozenset(one for one in early if isinstance(one, Early)),
        start_ms=cells[24],
        imported=bool(cells[25]),
    )
