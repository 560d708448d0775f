"""Lines that were cut, and pasted after we had put them in again, by the next save of any file.

A line that is gone here and was edited in iCloud is put back. Who had it in the clipboard may paste
it into another file before that is seen: then it stands twice, by nobody's wish. The pasted line,
if it says what the cut one said, is where it belongs; what we put goes as after a move, and what
iCloud changed since goes to the pasted one. So it is with the rest of a save that was seen half:
what is back where it was before has not left, whatever else that save has changed of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from store.db import Store
from store.model import Field, Reminder, Value
from sync.core.actions import AddLine
from sync.core.matching.match import Leaving, words
from sync.core.merging.lift import PLACE, as_reminder, lift
from sync.cycle.observing.reading import LocalState
from sync.cycle.planning.planner import Planned
from sync.cycle.planning.standing import LEAVING, leaving_of, leaving_text
from sync.cycle.planning.stood import as_left
from sync.cycle.rendering.desk import FileWrite
from sync.local.formats import Dialect
from sync.local.tasks import Task

__all__ = ["as_it_was", "note_put_back", "take_pasted"]

PUT_BACK = "put back"  # meta key: a list of ``_PutBack``


class _PutBack(NamedTuple):
    """Where which line was ``put``, what it says, and what was ``cut``, and where.

    ``due``: a file was saved since, and not all could be read then. ``unsent`` are the fields of
    which the line said something that iCloud had not heard.
    """

    path: str
    id: str
    put: str
    cut: str
    was: str = ""
    due: bool = False
    unsent: tuple[str, ...] = ()


def note_put_back(
    store: Store, planned: Planned, writes: Iterable[FileWrite], dialect: Dialect
) -> None:
    """Remember which lines that stood here before these writes put in again; inside a commit.

    It is noted before any is carried out: should we die then, what is pasted is known all the same.
    """
    traces, blocks, bases = planned.known.traces, planned.known.blocks, planned.known.base
    renders = planned.plan.renders
    ids = {blocks[op.id]: op.id for op in renders if isinstance(op, AddLine) and op.id in traces}
    found = [
        _PutBack(
            write.path,
            id,
            _words(task),
            cut,
            trace.path,
            unsent=_unsent(id, cut, bases.get(id, {}), dialect),
        )
        for write in writes
        if write.data is not None and not write.ids.isdisjoint(ids.values())
        for task in dialect.parser(write.path)(write.data).tasks
        if (id := ids.get(task.block or "")) in write.ids
        for trace in (traces[id],)
        for cut in (words(trace.text, trace.notes),)
    ]
    if found:
        again = {one.id for one in found}
        noted = [one for one in _noted(store) if one.id not in again]
        store.meta.set(PUT_BACK, json.dumps([*noted, *found]))


def take_pasted(
    store: Store,
    local: LocalState,
    dialect: Dialect,
    blocks: Callable[[], Mapping[str, str]],
    note: Callable[[str, str, str], None],
) -> None:
    """Let the pasted one of two lines be the reminder, and take from its base what it has not seen.

    ``blocks`` gives the block ids of all that is known, by id. Of a line that goes while iCloud
    has the reminder no more, what it said is in the history: ``note`` takes id, path and text.
    """
    noted = _noted(store)
    if not any(one.due for one in noted) and not (noted and _is_saved(store, local)):
        return
    if local.unread is not None:
        _wait(store, noted)
        return
    named = blocks()
    homes = {base.path: id for id, base in store.bases.all_lists().items()}
    with store.commit("pasted"):
        store.meta.set(PUT_BACK, "[]")
        for path, id, put, cut, was, _, unsent in noted:
            standing = [
                (other, task)
                for other, file in local.files.items()
                for task in file.tasks
                if task.block is not None and task.block == named.get(id)
            ]
            ours = [task for other, task in standing if other == path and _words(task) == put]
            said = as_left(cut, dialect)
            title = said.title if said is not None else ""
            pasted = [
                (other, task)
                for other, task in standing
                if other != path
                and (_words(task) == cut or (other == was and task.reminder.title == title))
            ]
            base = store.bases.get(id)
            if base is None or (len(standing), len(ours), len(pasted)) != (2, 1, 1):
                continue
            there, task = pasted[0]
            before = as_it_was(id, said or task.reminder, ours[0].reminder, base.values, dialect)
            before |= {name: base.values[name] for name in before if name in unsent}
            home = homes.get(dialect.layout.place_of(there)) if there == was else None
            store.bases.set(id, before if home is None else {**before, Field.LIST: home})
            leaving = leaving_of(store.meta.get(LEAVING)) | {Leaving(path, id, put)}
            store.meta.set(LEAVING, leaving_text(leaving))
            living = store.mirror.reminder(id)
            if living is None or living.deleted:
                note(id, path, put)


def _unsent(id: str, cut: str, base: Mapping[Field, Value], dialect: Dialect) -> tuple[str, ...]:
    """In what a line that was cut said something else than was agreed on."""
    said = as_left(cut, dialect)
    if said is None:
        return ()
    seen = lift(said, dialect.shown, as_reminder(id, base))
    unsaid = {*PLACE, *seen.opaque}
    return tuple(n.value for n in base if n not in unsaid and seen.value(n) != base[n])


def _noted(store: Store) -> list[_PutBack]:
    return [_PutBack(*entry) for entry in json.loads(store.meta.get(PUT_BACK) or "[]")]


def _wait(store: Store, noted: Iterable[_PutBack]) -> None:
    """Look once all can be read: by then the save of now may be known, or written over."""
    if not all(one.due for one in noted):
        with store.commit("paste waits"):
            store.meta.set(PUT_BACK, json.dumps([one._replace(due=True) for one in noted]))


def _is_saved(store: Store, local: LocalState) -> bool:
    """Whether any file is otherwise than we knew it last, or wrote it."""
    known = {(path, row.sha256) for path, row in store.places.files().items()}
    known |= {(one.path, one.new_sha) for one in store.places.written()}
    return any((path, file.sha256) not in known for path, file in local.files.items())


def _words(task: Task) -> str:
    return words(task.text, task.reminder.notes)


def as_it_was(
    id: str, line: Reminder, put: Reminder, base: Mapping[Field, Value], dialect: Dialect
) -> dict[Field, Value]:
    """The base as it was when the line said this, before ``put`` was put in its place.

    In what both say alike nothing was taken over with that: it may be an edit that is not sent.
    """
    seen = lift(line, dialect.shown, as_reminder(id, base))
    alike = {name for name in base if line.value(name) == put.value(name)}
    unsaid = {*PLACE, *seen.opaque, *put.opaque, *alike}
    return {**base, **{name: seen.value(name) for name in base if name not in unsaid}}
