"""What an export is about: lists and reminders as they stand in the mirror, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.db import Store
from store.model import Reminder
from store.rows import AttachmentRow, ListRow, ReminderRow
from sync.cycle.gauge import Gauge, Phase
from sync.cycle.planning.known import gather
from sync.local.formats import Dialect

__all__ = ["Book", "counted", "read_book"]


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that lives: groups and lists, sections by list, reminders, records as they are.

    ``rows`` and ``reminders`` are by id; ``images`` and other files of a reminder by its id.
    """

    lists: Sequence[ListRow]
    sections: Mapping[str, Sequence[str]]
    rows: Mapping[str, ReminderRow]
    reminders: Mapping[str, Reminder]
    attachments: Mapping[str, Sequence[AttachmentRow]]
    records: Sequence[Mapping[str, Any]]
    shared: Mapping[str, str | None]  # lists of others, each with its owner's name

    def names(self) -> dict[str, str]:
        """The lists' names, by id."""
        return {row.id: row.name for row in self.lists}


def counted(reminders: Mapping[str, Reminder], gauge: Gauge) -> Iterator[tuple[str, Reminder]]:
    """All of them, of which ``gauge`` hears as they are taken."""
    for done, one in enumerate(reminders.items()):
        gauge(Phase.EXPORT, done, len(reminders))
        yield one


def read_book(store: Store, dialect: Dialect, called: Collection[str] = ()) -> Book:
    """The whole account as the mirror has it, or only the lists that are ``called`` so.

    Of single lists there are no records: those hang together over all lists.
    """
    known = gather(store, dialect)
    shared = {id: one.owner for id, one in known.shared.items() if not one.gone}
    gone = {id for id, one in known.shared.items() if one.gone}
    lists = [
        row
        for row in known.list_rows.values()
        if not row.deleted and row.id not in gone and (not called or row.name in called)
    ]
    here = {row.id for row in lists if not row.is_group}
    rows = {id: r for id, r in known.rows.items() if not r.deleted and r.list_id in here}
    sections: dict[str, list[str]] = {}
    for section in store.mirror.sections():
        if not section.deleted and section.list_id in here:
            sections.setdefault(section.list_id, []).append(section.name)
    files: dict[str, list[AttachmentRow]] = {}
    for one in store.mirror.attachments():
        if not one.deleted and one.url is None and one.reminder_id in rows:
            files.setdefault(one.reminder_id, []).append(one)
    return Book(
        lists=lists,
        sections=sections,
        rows=rows,
        reminders={id: known.reminders[id] for id in rows},
        attachments=files,
        records=[] if called else list(store.mirror.all_records()),
        shared=shared,
    )
