"""A scratch list in a real account: what is made for it is noted before it is sent, and removed.

The notes outlive the process, so that what a kill leaves behind goes with the next try.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store.model import Field, ListInfo, Reminder, Value
from sync.codec import encode, operations
from sync.codec.encode import Context, Group, NoRecords
from sync.codec.fields import type_of
from sync.codec.reading import name_of
from sync.remote.cloudkit import CloudKit, Failure, ZoneId

__all__ = ["Scene", "answered", "op_names"]

Record = dict[str, Any]
Answer = Record | Failure

_ROUNDS = 4


@dataclass
class Scene:
    """What beliefs are tried in. ``context`` gives the surroundings of each write, ``mint`` UUIDs.

    ``notes`` is the file of names; ``begin`` is the feed's token of before the first write.
    """

    cloud: CloudKit
    zone: ZoneId
    context: Callable[[], Context]
    mint: Callable[[], str]
    pause: Callable[[float], None]
    notes: Path
    title: str
    begin: str | None = None
    pages: list[int] = field(default_factory=list)
    list_name: str = ""
    reminder: str = ""

    # ---- making

    def create_list(self) -> Answer:
        """The scratch list."""
        info = ListInfo(self.mint(), self.title)
        (answer,) = self.send(encode.create_list(self.context(), info).operations)
        self.list_name = f"List/{info.id}"
        return answer

    def create(self, **values: Any) -> list[Answer]:
        """A reminder in it, with what hangs on it; the reminder's own answer is the first."""
        id = self.mint()
        reminder = Reminder(id=id, list=self.list_name.partition("/")[2], **values)
        group = encode.create_reminder(self.context(), reminder)
        answers = self.send(group.operations, atomic=True)
        mine = f"Reminder/{id}"
        return sorted(answers, key=lambda answer: named(answer) != mine)

    def update(self, record: Record, changes: Mapping[Field, Value]) -> Group:
        """The operations of an update; they are not sent."""
        return encode.update_reminder(self.context(), record, changes, NoRecords())

    def remove(self, record: Record, *, softly: bool) -> Answer:
        """Delete a reminder, as the apps do it or for good."""
        group = encode.delete_reminder(self.context(), record)
        sent = group.operations if softly else (operations.delete(record, type_of(record)),)
        return self.send(sent)[0]

    def send(self, sent: Sequence[Mapping[str, Any]], *, atomic: bool = False) -> list[Answer]:
        """Send operations as they are; what they make is noted first."""
        self.note(op_names(op for op in sent if op["operationType"] == "create"))
        return self.cloud.modify(self.zone, sent, atomic=atomic)

    def seen(self, name: str) -> Answer:
        """The record as it is now."""
        (found,) = self.cloud.lookup(self.zone, [name])
        return found

    # ---- clearing away

    def note(self, names: Iterable[str]) -> None:
        """Write down what is about to be made."""
        known = [*self.noted(), *names]
        self.notes.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.notes, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(list(dict.fromkeys(known)), file)
            file.flush()
            os.fsync(file.fileno())

    def noted(self) -> list[str]:
        """What was made and is not known to be removed, in that order."""
        try:
            found = json.loads(self.notes.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []

    def clear(self) -> int:
        """Remove all that is noted, for good; how much is left, which then stays noted."""
        left = self.noted()[::-1]  # what refers goes before what it refers to
        for _ in range(_ROUNDS):
            found = self.cloud.lookup(self.zone, left) if left else []
            there = [one for one in found if not isinstance(one, Failure) and not gone(one)]
            if not there:
                self.notes.unlink(missing_ok=True)
                return 0
            self.cloud.modify(
                self.zone, [operations.delete(one, type_of(one)) for one in there], atomic=False
            )
            left = [name_of(one) for one in there]
        return len(left)


def gone(record: Record) -> bool:
    """Whether it is a tombstone."""
    return record.get("deleted") is True


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
