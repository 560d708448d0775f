"""Setting values as a person asks by a verb: wishes in the outbox, which the files then follow.

A wish is durable, with the history of what it writes over, before it is sent, and is sent until
iCloud shows it. The base does not follow from it: so its value looks changed in iCloud alone, and
the next cycle brings it into the files like any change there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from store.activity.journal import HistoryRow
from store.activity.outbox import REMOVALS, Intent
from store.db import Store
from store.model import Field, Reminder, Value
from store.values import NO_VALUE, NoValue
from sync.core.actions import ListField
from sync.cycle.past.history import DELETED

__all__ = ["Setting", "intend", "intend_removal", "wishes"]


@dataclass(frozen=True, slots=True)
class Setting:
    """What iCloud shall have of one thing.

    ``changes`` are a reminder's (its section by name), ``texts`` a list's or group's (``name``,
    ``group`` by id, ``color``, ``emblem``) or the ``name`` of a section.
    """

    id: str
    changes: Mapping[Field, Value] = field(default_factory=dict)
    texts: Mapping[str, str | None] = field(default_factory=dict)


def intend(
    store: Store,
    settings: Iterable[Setting],
    before: Mapping[str, Mapping[str, Value]],
    now_ms: int,
) -> list[HistoryRow]:
    """Queue wishes; gives what they write over, for the history, inside the same commit.

    ``before`` has what iCloud says now, by id and field; what is missing there was not known.
    """
    wanted = list(settings)
    store.outbox.add(wishes(store, wanted))
    return [
        HistoryRow(None, now_ms, "cloud", one.id, name, _known(before, one.id, name), value)
        for one in wanted
        for name, value in (*one.changes.items(), *one.texts.items())
    ]


def intend_removal(
    store: Store, removed: Mapping[str, Reminder], now_ms: int, *, for_good: bool
) -> list[HistoryRow]:
    """Queue the deletion of what has no line; gives what goes, for the history, as ``intend``.

    It is meant as it is known now: what a device makes of it before it goes is not deleted.
    """
    kind = REMOVALS[for_good]
    rows = []
    for id, known in removed.items():
        mirrored = store.mirror.reminder(id)
        changed = any(one.changes for one in store.outbox.of(id))
        was = {} if changed or mirrored is None else mirrored.reminder().values()
        store.outbox.add([Intent(id, kind, was)])
        rows.append(HistoryRow(None, now_ms, "cloud", id, DELETED, False, True))
        rows += [
            HistoryRow(None, now_ms, "cloud", id, name.value, value, NO_VALUE)
            for name, value in known.values().items()
            if value != Reminder("").value(name)
        ]
    return rows


def wishes(store: Store, settings: Iterable[Setting]) -> list[Intent]:
    """The intents of such settings: one for each thing, and one for the sections of each list."""
    found: list[Intent] = []
    members: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
    sections = {row.id: row.list_id for row in store.mirror.sections()}
    for one in settings:
        changes = dict(one.changes)
        section = changes.pop(Field.SECTION, None)
        if section is not None:
            row = store.mirror.reminder(one.id)
            members[row.list_id if row is not None else ""][one.id] = str(section)
        if changes:
            found.append(Intent(one.id, "set", changes))
        if one.texts:
            found.append(_named(one, sections))
    found += [Intent(id, "set-sections", texts=texts) for id, texts in members.items()]
    return found


def _named(one: Setting, sections: Mapping[str, str]) -> Intent:
    if one.id in sections:
        texts = {"list": sections[one.id], ListField.NAME.value: one.texts["name"]}
        return Intent(one.id, "set-section", texts=texts)
    return Intent(one.id, "set-list", texts=one.texts)


def _known(before: Mapping[str, Mapping[str, Value]], id: str, name: str) -> Value | NoValue:
    return before.get(id, {}).get(name, NO_VALUE)
