"""The cells of the account and of its smart lists, which are only ever looked at in SQL."""

from __future__ import annotations

from store.cells import cell
from store.cells.cell import Cells
from store.rows.account import AccountRow, SmartListRow

__all__ = ["ACCOUNT", "SMART_LIST", "account", "smart_list"]

ACCOUNT = ("record_name", "id", "name")
SMART_LIST = ("record_name", "id", "deleted")


def account(name: str, row: AccountRow) -> Cells:
    """The cells of the account, decoded from the record ``name``."""
    return name, row.id, cell.some_text(row.name)


def smart_list(name: str, row: SmartListRow) -> Cells:
    """The cells of a smart list, decoded from the record ``name``."""
    return name, row.id, row.deleted
