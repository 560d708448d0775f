"""Carrying a file's reminders in: wishes in the outbox, committed whole before anything is sent.

They go to iCloud like all that a person asks for by a verb, and reach the files as what is new
there. Cut off anywhere, what was committed goes on by itself, and the same file brings no second.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo

from store.activity.journal import HistoryRow
from store.activity.outbox import Intent
from store.db import Store
from store.model import Field, Present, Reminder, Value
from store.values import NO_VALUE
from sync.core.importing import Entry, Incoming, There, plan_import
from sync.cycle.asked.setting import Setting, intend
from sync.cycle.parts import Parts
from sync.cycle.past.history import DELETED
from sync.cycle.planning.intents import with_moment
from sync.cycle.planning.known import Known
from sync.cycle.planning.world import remote_lists
from sync.cycle.report import Report
from sync.errors import UsageError
from sync.export.calendar import read_calendar
from sync.export.document import read_document
from sync.export.errors import NotAnExport
from sync.local.formats import MARKDOWN, TODO_TXT, Format
from sync.local.tasks import NotTodo
from sync.local.text import clean_section
from sync.remote.cloudkit import CloudKit

__all__ = ["Brought", "Options", "carry_in", "read_entries"]

_UUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
_LINES: Mapping[str, Format] = {".md": MARKDOWN, ".txt": TODO_TXT}


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is carried in: into which ``list``, whether what differs is ``overwritten``."""

    list: str = ""
    overwrite: bool = False
    dry_run: bool = False


@dataclass(slots=True)
class Brought:
    """What carrying a file in came to, or would come to; names are those of lists and titles."""

    dry_run: bool
    lists: list[str] = field(default_factory=list)
    added: list[tuple[str, str, str]] = field(default_factory=list)  # id, title, list
    same: int = 0
    differing: list[tuple[str, str, str, tuple[str, ...]]] = field(default_factory=list)
    overwritten: bool = False
    notes: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The document of `import --json`."""
        return {
            "schema": 1,
            "dry_run": self.dry_run,
            "lists": list(self.lists),
            "added": [{"id": id, "title": t, "list": where} for id, t, where in self.added],
            "same": self.same,
            "differing": [
                {"id": id, "title": title, "list": where, "fields": list(fields)}
                for id, title, where, fields in self.differing
            ],
            "overwritten": self.overwritten,
            "notes": list(self.notes),
        }


def read_entries(data: bytes, path: PurePath, options: Options, zone: str) -> list[Entry]:
    """The reminders in a file's bytes, by what its name says it is; raises UsageError naming it."""
    suffix = path.suffix.lower()
    try:
        if suffix == ".json":
            entries = read_document(data)
        elif suffix == ".ics":
            entries = read_calendar(data, zone)
        elif suffix in _LINES:
            entries = _lines(_LINES[suffix], data, zone)
        else:
            raise NotAnExport("what it is cannot be told from its name")
    except (NotAnExport, NotTodo) as error:
        hint = "a file to be carried in is one of .json (from `export`), .ics, .md or .txt"
        raise UsageError(f"{path}: {error}", hint) from None
    named = [one if one.list else replace(one, list=path.stem) for one in entries]
    return [replace(one, list=options.list) for one in named] if options.list else named


def _lines(format: Format, data: bytes, zone: str) -> list[Entry]:
    file = format.parse(data, zone)
    return [
        Entry(
            reminder=replace(task.reminder, section=task.reminder.section or ""),
            list=file.front_matter.list_name or "",
            key=str(number),
            parent="" if task.parent is None else str(task.parent),
            known=task.block or "",
            shown=format.shown,
            home_zone=zone,
        )
        for number, task in enumerate(file.tasks)
        if task.reminder.title
    ]


