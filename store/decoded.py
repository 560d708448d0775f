"""Remembers what records decode to, one table per kind, so that people and plans can query it.

What SQL cannot hold must not stop a page: a lone surrogate in a title, note or name becomes
U+FFFD, a time beyond 64 bits is unknown. An opaque title or note is NULL, read as its default.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from store.connection import Connection, json_array
from store.model import Field, Priority
from store.raw import dumps, loads
from store.rows import AlarmRow, DecodedRow, Kind, ListRow, ReminderRow, TagRow
from store.values import from_json, iso, to_json

__all__ = ["Decoded", "kind_and_subject"]

_COLUMNS: dict[Kind, tuple[str, ...]] = {
    "reminder": (
        *("record_name", "id", "change_tag", "deleted", "title", "notes", "done"),
        *("completed_at_ms", "due", "priority", "flagged", "list_id", "parent_id", "recurring"),
        *("created_ms", "modified_ms", "opaque", "problems", "due_iso"),
    ),
    "list": (
        *("record_name", "id", "change_tag", "deleted", "name", "is_group", "group_id"),
        *("reminder_order", "color", "read_only", "problems"),
    ),
    "alarm": (
        *("record_name", "id", "reminder_id", "trigger_id", "trigger_kind", "at", "nonce"),
        "deleted",
    ),
    "tag": ("record_name", "id", "reminder_id", "name"),
}


def kind_and_subject(row: DecodedRow | None) -> tuple[Kind, str | None]:
    """What a decoded row is, and the id of the reminder or list that it tells about."""
    match row:
        case ReminderRow():
            return "reminder", row.id
        case ListRow():
            return "list", row.id
        case AlarmRow():
            return "alarm", row.reminder_id
        case TagRow():
            return "tag", row.reminder_id
        case None:
            return "other", None


class Decoded:
    """The decoded half of the mirror."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def reminders(self) -> Iterator[ReminderRow]:
        """Every decoded reminder, soft-deleted ones too, by id."""
        return map(_reminder, self._rows("reminder", "ORDER BY id, record_name"))

    def reminders_by_id(self, ids: Iterable[str]) -> dict[str, ReminderRow]:
        """Those of ``ids`` that are here."""
        rows = self._rows("reminder", _WITH_ID, (json_array(ids),))
        return {row.id: row for row in map(_reminder, rows)}

    def reminder(self, id: str) -> ReminderRow | None:
        """One reminder."""
        return self.reminders_by_id([id]).get(id)

    def lists(self) -> Iterator[ListRow]:
        """Every decoded list and group, soft-deleted ones too, by id."""
        return map(_list, self._rows("list", "ORDER BY id, record_name"))

    def list(self, id: str) -> ListRow | None:
        """One list or group."""
        rows = self._rows("list", _WITH_ID, (json_array([id]),))
        return next(map(_list, rows), None)

    def alarms(self, reminder_id: str | None = None) -> Sequence[AlarmRow]:
        """The alarms of one reminder, or all."""
        return [_alarm(row) for row in self._rows("alarm", *_of_reminder(reminder_id))]

    def tags(self, reminder_id: str | None = None) -> Sequence[TagRow]:
        """The hashtags of one reminder, or all; by name."""
        rows = self._rows("tag", *_of_reminder(reminder_id, "ORDER BY name, id"))
        return [TagRow(*row[1:]) for row in rows]

    def _rows(self, kind: Kind, rest: str = "", params: Sequence[Any] = ()) -> Sequence[Any]:
        columns = ", ".join(_COLUMNS[kind])
        return self._db.all(f"SELECT {columns} FROM {kind} {rest}", params)

    def _put_decoded(self, rows: Iterable[tuple[str, DecodedRow | None]]) -> None:
        found: dict[Kind, list[tuple[Any, ...]]] = {kind: [] for kind in _COLUMNS}
        plain: list[str] = []
        for name, row in rows:
            match row:
                case ReminderRow():
                    found["reminder"].append(_reminder_values(name, row))
                case ListRow():
                    found["list"].append(_list_values(name, row))
                case AlarmRow():
                    found["alarm"].append(_alarm_values(name, row))
                case TagRow():
                    found["tag"].append((name, row.id, row.reminder_id, _text(row.name)))
                case None:
                    plain.append(name)
        for kind, values in found.items():
            if values:
                self._db.write_many(_UPSERT[kind], values)
        if plain:
            self._drop_decoded(plain)

    def _drop_decoded(self, names: Sequence[str]) -> None:
        parameter = (json_array(names),)
        for kind in _COLUMNS:
            self._db.write(f"DELETE FROM {kind} WHERE {_NAMED}", parameter)


