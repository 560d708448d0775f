"""Files whose lines carry no ids: where each reminder stands, before and after a write. Pure.

What stands in a file is known by what stood there last, so every write of ours says which of its
lines is which reminder.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from store.local.places import LineRow
from sync.core.listplan import FileFacts, ListPlan
from sync.core.matching.traces import Line, Trace, words
from sync.cycle.observing.reading import LocalFile, LocalState
from sync.cycle.planning.known import Known
from sync.local.formats import Dialect
from sync.local.tasks import Edit, Insert, Remove

__all__ = ["by_text", "followed", "kept_rows", "line_saying", "rows_after", "without_ids"]

Named = tuple[str, Edit]


def by_text(facts: FileFacts, file: LocalFile, local: LocalState, known: Known) -> FileFacts:
    """What a new file's lines show by their words: whose they are, or that they are copies."""
    if facts.was is not None or facts.trouble:
        return facts
    gone: dict[str, str] = {}
    there: set[str] = set()
    for trace in known.traces.values():
        if trace.path in local.files:
            there.add(trace.text)
        elif (list_id := known.list_at.get(trace.path)) is not None:
            gone[trace.text] = list_id
    texts = [task.text for task in file.tasks]
    counts = Counter(facts.known)
    counts.update(gone[text] for text in texts if text in gone)
    copied = facts.copied + sum(text in there for text in texts)
    return replace(facts, known=counts, there=_titled(file, known), copied=copied)


def _titled(file: LocalFile, known: Known) -> Counter[str]:
    """The lists that have reminders of these titles in iCloud, of which nothing is agreed on."""
    lists: defaultdict[str, set[str]] = defaultdict(set)
    for id, row in known.rows.items():
        if id not in known.base and not row.deleted:
            lists[row.title].add(row.list_id or "")
    return Counter(id for task in file.tasks for id in lists.get(task.reminder.title, ()))


def followed(known: Known, local: LocalState, lists: ListPlan) -> Mapping[str, Trace]:
    """The traces, with those of a file that was renamed where it is now."""
    new: dict[str, list[str]] = {}
    for path, list_id in lists.owner.items():
        if path in local.files and path not in known.list_at:
            new.setdefault(list_id, []).append(path)
    traces = {}
    for id, trace in known.traces.items():
        paths = new.get(known.list_at.get(trace.path, ""), [])
        renamed = trace.path not in local.files and len(paths) == 1
        traces[id] = replace(trace, path=paths[0]) if renamed else trace
    return traces


def kept_rows(known: Known, lines: Mapping[str, Line]) -> list[LineRow]:
    """Lines that are gone from files and may come back, by another save or from the clipboard."""
    return [
        LineRow(id, trace.path, trace.line, trace.text)
        for id, trace in sorted(known.traces.items())
        if id in known.base and id not in lines
    ]


def line_saying(local: LocalState, path: str, said: str) -> int | None:
    """The task of a file that says this, if it may be taken out; of several alike the first."""
    file = local.files.get(path)
    tasks = file.tasks if file is not None else ()
    return next(
        (
            index
            for index, task in enumerate(tasks)
            if words(task.text, task.reminder.notes) == said and task.clean
        ),
        None,
    )


def without_ids(edit: Edit) -> Edit:
    """The edit as it is made where no id is written."""
    if not isinstance(edit, Insert):
        return edit
    below = tuple(replace(child, block="") for child in edit.children)
    return replace(edit, block="", children=below)


def rows_after(
    file: LocalFile,
    edits: Sequence[Named],
    data: bytes,
    lines: Mapping[str, Line],
    named: Mapping[str, str],
    dialect: Dialect,
) -> tuple[LineRow, ...]:
    """Where each reminder stands in ``data``, which ``file`` becomes by ``edits``.

    ``named`` maps block ids to reminders. The same edits with ids give a file of the same lines;
    there what is new can be found.
    """
    assert file.todo is not None
    removed = {edit.task for _, edit in edits if isinstance(edit, Remove)}
    inserts = [edit for _, edit in edits if isinstance(edit, Insert)]
    put_in = {one.block for insert in inserts for one in (insert, *insert.children)}
    new = {block: named[block] for block in put_in & named.keys()}
    marked = dialect.parse(dialect.edit(file.todo, [edit for _, edit in edits])).tasks
    at = {line.task: id for id, line in lines.items() if line.path == file.path}
    old = iter(index for index in range(len(file.todo.tasks)) if index not in removed)
    rows = []
    for task, shown in zip(dialect.parse(data).tasks, marked, strict=True):
        id = new.get(shown.block or "") or at.get(next(old))
        if id is not None:
            rows.append(LineRow(id, file.path, task.line, task.text))
    return tuple(rows)
