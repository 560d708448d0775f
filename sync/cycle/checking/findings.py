"""What a comparison found, in sentences that name list, title and field."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from store.db import Store
from store.file.consistency import Oddity
from store.model import Field, Value
from sync.codec import fields
from sync.codec.records import decode_list, decode_reminder
from sync.core.merging.compare import Difference, What
from sync.cycle.checking.verdict import Finding
from sync.cycle.checking.walking import Stray
from sync.cycle.planning.planner import Planned
from sync.cycle.planning.sentences import said

__all__ = ["Names", "of_lists", "of_oddities", "of_reminders", "of_strays"]


class Names:
    """What a person calls the lists and reminders of a plan."""

    def __init__(self, planned: Planned) -> None:
        self._lists = planned.lists.views
        self._rows = planned.known.rows

    def list(self, id: str) -> str:
        """A list's name."""
        view = self._lists.get(id)
        return view.name if view is not None else "a list that is not known"

    def value(self, name: Field | None, value: Value) -> str:
        """A field's value; of what is named by an id, what it is called."""
        if name is Field.LIST:
            return self.list(str(value))
        if name is Field.PARENT and value:
            row = self._rows.get(str(value))
            return f"“{row.title}”" if row is not None else str(value)
        return said(name, value)


def of_oddities(oddities: Iterable[Oddity]) -> list[Finding]:
    """Rows of the database that do not fit."""
    return [
        Finding("database", one.key, f"database: {one.table} {one.key} {one.wrong}")
        for one in oddities
    ]


def of_strays(store: Store, strays: Iterable[Stray]) -> list[Finding]:
    """Records that the mirror has not as iCloud has them."""
    return [_of_stray(store, stray) for stray in strays]


def _of_stray(store: Store, stray: Stray) -> Finding:
    record = stray.now or store.mirror.record(stray.name) or {}
    kind, title, home = _called(store, record)
    what = f"{kind} “{title}”" if title else f"{kind} {stray.name}"
    where = f" in “{home}”" if home else ""
    if stray.now is None:
        sentence = f"mirror: has {what}{where}, which iCloud has not"
    elif not stray.is_known:
        sentence = f"mirror: lacks {what}{where}"
    else:
        sentence = f"mirror: {what}{where} is not as iCloud has it ({', '.join(stray.apart)})"
    id = fields.bare_id(stray.name)
    return Finding("mirror", id, sentence, title or None, home or None, ", ".join(stray.apart))


def _called(store: Store, record: Any) -> tuple[str, str, str]:
    """Which kind of record it is, its title, and its list's name, as far as they can be read."""
    kind = str(record.get("recordType") or "record")
    if kind == "Reminder":
        one = decode_reminder(record).reminder()
        home = store.mirror.list(one.list)
        return "reminder", one.title, home.name if home is not None else ""
    if kind == "List":
        return "list", decode_list(record, None).info.name, ""
    return kind, "", ""


def of_reminders(found: Iterable[Difference], names: Names) -> list[Finding]:
    """Reminders that are not the same in iCloud and in their file."""
    return [
        Finding(
            *("files", one.id, _sentence(one, names), one.title, names.list(one.list)),
            one.field.value if one.field is not None else None,
            one.path or None,
        )
        for one in found
    ]


def _sentence(one: Difference, names: Names) -> str:
    what = f"“{one.title}” in “{names.list(one.list)}”"
    match one.what:
        case What.NO_LINE:
            return f"files: {what} has no line"
        case What.NO_REMINDER:
            return f"files: {what} has a line in {one.path}, and iCloud has not got it"
        case What.BASE:
            return f"database: {what}: its {one.field} is the same on both sides, and unknown to it"
        case What.VALUE:
            cloud, file = names.value(one.field, one.cloud), names.value(one.field, one.file)
            return f"files: {what}: {one.field} is {file} in {one.path}, and {cloud} in iCloud"


def of_lists(planned: Planned, new: Collection[str]) -> list[Finding]:
    """Lists whose files are not as the lists are; ``new`` are places that nobody synced yet."""
    lists = planned.lists
    held = {hold.id for hold in planned.holds}
    told = [
        (op.id, op.path, f"has no file ({op.path})")
        for op in lists.create_files
        if op.path not in new
    ]
    told += [(op.id, op.old, f"stands in {op.old}, not in {op.path}") for op in lists.rename_files]
    told += [(op.id, op.path, f"has another {op.key} in {op.path}") for op in lists.heads]
    told += [(op.id, op.path, f"is called otherwise in {op.path}") for op in lists.rebinds]
    told += [(op.id, op.path, f"has another {op.what} in {op.path}") for op in lists.label_files]
    told += [
        (op.id, "", f"has another {' and '.join(op.changes)} in iCloud than in the files")
        for op in lists.update_lists
        if lists.views[op.id].path not in new
    ]
    return [
        Finding("lists", id, f"lists: “{_name(planned, id)}” {what}", None, _name(planned, id))
        for id, path, what in told
        if id not in held and path not in held
    ]


def _name(planned: Planned, id: str) -> str:
    view = planned.lists.views.get(id)
    return view.name if view is not None else str(planned.lists.group_names.get(id, id))