_WITH_ID = "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id, record_name"
_NAMED = "record_name IN (SELECT value FROM json_each(?))"


def _upsert(table: str, columns: Sequence[str]) -> str:
    rest = columns[1:]
    return f"""INSERT INTO {table} ({", ".join(columns)})
        VALUES ({", ".join("?" * len(columns))})
        ON CONFLICT (record_name) DO UPDATE SET {", ".join(f"{c} = excluded.{c}" for c in rest)}
        WHERE ({", ".join(rest)}) IS NOT ({", ".join(f"excluded.{c}" for c in rest)})"""


_UPSERT: dict[Kind, str] = {kind: _upsert(kind, columns) for kind, columns in _COLUMNS.items()}


def _of_reminder(reminder_id: str | None, order: str = "ORDER BY id") -> tuple[str, Sequence[str]]:
    if reminder_id is None:
        return order, ()
    return f"WHERE reminder_id = ? {order}", (reminder_id,)


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _whole(number: int | None) -> int | None:
    return number if number is not None and -(2**63) <= number < 2**63 else None


def _reminder_values(name: str, row: ReminderRow) -> tuple[Any, ...]:
    return (
        name,
        row.id,
        row.change_tag,
        row.deleted,
        None if Field.TITLE in row.opaque else _text(row.title),
        None if Field.NOTES in row.opaque else _text(row.notes),
        row.done,
        _whole(row.completed_at_ms),
        None if row.due is None else to_json(row.due),
        row.priority.value,
        row.flagged,
        row.list_id,
        row.parent_id,
        row.recurring,
        _whole(row.created_ms),
        _whole(row.modified_ms),
        ",".join(sorted(row.opaque)),
        row.problems,
        iso(row.due),
    )


def _reminder(row: Sequence[Any]) -> ReminderRow:
    due: Any = None if row[8] is None else from_json(Field.DUE, row[8])
    return ReminderRow(
        record_name=row[0],
        id=row[1],
        change_tag=row[2],
        deleted=bool(row[3]),
        title=row[4] or "",
        notes=row[5] or "",
        done=bool(row[6]),
        completed_at_ms=row[7],
        due=due,
        priority=Priority(row[9]),
        flagged=bool(row[10]),
        list_id=row[11],
        parent_id=row[12],
        recurring=bool(row[13]),
        created_ms=row[14],
        modified_ms=row[15],
        opaque=frozenset(map(Field, row[16].split(","))) if row[16] else frozenset(),
        problems=row[17],
    )


def _list_values(name: str, row: ListRow) -> tuple[Any, ...]:
    return (
        name,
        row.id,
        row.change_tag,
        row.deleted,
        _text(row.name),
        row.is_group,
        row.group_id,
        dumps(row.order).decode(),
        row.color,
        row.read_only,
        row.problems,
    )


def _list(row: Sequence[Any]) -> ListRow:
    return ListRow(
        record_name=row[0],
        id=row[1],
        change_tag=row[2],
        deleted=bool(row[3]),
        name=row[4],
        is_group=bool(row[5]),
        group_id=row[6],
        order=tuple(loads(row[7])),
        color=row[8],
        read_only=bool(row[9]),
        problems=row[10],
    )


def _alarm_values(name: str, row: AlarmRow) -> tuple[Any, ...]:
    return (
        name,
        row.id,
        row.reminder_id,
        row.trigger_id,
        row.trigger_kind,
        row.at,
        row.nonce,
        row.deleted,
    )


def _alarm(row: Sequence[Any]) -> AlarmRow:
    return AlarmRow(
        record_name=row[0],
        id=row[1],
        reminder_id=row[2],
        trigger_id=row[3],
        trigger_kind=row[4],
        at=row[5],
        nonce=row[6],
        deleted=bool(row[7]),
    )
