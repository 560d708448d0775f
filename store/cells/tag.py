"""The cells of a hashtag."""

from __future__ import annotations

from store.cells import cell
from store.cells.cell import Cells
from store.rows.hanging import TagRow

__all__ = ["COLUMNS", "cells", "row"]

COLUMNS = ("record_name", "id", "reminder_id", "name")


def cells(name: str, row: TagRow) -> Cells:
    """The cells of a hashtag, decoded from the record ``name``."""
    return name, row.id, row.reminder_id, cell.text(row.name)


def row(cells: Cells) -> TagRow:
    """The hashtag that ``cells`` hold."""
    return TagRow(record_name=cells[0], id=cells[1], reminder_id=cells[2], name=cells[3])
