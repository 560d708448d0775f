"""From planned operations to intents: what goes into the outbox, in the outbox's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from store.activity.outbox import Intent
from store.db import Store
from store.model import Completion, Field, Reminder, Value
from sync.core.actions import (
    Complete,
    Create,
    Delete,
    PushOp,
    Undelete,
    Update,
)
from sync.core.listplan import CreateList, ListPlan
from sync.core.repeating.occurrence import Occurrence
from sync.cycle.planning.known import Known

__all__ = ["Intents", "list_intents", "with_moment"]


class Intents:
    """Makes intents over one store; a tick without a time gets one in ``home_zone``."""

    def __init__(self, store: Store, clock: Callable[[], float], home_zone: str) -> None:
        self._store = store
        self._clock = clock
        self._home_zone = home_zone

    def of(self, op: PushOp, known: Known) -> Intent:
        """The intent of one planned operation."""
        match op:
            case Create(id=id, reminder=reminder):
                return Intent(id, "create", self._with_moment(reminder.values()))
            case Update(id=id, changes=changes):
                return Intent(id, "update", self._with_moment(changes))
            case Delete(id=id, for_good=for_good):
                return Intent(id, "purge" if for_good else "delete")
            case Undelete(id=id, reminder=reminder):
                row = known.rows.get(id)
                if row is None or row.list_id in known.unshared:
                    return Intent(id, "create", self._with_moment(reminder.values()))
                if row.deleted:  # softly: first it lives again, then it is edited
                    # What has no base any more gets that of the moment when it was deleted.
                    agreed = {} if id in known.base else known.reminders[id].values()
                    return Intent(id, "undelete", agreed)
                # Its list was deleted: it goes where its line stands.
                differing = _differing(reminder, known.reminders[id])
                return Intent(id, "update", self._with_moment(differing))
            case Complete(id=id, occurrence=occurrence, done=done):
                return self._occurrence(id, occurrence, done)

    def _occurrence(self, id: str, occurrence: Occurrence, done: Completion) -> Intent:
        """What was written down about it, if it was; else it is done now."""
        known = {one.due: one for one in self._store.occurrences.of(id)}
        stored = known.get(occurrence.due)
        moment = self._with_moment({Field.DONE: done})[Field.DONE]
        assert isinstance(moment, Completion)
        at_ms = stored.done_at_ms if stored is not None else moment.at_ms
        return Intent(
            id,
            "occurrence",
            {Field.DUE: occurrence.next_due, Field.REPEAT: occurrence.next_repeat},
            {"due": occurrence.due, "copy": occurrence.copy, "at": str(at_ms)},
        )

    def _with_moment(self, changes: Mapping[Field, Value]) -> dict[Field, Value]:
        return with_moment(
            changes, datetime.fromtimestamp(self._clock(), ZoneInfo(self._home_zone))
        )


def with_moment(changes: Mapping[Field, Value], now: datetime) -> dict[Field, Value]:
    """A tick gets its instant: now, or for another day than today its noon at home."""
    moment = dict(changes)
    done = moment.get(Field.DONE)
    if isinstance(done, Completion) and done.at_ms is None:
        if done.day is not None and done.day != now.date():
            now = datetime.combine(done.day, time(12), now.tzinfo)
        moment[Field.DONE] = Completion(at_ms=int(now.timestamp()) * 1000)
    return moment


def _differing(reminder: Reminder, remote: Reminder) -> dict[Field, Value]:
    there = remote.values()
    return {
        name: value
        for name, value in reminder.values().items()
        if name in there and there[name] != value
    }


def _look(op: CreateList) -> dict[str, str | None]:
    look = {"color": op.color, "emblem": op.emblem}
    return {name: text for name, text in look.items() if text}


def list_intents(lists: ListPlan, purge: bool) -> list[Intent]:
    """What iCloud shall hear of lists and groups; with ``purge`` deletions are for good."""
    made = [
        Intent(
            op.id,
            "create-group" if op.is_group else "create-list",
            texts={"name": op.name, "group": op.group, "path": op.path, **_look(op)},
        )
        for op in lists.create_lists
    ]
    changed = [
        Intent(op.id, "update-list", texts={name.value: op.changes[name] for name in op.changes})
        for op in lists.update_lists
    ]
    return [
        *made,
        *changed,
        *(Intent(id, "purge-list" if purge else "delete-list") for id in lists.delete_lists),
        *(Intent(id, "delete-list") for id in lists.delete_groups),
    ]
