"""Three-way merge of one field: what both sides shall have, and who has to be told.

Rules: equal sides agree; a side that still has the base gives way to the one that changed; two
different changes are a conflict, won by the policy's side and never by a clock, with the other
value kept. Sets are joined instead, element by element. Without a base nothing says who changed,
so a difference is a conflict.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from store.model import Alarm, Value

__all__ = ["MISSING", "Agreed", "Base", "Conflicted", "Joined", "Merged", "Missing", "Push"]
__all__ += ["Render", "Side", "merge"]


class Side(StrEnum):
    """One of the two sides; as a policy, the side that wins on screen."""

    CLOUD = "cloud"
    FILES = "files"


class Missing(Enum):
    """That there is no base: both sides meet for the first time."""

    MISSING = "missing"


MISSING = Missing.MISSING
Base = Value | Missing


@dataclass(frozen=True, slots=True)
class Agreed:
    """Both sides have ``value``."""

    value: Value


@dataclass(frozen=True, slots=True)
class Render:
    """Changed in iCloud alone: the file shall say ``value``."""

    value: Value


@dataclass(frozen=True, slots=True)
class Push:
    """Changed in the file alone: iCloud shall say ``value``."""

    value: Value


@dataclass(frozen=True, slots=True)
class Conflicted:
    """Changed on both sides, differently: ``winner`` goes to the other side, ``loser`` is kept."""

    winner: Value
    loser: Value
    winning: Side


@dataclass(frozen=True, slots=True)
class Joined:
    """Changed on both sides: ``value`` has both sides' changes, and nobody loses."""

    value: frozenset[str | Alarm] | str


Merged = Agreed | Render | Push | Conflicted | Joined


def merge(base: Base, local: Value, remote: Value, wins: Side) -> Merged:
    """Merge one field; total over all values, and blind to time."""
    if local == remote:
        return Agreed(local)
    if local == base:
        return Render(remote)
    if remote == base:
        return Push(local)
    if isinstance(local, frozenset) and isinstance(remote, frozenset):
        before = base if isinstance(base, frozenset) else frozenset()
        return Joined((local & remote) | (local - before) | (remote - before))
    match wins:
        case Side.CLOUD:
            return Conflicted(winner=remote, loser=local, winning=wins)
        case Side.FILES:
            return Conflicted(winner=local, loser=remote, winning=wins)
