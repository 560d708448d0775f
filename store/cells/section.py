"""The cells of a section of a list."""

from __future__ import annotations

from store.cells import cell
from store.cells.cell import Cells
from store.rows.sections import SectionRow

__all__ = ["COLUMNS", "cells", "row"]

COLUMNS = ("record_name", "id", "list_id", "change_tag", "name", "created_ms", "deleted")


def cells(name: str, row: SectionRow) -> Cells:
    """The cells of a section, decoded from the record ``name``."""
    created_ms = cell.whole(row.created_ms)
    return (
        name,
        row.id,
        row.list_id,
        row.change_tag,
        cell.text(row.name),
        created_ms,
        row.deleted,
    )


def row(cells: Cells) -> SectionRow:
    """The section that ``cells`` hold."""
    return SectionRow(
        record_name=cells[0],
        id=cells[1],
        list_id=cells[2],
        change_tag=cells[3],
        name=cells[4],
        created_ms=cells[5],
        deleted=bool(cells[6]),
    )
