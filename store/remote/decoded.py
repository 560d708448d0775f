"""Remembers what records decode to, one table per kind, so that people and plans can query it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from store.cells import (
    COLUMNS,
    Cells,
    alarm,
    assignment,
    attachment,
    cells_of,
    kind_and_subject,
    lists,
    reminder,
    rule,
    section,
    tag,
    trigger,
)
from store.connection import Connection, json_array
from store.rows import (
    AlarmRow,
    AssignmentRow,
    AttachmentRow,
    DecodedRow,
    Kind,
    ListRow,
    ReminderRow,
    RuleRow,
    SectionRow,
    TagRow,
    TriggerRow,
)

__all__ = ["Decoded", "Hanging"]


@dataclass(frozen=True, slots=True)
class Hanging:
    """What hangs on reminders, in the order of their ids."""

    tags: Sequence[TagRow]
    attachments: Sequence[AttachmentRow]
    alarms: Sequence[AlarmRow]
    triggers: Sequence[TriggerRow]


class Decoded:
    """The decoded half of the mirror."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def reminders(self) -> Iterator[ReminderRow]:
        """Every decoded reminder, soft-deleted ones too, by id."""
        return map(reminder.row, self._rows("reminder", "ORDER BY id, record_name"))

    def reminders_by_id(self, ids: Iterable[str]) -> dict[str, ReminderRow]:
        """Those of ``ids`` that are here."""
        rows = self._rows("reminder", _WITH_ID, (json_array(ids),))
        return {row.id: row for row in map(reminder.row, rows)}

    def reminders_in(self, lists: Iterable[str]) -> dict[str, ReminderRow]:
        """The reminders of these lists, soft-deleted ones too, by id."""
        rows = self._rows("reminder", _IN_LIST, (json_array(lists),))
        return {row.id: row for row in map(reminder.row, rows)}

    def reminder(self, id: str) -> ReminderRow | None:
        """One reminder."""
        return self.reminders_by_id([id]).get(id)

    def with_early(self) -> Sequence[ReminderRow]:
        """The reminders that have early reminders, by id."""
        rows = self._rows("reminder", "WHERE early <> '[]' ORDER BY id, record_name")
        return [reminder.row(row) for row in rows]

    def ringing(self) -> tuple[Sequence[ReminderRow], Sequence[AlarmRow], Sequence[TriggerRow]]:
        """The open reminders on a phone's screen that have a date or an alarm, by id.

        With them come their live alarms, and what sets those off.
        """
        names = f"record_name IN (SELECT record_name FROM shown_reminder WHERE {_RINGING})"
        alarms = f"reminder_id IN (SELECT id FROM reminder WHERE {names}) AND NOT deleted"
        triggers = f"alarm_id IN (SELECT id FROM alarm WHERE {alarms}) AND NOT deleted"
        return (
            [reminder.row(row) for row in self._rows("reminder", f"WHERE {names} ORDER BY id")],
            [alarm.row(row) for row in self._rows("alarm", f"WHERE {alarms}")],
            [trigger.row(row) for row in self._rows("alarm_trigger", f"WHERE {triggers}")],
        )

    def lists(self) -> Iterator[ListRow]:
        """Every decoded list and group, soft-deleted ones too, by id."""
        return map(lists.row, self._rows("list", "ORDER BY id, record_name"))

    def list(self, id: str) -> ListRow | None:
        """One list or group."""
        rows = self._rows("list", _WITH_ID, (json_array([id]),))
        return next(map(lists.row, rows), None)

    def alarms(self, reminder_id: str | None = None) -> Sequence[AlarmRow]:
        """The alarms of one reminder, or all."""
        return [alarm.row(row) for row in self._rows("alarm", *_of_reminder(reminder_id))]

    def hanging(self, rows: Iterable[ReminderRow]) -> Hanging:
        """The tags, attachments and alarms that these reminders name, and what sets those off."""
        every = list(rows)

        def named(kind: Kind, ids: Iterable[str]) -> Sequence[Any]:
            wanted = list(ids)
            return self._rows(kind, _WITH_ID, (json_array(wanted),)) if wanted else ()

        tags = named("tag", (id for row in every for id in row.tag_ids))
        attachments = named("attachment", (id for row in every for id in row.attachment_ids))
        alarms = [alarm.row(one) for one in named("alarm", _alarm_ids(every))]
        triggers: Sequence[Any] = ()
        if alarms:
            owners = (json_array(one.id for one in alarms),)
            triggers = self._rows("alarm_trigger", _OF_ALARM, owners)
        return Hanging(
            [tag.row(one) for one in tags],
            [attachment.row(one) for one in attachments],
            alarms,
            [trigger.row(one) for one in triggers],
        )

    def triggers(self) -> Sequence[TriggerRow]:
        """What sets alarms off, of all alarms."""
        return [trigger.row(row) for row in self._rows("alarm_trigger", "ORDER BY id, record_name")]

    def tags(self, reminder_id: str | None = None) -> Sequence[TagRow]:
        """The hashtags of one reminder, or all; by name."""
        rows = self._rows("tag", *_of_reminder(reminder_id, "ORDER BY name, id"))
        return [tag.row(row) for row in rows]

    def attachments(self, reminder_id: str | None = None) -> Sequence[AttachmentRow]:
        """The attachments of one reminder, or all; soft-deleted ones too."""
        rows = self._rows("attachment", *_of_reminder(reminder_id))
        return [attachment.row(row) for row in rows]

    def rules(self, reminder_id: str | None = None) -> Sequence[RuleRow]:
        """The recurrence rules of one reminder, or all; soft-deleted ones too."""
        return [rule.row(row) for row in self._rows("rule", *_of_reminder(reminder_id))]

    def sections(self) -> Sequence[SectionRow]:
        """Every section of every list, soft-deleted ones too; a list's oldest first."""
        rows = self._rows("section", "ORDER BY list_id, created_ms, id")
        return [section.row(row) for row in rows]

    def assignments(self, reminder_id: str | None = None) -> Sequence[AssignmentRow]:
        """The assignments of one reminder, or all; soft-deleted ones too."""
        rows = self._rows("assignment", *_of_reminder(reminder_id))
        return [assignment.row(row) for row in rows]

    def otherwise(self, rows: Iterable[tuple[str, DecodedRow | None]]) -> set[str]:
        """The names of those records that are remembered otherwise than as they decode here."""
        wanted = dict(rows)
        names = (json_array(wanted),)
        found: dict[str, list[tuple[Kind, Cells]]] = {name: [] for name in wanted}
        for kind, columns in COLUMNS.items():
            query = f"SELECT {', '.join(columns)} FROM {kind} WHERE {_NAMED}"
            for cells in self._db.all(query, names):
                found[cells[0]].append((kind, tuple(cells)))
        return {name for name, row in wanted.items() if found[name] != _as_kept(name, row)}

    def forget_decoded(self, names: Iterable[str]) -> None:
        """Forget what these records decode to, of whatever kind; putting them says it anew."""
        self._drop_decoded(list(names))

    def _rows(self, kind: Kind, rest: str = "", params: Sequence[Any] = ()) -> Sequence[Any]:
        columns = ", ".join(COLUMNS[kind])
        return self._db.all(f"SELECT {columns} FROM {kind} {rest}", params)

    def _put_decoded(self, rows: Iterable[tuple[str, DecodedRow | None]]) -> None:
        found: dict[Kind, list[Cells]] = {kind: [] for kind in COLUMNS}
        plain: list[str] = []
        for name, row in rows:
            if row is None:
                plain.append(name)
            else:
                found[kind_and_subject(row)[0]].append(cells_of(name, row))
        for kind, values in found.items():
            if values:
                self._db.write_many(_UPSERT[kind], values)
        if plain:
            self._drop_decoded(plain)

    def _drop_decoded(self, names: Sequence[str]) -> None:
        parameter = (json_array(names),)
        for kind in COLUMNS:
            self._db.write(f"DELETE FROM {kind} WHERE {_NAMED}", parameter)


