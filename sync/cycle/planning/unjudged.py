"""What waited already and cannot be judged now: it goes on to wait, and to be told of.

A line that may stand in a file which is just being saved has neither returned nor gone. Were its
hold dropped for that moment, `status` would show nothing, an approval would lose its object, and
what was held because so much went at once would look like a few deletions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from store.activity.attention import Hold as StoredHold
from store.local.places import Vanished
from store.model import Field, Unknown
from sync.core.actions import Hold, HoldKind
from sync.core.snapshot import Snapshot

__all__ = ["all_waiting", "still_waiting"]

_OF_REMINDERS = frozenset(
    {
        HoldKind.GRACE,
        HoldKind.DELETIONS,
        HoldKind.RECURRING,
        HoldKind.CROSSING,
        HoldKind.GONE_IN_ICLOUD,
        HoldKind.UNSAYABLE,
        HoldKind.READ_ONLY,
    }
)
"""Kinds of which the id may be that of a reminder, or of a group."""


def still_waiting(
    before: Iterable[StoredHold],
    now: Sequence[Hold],
    snapshot: Snapshot,
    vanished: Mapping[str, Vanished],
    groups: Iterable[str] = (),
    stands_in: Callable[[str], str | None] = lambda _: None,
) -> list[Hold]:
    """Of what waited ``before``, all that is not judged in this ``snapshot``.

    Nothing of which more is said ``now``: of the reminder itself, of its list, of that's file or of
    the one in which its id stands (``stands_in``). ``vanished`` are the lines that were missed
    before, and with which list they were lost; ``groups`` are those of which it is not known
    whether anything is in them.
    """
    told = {hold.id for hold in now}
    unknown = {
        id
        for side in (snapshot.local, snapshot.remote)
        for id, state in side.items()
        if isinstance(state, Unknown)
    }
    unknown |= {*groups}
    emptied = {
        snapshot.lists[one.lost_with].path
        for id, one in vanished.items()
        if id in unknown and one.lost_with in snapshot.lists
    }

    def waits(hold: StoredHold) -> bool:
        if hold.kind == HoldKind.EMPTIED:
            return hold.id in emptied and hold.id not in told
        # Its id stands nowhere now: that it is in a file which is just being saved may be.
        is_nowhere = hold.kind == HoldKind.ASIDE and stands_in(hold.id) is None
        is_unknown = (hold.kind in _OF_REMINDERS or is_nowhere) and hold.id in unknown
        return is_unknown and not told & {*_names(hold.id, snapshot), stands_in(hold.id)}

    return [_same(hold) for hold in before if waits(hold)]


def all_waiting(before: Iterable[StoredHold]) -> list[Hold]:
    """All that waited, where nothing at all can be judged; a first plan is to be seen again."""
    return [_same(hold) for hold in before if hold.kind not in (HoldKind.FILE, HoldKind.FIRST_PLAN)]


def _names(id: str, snapshot: Snapshot) -> set[str]:
    """What tells of a reminder: its id, that of its list, and the path of that's file."""
    home = str(snapshot.base.get(id, {}).get(Field.LIST, ""))
    view = snapshot.lists.get(home)
    return {id, home, (view.path if view is not None else None) or home}


def _same(hold: StoredHold) -> Hold:
    return Hold(hold.id, HoldKind(hold.kind), hold.reason, hold.until_ms)
