"""The cells of a share."""

from __future__ import annotations

from store.cells import cell
from store.cells.cell import Cells
from store.rows.share import ShareRow

__all__ = ["COLUMNS", "cells"]

COLUMNS = ("record_name", "owner", "permission")


def cells(name: str, row: ShareRow) -> Cells:
    """The cells of a share, decoded from the record ``name``."""
    return name, cell.some_text(row.owner), cell.text(row.permission)