def _as_kept(name: str, row: DecodedRow | None) -> list[tuple[Kind, Cells]]:
    """The cells of a record in all tables together."""
    return [] if row is None else [(kind_and_subject(row)[0], tuple(cells_of(name, row)))]


def _alarm_ids(rows: Iterable[ReminderRow]) -> Iterator[str]:
    return (id for row in rows for id in row.alarm_ids)


_IN_LIST = "WHERE list_id IN (SELECT value FROM json_each(?)) ORDER BY id, record_name"
_OF_ALARM = "WHERE alarm_id IN (SELECT value FROM json_each(?)) ORDER BY id, record_name"
_WITH_ID = "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id, record_name"
_RINGING = "NOT done AND (due IS NOT NULL OR alarm_ids <> '[]')"
_NAMED = "record_name IN (SELECT value FROM json_each(?))"


def _upsert(table: str, columns: Sequence[str]) -> str:
    rest = columns[1:]
    return f"""INSERT INTO {table} ({", ".join(columns)})
        VALUES ({", ".join("?" * len(columns))})
        ON CONFLICT (record_name) DO UPDATE SET {", ".join(f"{c} = excluded.{c}" for c in rest)}
        WHERE ({", ".join(rest)}) IS NOT ({", ".join(f"excluded.{c}" for c in rest)})"""


_UPSERT: dict[Kind, str] = {kind: _upsert(kind, columns) for kind, columns in COLUMNS.items()}


def _of_reminder(reminder_id: str | None, order: str = "ORDER BY id") -> tuple[str, Sequence[str]]:
    if reminder_id is None:
        return order, ()
    return f"WHERE reminder_id = ? {order}", (reminder_id,)
