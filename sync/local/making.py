"""Making the edits of one file: all that can be made at once; the rest is left out, and said why.

Edits of one reminder stand or fall together, and so do those of a family: a task that is put in
with its subtasks. Otherwise one of them would be taken out of its old place and stand nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sync.local.formats import Dialect
from sync.local.tasks import CannotEdit, Edit, TodoFile

__all__ = ["NO_FAMILIES", "make_edits"]

Named = tuple[str, Edit]  # whose edit it is
NO_FAMILIES: Mapping[str, frozenset[str]] = MappingProxyType({})


def make_edits(
    todo: TodoFile,
    edits: Sequence[Named],
    dialect: Dialect,
    families: Mapping[str, frozenset[str]] = NO_FAMILIES,
) -> tuple[bytes | None, dict[str, str]]:
    """The edited bytes (``None`` if nothing could be made), and what failed, by id, with why."""
    failed: dict[str, str] = {}
    left = list(edits)
    while left:
        try:
            return dialect.edit(todo, [change for _, change in left]), failed
        except CannotEdit as error:
            culprits = _culprits(todo, left, error, dialect)
            whole = {one for id in culprits for one in families.get(id, frozenset({id}))}
            failed.update(dict.fromkeys(whole, error.reason))
            left = [(id, change) for id, change in left if id not in whole]
    return None, failed


def _culprits(
    todo: TodoFile, left: Sequence[Named], error: CannotEdit, dialect: Dialect
) -> set[str]:
    """Whose edit it was; where that is not said, the one with which edits begin to fail."""
    named = {
        id
        for id, change in left
        if error.task is not None and getattr(change, "task", None) == error.task
    }
    if named:
        return named
    good, bad = 0, len(left)  # so many of the first can be made, so many cannot
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            dialect.edit(todo, [change for _, change in left[:middle]])
            good = middle
        except CannotEdit:
            bad = middle
    return {left[bad - 1][0]}
