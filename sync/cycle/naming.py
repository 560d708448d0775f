"""What a person calls the things that are held."""

from __future__ import annotations

from collections.abc import Sequence

from store.db import Store
from store.model import Field
from sync.core.actions import Hold
from sync.cycle.report import Name

__all__ = ["names_of"]


def names_of(holds: Sequence[Hold], store: Store) -> dict[str, Name]:
    """What a person calls the things that ``holds`` are about, by their ids."""
    ids = {hold.id for hold in holds}
    if not ids:
        return {}
    rows, bases = store.mirror.reminders_by_id(ids), store.bases.some(ids)
    files, lists = store.places.files(), store.bases.all_lists()
    names = {}
    for id in ids:
        row, line = rows.get(id), store.places.line_of(id)
        home = lists.get(row.list_id or "") if row is not None else None
        path = line.path if line else home.path if home else None  # gone: where it would stand
        title = bases[id].values.get(Field.TITLE) if id in bases else line and line.text
        if id in lists:
            names[id] = Name(lists[id].name, lists[id].path)
        elif row is not None or title:
            names[id] = Name(row.title if row is not None else str(title), path)
        elif id in files:
            names[id] = Name(file=id)
    return names
