"""The cells of an alarm."""

from __future__ import annotations

from store.cells import cell
from store.cells.cell import Cells
from store.rows.hanging import AlarmRow

__all__ = ["COLUMNS", "cells", "row"]

COLUMNS = (
    *("record_name", "id", "reminder_id", "trigger_id", "nonce", "acknowledged_ms"),
    "deleted",
)


def cells(name: str, row: AlarmRow) -> Cells:
    """The cells of an alarm, decoded from the record ``name``."""
    return (
        name,
        row.id,
        row.reminder_id,
        row.trigger_id,
        row.nonce,
        cell.whole(row.acknowledged_ms),
        row.deleted,
    )


def row(cells: Cells) -> AlarmRow:
    """The alarm that ``cells`` hold."""
    return AlarmRow(
        record_name=cells[0],
        id=cells[1],
        reminder_id=cells[2],
        trigger_id=cells[3],
        nonce=cells[4],
        acknowledged_ms=cells[5],
        deleted=bool(cells[6]),
    )
