"""What a run did, and what is there now of all that it changed. Reads only.

What a person may be told of it is named by titles and names as they are known last.
"""

from __future__ import annotations

from collections.abc import Iterable

from store.activity.journal import HistoryRow
from store.db import Store
from store.model import Field, Present, Value
from store.values import NO_VALUE, NoValue
from sync.codec.records import decode_reminder
from sync.core.actions import Update
from sync.core.merging.lift import PLACE
from sync.core.merging.merge import MISSING, Base
from sync.core.snapshot import ListView, Mode
from sync.core.trails import Trails, Wrote, trails_of
from sync.core.undo import Kind, Now, SectionNow
from sync.cycle.past.history import DELETED, HANGING
from sync.cycle.planning.planner import Planned
from sync.cycle.planning.world import remote_lists
from sync.local.text import clean_section

__all__ = ["UNDOABLE", "names_known", "now_of", "said_last", "trails_in"]

_LIST_WORDS = ("name", "group", "color", "emblem")
UNDOABLE = (DELETED, *(name.value for name in Field if name is not Field.IMAGES), *_LIST_WORDS)
"""What of a run can be taken back; the rest of its history is told only."""


def trails_in(rows: Iterable[HistoryRow]) -> Trails:
    """What the rows of a run, in their order, come to; without what has no identity."""
    return trails_of(
        Wrote(row.id, row.field, _known(row.before), _known(row.after)) for row in rows if row.id
    )


def now_of(store: Store, planned: Planned, trails: Trails) -> Now:
    """What is there now."""
    known = planned.known
    lists = {id: one.value for id, one in remote_lists(known).items() if isinstance(one, Present)}
    gone = {id for id, row in known.rows.items() if row.deleted or row.list_id not in lists}
    return Now(
        kinds=_kinds(store, planned, trails),
        reminders={id: one for id, one in known.reminders.items() if id not in gone},
        lists=lists,
        sections={
            row.id: SectionNow(row.list_id, clean_section(row.name))
            for rows in known.sections.living.values()
            for row in rows
        },
        asleep={id: row.name for id, row in known.list_rows.items() if row.deleted},
        closed={
            view.id: reason for view in planned.lists.views.values() if (reason := _closed(view))
        },
        unsent={
            op.id: frozenset(op.changes) if isinstance(op, Update) else frozenset(Field)
            for op in planned.plan.pushes
        },
        lost=tuple(
            (one.id, str(one.field), one.winner, one.loser)
            for one in store.attention.open_conflicts()
        ),
    )


def said_last(store: Store, planned: Planned, ids: Iterable[str]) -> dict[str, dict[Field, Value]]:
    """What deleted reminders say when they come back, as far as that stands in iCloud.

    Somebody may have edited one before it was deleted, unseen by the run that took its line away.
    """
    found: dict[str, dict[Field, Value]] = {}
    tombstones = store.mirror.tombstones("reminder")
    for id in ids:
        one, untold = planned.known.reminders.get(id), {*PLACE}
        if one is None:
            record = store.mirror.gone(tombstones.get(id, ""))
            one = decode_reminder(record).reminder() if record else None
            untold |= {*HANGING}
        if one is not None:
            untold |= one.opaque
            found[id] = {name: said for name, said in one.values().items() if name not in untold}
    return found


def names_known(planned: Planned, trails: Trails) -> dict[str, str]:
    """What a person calls each thing of a run: its title or name now, or the one that it had."""
    known = planned.known
    sections = (row for rows in known.sections.living.values() for row in rows)
    names = {row.id: row.name for row in sections}
    names |= {id: row.name for id, row in known.list_rows.items()}
    names |= {id: one.title for id, one in known.reminders.items()}
    for id, words in trails.items():
        if not names.get(id):
            said = words.get("title") or words.get("name")
            found = [] if said is None else [said.after, said.before]
            names[id] = next((one for one in found if isinstance(one, str)), id)
    return names


def _kinds(store: Store, planned: Planned, trails: Trails) -> dict[str, Kind]:
    known = planned.known
    sections = {row.id for row in store.mirror.sections()}
    found: dict[str, Kind] = {}
    for id, words in trails.items():
        if id in sections or {"list", "name"} <= words.keys():
            found[id] = "section"
        elif id in known.list_rows or id in known.gone_lists or "name" in words:
            found[id] = "list"
        else:
            found[id] = "reminder"
    return found


def _closed(view: ListView) -> str:
    if view.mode is Mode.IGNORE:
        return "the config ignores its list"
    return view.closed if view.mode is Mode.READ_ONLY else ""


def _known(value: Value | NoValue) -> Base:
    return MISSING if value is NO_VALUE else value
