"""Bringing a deleted reminder back: taking a soft deletion back, or making it anew if it is gone.

Only iCloud is written here. What was asked for is durable before anything is sent, and is finished
by the next cycle if we die; and so is that the base forgets the reminder, so that the next plan
takes it for one that is new there, and not for a line deleted here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from store.activity.outbox import Intent
from store.db import Store
from store.model import Reminder
from store.remote.zones import PRIVATE
from store.rows import ListRow
from sync.codec import encode, fields
from sync.codec.operations import Group
from sync.codec.records import decode_reminder
from sync.codec.reviving import revive_reminder
from sync.cycle.asked.begun import act, begin, begun, end
from sync.cycle.observing.asking import catch_up
from sync.cycle.observing.observe import take_answers, zone_id
from sync.cycle.observing.routing import key_of, zone_key
from sync.cycle.past.history import hanging_rows, returned_rows
from sync.cycle.past.journaling import Chronicle
from sync.cycle.planning.known import whole_of
from sync.cycle.sending.encoding import Encoder
from sync.cycle.sending.push import Sender
from sync.errors import CannotRestore, ServiceError
from sync.remote.answers import Failure
from sync.remote.cloudkit import ZoneId

__all__ = ["Restored", "restore", "revival"]

_ACT = "restore"
TRIES = 3  # when somebody else writes it in the same moment
_BLOCK = re.compile(r"\^?(r-[0-9a-z]+)")

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: ``anew`` if it had been gone for good, ``lost`` what could not come along."""

    id: str
    title: str
    list: str
    anew: bool
    lost: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """The document of `restore --json`."""
        return {
            "schema": 1,
            "id": self.id,
            "title": self.title,
            "list": self.list,
            "anew": self.anew,
            "lost": list(self.lost),
        }


def restore(
    store: Store, cloud: Sender, encoder: Encoder, key: str, chronicle: Chronicle
) -> Restored:
    """Bring back the reminder ``key``: its id, the block id of its line, or its title.

    The mirror must be up to date. Raises CannotRestore, and what the iCloud side raises.
    """
    id = _identity(store, key)
    if (has_again := _kept(store, id)) is not None:
        return has_again
    zone = _zone(store, id, key)
    for left in reversed(range(TRIES)):
        try:
            found, group, said = _wanted(store, encoder, id, key)
        except CannotRestore:
            if begun(store, _ACT, id) is not None:
                with store.commit("not restored"):
                    end(store, _ACT, id)
            raise
        with store.commit("restore"):
            chronicle.note("restore", returned_rows(said, chronicle.now_ms))
            store.bases.drop(id)
            store.places.clear_vanished(id)
            kept = begun(store, _ACT, id)
            store.outbox.drop_many(one.seq for one in store.outbox.of(id) if one != kept)
            begin(store, act(_ACT, id, chronicle.run))
        answers = cloud.modify(zone, group.operations, atomic=True)
        failures = [item for item in answers if isinstance(item, Failure)]
        if not failures:
            with store.commit("restored"):
                records = [item for item in answers if isinstance(item, dict)]
                take_answers(store, group.operations, records, zone_key(zone))
                chronicle.note("restore", hanging_rows(whole_of(store, id), chronicle.now_ms))
                end(store, _ACT, id)
            chronicle.go_on(1)
            return found
        failure = next((one for one in failures if not one.atomic_sibling), failures[0])
        is_over = not left or not (failure.conflict or failure.gone)
        with store.commit("not restored"):
            chronicle.give_up([id])
            if is_over:
                end(store, _ACT, id)
        if is_over:
            break
        catch_up(store, cloud, zone, [item.record_name for item in failures])
    reason = failure.reason or "no reason given"
    raise ServiceError(f"iCloud did not take “{found.title}” back: {failure.code} ({reason})")


def _kept(store: Store, id: str) -> Restored | None:
    """Let one have its line again that has only lost that: its deletion waits, or is not sent."""
    row = store.mirror.reminder(id)
    if row is None or row.deleted or not _has_lost_its_line(store, id):
        return None
    home = _home(store, row.title, row.list_id)
    with store.commit("kept"):
        store.outbox.drop_many(one.seq for one in store.outbox.of(id))
        store.bases.drop(id)
        store.places.clear_vanished(id)
        store.places.drop_lines(id)
    return Restored(id, row.title, home.name, anew=False)


def _has_lost_its_line(store: Store, id: str) -> bool:
    is_sent = any(one.id == id for one in store.outbox.in_flight())
    return not is_sent and id in store.places.vanished()


