"""What a person calls the things that are held, and in which order they are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from store.db import Store
from store.model import Field
from sync.cycle.report import Name

__all__ = ["in_order", "names_of"]


class _Held(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def kind(self) -> str: ...


_Hold = TypeVar("_Hold", bound=_Held)


def names_of(holds: Sequence[_Held], store: Store) -> dict[str, Name]:
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
            called = row.title if row is not None else str(title)
            names[id] = Name(called, path, line.line if line else None)
        elif id in files:
            names[id] = Name(file=id)
    return names


def in_order(holds: Iterable[_Hold], names: Mapping[str, Name]) -> list[_Hold]:
    """``holds`` as a person meets them: by file and line, and what has none by its title."""

    def place(hold: _Hold) -> tuple[str, str, int, str, str]:
        name = names.get(hold.id, Name())
        line = -1 if name.line is None else name.line
        return hold.kind, name.file or "", line, (name.title or "").casefold(), hold.id

    return sorted(holds, key=place)
