"""The cells of an alarm."""

from __future__ import annotations

from store.cells.cell import Cells
from store.rows.hanging import AlarmRow

__all__ = ["COLUMNS", "cells", "row"]

COLUMNS = (
    *("record_name", "id", "reminder_id", "trigger_id", "trigger_kind", "at", "nonce"),
    "deleted",
)


def cells(name: str, row: AlarmRow) -> Cells:
    """The cells of an alarm, decoded from the record ``name``."""
    return (
        name,
        row.id,
        row.reminder_id,
        row.trigger_id,
        row.trigger_kind,
        row.at,
        row.nonce,
        row.deleted,
    )


def row(cells: Cells) -> AlarmRow:
    """The alarm that ``cells`` hold."""
    return AlarmRow(
        record_name=cells[0],
        id=cells[1],
        reminder_id=cells[2],
        trigger_id=cells[3],
        trigger_kind=cells[4],
        at=cells[5],
        nonce=cells[6],
        deleted=bool(cells[7]),
    )
