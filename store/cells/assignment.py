"""The cells of an assignment."""

from __future__ import annotations

from store.cells import cell
from store.cells.cell import Cells
from store.rows.hanging import AssignmentRow

__all__ = ["COLUMNS", "cells", "row"]

COLUMNS = (
    *("record_name", "id", "reminder_id", "assignee", "originator", "status", "assigned_ms"),
    "deleted",
)


def cells(name: str, row: AssignmentRow) -> Cells:
    """The cells of an assignment, decoded from the record ``name``."""
    return (
        name,
        row.id,
        row.reminder_id,
        cell.some_text(row.assignee),
        cell.some_text(row.originator),
        cell.whole(row.status),
        cell.whole(row.assigned_ms),
        row.deleted,
    )


def row(cells: Cells) -> AssignmentRow:
    """The assignment that ``cells`` hold."""
    return AssignmentRow(
        record_name=cells[0],
        id=cells[1],
        reminder_id=cells[2],
        assignee=cells[3],
        originator=cells[4],
        status=cells[5],
        assigned_ms=cells[6],
        deleted=bool(cells[7]),
    )
