"""The row of a decoded list or group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from store.model import ListInfo

__all__ = ["ListRow"]


@dataclass(frozen=True, slots=True)
class ListRow:
    """A decoded list or group; ``order`` holds its reminders' ids as the device orders them.

    ``share`` is the name of the record that says with whom it is shared.
    ``color`` is the wire's own text, ``color_name`` and ``color_hex`` what it says; ``sorting``
    and ``emblem`` are words of the service; ``linked`` is its ``IsLinkedToAccount``.
    ``memberships`` says which reminder is in which section, by id; ``None``: it is not known.
    """

    id: str
    record_name: str
    change_tag: str = ""
    deleted: bool = False
    name: str = ""
    is_group: bool = False
    group_id: str | None = None
    order: tuple[str, ...] = ()
    color: str | None = None
    color_name: str | None = None
    color_hex: str | None = None
    emblem: str | None = None
    sorting: str | None = None
    linked: bool | None = None
    read_only: bool = False
    problems: str = ""
    share: str | None = None
    memberships: Mapping[str, str] | None = None

    def info(self) -> ListInfo:
        """What the rest of the programme knows of a list."""
        color = " ".join(filter(None, (self.color_name, self.color_hex)))
        return ListInfo(
            self.id,
            self.name,
            self.is_group,
            self.group_id,
            self.read_only,
            color=color,
            emblem=self.emblem or "",
        )
