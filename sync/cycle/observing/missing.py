"""What is missed, and since when: remembered from run to run, by a clock that may be set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from store.local.places import Vanished
from sync.core.guard import Emptied, counted_s

__all__ = ["missed"]


def missed(
    gone: Iterable[str],
    before: Mapping[str, Vanished],
    now_s: float,
    enough_s: float,
    emptied: Sequence[Emptied] = (),
) -> dict[str, Vanished]:
    """What is ``gone`` now, each with the time that counts, and the list that lost all with it.

    ``before`` is what was remembered; of what waited ``enough_s`` no more is counted.
    """
    lost_with = {id: one.list for one in emptied for id in one.ids}
    found = {}
    for id in gone:
        one = before.get(id, Vanished(id, now_s, 0.0, now_s))
        if one.waited_s < enough_s:
            waited_s = counted_s(one.waited_s, one.seen_s, now_s)
            one = replace(one, waited_s=waited_s, seen_s=now_s)
        found[id] = replace(one, lost_with=lost_with.get(id, ""))
    return found
