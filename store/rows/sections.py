"""The row of a decoded section of a list."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SectionRow"]


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A decoded section; which reminders are in it, the list says (``ListRow.memberships``)."""

    id: str
    list_id: str
    record_name: str
    change_tag: str = ""
    name: str = ""
    created_ms: int | None = None
    deleted: bool = False
