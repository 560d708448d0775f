"""Settling: what earlier writes of files really came to, told by their receipts.

A write that was planned and never confirmed (we died) is judged by what it displaced; a displaced
file that an editor wrote to afterwards goes back to the person, and the base goes back with it.
Safe to be interrupted and to be done again.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from store.activity.journal import HistoryRow
from store.db import Store
from store.local.places import FileRow, LineRow
from store.local.renders import Written
from store.model import Field, Reminder, Value
from store.values import NO_VALUE
from sync.core.listplan import again
from sync.cycle.observing.homecoming import Home
from sync.cycle.observing.reading import LocalFile, LocalState
from sync.cycle.observing.stale import never_seen
from sync.local.folder import NotReady, check
from sync.local.outcome import Replaced
from sync.local.receipts import Kind, Receipt, State
from sync.local.swap import Writer

__all__ = ["Settled", "forgive", "settle"]

REMEMBERED = 4  # writes of one file that a buffer may be behind


@dataclass(slots=True)
class Settled:
    """``open`` counts receipts that are not quiet yet; ``returned`` files given back.

    ``learned``: something else is known now of what was agreed on, or of where lines stand.
    """

    open: int = 0
    returned: int = 0
    learned: bool = False


def settle(
    store: Store, writer: Writer, home: Home, now_ms: Callable[[], int], *, run: int | None = None
) -> Settled:
    """Judge every unconfirmed write and every receipt; raises ``OSError`` for a sick disk.

    Where the folder is away, its receipts are too: what was written there is judged once it is
    back.
    """
    receipts = {receipt.key: receipt for receipt in writer.receipts()}
    written = {write.key: write for write in store.places.written()}
    known = receipts.keys() | _newest(written.values())
    alone = [write for key, write in written.items() if key not in known]
    if (receipts or alone) and isinstance(check(home.root, home.marker.uuid), NotReady):
        return Settled()
    result = Settled(learned=not all(write.finished for write in written.values()))
    over = _judge_alone(store, home.root, alone)
    for key, receipt in receipts.items():
        over += _judge(store, writer, receipt, written.get(key), result, now_ms, run)
    if over:
        with store.commit("settle"):
            store.places.drop_render(*over)
    return result


def _judge_alone(store: Store, root: Path, written: Iterable[Written]) -> list[str]:
    """Without a receipt it never began, or is long settled; the file says which. Gives what may go.

    What stands is remembered until the person has saved the file after it (``forgive``).
    """
    over = []
    for write in written:
        if not write.finished and _digest(root / write.path) == write.new_sha:
            with store.commit("settle"):
                _confirm(store, write)
        else:
            over.append(write.key)
    return over


def _newest(written: Iterable[Written]) -> set[str]:
    """The keys of the latest few writes of each file that was there before."""
    by_path: defaultdict[str, list[str]] = defaultdict(list)
    for write in written:
        if write.finished and not write.expected_sha:
            by_path.pop(write.path, None)  # of a file that we made there is no text of before
        elif write.finished and write.new_sha:
            by_path[write.path].append(write.key)
    return {key for keys in by_path.values() for key in keys[-REMEMBERED:]}


def _confirm(store: Store, write: Written) -> None:
    """The write stands: so do its new lines, though nobody may ever read them as we wrote them."""
    render = store.places.render(write.key)
    if render is None or render.finished:
        return
    made = store.places.finish_render(render.key)
    if made is not None:
        store.attention.drop_approvals([again(made)])
        if store.places.file(render.path) is None:
            store.places.set_file(FileRow(render.path, "", 0, made))  # it is still to be read
    new = [one.id for one in render.changes if one.field is None and one.after is True]
    unknown = [id for id in new if store.places.line_of(id) is None]
    store.places.put_lines(LineRow(id, render.path, 0) for id in unknown)


def _judge(
    store: Store,
    writer: Writer,
    receipt: Receipt,
    write: Written | None,
    result: Settled,
    now_ms: Callable[[], int],
    run: int | None,
) -> list[str]:
    """What became of a write that left a receipt; gives its key once nothing can come of it."""
    result.learned |= receipt.state is not State.CLEAN
    if receipt.state is State.FOREIGN:
        _return(store, writer, receipt, write, result, now_ms, run)
        return []
    if write is not None and not (write.finished and receipt.state is State.CLEAN):
        with store.commit("settle"):
            if receipt.state is State.CLEAN:
                _confirm(store, write)
            else:
                store.places.undo_render(write.key)
    if not receipt.quiet:
        result.open += 1
        return []
    writer.drop(receipt)
    is_over = receipt.state is not State.CLEAN or receipt.kind is Kind.CREATE
    return [write.key] if write is not None and is_over else []


def forgive(
    store: Store,
    local: LocalState,
    shown: Callable[[Reminder], Reminder],
    blocks: Callable[[], Mapping[str, str]],
    *,
    marks: bool = True,
) -> tuple[list[str], list[str]]:
    """Take back from the base what a person's save shows they never saw; gives the files.

    Whatever else was written before that save has been seen by it, and is forgotten. ``blocks``
    gives the block ids of all that is known, by id. Without ``marks`` on lines nothing shows what
    was seen, and every save is taken at its word. Also gives the files that cannot be judged yet:
    what they lack may stand in one that is just being saved.
    """
    stale: list[str] = []
    unsure: list[str] = []
    written = store.places.written()
    left = {one.path: one.new_sha for one in written if one.finished}
    heads = [one for one in written if _was_saved_since(store, local, one, left)]
    saved = [render for one in heads if (render := store.places.render(one.key)) is not None]
    if not saved:
        return stale, unsure
    is_saving = any(file.unread and file.settling for file in local.files.values())
    ids = {block: id for id, block in blocks().items()}
    places = {
        (ids[task.block], path)
        for path, file in local.files.items()
        for task in file.tasks
        if task.block in ids
    }
    places |= {(ids[block], path) for block, path in local.aside().items() if block in ids}
    with store.commit("forgive"):
        for path in sorted({render.path for render in saved}):
            file = local.files[path]
            said = _said(file, ids)
            writes = [render for render in saved if render.path == path]
            bare = {task.reminder.title for task in file.tasks if task.block is None}
            elsewhere = {id for id, place in places if place != path}
            changed = {change.id for write in writes for change in write.changes}
            titles = _titles(store, changed)
            judge = partial(never_seen, writes, file.sha256, said, shown, titles, bare)
            unseen = judge(elsewhere) if marks else ()
            if unseen and is_saving and len(judge(elsewhere | changed)) < len(unseen):
                unsure.append(path)
                continue
            for render in reversed(unseen):
                store.places.undo_render(render.key)
            for render in writes:
                store.places.drop_render(render.key)
            stale += [path] if unseen else []
    return stale, unsure


def _said(file: LocalFile, ids: Mapping[str, str]) -> dict[str, list[Reminder]]:
    """What the lines say, by reminder."""
    said: dict[str, list[Reminder]] = {}
    for task in file.tasks:
        if task.block is not None and task.block in ids:
            said.setdefault(ids[task.block], []).append(task.reminder)
    return said


def _titles(store: Store, ids: Iterable[str]) -> dict[str, Value | None]:
    """What was agreed on that these are called."""
    bases = {id: store.bases.get(id) for id in ids}
    return {id: base.values.get(Field.TITLE) for id, base in bases.items() if base is not None}


def _was_saved_since(
    store: Store, local: LocalState, write: Written, left: Mapping[str, str]
) -> bool:
    """Whether somebody saved it since; ``left`` has what our last write of each file made of it.

    If we died before that was remembered, the file is not as it was known, and nobody's save.
    """
    file, known = local.files.get(write.path), store.places.file(write.path)
    if file is None or file.todo is None or known is None or not write.finished:
        return False
    return file.sha256 not in (known.sha256, left.get(write.path))


def _return(
    store: Store,
    writer: Writer,
    receipt: Receipt,
    write: Written | None,
    result: Settled,
    now_ms: Callable[[], int],
    run: int | None,
) -> None:
    """The person's words were displaced: they go back, or into the history if newer ones stand."""
    outcome = writer.give_back(receipt)
    if isinstance(outcome, Replaced):
        result.returned += 1
        if write is not None:
            with store.commit("settle"):
                store.places.undo_render(write.key)
        result.open += 1
        return
    if not receipt.quiet or receipt.file is None:
        result.open += 1
        return
    data = receipt.file.read_bytes()
    kept = HistoryRow(
        run=run,
        at_ms=now_ms(),
        side="file",
        id="",
        field="displaced",
        before=data.decode("utf-8", "replace"),
        after=NO_VALUE,
        path=receipt.path,
    )
    with store.commit("settle"):
        store.journal.record([kept])
        if write is not None:
            store.places.drop_render(write.key)
    writer.drop(receipt, kept_sha256=hashlib.sha256(data).hexdigest())


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
