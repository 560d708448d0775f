"""Lines that were cut, and pasted in the very moment in which we put them in again.

A line that is gone here and was edited in iCloud is put back. Who had it in the clipboard may paste
it into another file before that is seen: then it stands twice, by nobody's wish. The pasted line,
if it says what the cut one said, is where it belongs; what we put goes as after a move, and what
iCloud changed since goes to the pasted one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from store.db import Store
from store.model import Field, Reminder, Value
from sync.core.actions import AddLine
from sync.core.matching.match import Leaving, words
from sync.core.merging.lift import PLACE, as_reminder, lift
from sync.cycle.files.committing import LEAVING
from sync.cycle.observing.reading import LocalState
from sync.cycle.planning.planner import Planned
from sync.cycle.planning.standing import leaving_of, leaving_text
from sync.cycle.rendering.desk import FileWrite
from sync.local.formats import Dialect
from sync.local.tasks import Task

__all__ = ["as_it_was", "lines_put_back", "note_put_back", "take_pasted"]

PUT_BACK = "put back"  # meta key: path, id, what the line says, and what it said when it was cut


def lines_put_back(planned: Planned) -> dict[str, str]:
    """The lines of a plan that stood here before, as block ids with their reminders."""
    traces, blocks = planned.known.traces, planned.known.blocks
    renders = planned.plan.renders
    return {blocks[op.id]: op.id for op in renders if isinstance(op, AddLine) and op.id in traces}


def note_put_back(
    store: Store,
    planned: Planned,
    put_back: Mapping[str, str],
    write: FileWrite,
    local: LocalState,
) -> None:
    """Remember which lines we put back with a write that stands in ``local``; inside a commit.

    ``put_back`` is what ``lines_put_back`` says of the whole plan.
    """
    traces = planned.known.traces
    ids = {block: id for block, id in put_back.items() if id in write.ids}
    file = local.files.get(write.path)
    found = [
        (write.path, ids[task.block], _words(task), words(trace.text, trace.notes))
        for task in (file.tasks if file is not None and ids else ())
        if task.block in ids
        for trace in (traces[ids[task.block]],)
    ]
    if found:
        store.meta.set(PUT_BACK, json.dumps([*_noted(store), *found]))


def take_pasted(
    store: Store, local: LocalState, dialect: Dialect, blocks: Callable[[], Mapping[str, str]]
) -> None:
    """Let the pasted one of two lines be the reminder, and take from its base what it has not seen.

    ``blocks`` gives the block ids of all that is known, by id.
    """
    noted = _noted(store)
    if not noted or local.unread is not None:
        return
    named = blocks()
    with store.commit("pasted"):
        store.meta.set(PUT_BACK, "[]")
        for path, id, put, cut in noted:
            standing = [
                (other, task)
                for other, file in local.files.items()
                for task in file.tasks
                if task.block is not None and task.block == named.get(id)
            ]
            ours = [task for other, task in standing if other == path and _words(task) == put]
            pasted = [task for other, task in standing if other != path and _words(task) == cut]
            base = store.bases.get(id)
            if base is None or (len(standing), len(ours), len(pasted)) != (2, 1, 1):
                continue
            store.bases.set(id, as_it_was(id, pasted[0].reminder, base.values, dialect))
            leaving = leaving_of(store.meta.get(LEAVING)) | {Leaving(path, id, put)}
            store.meta.set(LEAVING, leaving_text(leaving))


def _noted(store: Store) -> list[tuple[str, str, str, str]]:
    return [tuple(entry) for entry in json.loads(store.meta.get(PUT_BACK) or "[]")]


def _words(task: Task) -> str:
    return words(task.text, task.reminder.notes)


def as_it_was(
    id: str, line: Reminder, base: Mapping[Field, Value], dialect: Dialect
) -> dict[Field, Value]:
    """The base as it was when both sides said what the line says."""
    seen = lift(line, dialect.shown, as_reminder(id, base))
    said = {name: seen.value(name) for name in base if name not in {*PLACE, *seen.opaque}}
    return {**base, **said}
