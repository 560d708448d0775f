"""What can be brought back: deleted reminders, lists, and files that are gone or damaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from store.db import Store
from store.remote.mirror import KEPT_MS
from sync.codec.records import decode_list, decode_reminder
from sync.core.actions import HoldKind

__all__ = ["Restorable", "restorable"]


@dataclass(frozen=True, slots=True)
class Restorable:
    """``kind`` is reminder, list or file; ``key`` is what `restore` takes, with that option.

    ``how`` says in a few words what became of it, ``at_ms`` (Unix) when, as far as is known.
    """

    kind: str
    key: str
    title: str
    list: str | None
    how: str
    at_ms: int | None


def restorable(store: Store, now_ms: int) -> list[Restorable]:
    """Everything that can be brought back now, the newest first."""
    found = [*_reminders(store, now_ms), *_lists(store), *_files(store)]
    return sorted(found, key=lambda one: (-(one.at_ms or 0), one.kind, one.title, one.key))


def _reminders(store: Store, now_ms: int) -> Iterator[Restorable]:
    """Those whose lists are there; softly deleted ones for as long as others are kept."""
    mirror = store.mirror
    lists = {row.id: row.name for row in mirror.lists() if not row.deleted}
    blocks = store.places.all_blocks()

    def key(id: str) -> str:
        return blocks[id].block if id in blocks else id

    for row in mirror.reminders():
        is_recent = (row.modified_ms or now_ms) >= now_ms - KEPT_MS
        if row.deleted and is_recent and row.list_id in lists and row.title:
            home = lists[row.list_id]
            yield Restorable("reminder", key(row.id), row.title, home, "deleted", row.modified_ms)
    gone_ms = mirror.gone_at("reminder")
    for id, name in mirror.tombstones("reminder").items():
        record = mirror.gone(name) if id in gone_ms else None
        last = decode_reminder(record).reminder() if record else None
        if last is not None and last.title and last.list in lists:
            home = lists[last.list]
            yield Restorable("reminder", key(id), last.title, home, "deleted for good", gone_ms[id])


def _lists(store: Store) -> Iterator[Restorable]:
    mirror, forgotten = store.mirror, store.forgotten.all()
    unshared = mirror.unshared_lists()
    for row in mirror.lists():
        if row.deleted and not row.is_group and row.name and row.id not in unshared:
            yield Restorable("list", row.name, row.name, None, "deleted", None)
    gone_ms = mirror.gone_at("list")
    for id, name in mirror.tombstones("list").items():
        record = mirror.gone(name) if id in gone_ms and id not in unshared else None
        last = decode_list(record).info if record else None
        if last is not None and last.name and not last.is_group:
            yield Restorable("list", last.name, last.name, None, "deleted for good", gone_ms[id])
    for one in forgotten.values():
        if one.id not in unshared:
            yield Restorable("list", one.name, one.name, None, "not kept here", one.at_ms)


def _files(store: Store) -> Iterator[Restorable]:
    lists = store.bases.all_lists()
    named = {base.path: base.name for base in lists.values() if base.path}
    for hold in store.attention.holds():
        base = lists.get(hold.id)
        if hold.kind in (HoldKind.LIST, HoldKind.RESTING_LIST) and base and base.path:
            yield Restorable("file", base.path, base.path, base.name, "gone", hold.since_ms)
        elif hold.kind == HoldKind.EMPTIED and hold.id in named:
            how = "lost all its tasks"
            yield Restorable("file", hold.id, hold.id, named[hold.id], how, hold.since_ms)
        elif hold.kind == HoldKind.FILE and hold.id in named:
            how = "cannot be read"
            yield Restorable("file", hold.id, hold.id, named[hold.id], how, hold.since_ms)
