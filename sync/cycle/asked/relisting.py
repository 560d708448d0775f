"""Bringing a list back: its file if it is only missing here, else the list itself in iCloud.

A list that was deleted softly only loses its mark, and all that was in it is there again. One that
is gone for good is made anew under its old id, with the reminders that went with it, one after the
other. Which ones is in the outbox before anything is sent: if we die, the next cycle goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.activity.journal import HistoryRow
from store.db import Store
from store.model import Field, Reminder
from store.remote.zones import PRIVATE
from store.values import NO_VALUE
from sync.codec.lists import undelete_list
from sync.codec.operations import Group
from sync.codec.records import decode_list, decode_reminder
from sync.codec.reviving import revive_list
from sync.core.listplan import again
from sync.cycle.asked.begun import act, begin, begun, end
from sync.cycle.asked.restoring import restore
from sync.cycle.observing.observe import take_answers, zone_id
from sync.cycle.observing.routing import zone_key
from sync.cycle.past.history import DELETED, hanging_rows, returned_rows
from sync.cycle.past.journaling import Chronicle
from sync.cycle.planning.known import whole_of
from sync.cycle.sending.encoding import Encoder
from sync.cycle.sending.push import Sender
from sync.errors import CannotRestore, ServiceError
from sync.remote.answers import Failure

__all__ = ["Relisted", "relist", "undelete"]

_ACT, _WITH = "restore-list", "reminders"  # the text of the act that names those that come along
WITH_IT_MS = 600_000  # gone so shortly before or after its list, a reminder went with it


@dataclass(frozen=True, slots=True)
class Relisted:
    """What came back: ``deleted`` if it had been in iCloud, ``anew`` if for good.

    ``reminders`` counts those made anew, ``lost`` says what could not come along.
    """

    id: str
    name: str
    deleted: bool
    anew: bool = False
    reminders: int = 0
    lost: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """The document of `restore --list --json`."""
        return {
            "schema": 1,
            "id": self.id,
            "list": self.name,
            "deleted": self.deleted,
            "anew": self.anew,
            "reminders": self.reminders,
            "lost": list(self.lost),
        }


def relist(
    store: Store,
    cloud: Sender,
    encoder: Encoder,
    key: str,
    chronicle: Chronicle,
    is_there: Callable[[str], bool],
) -> Relisted:
    """Bring back the list called ``key``, or of that id; ``is_there`` says of a path if it stands.

    The mirror must be up to date. Raises CannotRestore, and what the iCloud side raises.
    """
    for one in store.forgotten.all().values():
        if one.id == one.path == key:
            with store.commit("relist"):
                store.forgotten.drop([one.id])
            return Relisted(one.id, one.name, deleted=False)
    id, name = _meant(store, key)
    row, now_ms = store.mirror.list(id), chronicle.now_ms
    if _coming(store, id) is not None:
        return _finish(store, cloud, encoder, id, name, chronicle)
    if row is None:
        return _anew(store, cloud, encoder, id, name, chronicle)
    if row.deleted:
        undelete(store, cloud, encoder, id, chronicle, is_asked=True)
        if (agreed := store.bases.all_lists().get(id)) is None or not is_there(agreed.path or ""):
            _file_only(store, id, name, now_ms)
        _over(store, id)
        return Relisted(id, name, deleted=True)
    base = store.bases.all_lists().get(id)
    if id not in store.forgotten.all() and base is not None and is_there(base.path or ""):
        if begun(store, _ACT, id) is None:
            raise CannotRestore(f"“{name}” is not deleted; it is in {base.path}")
        _over(store, id)  # it had come back before we died
        return Relisted(id, name, deleted=True)
    done = _file_only(store, id, name, now_ms)
    _over(store, id)
    return done


# ---- which list


def _meant(store: Store, key: str) -> tuple[str, str]:
    """Id and name of the one list that is meant; those that are not in their files come first."""
    mirror, forgotten = store.mirror, store.forgotten.all()
    names = {row.id: row.name for row in mirror.lists() if not row.is_group}
    names |= {id: one.name for id, one in forgotten.items() if id in names}
    for id, record_name in mirror.tombstones("list").items():
        record = mirror.gone(record_name)
        if record and id not in names and not (last := decode_list(record).info).is_group:
            names[id] = last.name
    if key in names:
        return key, names[key]
    called = [id for id, name in names.items() if name == key]
    deleted = [id for id in called if (row := mirror.list(id)) is None or row.deleted]
    chosen = [id for id in called if id in forgotten] or deleted or called
    if not chosen:
        raise CannotRestore(
            f"no list is known that is called “{key}”",
            "`remindersd restore` shows what can be brought back",
        )
    if len(chosen) > 1:
        raise CannotRestore(
            f"{len(chosen)} lists are called “{key}”", f"name one by its UUID: {', '.join(chosen)}"
        )
    return chosen[0], names[chosen[0]]


# ---- what is done


def _file_only(store: Store, id: str, name: str, now_ms: int) -> Relisted:
    """It lives in iCloud: its file is written again with the next cycle, as for one that is new."""
    with store.commit("relist"):
        _unagreed(store, id, now_ms)
    return Relisted(id, name, deleted=False)


def _unagreed(store: Store, id: str, now_ms: int, ids: Iterable[str] = ()) -> None:
    """Let nothing be taken for deleted here that only has no line yet; within a commit."""
    store.forgotten.drop([id])
    lines = store.places.all_lines()
    base = store.bases.all_lists().get(id)
    for reminder in [*_agreed(store, id), *ids]:
        line = lines.get(reminder)
        if line is None or base is None or line.path == base.path:
            store.bases.drop(reminder)
            store.places.clear_vanished(reminder)
    store.attention.approve([again(id)], now_ms)


def _agreed(store: Store, list_id: str) -> list[str]:
    bases = store.bases.all()
    return [id for id, base in bases.items() if base.values.get(Field.LIST) == list_id]


def undelete(
    store: Store,
    cloud: Sender,
    encoder: Encoder,
    id: str,
    chronicle: Chronicle,
    *,
    is_asked: bool = False,
) -> None:
    """Take a list's soft deletion back, with all in it; raises what the iCloud side raises.

    If we die, the next cycle goes on if it ``is_asked`` for by a person.
    """
    row = store.mirror.list(id)
    assert row is not None
    record = store.mirror.record(row.record_name)
    assert record is not None
    context = encoder.context(store.mirror.zone_of(row.record_name) or PRIVATE)
    within = [one for one in store.mirror.reminders() if one.list_id == id and not one.deleted]
    records = [store.mirror.record(one.record_name) for one in within]
    came = [decode_reminder(one).reminder() for one in records if one is not None]
    rows = _rows(id, row.name, came, chronicle.now_ms)
    for one in within:
        rows += hanging_rows(whole_of(store, one.id), chronicle.now_ms)
    group = undelete_list(context, record)
    _send(store, cloud, group, row.record_name, row.name, chronicle, rows, is_asked=is_asked)


def _rows(id: str, name: str, came: Iterable[Reminder], now_ms: int) -> list[HistoryRow]:
    """What the history says of a list that comes back, with these reminders."""
    return [
        HistoryRow(None, now_ms, "cloud", id, DELETED, True, False),
        HistoryRow(None, now_ms, "cloud", id, "name", NO_VALUE, name),
        *(row for one in came for row in returned_rows(one, now_ms)),
    ]


def _anew(
    store: Store, cloud: Sender, encoder: Encoder, id: str, name: str, chronicle: Chronicle
) -> Relisted:
    with_it = _went_with(store, id)
    with store.commit("relist"):
        _unagreed(store, id, chronicle.now_ms, with_it)
        store.bases.drop_list(id)
        begin(store, act(_ACT, id, chronicle.run, {_WITH: json.dumps(with_it)}))
    return _finish(store, cloud, encoder, id, name, chronicle)


def _finish(
    store: Store, cloud: Sender, encoder: Encoder, id: str, name: str, chronicle: Chronicle
) -> Relisted:
    """The list if it is not there yet, then each reminder that is not."""
    lost: list[str] = []
    if store.mirror.list(id) is None:
        lost += _revive(store, cloud, encoder, id, chronicle)
    count = 0
    for reminder in _coming(store, id) or ():
        if store.mirror.reminder(reminder) is not None:
            continue
        try:
            restored = restore(store, cloud, encoder, reminder, chronicle)
        except CannotRestore as error:
            lost.append(error.message)
        else:
            count += 1
            lost += [f"“{restored.title}”: {what}" for what in restored.lost]
    _over(store, id)
    row = store.mirror.list(id)
    name = row.name if row is not None else name
    return Relisted(id, name, True, anew=True, reminders=count, lost=tuple(lost))


def _revive(
    store: Store,
    cloud: Sender,
    encoder: Encoder,
    id: str,
    chronicle: Chronicle,
    *,
    is_asked: bool = True,
) -> tuple[str, ...]:
    """Make a list that is gone anew, and before it its group, if that is gone; what is lost."""
    tombstones = store.mirror.tombstones("list")
    record = store.mirror.gone(tombstones[id]) or {}
    last = decode_list(record).info
    if last.group in tombstones and store.mirror.gone(tombstones[last.group]):
        _revive(store, cloud, encoder, last.group, chronicle, is_asked=False)
    grouped = last.group is not None and store.mirror.list(last.group) is not None
    context = encoder.context(store.mirror.zone_of(tombstones[id]) or PRIVATE)
    revival = revive_list(context, record, grouped=grouped)
    rows = _rows(id, last.name, (), chronicle.now_ms)
    group, name = revival.group, last.name
    _send(store, cloud, group, tombstones[id], name, chronicle, rows, is_asked=is_asked)
    return revival.lost


def _send(
    store: Store,
    cloud: Sender,
    group: Group,
    record_name: str,
    name: str,
    chronicle: Chronicle,
    rows: Sequence[HistoryRow],
    *,
    is_asked: bool = True,
) -> None:
    """Send it; ``rows`` are in the history before, and not if it was refused."""
    zone = store.mirror.zone(store.mirror.zone_of(record_name) or PRIVATE)
    if zone is None or zone.gone:
        raise CannotRestore(f"“{name}” cannot be restored: it is no longer shared with you")
    with store.commit("restore"):
        chronicle.note("restore", rows)
        if is_asked:
            before = begun(store, _ACT, rows[0].id)
            said = None if before is None else before.texts.get(_WITH)
            texts = {} if said is None else {_WITH: said}
            begin(store, act(_ACT, rows[0].id, chronicle.run, texts))
    answers = cloud.modify(zone_id(zone), group.operations, atomic=True)
    failure = next((item for item in answers if isinstance(item, Failure)), None)
    if failure is not None:
        with store.commit("not restored"):
            chronicle.give_up({row.id for row in rows})
            end(store, _ACT, rows[0].id)
        reason = failure.reason or "no reason given"
        raise ServiceError(f"iCloud did not take “{name}” back: {failure.code} ({reason})")
    with store.commit("restored"):
        records = [item for item in answers if isinstance(item, dict)]
        take_answers(store, group.operations, records, zone_key(zone_id(zone)))
    chronicle.go_on(1)


def _went_with(store: Store, list_id: str) -> list[str]:
    """The reminders that went with a list that is gone, parents before their subtasks."""
    mirror = store.mirror
    gone_ms = mirror.gone_at("list").get(list_id)
    parents: dict[str, str | None] = {}
    when = mirror.gone_at("reminder")
    for id, name in mirror.tombstones("reminder").items():
        record: Mapping[str, Any] = mirror.gone(name) or {}
        if not record:
            continue
        last = decode_reminder(record).reminder()
        at_ms = when.get(id)
        apart_ms = 0 if gone_ms is None or at_ms is None else abs(gone_ms - at_ms)
        if last.list == list_id and apart_ms <= WITH_IT_MS:
            parents[id] = last.parent
    return sorted(parents, key=lambda id: (parents[id] in parents, id))


def _coming(store: Store, id: str) -> list[str] | None:
    """The reminders that come with a list which is being made anew; ``None`` if it is not."""
    one = begun(store, _ACT, id)
    if one is None or one.texts.get(_WITH) is None:
        return None
    found: list[str] = json.loads(one.texts[_WITH] or "[]")
    return found


def _over(store: Store, id: str) -> None:
    if begun(store, _ACT, id) is not None:
        with store.commit("relisted"):
            end(store, _ACT, id)