def carry_in(
    parts: Parts,
    entries: Sequence[Entry],
    options: Options,
    push: Callable[[CloudKit, Report], None],
) -> Brought:
    """Make of the entries what is not there yet, and send it; the mirror must be up to date."""
    known, clock_s = parts.planner.known(), parts.clock()
    incoming = _bring(parts.store, known, entries, parts.mint)
    told = _brought(known, incoming, options)
    if options.dry_run:
        return told
    report = Report("import", int(clock_s * 1000))
    now = datetime.fromtimestamp(clock_s, ZoneInfo(parts.planner.settings.home_zone))
    parts.chronicle.begin()
    with parts.store.commit("wish"):
        rows = _wish(parts.store, known, incoming, options, now, parts.mint)
        parts.chronicle.note("import", rows)
    parts.step("engine:push")
    push(parts.cloud(), report)
    parts.chronicle.end(report)
    told.notes += report.problems
    return told


def _bring(
    store: Store, known: Known, entries: Sequence[Entry], mint: Callable[[], str]
) -> Incoming:
    """What carrying the entries in comes to, as the mirror is now."""
    lists = {id: one.value for id, one in remote_lists(known).items() if isinstance(one, Present)}
    gone = {id for id in known.list_rows if id not in lists}
    living = {
        id: known.reminders[id]
        for id, row in known.rows.items()
        if not row.deleted and row.list_id not in gone
    }
    ids = {block: id for id, block in known.blocks.items()}
    sections: dict[str, set[str]] = {}
    for row in store.mirror.sections():
        if not row.deleted:
            sections.setdefault(row.list_id, set()).add(clean_section(row.name))
    there = There(
        reminders=living,
        lists={id: info.name for id, info in lists.items() if not info.is_group},
        groups={id: info.name for id, info in lists.items() if info.is_group},
        taken=known.gone | known.rows.keys() | {one.id for one in store.outbox.queued()},
        read_only={id for id, info in lists.items() if info.read_only},
        sections=sections,
    )
    told = [replace(one, known=ids.get(one.known, "")) for one in entries]
    return plan_import(told, there, mint, lambda id: _UUID.fullmatch(id) is not None)


def _brought(known: Known, incoming: Incoming, options: Options) -> Brought:
    """The same in names."""
    names = {id: row.name for id, row in known.list_rows.items()}
    names |= {one.id: one.name for one in incoming.lists}
    return Brought(
        dry_run=options.dry_run,
        lists=[one.name for one in incoming.lists if not one.is_group],
        added=[(one.id, one.title, names.get(one.list, "")) for one in incoming.added],
        same=incoming.same,
        differing=[
            (id, known.reminders[id].title, names.get(known.reminders[id].list, ""), tuple(apart))
            for id, apart in incoming.differing.items()
        ],
        overwritten=options.overwrite and not options.dry_run and bool(incoming.differing),
        notes=list(incoming.notes),
    )


def _wish(
    store: Store,
    known: Known,
    incoming: Incoming,
    options: Options,
    now: datetime,
    mint: Callable[[], str],
) -> list[HistoryRow]:
    """Queue all of it, inside a commit; gives what that changes, for the history.

    ``now`` is in the home zone: a tick without an instant is given one.
    """
    now_ms = int(now.timestamp() * 1000)
    store.outbox.add(
        Intent(
            one.id,
            "add-group" if one.is_group else "add-list",
            texts={
                name: text
                for name in ("name", "group", "color", "emblem")
                if (text := getattr(one, name))
            },
        )
        for one in incoming.lists
    )
    store.outbox.add(
        Intent(mint(), "add-section", texts={"list": list_id, "name": name})
        for list_id, name in incoming.sections
    )
    made = [(one, with_moment(_plain(one), now)) for one in incoming.added]
    store.outbox.add(
        Intent(one.id, "add", changes, {"section": one.section} if one.section else {})
        for one, changes in made
    )
    rows = [
        HistoryRow(None, now_ms, "cloud", one.id, name, NO_VALUE, value)
        for one, changes in made
        for name, value in ((DELETED, False), *changes.items())
    ]
    if not options.overwrite:
        return rows
    settings = [Setting(id, with_moment(apart, now)) for id, apart in incoming.differing.items()]
    before = {
        one.id: {name.value: value for name, value in known.reminders[one.id].values().items()}
        for one in settings
    }
    return rows + intend(store, settings, before, now_ms)


def _plain(one: Reminder) -> dict[Field, Value]:
    """All fields; what could not be read has its default, and the section follows on its own."""
    return {name: one.value(name) for name in Field if name is not Field.SECTION}
