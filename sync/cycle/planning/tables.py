"""What planning reads of the store: all that is remembered, or only what some lists consist of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from store.db import Store
from store.local.places import LineRow
from store.model import Field, Value
from store.remote.decoded import Hanging
from store.rows import ReminderRow
from sync.codec import fields

__all__ = ["Tables", "read_all", "read_lists"]

_RULE = "RecurrenceRule"


@dataclass(frozen=True, slots=True)
class Tables:
    """Reminders, what was agreed on of each, its block id and its line, all by its id.

    ``gone`` are reminders whose record is; ``rules`` are the records of recurrence rules, by id.
    """

    rows: Mapping[str, ReminderRow]
    base: Mapping[str, Mapping[Field, Value]]
    blocks: Mapping[str, str]
    lines: Mapping[str, LineRow]
    hanging: Hanging
    rules: Mapping[str, Mapping[str, Any]]
    gone: frozenset[str]


def read_all(store: Store) -> Tables:
    """Everything."""
    mirror = store.mirror
    tags, attachments = mirror.tags(), mirror.attachments()
    return Tables(
        rows={row.id: row for row in mirror.reminders()},
        base={id: entry.values for id, entry in store.bases.all().items()},
        blocks={id: block.block for id, block in store.places.all_blocks().items()},
        lines=store.places.all_lines(),
        hanging=Hanging(tags, attachments, mirror.alarms(), mirror.triggers()),
        rules=_by_id(mirror.by_type(_RULE)),
        gone=frozenset(mirror.tombstones("reminder")),
    )


def read_lists(
    store: Store, lists: Collection[str], paths: Collection[str], ids: Collection[str]
) -> Tables:
    """What these lists and files consist of, and the reminders ``ids``.

    What is gone is in none of them.
    """
    mirror = store.mirror
    rows = mirror.reminders_in(lists)
    lines = store.places.lines_of({*rows, *ids}, paths)
    rows |= mirror.reminders_by_id((lines.keys() | set(ids)) - rows.keys())
    every = rows.keys() | lines.keys() | set(ids)
    rules = [id for row in rows.values() for id in row.rule_ids]
    return Tables(
        rows=dict(sorted(rows.items())),
        base={id: entry.values for id, entry in store.bases.some(every).items()},
        blocks={id: block.block for id, block in store.places.blocks_of(every).items()},
        lines=lines,
        hanging=mirror.hanging(rows.values()),
        rules=_by_id(mirror.named(_RULE, rules)) if rules else {},
        gone=frozenset(),
    )


def _by_id(records: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {fields.bare_id(str(record["recordName"])): record for record in records}
