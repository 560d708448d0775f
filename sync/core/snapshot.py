"""What the planner looks at: remote, local and base at one moment, as plain values.

``remote`` and ``local`` are three-valued per reminder. An id that is in neither mapping of a side
was never there; ``Absent`` is only used with positive evidence, ``Unknown`` whenever a side could
not be read completely.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from store.model import Absent, Completion, Field, Presence, Reminder, Value
from sync.core.merging.merge import Side
from sync.core.repeating.occurrence import Occurrence

__all__ = ["Evidence", "Filed", "ListView", "LocalItem", "Mode", "Policy", "RemoteItem"]
__all__ += ["Snapshot"]


class Mode(StrEnum):
    """What may be done with a list, as the config says per list name."""

    TWO_WAY = "two-way"
    READ_ONLY = "read-only"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class RemoteItem:
    """A living reminder as iCloud last said.

    ``visible`` is false for one that was completed too long ago to be shown in a file. ``above``
    are all beneath which its record puts it, also those that are gone or in another list by now.
    """

    reminder: Reminder
    visible: bool = True
    above: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LocalItem:
    """A task line that was matched to an identity, with values as the file says them.

    ``task`` is the index within the parsed file; ``clean`` says that everything on the line and
    below it was understood, so that taking the line out loses nobody's words.
    """

    reminder: Reminder
    path: str
    task: int
    clean: bool = True


@dataclass(frozen=True, slots=True)
class Filed:
    """A reminder of which no line stands in a list, and whose line a tool put away at ``path``.

    ``done`` is what that line has to tell, ``None`` once it was told. ``text`` is the line;
    ``reminder`` what it says, in its list.
    """

    reminder: Reminder
    path: str
    text: str
    done: Completion | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was sent and never answered: where remote shows one of it, the base learns that."""

    sent: Mapping[Field, tuple[Value, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListView:
    """Where a list stands: its file, its mode, and why items may not flow now (``blocked``).

    ``closed`` says why a read-only list takes nothing from files; ``zone`` is as in ``ListInfo``.
    """

    id: str
    name: str
    path: str | None
    mode: Mode = Mode.TWO_WAY
    blocked: str = ""
    closed: str = "the list is read-only"
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The decisions that a person made in the config, and the dialect's projection.

    ``shown`` says what a file can say of a reminder: two values that are shown alike are equal as
    far as a file can tell. ``archive``: what leaves a file by age goes into the archive, whatever
    else stands on its lines.
    """

    shown: Callable[[Reminder], Reminder]
    wins: Side = Side.CLOUD
    purge: bool = False  # deletions are for good
    archive: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a plan is made from."""

    remote: Mapping[str, Presence[RemoteItem]]
    local: Mapping[str, Presence[LocalItem]]
    base: Mapping[str, Mapping[Field, Value]]
    in_flight: Mapping[str, Evidence] = field(default_factory=dict)
    lists: Mapping[str, ListView] = field(default_factory=dict)
    pending: Mapping[str, Occurrence] = field(default_factory=dict)  # done here, not yet there
    archived: Collection[str] = ()  # what has left its file for the archive
    filed: Mapping[str, Filed] = field(default_factory=dict)  # what tools put away
    returned: Collection[str] = ()  # deleted since their lines had gone, and these are back
    asleep: Mapping[str, Reminder] = field(default_factory=dict)  # softly deleted ones
    origins: Collection[str] = ()  # made elsewhere from the words that stand here, never agreed on

    def ids(self) -> list[str]:
        """Every identity that any of the three states knows, in a stable order."""
        return sorted({*self.remote, *self.local, *self.base})

    def remote_of(self, id: str) -> Presence[RemoteItem]:
        """The remote state; never heard of is absent."""
        return self.remote.get(id, NEVER)

    def local_of(self, id: str) -> Presence[LocalItem]:
        """The local state; never had a line is absent."""
        return self.local.get(id, NEVER)


NEVER = Absent("never seen")
