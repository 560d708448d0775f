"""From what an undo decided to what is sent and written down: intents for iCloud, rows for the run.

What is made undone is told as any other change, so that an undo can be undone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from store.activity.journal import HistoryRow
from store.activity.outbox import Intent
from store.db import Store
from store.model import Field, Reminder, Value
from store.values import NO_VALUE, NoValue
from sync.codec.operations import Group
from sync.core.merging.merge import MISSING
from sync.core.trails import Trails
from sync.core.undo import Now, TakeBack
from sync.cycle.asked.restoring import revival
from sync.cycle.past.history import DELETED
from sync.cycle.planning.planner import Planned
from sync.cycle.planning.sectioning import new_section_id
from sync.cycle.sending.encoding import Encoder
from sync.errors import CannotRestore

__all__ = ["Edits", "edits_of", "rows_of"]


@dataclass(slots=True)
class Edits:
    """What can be sent now; ``impossible`` says why the rest cannot, by id.

    ``lost`` is what cannot come along with what comes back.
    """

    ready: list[tuple[Intent, Group]] = field(default_factory=list)
    impossible: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def edits_of(store: Store, encoder: Encoder, planned: Planned, now: Now, take: TakeBack) -> Edits:
    """The operations of one round, in no order.

    What stands on something that comes in this round is for the next: what is restored beneath
    a reminder that is restored, and sections of what is moved, or of a name that is yet to be.
    """
    edits = Edits()
    for id, values in take.restores.items():
        row = store.mirror.reminder(id)
        in_list = row.list_id if row is not None else str(values.get(Field.LIST))
        if values.get(Field.PARENT) in take.restores or in_list in take.list_restores:
            continue
        try:
            restored, group = revival(store, encoder, id)
        except CannotRestore as error:
            edits.impossible[id] = error.message
        else:
            edits.ready.append((Intent(id, "undelete"), group))
            edits.lost += [f"“{restored.title}”: {what}" for what in restored.lost]
    for intent in _intents(planned, now, take):
        try:
            edits.ready.append((intent, encoder.encode(intent)))
        except ValueError as error:
            about = intent.texts if intent.kind == "sections" else (intent.id,)
            edits.impossible |= dict.fromkeys(about, str(error))
    return edits


def rows_of(
    take: TakeBack,
    now: Now,
    trails: Trails,
    said: Mapping[str, Mapping[Field, Value]],
    at_ms: int,
) -> Iterator[HistoryRow]:
    """What is written over, as a run of its own tells it; ``said`` is what comes back says."""

    def row(id: str, word: str, before: Value | NoValue, after: Value | NoValue) -> HistoryRow:
        return HistoryRow(None, at_ms, "cloud", id, word, before, after)

    for id, values in take.restores.items():
        yield row(id, DELETED, True, False)
        whole = {name: Reminder("").value(name) for name in Field} | values
        whole |= said.get(id, {})
        for name, value in whole.items():
            yield row(id, name.value, NO_VALUE, value)
    for id, changes in take.updates.items():
        for name, value in changes.items():
            yield row(id, name.value, now.reminders[id].value(name), value)
    for id, section in take.sections.items():
        was = trails[id][Field.SECTION.value].after  # a list that was left took it along
        if id not in take.updates and was is not MISSING:
            yield row(id, Field.SECTION.value, was, section)
    for id in take.deletions:
        yield row(id, DELETED, False, True)
        for name, value in now.reminders[id].values().items():
            if value != Reminder("").value(name):
                yield row(id, name.value, value, NO_VALUE)
    for id, words in take.lists.items():
        for word, text in words.items():
            yield row(id, word, getattr(now.lists[id], word), text)
    for id in take.list_deletions:
        yield row(id, DELETED, False, True)
        yield row(id, "name", now.lists[id].name, NO_VALUE)
    for id in take.list_restores:
        yield row(id, DELETED, True, False)
        yield row(id, "name", NO_VALUE, now.asleep[id])
    for id, title in take.retitles.items():
        yield row(id, "name", now.sections[id].name, title)
    for id in take.section_deletions:
        yield row(id, DELETED, False, True)
        yield row(id, "list", now.sections[id].list, NO_VALUE)
        yield row(id, "name", now.sections[id].name, NO_VALUE)


def _intents(planned: Planned, now: Now, take: TakeBack) -> Iterator[Intent]:
    for id, changes in take.updates.items():
        yield Intent(id, "update", changes)
    for id in take.deletions:
        yield Intent(id, "delete")
    for id, words in take.lists.items():
        yield Intent(id, "update-list", texts=words)
    for id in take.list_deletions:
        yield Intent(id, "delete-list")
    for id in take.list_restores:
        yield Intent(id, "undelete-list")
    for id, title in take.retitles.items():
        texts: dict[str, str | None] = {"list": now.sections[id].list, "name": title}
        yield Intent(id, "rename-section", texts=texts)
    for id in take.section_deletions:
        yield Intent(id, "delete-section", texts={"list": now.sections[id].list})
    yield from _placings(planned, now, take)


def _placings(planned: Planned, now: Now, take: TakeBack) -> Iterator[Intent]:
    """Reminders into their sections; one that is not there is made first."""
    here = {(one.list, one.name) for one in now.sections.values()}
    made: set[tuple[str, str]] = set()
    members: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
    for id, name in take.sections.items():
        place = now.reminders[id].list, name
        if id in take.updates:
            continue
        if not name or place in here:
            members[place[0]][id] = name
        elif place not in made:
            made.add(place)
            texts: dict[str, str | None] = {"list": place[0], "name": name}
            yield Intent(
                new_section_id(*place, planned.known.sections), "create-section", texts=texts
            )
    for list_id, names in members.items():
        yield Intent(list_id, "sections", texts=names)
