"""The rows of what belongs to the account as a whole."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AccountRow", "SmartListRow"]


@dataclass(frozen=True, slots=True)
class AccountRow:
    """The account's own record; its order of lists is kept raw and not decoded."""

    id: str
    record_name: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class SmartListRow:
    """A smart list, of which only the identity is understood; the rest is kept raw."""

    id: str
    record_name: str
    deleted: bool = False
