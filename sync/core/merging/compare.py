"""Compares what iCloud and the files say of each reminder, and both with what was agreed on.

Decides nothing and knows no plan: it is how the planner's work is checked. What cannot be known on
one side is left out, and so is what a file has no words for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from store.model import Absent, Field, Present, Reminder, Value
from sync.core.merging.fields import wordless
from sync.core.merging.lift import as_reminder, lift
from sync.core.merging.merge import MISSING
from sync.core.snapshot import LocalItem, Mode, Policy, RemoteItem, Snapshot

__all__ = ["Difference", "What", "differences"]


class What(StrEnum):
    """How the sides differ."""

    NO_LINE = "no-line"  # iCloud shows it, and no file has a line of it
    NO_REMINDER = "no-reminder"  # a line stands for what iCloud has not
    VALUE = "value"  # both have it, and say different things in ``field``
    BASE = "base"  # both say the same, and something else was agreed on


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a reminder is not the same everywhere.

    ``list`` and ``path`` are where it stands, on the side that has it; ``path`` is empty for what
    has no line. ``cloud`` and ``file`` are the values of ``field``.
    """

    id: str
    what: What
    title: str
    list: str
    path: str = ""
    field: Field | None = None
    cloud: Value = None
    file: Value = None


def differences(snapshot: Snapshot, policy: Policy) -> list[Difference]:
    """Every difference of every reminder whose list's file can be read, by id."""
    return [one for id in snapshot.ids() for one in _of_one(snapshot, policy, id)]


def _of_one(snapshot: Snapshot, policy: Policy, id: str) -> Iterator[Difference]:
    local, remote = snapshot.local_of(id), snapshot.remote_of(id)
    here = local.value if isinstance(local, Present) else None
    there = remote.value if isinstance(remote, Present) else None
    if any(_rests(snapshot, item.reminder) for item in (here, there) if item is not None):
        return
    if id in snapshot.filed or id in snapshot.archived:
        return  # where a tool put it, it need not follow
    if here is not None and there is not None:
        yield from _values(snapshot, policy, here, there)
    elif there is not None and isinstance(local, Absent):
        one = there.reminder
        if there.visible:
            yield Difference(id, What.NO_LINE, one.title, one.list)
    elif here is not None and isinstance(remote, Absent):
        one = here.reminder
        yield Difference(id, What.NO_REMINDER, one.title, one.list, here.path)


def _rests(snapshot: Snapshot, reminder: Reminder) -> bool:
    """Whether nothing flows in its list now, so that nothing can be said of it."""
    view = snapshot.lists.get(reminder.list)
    return view is None or view.blocked != "" or view.mode is Mode.IGNORE


def _values(
    snapshot: Snapshot, policy: Policy, here: LocalItem, there: RemoteItem
) -> Iterator[Difference]:
    cloud, id = there.reminder, there.reminder.id
    base = snapshot.base.get(id, {})
    known = as_reminder(id, base) if base else None
    file = lift(here.reminder, policy.shown, cloud, known)
    unsaid = wordless(policy) | cloud.opaque | file.opaque | policy.shown(cloud).opaque
    for name in Field:
        if name in unsaid or name is Field.IMAGES:  # both may differ in images and be at rest
            continue
        values = cloud.value(name), file.value(name)
        if values[0] != values[1]:
            what = What.VALUE
        elif base.get(name, MISSING) != values[0]:
            what = What.BASE
        else:
            continue
        yield Difference(id, what, cloud.title, cloud.list, here.path, name, *values)
