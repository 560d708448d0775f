"""Stale buffers: a file that was saved by somebody who had not seen what we wrote into it. Pure.

An editor that was open while we wrote holds the text of before. Its next save takes our lines
away again, and to a three-way merge that looks like a person undoing what the phone did. So a
save is held against what we wrote since the last one: a write of which nothing stands in the
file, and of which something is as it was before, was never seen. It is taken back from the base,
and planned again beside what the person did edit.

A save that brings back exactly the bytes of before our write is taken at its word: nobody saves
an untouched buffer, but people do take out the one line that was just put in. And of a file that
we made there is no text of before: who saves it without its only line has seen it.

A file that was empty when we wrote into it may have been so for the middle of a save. If lines are
in it again that we did not write, that save has ended: nothing in it shows that our write was seen,
since both sides may have made one of the edits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from enum import Enum, auto

from store.local.renders import BaseChange, Render
from store.model import Completion, Field, Reminder, Value
from store.values import NO_VALUE, NoValue
from sync.core.merging.lift import overlay

__all__ = ["never_seen"]

_EMPTY = hashlib.sha256(b"").hexdigest()
_UNSAID = (Field.LIST, Field.PARENT)  # no line says them in words
Shown = Callable[[Reminder], Reminder]
Said = Mapping[str, Sequence[Reminder]]
"""What the lines of a file say, by reminder: of one whose line was copied there are several."""


class _Sign(Enum):
    """What a file shows of one change that we wrote."""

    BACK = auto()
    STANDS = auto()
    NEITHER = auto()


def never_seen(
    writes: Sequence[Render],
    sha256: str,
    said: Said,
    shown: Shown,
    titles: Mapping[str, object],
    unmarked: Collection[str] = (),
    elsewhere: Collection[str] = (),
) -> Sequence[Render]:
    """The newest of ``writes`` (oldest first) that a saved file knows nothing of.

    ``sha256`` is the file's now, ``said`` what its lines say, ``titles`` what was agreed on that
    reminders are called, ``unmarked`` the titles on lines without an id: who took
    the ids away has seen the lines. ``elsewhere`` are the reminders whose lines stand in other
    files: who carried them there has seen them, too.
    """
    bare = {
        change.id
        for write in writes
        for change in write.changes
        if change.id not in said
        and (titles.get(change.id) in unmarked or (_is_title(change) and change.after in unmarked))
    }
    made = max((at for at, write in enumerate(writes) if not write.expected_sha), default=-1)
    for start in range(made + 1, len(writes)):
        unseen = writes[start:]
        if any(sha256 == write.expected_sha for write in unseen):
            return ()
        known = [one for one in _joined(unseen) if one.id not in bare]
        signs = [_sign(one, said, shown, elsewhere, typed=bool(unmarked)) for one in known]
        if _Sign.BACK in signs and (_Sign.STANDS not in signs or _ends_a_save(unseen, said)):
            return unseen
    return ()


def _ends_a_save(writes: Sequence[Render], said: Said) -> bool:
    """Whether the first write found the file empty, and it has lines again that no write put in."""
    written = {change.id for write in writes for change in write.changes}
    return writes[0].expected_sha == _EMPTY and not said.keys() <= written


def _is_title(change: BaseChange) -> bool:
    return change.field is Field.TITLE


def _joined(writes: Sequence[Render]) -> list[BaseChange]:
    """What several writes did together: from the first value before to the last after."""
    joined: dict[tuple[str, Field | None], BaseChange] = {}
    for write in writes:
        for change in write.changes:
            key = (change.id, change.field)
            first = joined.get(key, change)
            joined[key] = replace(change, before=first.before, stood=first.stood)
    return list(joined.values())


def _sign(
    change: BaseChange,
    said: Said,
    shown: Shown,
    elsewhere: Collection[str],
    *,
    typed: bool,
) -> _Sign:
    lines = said.get(change.id, ())
    if change.field is Field.LIST and change.before not in (NO_VALUE, change.after):
        # We moved it into this file; what comes back from the archive was in this list. That it
        # is gone alone is a deletion like any other.
        if lines:
            return _Sign.NEITHER if isinstance(change.after, NoValue) else _Sign.STANDS
        return _Sign.BACK if typed and change.id not in elsewhere else _Sign.NEITHER
    if change.field is None:
        is_there = bool(lines) or (bool(change.after) and change.id in elsewhere)
        if bool(change.before) == bool(change.after):
            return _Sign.NEITHER
        return _Sign.STANDS if is_there == bool(change.after) else _Sign.BACK
    # An older line that is pasted beside the one that we wrote does not make that unseen.
    signs = {_shows(change, change.field, line, shown) for line in lines}
    return next((sign for sign in (_Sign.STANDS, _Sign.BACK) if sign in signs), _Sign.NEITHER)


def _shows(change: BaseChange, name: Field, line: Reminder, shown: Shown) -> _Sign:
    """What one line shows of a change of this field."""
    if name in _UNSAID or name in line.opaque:
        return _Sign.NEITHER
    now = line.value(name)
    stood = change.before if change.stood is NO_VALUE else change.stood
    after, before = (_as_shown(change, value, shown) for value in (change.after, stood))
    if _same(after, before):
        return _Sign.NEITHER
    if _same(now, after):
        return _Sign.STANDS
    return _Sign.BACK if _same(now, before) else _Sign.NEITHER


def _as_shown(change: BaseChange, value: Value | NoValue, shown: Shown) -> Value | NoValue:
    if isinstance(value, NoValue) or change.field is None:
        return value
    return shown(overlay(Reminder(change.id), {change.field: value})).value(change.field)


def _same(one: Value | NoValue, other: Value | NoValue) -> bool:
    if isinstance(one, Completion) and isinstance(other, Completion):
        return True
    return one == other
