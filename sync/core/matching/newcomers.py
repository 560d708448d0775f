"""Lines that no reminder known here has: which identity each one gets, and which has to wait. Pure.

The identity follows from the list and the title (or the id that a person wrote there), so that a
second machine on the same folder, which sees the line as well, comes to the same. An id of our
own form that stands for nobody here was given by another machine whose reminder has not reached
iCloud yet: the line waits for that, and is new when it has waited long enough.

The other machine may have made the reminder first, and somebody ticked, renamed or moved it since.
It is to be shown here and has no line: so this one, which says what it was made from, is its line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import chain, islice

from store.model import Reminder
from sync.core.matching.identity import derived, is_ours, stands_for
from sync.core.matching.traces import Line, Matched

__all__ = ["ALIKE", "Registry", "carried", "is_named_for", "mark", "name_new"]

ALIKE = 32  # so many of one name another machine may have named before this one
_UUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")  # as the UID of a task is


class Registry:
    """Who is known here: ``taken`` are all identities that anything has or had.

    ``strangers`` are reminders in iCloud that never had a line, and ``unagreed`` also those whose
    line was named and given no id; the ``awaited`` of them are just to get a line. ``overdue`` are
    block ids of ours that have waited long enough for their reminder.
    """

    def __init__(
        self,
        taken: Collection[str] = (),
        strangers: Mapping[str, Reminder] | None = None,
        overdue: Collection[str] = (),
        awaited: Collection[str] = (),
        unagreed: Mapping[str, Reminder] | None = None,
    ) -> None:
        self.taken = taken
        self.strangers = strangers or {}
        self.overdue = overdue
        self.awaited = awaited
        self.unagreed = self.strangers if unagreed is None else unagreed


def carried(line: Line, registry: Registry, matched: Matched, there: set[str]) -> bool:
    """Take a line whose id another machine gave for what it is there, or let it wait.

    ``there`` are the identities of all lines so far. Whether that was such a line.
    """
    if line.block is None or line.spot in matched.copies:
        return False
    for id in islice(_names(line), ALIKE):
        if stands_for(line.block, id) and id not in there:
            matched.ids[line.spot] = id
            there.add(id)
            matched.new.add(line.spot)
            matched.adopted[line.block] = id
            return True
    if not is_ours(line.block):
        return False
    if line.block in registry.overdue:
        matched.copies.add(line.spot)  # what it meant elsewhere, it does not mean here
        return False
    matched.foreign[line.spot] = line.block
    return True


def name_new(line: Line, registry: Registry, matched: Matched, there: set[str]) -> None:
    """Give a line the first identity of its origin that nothing here ever had.

    ``there`` are the identities of all lines so far. Where another machine has made that reminder
    already, the line is that one.
    """
    own = line.spot in matched.copies
    for id in _names(line, own=own):
        if id in there:
            continue
        stranger = registry.unagreed.get(id)
        if stranger is not None and (id in registry.awaited or _may_be(line.reminder, stranger)):
            matched.paired.add(line.spot)
            if _typed_block(line, own=own) is None:
                matched.origins.add(id)
        elif id in registry.taken or stranger is not None:
            continue
        else:
            matched.new.add(line.spot)
        matched.ids[line.spot] = id
        there.add(id)
        mark(line, id, matched)
        return


def is_named_for(id: str, said: Reminder) -> bool:
    """Whether a machine gives this identity to a line without an id that says so, in its list."""
    return id in islice(_by_title(said), ALIKE)


def _by_title(said: Reminder) -> Iterator[str]:
    return derived(said.list, " ".join(said.title.split()))


def _names(line: Line, *, own: bool = False) -> Iterator[str]:
    """The identities that the line may get, by the id on it unless that is another line's."""
    reminder = line.reminder
    block = _typed_block(line, own=own)
    if block is None:
        return _by_title(reminder)
    itself = [block] if _UUID.fullmatch(block) else []
    return chain(itself, derived(reminder.list, "", block))


def _typed_block(line: Line, *, own: bool) -> str | None:
    """The id on a line, if a person wrote it; ``own``: what stands there is another line's."""
    return None if line.block is None or own or is_ours(line.block) else line.block


def _may_be(line: Reminder, stranger: Reminder) -> bool:
    return line.list == stranger.list and (line.done is None) == (stranger.done is None)


def mark(line: Line, id: str, matched: Matched) -> None:
    """A block id that a person wrote there stays, and means the reminder from now on."""
    if line.block in matched.adopted:
        matched.copies.add(line.spot)
    if line.block is not None and line.spot not in matched.copies:
        matched.adopted[line.block] = id
    else:
        matched.unstamped.add(line.spot)
