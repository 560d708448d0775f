"""Deletes a reminder or a list for good, in the order that references allow: referrers first.

A record cannot go while another one refers to it, softly deleted ones included. So alarm triggers
go before their alarms, and those, tags, links, pictures, rules and assignments before their
reminder; what the service names as being in the way goes along, whatever it is. A subtask that
lives is no part of the deletion: it is moved to the top level.

A reminder and what is seen of it go in one request or not at all: a reminder that lost its tags
alone would look as if somebody had edited it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sync.codec import fields, operations
from sync.codec.blob import Undecodable
from sync.codec.forced import force_delete
from sync.codec.operations import Change, Group, Rank, Wire
from sync.codec.reading import Record, change_tag_of, id_of, name_of

__all__ = ["CHILD_TYPES", "Surroundings", "purge_list", "purge_reminder", "records_named"]

CHILD_TYPES = frozenset(
    {"Alarm", "AlarmTrigger", "Assignment", "Attachment", "Hashtag", "ListSection"}
    | {"RecurrenceRule"}
)
"""The types of which a record that was named but never seen may be deleted without its tag."""


_RECORD_NAME = re.compile(
    r"\b(?:[A-Za-z]+/)?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b"
)


class Surroundings(Protocol):
    """What is known around the record that is to go, by wire records as last seen."""

    def hanging(self, record_name: str, /) -> Sequence[Record]:
        """The live records that hang on a record."""

    def subtasks(self, reminder_id: str, /) -> Sequence[Record]:
        """The live ``Reminder`` records below a reminder, softly deleted ones too."""

    def blockers(self, record_name: str, /) -> Sequence[Record | str]:
        """What the service named as being in its way; a name where nothing else is known."""

    def was_meant(self, reminder_id: str, list_id: str, /) -> bool:
        """Whether a person who deletes the list knew of the reminder in it."""

    def spoken_for(self, reminder_id: str, /) -> bool:
        """Whether something else is about to be sent for this reminder."""


@dataclass(slots=True)
class _Removal:
    """Operations in their order, each record in them once."""

    around: Surroundings
    detach: Callable[[Record], Sequence[Wire]]
    before: list[Wire] = field(default_factory=list)  # nobody sees a difference when these go
    together: list[Wire] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    doomed: frozenset[str] = frozenset()  # living reminders that go anyway

    def reminder(self, record: Record) -> None:
        """A reminder with all that is in its way."""
        name = name_of(record)
        self.seen.add(name)
        for subtask in self.around.subtasks(id_of(record)):
            self.subtask(subtask)
        self.all_hanging(name)
        self.together.append(_delete(record))

    def all_hanging(self, name: str) -> None:
        for record in self.around.hanging(name):
            self.child(record)
        for blocker in self.around.blockers(name):
            if isinstance(blocker, str):
                self.unseen(blocker)
            else:
                self.child(blocker)

    def child(self, record: Record) -> None:
        """Something that refers to what goes."""
        kind = fields.type_of(record)
        if kind == "Reminder":
            self.subtask(record)
        elif kind not in ("List", "Account") and name_of(record) not in self.seen:
            self.seen.add(name_of(record))
            self.all_hanging(name_of(record))
            self.together.append(_delete(record))

    def unseen(self, name: str) -> None:
        kind = fields.record_type_of(name)
        if kind in CHILD_TYPES and name not in self.seen:
            self.seen.add(name)
            self.together.append(force_delete(name, kind))

    def subtask(self, record: Record) -> None:
        """A reminder below the one that goes: along with it if deleted, else to the top level."""
        if name_of(record) in self.seen or self.around.spoken_for(id_of(record)):
            return
        if is_softly_deleted(record) or name_of(record) in self.doomed:
            self.seen.add(name_of(record))
            part = _Removal(self.around, self.detach, seen=self.seen, doomed=self.doomed)
            part.reminder(record)
            self.before += [*part.before, *part.together]
        else:
            self.seen.add(name_of(record))
            self.before += self.detach(record)

    def group(self, most: int, rank: Rank, change: Change) -> Group:
        """The next request: all of it, or as much of what nobody sees as one request holds."""
        if len(self.together) > most:
            raise ValueError(f"more hangs on it than one request can delete ({most} records)")
        wire = (*self.before, *self.together)
        return Group(
            wire if len(wire) <= most else wire[: min(most, len(self.before))], rank, change
        )


def purge_reminder(
    record: Record,
    around: Surroundings,
    detach: Callable[[Record], Sequence[Wire]],
    most: int,
) -> Group:
    """The deletion of a reminder for good, or where that takes more than ``most`` operations its
    next part.

    ``detach`` gives the operations that move a living subtask to the top level. Raises
    ``ValueError`` where one request cannot hold what belongs together.
    """
    removal = _Removal(around, detach)
    removal.reminder(record)
    is_subtask = _refers(record, "ParentReminder")
    rank = Rank.DELETE_SUBTASK if is_subtask else Rank.DELETE_REMINDER
    return removal.group(most, rank, Change("purge", id_of(record)))


def purge_list(
    record: Record,
    around: Surroundings,
    detach: Callable[[Record], Sequence[Wire]],
    most: int,
) -> Group:
    """The deletion of a list for good, with its sections and all reminders in it.

    As ``purge_reminder``. Raises ``ValueError`` while an open reminder is in it that was in no
    file, and of which nobody was told: nobody can have meant that one.
    """
    name = name_of(record)
    held = [one for one in around.hanging(name) if fields.type_of(one) == "Reminder"]
    living = [one for one in held if not is_softly_deleted(one)]
    for one in living:
        if not (_flag(one, "Completed") or around.was_meant(id_of(one), id_of(record))):
            raise ValueError("there is a reminder in the list that was in no file")
    removal = _Removal(around, detach, seen={name}, doomed=frozenset(map(name_of, living)))
    for one in held:
        removal.subtask(one)
    removal.all_hanging(name)
    removal.before, removal.together = [*removal.before, *removal.together], [_delete(record)]
    return removal.group(most, Rank.DELETE_LIST, Change("purge-list", id_of(record)))


def records_named(reason: str) -> frozenset[str]:
    """The record names in a refusal's reason, which is a text for developers."""
    return frozenset(_RECORD_NAME.findall(reason))


def is_softly_deleted(record: Record) -> bool:
    """Whether the apps show it no more; a mark that cannot be read deletes nothing."""
    return _flag(record, "Deleted")


def _flag(record: Record, name: str) -> bool:
    try:
        return fields.flag(record, name)
    except Undecodable:
        return False


def _refers(record: Record, name: str) -> bool:
    try:
        return fields.reference(record, name) is not None
    except Undecodable:
        return False


def _delete(record: Record) -> Wire:
    kind: Any = fields.type_of(record)
    if change_tag_of(record):
        return operations.delete(record, kind)
    return force_delete(name_of(record), kind)
