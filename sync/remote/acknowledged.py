"""Whether what came for a write answers that write, or an earlier request for the same record.

The service answers with the whole record as written, under a new change tag (docs/wire.md,
"Endpoints"). What the answer to an earlier write says would go over what was just sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.remote.answers import UNANSWERED, Failure

__all__ = ["acknowledged"]

Record = dict[str, Any]
Item = Record | Failure


@dataclass(frozen=True, slots=True)
class _Answered:
    """One wire operation, and what came for it."""

    name: str
    operation: Mapping[str, Any]
    item: Item

    @property
    def is_older(self) -> bool:
        """Whether the record has the very change tag that was sent, or was to go and is there."""
        now = _tag(self.item)
        deletes = str(self.operation.get("operationType")).lower().endswith("delete")
        return now is not None and (
            deletes or now == self.operation["record"].get("recordChangeTag")
        )

    @property
    def is_doubtful(self) -> bool:
        """Whether the record says otherwise than what was sent, in any plain value."""
        if isinstance(self.item, Failure) or self.item.get("deleted"):
            return False
        said = self.item.get("fields") or {}
        sent = self.operation["record"].get("fields") or {}
        return any(
            _plain(said.get(key)) != plain for key, one in sent.items() if (plain := _plain(one))
        )


def acknowledged(
    operations: Sequence[Mapping[str, Any]],
    items: Sequence[Item],
    lookup: Callable[[Sequence[str]], Sequence[Item]],
) -> list[Item]:
    """The items, one for each operation; UNANSWERED for those that answer an earlier request.

    One that says otherwise than what was sent may also be how the service writes that down: it is
    ``lookup``, which gives an item for each name, that tells whether it is what there is.
    """
    answered = [
        _Answered(str(one["record"].get("recordName")), one, item)
        for one, item in zip(operations, items, strict=True)
    ]
    doubtful = [one.name for one in answered if one.is_doubtful and not one.is_older]
    there = dict(zip(doubtful, lookup(doubtful), strict=True)) if doubtful else {}
    return [
        Failure(one.name, UNANSWERED, "the answer has the record as it was before")
        if one.is_older or (one.name in there and _tag(there[one.name]) != _tag(one.item))
        else one.item
        for one in answered
    ]


def _tag(item: Item) -> object:
    return None if isinstance(item, Failure) or item.get("deleted") else item.get("recordChangeTag")


def _plain(field: object) -> tuple[object] | None:
    """A text or a number, in a pair of its own: that one is empty or 0 says something, too."""
    value = field.get("value") if isinstance(field, Mapping) else None
    return (value,) if isinstance(value, (str, int)) else None
