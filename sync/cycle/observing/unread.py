"""Tells a person which words of synced lines look like a field and cannot be read as one.

They hold nothing back but that field, and the hold is gone once they are mended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sync.core.actions import Hold, HoldKind
from sync.core.matching.match import Line
from sync.core.snapshot import ListView, Mode
from sync.cycle.observing.reading import LocalState

__all__ = ["unread_words"]


def unread_words(
    lines: Iterable[Line], local: LocalState, lists: Mapping[str, ListView]
) -> list[Hold]:
    """A hold for each line of a list that is synced, in the order of their places."""
    found: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for line in lines:
        view = lists.get(line.reminder.list)
        if view is None or view.blocked or view.mode is Mode.IGNORE:
            continue
        for one in local.files[line.path].tasks[line.task].unread:
            found[line.path, one.line + 1].append(one.reason)
    return [
        Hold(f"{path}:{at}", HoldKind.UNREAD_WORDS, f"{path} line {at}: {'. '.join(reasons)}")
        for (path, at), reasons in sorted(found.items())
    ]