def _identity(store: Store, key: str) -> str:
    block = _BLOCK.fullmatch(key)
    id = store.places.id_of(block[1]) if block else fields.bare_id(key)
    mirror = store.mirror
    if id is not None and (mirror.reminder(id) or id in mirror.tombstones()):
        return id
    called = _deleted_called(store, key)
    if len(called) > 1:
        raise CannotRestore(
            f"{len(called)} deleted reminders are called “{key}”",
            f"name one by its UUID: {', '.join(called)}",
        )
    if called:
        return called[0]
    living = [row for row in mirror.reminders() if not row.deleted and row.title == key]
    without = [row.id for row in living if _has_lost_its_line(store, row.id)]
    if len(without) == 1:
        return without[0]
    if living:
        home = mirror.list(living[0].list_id or "")
        where = f"; it is in “{home.name}”" if home is not None else ""
        raise CannotRestore(f"“{key}” is not deleted{where}")
    raise CannotRestore(f"no reminder is known by {key}", _HOW_TO_NAME)


def _deleted_called(store: Store, title: str) -> list[str]:
    """The ids of the deleted reminders of that title; not every line bears an id."""
    mirror = store.mirror
    softly = [row.id for row in mirror.reminders() if row.deleted and row.title == title]
    last = {id: mirror.gone(name) for id, name in mirror.tombstones().items()}
    for_good = [id for id, raw in last.items() if raw and _title(raw) == title]
    return sorted(softly + for_good)


def _title(record: Record) -> str:
    return decode_reminder(record).title


def _zone(store: Store, id: str, key: str) -> ZoneId:
    """The zone that it is in, or was."""
    row = store.mirror.zone(key_of(store, Intent(id, "undelete")))
    if row is None or row.gone:
        raise CannotRestore(f"{key} cannot be restored: its list is no longer shared with you")
    return zone_id(row)


_HOW_TO_NAME = "name it by its UUID, by the ^r-... at the end of its line, or by its whole title"


def _wanted(store: Store, encoder: Encoder, id: str, key: str) -> tuple[Restored, Group, Reminder]:
    """What would come back, by which operations, and what it says then."""
    row = store.mirror.reminder(id)
    if row is None:
        return _anew(store, encoder, id, key)
    home = _home(store, row.title, row.list_id)
    if not row.deleted:
        raise CannotRestore(f"“{row.title}” is not deleted; it is in “{home.name}”")
    record = store.mirror.record(row.record_name)
    assert record is not None
    ctx = encoder.context(store.mirror.zone_of(row.record_name) or PRIVATE)
    group = encode.undelete_reminder(ctx, record)
    said = decode_reminder(record).reminder()
    return Restored(id, row.title, home.name, anew=False), group, said


def _anew(store: Store, encoder: Encoder, id: str, key: str) -> tuple[Restored, Group, Reminder]:
    mirror = store.mirror
    name = mirror.tombstones("reminder").get(id, "")
    record = mirror.gone(name)
    if record is None:
        raise CannotRestore(f"no reminder is known by {key}", _HOW_TO_NAME)
    if not record:
        raise CannotRestore(
            f"of {key} nothing is known any more",
            "what is gone for good is kept for 30 days, if it was ever seen here",
        )
    last = decode_reminder(record).reminder()
    home = _home(store, last.title, last.list)
    above = mirror.reminder(last.parent) if last.parent else None
    parent = above.record_name if above is not None and not above.deleted else None
    hanging: dict[str, Sequence[Record]] = {name: mirror.gone_children(name)}
    for child in hanging[name]:
        hanging[str(child["recordName"])] = mirror.gone_children(str(child["recordName"]))
    living = frozenset(str(child["recordName"]) for child in mirror.children(name))
    try:
        ctx = encoder.context(mirror.zone_of(name) or PRIVATE)
        revival = revive_reminder(ctx, record, hanging, living, parent)
    except ValueError as error:
        raise CannotRestore(f"{key} cannot be restored: {error}") from None
    said = last if parent is not None else replace(last, parent=None)
    return Restored(id, last.title, home.name, True, revival.lost), revival.group, said


def _home(store: Store, title: str, list_id: str) -> ListRow:
    """The list that it goes back to, if that is there and takes it."""
    row = store.mirror.list(list_id)
    if row is None or row.deleted:
        named = f"its list “{row.name}”" if row is not None and row.name else "its list"
        raise CannotRestore(
            f"“{title}” cannot be restored: {named} was deleted",
            "bring the list back on a device first",
        )
    shared = store.mirror.shared_lists().get(list_id)
    if row.read_only or (shared is not None and shared.read_only):
        raise CannotRestore(f"“{title}” cannot be restored: “{row.name}” is read-only")
    return row


def revival(store: Store, encoder: Encoder, id: str) -> tuple[Restored, Group]:
    """What would come back of the reminder ``id``, and by which operations.

    Raises CannotRestore for what cannot.
    """
    found, group, _ = _wanted(store, encoder, id, id)
    return found, group
