"""The cells of a list or group."""

from __future__ import annotations

from store.cells import cell
from store.cells.cell import Cells
from store.raw import dumps, loads
from store.rows.lists import ListRow

__all__ = ["COLUMNS", "cells", "row"]

COLUMNS = (
    *("record_name", "id", "change_tag", "deleted", "name", "is_group", "group_id"),
    *("reminder_order", "color", "read_only", "problems", "share"),
    *("color_name", "color_hex", "emblem", "sorting", "linked", "memberships"),
)


def cells(name: str, row: ListRow) -> Cells:
    """The cells of a list or group, decoded from the record ``name``."""
    return (
        name,
        row.id,
        row.change_tag,
        row.deleted,
        cell.text(row.name),
        row.is_group,
        row.group_id,
        dumps(row.order).decode(),
        cell.some_text(row.color),
        row.read_only,
        row.problems,
        row.share,
        cell.some_text(row.color_name),
        cell.some_text(row.color_hex),
        cell.some_text(row.emblem),
        cell.some_text(row.sorting),
        row.linked,
        None if row.memberships is None else dumps(dict(row.memberships)).decode(),
    )


def row(cells: Cells) -> ListRow:
    """The list or group that ``cells`` hold."""
    return ListRow(
        record_name=cells[0],
        id=cells[1],
        change_tag=cells[2],
        deleted=bool(cells[3]),
        name=cells[4],
        is_group=bool(cells[5]),
        group_id=cells[6],
        order=tuple(loads(cells[7])),
        color=cells[8],
        read_only=bool(cells[9]),
        problems=cells[10],
        share=cells[11],
        color_name=cells[12],
        color_hex=cells[13],
        emblem=cells[14],
        sorting=cells[15],
        linked=None if cells[16] is None else bool(cells[16]),
        memberships=None if cells[17] is None else loads(cells[17]),
    )
