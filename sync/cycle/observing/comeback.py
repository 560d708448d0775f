"""Files that came back as they were before: from a backup, or from another machine's older copy.

Two things show it. The file is, byte for byte, an older version than the last but one: then what
iCloud changed since is not taken back with it. Or a sync tool put a conflict copy beside it, with
what stood here: then another machine's version stands there now, whose edits are its own to send,
and nothing that it has from before is an edit. Either way the lines that it lacks are not gone.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from store.activity.journal import HistoryRow
from store.db import Store
from store.model import Field, Reminder, Value
from store.values import NoValue
from sync.core.matching.outdated import outdated
from sync.cycle.observing.reading import LocalFile, LocalState
from sync.cycle.observing.settle import forgive
from sync.local.files import Unsettled, read_stable
from sync.local.formats import Dialect
from sync.local.tasks import TodoFile

__all__ = ["discount", "earlier_values"]

_SEEN = "seen what iCloud changed"
_UNION = "what iCloud changed since stays, and no line is gone"
COPIES = "copies"  # meta key: the hashes of conflict copies that have been looked at

_FIELDS = frozenset(name.value for name in Field)

Earlier = Mapping[Field, Collection[Value]]


def discount(
    store: Store,
    local: LocalState,
    root: Path,
    dialect: Dialect,
    blocks: Callable[[], Mapping[str, str]],
) -> tuple[list[str], LocalState]:
    """Take from the base what files say that is nobody's edit.

    ``blocks`` gives the block ids of all that is known, by id. Gives what is to be told of it, and
    the state of what can be judged now.
    """
    unseen, unsure = forgive(store, local, dialect.shown, blocks, marks=dialect.marks)
    for path in unsure:
        local = local.later(path, "waits for a file that is being saved")
    restored, carried = _take_comebacks(store, local, root, dialect, blocks)
    told = [
        *(f"files: {path} was saved by someone who had not {_SEEN}" for path in unseen),
        *(f"files: {path} is an older version; {_UNION}" for path in restored),
        *(f"files: {path} was replaced, and a copy kept; {_UNION}" for path in carried),
    ]
    return told, local


def _take_comebacks(
    store: Store,
    local: LocalState,
    root: Path,
    dialect: Dialect,
    blocks: Callable[[], Mapping[str, str]],
) -> tuple[list[str], list[str]]:
    """Set the base back where a file came back; gives the files, restored ones and carried ones.

    Without marks on lines nothing is known of what an older version lacks.
    """
    if not dialect.marks:
        return [], []
    places = store.places.files()
    restored = {
        path: number
        for path, file in local.files.items()
        if file.todo is not None
        and (known := places.get(path)) is not None
        and known.sha256 != file.sha256
        and (number := store.versions.brought_back(path, file.sha256)) is not None
        and _goes_back(store, path, file)
    }
    copies, seen = _fresh_copies(store, local, root, dialect)
    if not restored and not copies and seen is None:
        return [], []
    ids = {block: id for id, block in blocks().items()}
    standing = {task.block for file in local.files.values() for task in file.tasks}
    here = {ids[block] for block in standing if block in ids}
    with store.commit("comeback"):
        for path, number in restored.items():
            if path not in copies:
                _set_back(store, local.files[path], dialect, ids, number)
                _keep_lines(store, path, local.files[path], here)
        for path, copy in copies.items():
            _set_back(store, local.files[path], dialect, ids, 0, copy)
            _keep_lines(store, path, local.files[path], here)
        if seen is not None:
            store.meta.set(COPIES, seen)
    return sorted(restored.keys() - copies.keys()), sorted(copies)


def _goes_back(store: Store, path: str, file: LocalFile) -> bool:
    """Whether a file says again what it said before, in more than one line.

    One line may be what it was by a person's hand; and a file that only lacks lines is one that
    they were taken out of, as an inbox that is cleared is. What was missed before does not go now.
    """
    missed, rows = store.places.vanished(), store.places.lines_in(path)
    now = {task.text for task in file.tasks}
    came = now - {row.text for row in rows}
    went = {row.text for row in rows if row.id not in missed} - now
    return bool(came) and max(len(went), len(came)) > 1


def _fresh_copies(
    store: Store, local: LocalState, root: Path, dialect: Dialect
) -> tuple[dict[str, TodoFile], str | None]:
    """What stood in files that were displaced by a sync tool, each once; and what is seen then."""
    known = json.loads(store.meta.get(COPIES) or "{}")
    found: dict[str, TodoFile] = {}
    seen: dict[str, str] = {}
    for copy, path in local.copies.items():
        file = local.files.get(path)
        data = read_stable((root / copy).resolve())
        if isinstance(data, Unsettled) or file is None or file.todo is None:
            seen |= {copy: known[copy]} if copy in known else {}
            continue  # until it can be judged
        seen[copy] = hashlib.sha256(data.data).hexdigest()
        was = store.places.file(path)
        is_ours = was is not None and was.sha256 == seen[copy] != file.sha256
        if known.get(copy) != seen[copy] and is_ours:
            found[path] = dialect.parse(data.data)
    return found, (json.dumps(seen, sort_keys=True) if seen != known else None)


def _set_back(
    store: Store,
    file: LocalFile,
    dialect: Dialect,
    ids: Mapping[str, str],
    number: int,
    copy: TodoFile | None = None,
) -> None:
    """What lines say of before ``number`` in the history, the base says again.

    Without ``copy`` only what iCloud changed since: what was typed here, was typed by whoever
    brought the file back.
    """
    newer: dict[str, Reminder] = {}
    if copy is not None:
        newer = {ids[t.block]: t.reminder for t in copy.tasks if t.block and t.block in ids}
    for task in file.tasks:
        id = ids.get(task.block or "")
        base = store.bases.get(id) if id is not None else None
        if id is None or base is None or (copy is not None and id not in newer):
            continue
        rows = [row for row in store.journal.history(id=id) if row.number > number]
        earlier = earlier_values(row for row in rows if copy is not None or row.side == "file")
        back = outdated(task.reminder, base.values, earlier, dialect.shown, newer.get(id))
        store.bases.set(id, back)


def earlier_values(rows: Iterable[HistoryRow]) -> Earlier:
    """What fields said before, as these rows of the history have it."""
    found: defaultdict[Field, list[Value]] = defaultdict(list)
    for row in rows:
        if row.field in _FIELDS and not isinstance(row.before, NoValue):
            found[Field(row.field)].append(row.before)
    return found


def _keep_lines(store: Store, path: str, file: LocalFile, here: Collection[str]) -> None:
    """What stood in the file, lives in iCloud and stands nowhere now, is to be put in again.

    Not so the one reminder that a line without an id is called like: that has lost its id alone.
    Nor one that was missed before, unless another of these is back: then that file was half saved.
    """
    bare = Counter(task.reminder.title for task in file.tasks if task.block is None)
    rows, missed = store.places.lines_in(path), store.places.vanished().keys()
    if not any(row.id in missed and row.id in here for row in rows):
        rows = [row for row in rows if row.id not in missed]
    rows = [row for row in rows if row.id not in here]
    missing = {row.id: reminder for row in rows if (reminder := store.mirror.reminder(row.id))}
    called = Counter(reminder.title for reminder in missing.values())
    for id, reminder in missing.items():
        is_there = bare[reminder.title] == called[reminder.title] == 1
        if not reminder.deleted and not is_there:
            store.bases.drop(id)
