"""The cells of an attachment."""

from __future__ import annotations

from store.cells import cell
from store.cells.cell import Cells
from store.rows.hanging import AttachmentRow

__all__ = ["COLUMNS", "cells", "row"]

COLUMNS = (
    *("record_name", "id", "reminder_id", "kind", "url", "uti", "file_name", "file_size"),
    *("width", "height", "file_mark", "deleted"),
)


def cells(name: str, row: AttachmentRow) -> Cells:
    """The cells of an attachment, decoded from the record ``name``."""
    return (
        name,
        row.id,
        row.reminder_id,
        cell.text(row.kind),
        cell.some_text(row.url),
        cell.some_text(row.uti),
        cell.some_text(row.file_name),
        cell.whole(row.file_size),
        cell.whole(row.width),
        cell.whole(row.height),
        cell.some_text(row.file_mark),
        row.deleted,
    )


def row(cells: Cells) -> AttachmentRow:
    """The attachment that ``cells`` hold."""
    return AttachmentRow(
        record_name=cells[0],
        id=cells[1],
        reminder_id=cells[2],
        kind=cells[3],
        url=cells[4],
        uti=cells[5],
        file_name=cells[6],
        file_size=cells[7],
        width=cells[8],
        height=cells[9],
        file_mark=cells[10],
        deleted=bool(cells[11]),
    )
