"""An export as a JSON document, and back: every field by its name, and each record as it is.

The values of fields are as ``store.values`` writes them; docs/export.md describes the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from store.model import Field, Reminder
from store.raw import dumps, loads
from store.rows import AttachmentRow, ListRow, ReminderRow
from store.values import iso, mapping_from_json, mapping_to_json
from sync.core.importing import Entry
from sync.cycle.gauge import Gauge, unwatched
from sync.export.book import Book, counted
from sync.export.errors import NotAnExport

__all__ = ["KIND", "SCHEMA", "document", "read_document"]

SCHEMA = 1
KIND = "remindersd-export"

Document = dict[str, Any]


def document(
    book: Book, *, account: str, home_zone: str, at: str, gauge: Gauge = unwatched
) -> Document:
    """The whole book; ``at`` is when it was made, in ISO 8601."""
    names = book.names()
    return {
        "schema": SCHEMA,
        "kind": KIND,
        "exported": at,
        "account": account,
        "time_zone": home_zone,
        "lists": [_list(row, book) for row in book.lists],
        "reminders": [
            _reminder(one, book.rows[id], names, book.attachments.get(id, ()))
            for id, one in counted(book.reminders, gauge)
        ],
        "records": list(book.records),
    }


def _list(row: ListRow, book: Book) -> Document:
    return {
        "id": row.id,
        "name": row.name,
        "is_group": row.is_group,
        "group": row.group_id,
        "color": row.info().color,
        "emblem": row.emblem,
        "sorting": row.sorting,
        "order": list(row.order),
        "sections": list(book.sections.get(row.id, ())),
        "read_only": row.read_only,
        "shared_by": book.shared.get(row.id, ""),
    }


def _reminder(
    one: Reminder, row: ReminderRow, names: Mapping[str, str], files: Sequence[AttachmentRow]
) -> Document:
    return {
        "id": one.id,
        "list_name": names.get(one.list, ""),
        **loads(mapping_to_json(one.values())),
        "due_iso": iso(one.due),
        "unreadable": sorted(one.opaque),
        "created_ms": row.created_ms,
        "modified_ms": row.modified_ms,
        "files": [_file(each) for each in files],
    }


def _file(row: AttachmentRow) -> Document:
    return {
        "id": row.id,
        "kind": row.kind,
        "name": row.file_name,
        "type": row.uti,
        "bytes": row.file_size,
        "width": row.width,
        "height": row.height,
        "checksum": row.file_mark,
    }


def read_document(data: bytes) -> list[Entry]:
    """What stands in an export; raises NotAnExport naming the place of what cannot be read."""
    try:
        whole = loads(data)
    except ValueError as error:
        raise NotAnExport(f"it is not JSON: {error}") from None
    if not isinstance(whole, dict) or whole.get("kind") != KIND:
        raise NotAnExport(f"it is no export: its `kind` is not {KIND}")
    if whole.get("schema") != SCHEMA:
        raise NotAnExport(f"its schema is {whole.get('schema')!r}, and {SCHEMA} is known")
    lists = {str(one.get("id")): one for one in _objects(whole, "lists") if not one.get("is_group")}
    groups = {
        str(one.get("id")): str(one.get("name") or "")
        for one in _objects(whole, "lists")
        if one.get("is_group")
    }
    return [
        _entry(number, one, lists, groups)
        for number, one in enumerate(_objects(whole, "reminders"), 1)
    ]


def _objects(whole: Document, name: str) -> list[Document]:
    found = whole.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise NotAnExport(f"its `{name}` is no list of objects")
    return found


def _entry(
    number: int, one: Document, lists: Mapping[str, Document], groups: Mapping[str, str]
) -> Entry:
    plain = {name.value: one[name.value] for name in Field if name.value in one}
    try:
        values = mapping_from_json(dumps(plain).decode())
        reminder = Reminder(str(one.get("id") or ""), **{k.value: v for k, v in values.items()})  # type: ignore[arg-type]  # a Field names its own type
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotAnExport(f"reminder {number} cannot be read: {error}") from None
    home = lists.get(reminder.list, {})
    return Entry(
        reminder=reminder,
        list=str(one.get("list_name") or home.get("name") or ""),
        group=groups.get(str(home.get("group")), ""),
        color=str(home.get("color") or ""),
        emblem=str(home.get("emblem") or ""),
        key=reminder.id,
        parent=reminder.parent or "",
    )
