"""What a plan consists of: the words in which the planner speaks to the rooms that do things.

``PushOp`` changes iCloud, ``RenderOp`` changes files; the rest is remembering and telling. An
operation names identities and values, never records, lines or files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from store.model import Completion, Field, Reminder, Value
from sync.core.merging.merge import Side
from sync.core.repeating.occurrence import Occurrence

__all__ = ["APPROVABLE", "BY_NAME", "AddLine", "Complete", "Conflict", "Create", "Delete", "Forget"]
__all__ += ["Hold", "HoldKind", "Learn", "ListField", "MoveLine", "Plan", "PushOp", "RemoveLine"]
__all__ += ["RenderOp", "SetLine", "Undelete", "Update", "Why", "merged_plans"]


@dataclass(frozen=True, slots=True)
class Create:
    """iCloud shall get this reminder, under this id."""

    id: str
    reminder: Reminder


@dataclass(frozen=True, slots=True)
class Update:
    """iCloud shall get these fields."""

    id: str
    changes: Mapping[Field, Value]


@dataclass(frozen=True, slots=True)
class Delete:
    """The line is gone, so iCloud's reminder shall go; ``for_good`` leaves nothing to take back."""

    id: str
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class Undelete:
    """Deleted in iCloud but edited in the file: it shall live again, as ``reminder`` says."""

    id: str
    reminder: Reminder


@dataclass(frozen=True, slots=True)
class Complete:
    """One occurrence of a series is done: iCloud's series shall go on, and leave a done copy."""

    id: str
    occurrence: Occurrence
    done: Completion


PushOp = Create | Update | Delete | Undelete | Complete


@dataclass(frozen=True, slots=True)
class AddLine:
    """The file of ``reminder.list`` shall get a line for it."""

    id: str
    reminder: Reminder


@dataclass(frozen=True, slots=True)
class SetLine:
    """The line shall say these values; nothing else on it changes.

    ``agreed`` is what the base says then of fields in which both sides' changes were joined: what
    iCloud has, for that is what the line has taken in. What it says beyond that is sent next.
    """

    id: str
    changes: Mapping[Field, Value]
    agreed: Mapping[Field, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MoveLine:
    """The line shall stand under another list or parent, and say ``changes`` there.

    ``reminder`` is the whole of it as it shall be, with its new list and parent; ``agreed`` as of
    ``SetLine``.
    """

    id: str
    reminder: Reminder
    changes: Mapping[Field, Value]
    agreed: Mapping[Field, Value] = field(default_factory=dict)


class Why(StrEnum):
    """Why a line leaves its file."""

    DELETED = "deleted"
    AGED = "aged"
    ARCHIVED = "archived"  # by age as well, but into the archive: its base stays


@dataclass(frozen=True, slots=True)
class RemoveLine:
    """The line shall go. By age it is no deletion: the reminder lives on in iCloud."""

    id: str
    why: Why


RenderOp = AddLine | SetLine | MoveLine | RemoveLine


@dataclass(frozen=True, slots=True)
class Learn:
    """Both sides are known to have these values: the base may say so at once."""

    id: str
    values: Mapping[Field, Value]


@dataclass(frozen=True, slots=True)
class Forget:
    """Gone on both sides: the base forgets it."""

    id: str


class ListField(StrEnum):
    """What is merged of a list, one by one; ``GROUP`` holds an identity."""

    NAME = "name"
    GROUP = "group"
    COLOR = "color"
    EMBLEM = "emblem"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides changed one field; ``loser`` is what the side that lost had said.

    Groups of lists are told by their names.
    """

    id: str
    field: Field | ListField
    winner: Value
    loser: Value
    winning: Side


class HoldKind(StrEnum):
    """What sort of thing waits.

    Of ``LIST`` the file is gone, of ``EMPTIED`` all its lines are; what else a list rests for is
    ``RESTING_LIST``. A field cannot be read in iCloud (``UNREADABLE``) or in a file
    (``UNREAD_WORDS``). Of ``ASIDE`` the id stands somewhere, and on no line of a list.
    ``LINK`` is one to a directory with files in it.
    """

    READ_ONLY = "read-only"
    RECURRING = "recurring"
    GONE_IN_ICLOUD = "gone-in-icloud"
    GRACE = "grace"
    DELETIONS = "deletions"
    EMPTIED = "emptied"
    FIRST_PLAN = "first-plan"
    NEW_LIST = "new-list"
    FILE = "file"
    UNSAYABLE = "unsayable"
    LIST = "list"
    RESTING_LIST = "resting-list"
    UNSHARED = "unshared"
    CROSSING = "crossing"
    UNREADABLE = "unreadable"
    UNREAD_WORDS = "unread-words"
    UNKNOWN_ID = "unknown-id"
    IN_DOUBT = "in-doubt"
    ASIDE = "aside"
    LINK = "link"
    COPY = "conflict-copy"
    BLOCKED = "blocked"  # it needs something that iCloud refused


APPROVABLE = frozenset(
    {HoldKind.DELETIONS, HoldKind.EMPTIED, HoldKind.FIRST_PLAN, HoldKind.NEW_LIST}
)
"""What a person can let go ahead, all at once or by name."""
BY_NAME = frozenset({HoldKind.LIST, HoldKind.UNSHARED, HoldKind.IN_DOUBT})
"""What a person can let go ahead by its name, and never without."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Something that waits for a person or for time: which id or path, what sort, and why.

    ``until_ms`` (Unix) is when it goes ahead by itself, as far as the clock can be believed.
    """

    id: str
    kind: HoldKind
    reason: str
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to be done on each side, and what was learned or held on the way."""

    pushes: tuple[PushOp, ...] = ()
    renders: tuple[RenderOp, ...] = ()
    learned: tuple[Learn, ...] = ()
    forgotten: tuple[Forget, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    holds: tuple[Hold, ...] = ()
    arrived: tuple[Occurrence, ...] = ()  # iCloud has gone on from these occurrences

    @property
    def writes(self) -> bool:
        """Whether anything would change on either side."""
        return bool(self.pushes or self.renders)

    @property
    def joins(self) -> bool:
        """Whether lines take in what iCloud has, to be sent with what they say beyond it."""
        return any(isinstance(op, SetLine | MoveLine) and op.agreed for op in self.renders)


def merged_plans(plans: Iterable[Plan]) -> Plan:
    """One plan of many, in their order."""
    parts = list(plans)
    return Plan(
        pushes=tuple(entry for part in parts for entry in part.pushes),
        renders=tuple(entry for part in parts for entry in part.renders),
        learned=tuple(entry for part in parts for entry in part.learned),
        forgotten=tuple(entry for part in parts for entry in part.forgotten),
        conflicts=tuple(entry for part in parts for entry in part.conflicts),
        holds=tuple(entry for part in parts for entry in part.holds),
        arrived=tuple(entry for part in parts for entry in part.arrived),
    )
