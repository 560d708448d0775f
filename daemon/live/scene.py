"""A scratch list in a real account: what is made for it is noted before it is sent, and removed.

The notes outlive the process, so that what a kill leaves behind goes with the next try.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from daemon.live.known import Known, refers_to
from daemon.live.notes import Notes
from store.model import Field, ListInfo, Reminder, Value
from sync.codec import encode, operations
from sync.codec.encode import Context, Group
from sync.codec.fields import bare_id, type_of
from sync.codec.reading import name_of
from sync.errors import RemindersdError, ServiceError
from sync.remote.cloudkit import CloudKit, Failure, ZoneId

__all__ = ["Answer", "Record", "Scene", "answered"]

Record = dict[str, Any]
Answer = Record | Failure

_ROUNDS = 6
LOOKS = 12  # at a feed that may lag, a second apart


@dataclass
class Scene:
    """What beliefs are tried in. ``context`` gives the surroundings of each write, ``mint`` UUIDs.

    ``notes`` remembers names; ``begin`` is the feed's token of before the first write, ``before``
    the names that the account had then, ``found`` those of its records that questions are asked of.
    ``made`` are the names of what was made, by its part in the play: ``list`` and ``reminder`` are
    the first ones; ``last`` is what was seen before something was deleted.
    """

    cloud: CloudKit
    zone: ZoneId
    context: Callable[[], Context]
    mint: Callable[[], str]
    pause: Callable[[float], None]
    notes: Notes
    title: str
    begin: str | None = None
    before: set[str] = field(default_factory=set)
    found: list[Record] = field(default_factory=list)
    made: dict[str, str] = field(default_factory=dict)
    last: Known = field(default_factory=lambda: Known(()))

    # ---- making

    def create_list(self, part: str = "list", title: str = "", **values: Any) -> Answer:
        """A scratch list or group, called like the scratch list and ``title``."""
        info = ListInfo(self.mint(), f"{self.title} {title}".rstrip(), **values)
        self.made[part] = f"List/{info.id}"
        (answer,) = self.send(encode.create_list(self.context(), info).operations)
        return answer

    def create(self, part: str = "reminder", holder: str = "list", **values: Any) -> list[Answer]:
        """A reminder in one of the lists, with what hangs on it; its own answer is the first."""
        id = self.mint()
        reminder = Reminder(id=id, list=self.id(holder), **values)
        group = encode.create_reminder(self.context(), reminder)
        self.made[part] = f"Reminder/{id}"
        answers = self.send(group.operations, atomic=True)
        return sorted(answers, key=lambda answer: named(answer) != f"Reminder/{id}")

    def update(self, record: Record, changes: Mapping[Field, Value]) -> Group:
        """The operations of an update; they are not sent."""
        return encode.update_reminder(self.context(), record, changes, self.known())

    def change(self, part: str, **values: Value) -> list[Answer]:
        """Change fields of a reminder that was made."""
        changes = {Field(name): value for name, value in values.items()}
        return self.send_group(self.update(self.record(part), changes))

    def change_list(self, part: str, **values: str | None) -> list[Answer]:
        """Change a list that was made."""
        group = encode.update_list(self.context(), self.record(part), values)
        return self.send_group(group)

    def send_group(self, group: Group) -> list[Answer]:
        """Send the files of a group, then its operations, all or none."""
        if group.uploads:
            receipts = self.cloud.upload(self.zone, group.uploads)
            group = group.filled(dict(zip(group.uploads, receipts, strict=True)))
        return self.send(group.operations, atomic=True) if group.operations else []

    def send(self, sent: Sequence[Mapping[str, Any]], *, atomic: bool = False) -> list[Answer]:
        """Send operations as they are; what they make is noted first."""
        self.notes.add(op_names(op for op in sent if op["operationType"] == "create"))
        return self.cloud.modify(self.zone, sent, atomic=atomic)

    # ---- looking

    def seen(self, name: str) -> Answer:
        """The record of that name as it is now."""
        (found,) = self.cloud.lookup(self.zone, [name])
        return found

    def record(self, part: str) -> Record:
        """What plays this part, as it is now; ServiceError where it is not to be had."""
        found = self.seen(self.made[part])
        if isinstance(found, Failure):
            raise ServiceError(f"the scratch {part} is not there", "", found.code)
        return found

    def id(self, part: str) -> str:
        """The bare id of what plays this part."""
        return bare_id(self.made[part])

    def known(self) -> Known:
        """All that was made and is there, as it is now."""
        names = self.notes.names()
        found = self.cloud.lookup(self.zone, names) if names else []
        return Known(one for one in found if not isinstance(one, Failure) and not gone(one))

    def awaited(self, wanted: Callable[[Record], bool]) -> int | None:
        """At which look the feed had such a record since the beginning; ``None``: at none."""
        for tries in range(1, LOOKS + 1):
            pages = self.cloud.walk(self.zone, self.begin)
            if any(wanted(one) for page in pages for one in page.records):
                return tries
            self.pause(1.0)
        return None

    # ---- clearing away

    def adopt(self) -> list[Record]:
        """Note what devices hung on what was made here; those records. Raises RemindersdError.

        What the account had before is somebody's, wherever it is now, and is never noted.
        """
        if self.begin is None:
            return []
        ours, found = set(self.notes.names()), []
        pages = self.cloud.walk(self.zone, self.begin)
        strange = [
            one
            for page in pages
            for one in page.records
            if not gone(one) and name_of(one) not in ours | self.before
        ]
        while more := [one for one in strange if name_of(one) not in ours and refers_to(one, ours)]:
            found += more
            ours.update(map(name_of, more))
        if found:
            self.notes.add(map(name_of, found))
        return found

    def clear(self) -> int:
        """Remove all that is noted, for good; how much is left, which then stays noted."""
        with contextlib.suppress(RemindersdError):  # what is noted goes all the same
            self.adopt()
        left = self.notes.names()[::-1]  # what refers goes before what it refers to
        for _ in range(_ROUNDS):
            found = self.cloud.lookup(self.zone, left) if left else []
            left = [name for name, one in zip(left, found, strict=True) if not _is_gone(one)]
            if not left:
                self.notes.forget()
                return 0
            there = [one for one in found if not isinstance(one, Failure) and not gone(one)]
            if there:
                self.send([operations.delete(one, type_of(one)) for one in there])
        return len(left)


def gone(record: Record) -> bool:
    """Whether it is a tombstone."""
    return record.get("deleted") is True


def _is_gone(answer: Answer) -> bool:
    return answer.gone if isinstance(answer, Failure) else gone(answer)


def named(answer: Answer) -> str:
    """The name of the record that an answer is about."""
    return answer.record_name if isinstance(answer, Failure) else str(answer.get("recordName"))


def op_names(sent: Iterable[Mapping[str, Any]]) -> list[str]:
    """The names of the records that operations are about."""
    return [str(op["record"]["recordName"]) for op in sent]


def answered(answer: Answer) -> str:
    """What came of an operation, in a word that says nothing about the account."""
    if isinstance(answer, Failure):
        return answer.code + (" for the whole request" if answer.whole else "")
    return "a tombstone" if gone(answer) else "done"
