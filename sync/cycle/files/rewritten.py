"""Lines that somebody edited, or carried on, where an unfinished move of ours had left them.

What was put into the new file says what iCloud said, and is agreed on; who typed in the old line
had seen none of it. So that edit is held against what the old line said, and the line that was put
is the one that goes: the move is planned again, beside the edit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from store.db import Store
from store.model import Field
from sync.core.matching.claims import has_news
from sync.core.matching.match import Leaving, words
from sync.cycle.files.pasting import as_it_was
from sync.cycle.observing.reading import LocalState
from sync.cycle.planning.standing import LEAVING, leaving_of, leaving_text
from sync.cycle.planning.stood import as_left, known_before
from sync.local.formats import Dialect
from sync.local.tasks import Task

__all__ = ["take_rewritten"]


def take_rewritten(
    store: Store, local: LocalState, dialect: Dialect, blocks: Callable[[], Mapping[str, str]]
) -> None:
    """Take from the base what the edited lines have not seen, and let those be the reminders.

    ``blocks`` gives the block ids of all that is known, by id.
    """
    leaving = leaving_of(store.meta.get(LEAVING))
    if not leaving or not dialect.marks:
        return
    named = blocks()
    put_for = {one: _put_for_edited(store, local, named, one, dialect) for one in leaving}
    found = {one: put for one, put in put_for.items() if put is not None}
    if not found:
        return
    homes = {base.path: id for id, base in store.bases.all_lists().items()}
    with store.commit("rewritten"):
        for one in sorted(found):
            home, base = homes.get(dialect.layout.place_of(one.path)), store.bases.get(one.id)
            old = as_left(one.words, dialect)
            if home is not None and base is not None and old is not None:
                path, put = found[one]
                before = as_it_was(one.id, old, put.reminder, base.values, dialect)
                store.bases.set(one.id, {**before, Field.LIST: home})
                leaving = (leaving - {one}) | {Leaving(path, one.id, _words(put))}
        store.meta.set(LEAVING, leaving_text(leaving))


def _put_for_edited(
    store: Store, local: LocalState, named: Mapping[str, str], one: Leaving, dialect: Dialect
) -> tuple[str, Task] | None:
    """What was put where, and stands as it was put, for a line that says something else now.

    Or that says the same elsewhere, as somebody has carried it on from where it was left. What
    somebody typed on that one, too, must not go with it before it is agreed on.
    """
    standing = [
        (path, task)
        for path, file in local.files.items()
        for task in file.tasks
        if task.block is not None and task.block == named.get(one.id)
    ]
    here = [(path, task) for path, task in standing if path == one.path]
    carried = [] if here or _may_stand(local, one.path) else standing
    there = [
        (path, task)
        for path, task in standing
        if path != one.path and _is_as_put(store, local, path, one, task, dialect)
    ]
    here += [each for each in carried if each not in there and _words(each[1]) == one.words]
    if (len(standing), len(here), len(there)) != (2, 1, 1):
        return None
    path, task = here[0]
    return None if path == one.path and _words(task) == one.words else there[0]


def _may_stand(local: LocalState, path: str) -> bool:
    """Whether nobody can tell now that a line is gone from its file."""
    file = local.files.get(path)
    return bool(local.incomplete if file is None else file.hides_tasks)


def _is_as_put(
    store: Store, local: LocalState, path: str, one: Leaving, task: Task, dialect: Dialect
) -> bool:
    """Whether a line is what we put: that is remembered, unless we died; or its file is as then."""
    known, base = store.places.line_of(one.id), store.bases.get(one.id)
    if known is not None and (known.path, known.text) == (path, task.text):
        before = () if base is None else known_before(one, base.values, dialect)
        return not (before and has_news(task.reminder, *before))
    sha = local.files[path].sha256
    return any((it.path, it.new_sha) == (path, sha) for it in store.places.written())


def _words(task: Task) -> str:
    return words(task.text, task.reminder.notes)
