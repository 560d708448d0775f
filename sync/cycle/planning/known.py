"""What the store remembers, read once per plan: the reminders whole, with what hangs on them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from store.activity.outbox import Intent
from store.db import Store
from store.local.places import LineRow
from store.model import (
    Alarm,
    Field,
    Reminder,
    Value,
)
from store.remote.decoded import Hanging
from store.remote.zones import SharedList
from store.rows import ListRow, ReminderRow, TriggerRow
from sync.codec import fields
from sync.codec.repeats import decode_rule
from sync.core.actions import HoldKind
from sync.core.alarms import day_of, extra_alarms
from sync.core.archive import is_archive
from sync.core.matching.match import Trace
from sync.core.matching.newcomers import is_named_for
from sync.core.repeating.occurrence import Occurrence
from sync.core.snapshot import Evidence
from sync.core.sorting import ranks
from sync.cycle.observing.owed import owed_records
from sync.cycle.planning.origins import stored_origins
from sync.cycle.planning.sectioning import KnownSections, gather_sections
from sync.cycle.planning.tables import Tables, read_all, read_lists
from sync.local.formats import Dialect

__all__ = ["TOLD", "Known", "gather", "ranks_of", "whole_of"]

TOLD = "told"  # meta key: lines that tools put away, of reminders that have come back since


@dataclass(slots=True)
class Known:
    """What the store remembers, read once per plan."""

    rows: dict[str, ReminderRow]
    reminders: dict[str, Reminder]  # the same, with what hangs on them
    list_rows: dict[str, ListRow]
    gone: frozenset[str]
    gone_lists: frozenset[str]
    base: dict[str, Mapping[Field, Value]]
    blocks: dict[str, str]  # id -> block, of all that has or could have a line
    stored_blocks: frozenset[str]  # ids whose block the store has
    traces: dict[str, Trace]
    vanished: frozenset[str]  # of these, what was gone before this run
    archived: frozenset[str]  # what has left its file for the archive
    filed: dict[str, LineRow]  # what a tool put away, as it was told; archived as well
    told: dict[str, list[str]]  # what was put away and says nothing any more, by reminder
    in_flight: dict[str, Evidence]
    refused: frozenset[str]  # new reminders that iCloud did not accept
    pending: dict[str, Occurrence]
    sections: KnownSections
    list_at: dict[str, str]  # the list that a path belonged to last time
    shared: Mapping[str, SharedList]  # lists of others, by id
    zones: Mapping[str, str]  # the keys of reminders' zones, of those that are not private
    unshared: frozenset[str]  # lists that are no longer shared
    owed: frozenset[str]  # reminders of which iCloud failed to give what is new
    origins: frozenset[str]  # made elsewhere from lines that stand here, and not agreed on yet
    aside: frozenset[str]  # that rest since their ids stood where no list is


def gather(
    store: Store, dialect: Dialect, images: str | None = None, tables: Tables | None = None
) -> Known:
    """Read what the store remembers, and name what could get a line in files of this dialect.

    ``images`` is the directory whose images are shown. Without ``tables`` of some reminders it is
    all of them.
    """
    tables = tables or read_all(store)
    rows, base, stored = dict(tables.rows), dict(tables.base), tables.blocks
    shared, outside = store.mirror.shared_lists(), store.mirror.shared_records()
    list_rows = {row.id: row for row in store.mirror.lists()}
    sections = gather_sections(store, rows, list_rows.values(), base.keys())
    owed = _owed(store, rows)
    missing = (rows.keys() | base.keys() | owed) - stored.keys()
    fresh = dialect.assign_blocks(missing, {block: id for id, block in stored.items()})
    traces = _traces(tables.lines, base, rows)
    gone_lists = frozenset(store.mirror.tombstones("list"))
    ended = gone_lists | {id for id, row in list_rows.items() if row.deleted}
    lost = tables.gone | {r.id for r in rows.values() if r.deleted or r.list_id in ended}
    traces = {id: one for id, one in traces.items() if id in base or id not in lost}
    filed = {
        id: LineRow(id, trace.path, trace.line, trace.text)
        for id, trace in traces.items()
        if dialect.layout.is_done(trace.path)
    }
    archived = {id for id, trace in traces.items() if is_archive(trace.path)} | filed.keys()
    return Known(
        rows=rows,
        reminders=_whole(store, tables, sections, images),
        list_rows=list_rows,
        sections=sections,
        gone=tables.gone,
        gone_lists=gone_lists,
        base=base,
        blocks={**fresh, **stored},
        stored_blocks=frozenset(stored),
        traces={id: trace for id, trace in traces.items() if id not in archived},
        vanished=frozenset(store.places.vanished()),
        archived=frozenset(archived),
        filed=filed,
        told=json.loads(store.meta.get(TOLD) or "{}"),
        in_flight=_evidence(store.outbox.in_flight()),
        refused=frozenset(one.id for one in store.outbox.parked() if one.kind == "create"),
        pending={
            one.id: Occurrence(one.id, one.due, one.next_due, one.next_rule, one.copy_id)
            for one in store.occurrences.pending()
        },
        list_at={path: file.list_id for path, file in store.places.files().items() if file.list_id},
        shared=shared,
        zones={
            row.id: outside[row.record_name] for row in rows.values() if row.record_name in outside
        }
        if outside
        else {},
        unshared=store.mirror.unshared_lists(),
        owed=owed,
        origins=stored_origins(store, base),
        aside=frozenset(hold.id for hold in store.attention.holds() if hold.kind == HoldKind.ASIDE),
    )


def whole_of(store: Store, id: str) -> Reminder:
    """A reminder of the mirror, with its alarms, tags, links and rule; without its section."""
    unsaid = KnownSections({}, {}, frozenset(), {}, frozenset(), frozenset())
    return _whole(store, read_lists(store, (), (), [id]), unsaid, None)[id]


def _whole(
    store: Store, tables: Tables, sections: KnownSections, images: str | None
) -> dict[str, Reminder]:
    """The reminders with what other records say: alarms, tags, links, images, rules, sections."""
    hanging, rules = tables.hanging, tables.rules
    tags = {tag.id: tag.name for tag in hanging.tags}
    urls = {one.id: one.url for one in hanging.attachments if one.url and not one.deleted}
    paths = {} if images is None else store.images.paths(images)
    rings = _ringing(hanging)
    found = {}
    for id, row in tables.rows.items():
        one = _in_section(_alarmed(_repeating(row, rules), row, rings), sections)
        if row.tag_ids or row.attachment_ids:
            one = replace(
                one,
                tags=frozenset(tags[tag] for tag in row.tag_ids if tag in tags),
                urls=frozenset(urls[link] for link in row.attachment_ids if link in urls),
                images=frozenset(paths[one] for one in row.attachment_ids if one in paths),
            )
        found[id] = one
    return found


def _owed(store: Store, rows: Mapping[str, ReminderRow]) -> frozenset[str]:
    """The reminders that are owed, or on which a record hangs that is; seen before or not."""
    names = [one.name for one in owed_records(store)]
    if not names:
        return frozenset()
    ids = {fields.bare_id(name) for name in names}
    ids |= {alarm.id for alarm in store.mirror.alarms() if alarm.trigger_id in ids}
    hung_on = {
        id
        for id, row in rows.items()
        if not ids.isdisjoint((*row.alarm_ids, *row.tag_ids, *row.attachment_ids, *row.rule_ids))
    }
    own = {fields.bare_id(name) for name in names if fields.record_type_of(name) == "Reminder"}
    return frozenset(hung_on | own | (ids & rows.keys()))


def _ringing(hanging: Hanging) -> dict[str, TriggerRow]:
    """What sets each live alarm off, by the alarm's id."""
    live = {alarm.id for alarm in hanging.alarms if not alarm.deleted}
    return {
        one.alarm_id: one for one in hanging.triggers if not one.deleted and one.alarm_id in live
    }


