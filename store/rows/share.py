"""The row of a decoded share."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ShareRow"]


@dataclass(frozen=True, slots=True)
class ShareRow:
    """What is said of sharing: the owner's name, where it is known, and what we may do.

    ``permission`` is the wire's word, ``""`` where it says nothing that we understand.
    """

    record_name: str
    owner: str | None = None
    permission: str = ""
