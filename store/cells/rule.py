"""The cells of a recurrence rule."""

from __future__ import annotations

from store.cells import cell
from store.cells.cell import Cells
from store.rows.hanging import RuleRow

__all__ = ["COLUMNS", "cells", "row"]

COLUMNS = (
    *("record_name", "id", "reminder_id", "frequency", "interval", "count", "until_ms"),
    *("other", "deleted"),
)


def cells(name: str, row: RuleRow) -> Cells:
    """The cells of a recurrence rule, decoded from the record ``name``."""
    numbers = (row.frequency, row.interval, row.count, row.until_ms)
    whole = cell.whole(row.interval)
    return (
        name,
        row.id,
        row.reminder_id,
        cell.whole(row.frequency),
        1 if whole is None else whole,
        cell.whole(row.count),
        cell.whole(row.until_ms),
        # A rule of which a part did not fit is not understood either.
        row.other or any(number != cell.whole(number) for number in numbers),
        row.deleted,
    )


def row(cells: Cells) -> RuleRow:
    """The recurrence rule that ``cells`` hold."""
    return RuleRow(
        record_name=cells[0],
        id=cells[1],
        reminder_id=cells[2],
        frequency=cells[3],
        interval=cells[4],
        count=cells[5],
        until_ms=cells[6],
        other=bool(cells[7]),
        deleted=bool(cells[8]),
    )