def _alarmed(reminder: Reminder, row: ReminderRow, rings: Mapping[str, TriggerRow]) -> Reminder:
    """The reminder with its alarms; which are its due date's own, only that date can tell."""
    if not row.alarm_ids and not row.early:
        return reminder
    if Field.DUE in row.opaque or Field.ALARMS in row.opaque:
        return replace(reminder, opaque=reminder.opaque | {Field.ALARMS})
    day = day_of(row.due)
    named = (rings[id].alarm(day) for id in row.alarm_ids if id in rings)
    alarms: list[Alarm] = [*row.early, *(alarm for alarm in named if alarm is not None)]
    return replace(reminder, alarms=extra_alarms(row.due, alarms))


def _in_section(reminder: Reminder, sections: KnownSections) -> Reminder:
    """The reminder with its section; opaque where it cannot be said who is in which."""
    if reminder.list in sections.unsure:
        return replace(reminder, opaque=reminder.opaque | {Field.SECTION})
    name = sections.of.get(reminder.id)
    return replace(reminder, section=name) if name else reminder


def _repeating(row: ReminderRow, rules: Mapping[str, Mapping[str, Any]]) -> Reminder:
    """The reminder with its rule; one that is not there, or several, make it opaque."""
    reminder = row.reminder()
    if not row.rule_ids:
        return reminder
    live = [rules[id] for id in row.rule_ids if id in rules]
    if len(live) != 1:
        return replace(reminder, opaque=reminder.opaque | {Field.REPEAT})
    return replace(reminder, repeat=decode_rule(live[0], row.due).repeat)


def _traces(
    lines: Mapping[str, LineRow],
    base: Mapping[str, Mapping[Field, Value]],
    rows: Mapping[str, ReminderRow],
) -> dict[str, Trace]:
    """Where lines stood, and what they are called."""
    traces = {}
    for id, row in lines.items():
        values = base.get(id, {})
        parent = values.get(Field.PARENT)
        traces[id] = Trace(
            id,
            row.path,
            row.text,
            title=str(values.get(Field.TITLE, "")) if values else _called(id, rows.get(id)),
            parent=parent if isinstance(parent, str) else None,
            notes=str(values.get(Field.NOTES, "")),
            line=row.line,
        )
    return traces


def _called(id: str, row: ReminderRow | None) -> str:
    """The title of what was brought back, of which nothing is agreed on any more.

    One that was named for its title is known by that, and may never have been agreed on.
    """
    if row is None or is_named_for(id, Reminder(id, title=row.title, list=row.list_id or "")):
        return ""
    return row.title


def _evidence(intents: list[Intent]) -> dict[str, Evidence]:
    sent: defaultdict[str, dict[Field, tuple[Value, ...]]] = defaultdict(dict)
    for intent in intents:
        if intent.kind in ("create", "update", "undelete"):
            for name, value in intent.changes.items():
                sent[intent.id][name] = (*sent[intent.id].get(name, ()), value)
        elif intent.kind == "sections":
            for id, section in intent.texts.items():
                sent[id][Field.SECTION] = (*sent[id].get(Field.SECTION, ()), section)
    return {id: Evidence(fields) for id, fields in sent.items()}


def ranks_of(known: Known) -> dict[str, tuple[int, int]]:
    """Where each reminder comes among those of its list, where lines of them are new to a file."""
    members: defaultdict[str, dict[str, Reminder]] = defaultdict(dict)
    for id, row in known.rows.items():
        members[row.list_id][id] = known.reminders[id]
    created_ms = {id: row.created_ms or 0 for id, row in known.rows.items()}
    found: dict[str, tuple[int, int]] = {}
    for list_id, inside in members.items():
        holder = known.list_rows.get(list_id)
        style, order = (holder.sorting, holder.order) if holder is not None else (None, ())
        found.update(ranks(style, order, inside, created_ms))
    return found
