"""Ids in files that stand for no reminder yet: how long they wait for one, and what is said of it.

Another machine that shares the folder wrote them, and its reminders are on their way. Time is
counted across runs, as it is for lines that have vanished.
"""

from __future__ import annotations

from collections.abc import Mapping

from store.local.places import AWAITED, Vanished
from sync.core.actions import Hold, HoldKind
from sync.core.guard import counted_s
from sync.core.matching.match import Matched
from sync.cycle.observing.reading import LocalState

__all__ = ["WAIT_S", "awaited", "overdue", "waiting_keys"]

WAIT_S = 600.0  # until an id that nobody knows makes its line a new one


def waiting_keys(matched: Matched) -> frozenset[str]:
    """What is remembered of ids that wait now, beside vanished lines."""
    return frozenset(f"{AWAITED}{block}" for block in matched.foreign.values())


def overdue(since: Mapping[str, Vanished], now_s: float) -> frozenset[str]:
    """The block ids that have waited long enough; ``since`` is what is remembered, in Unix s."""
    return frozenset(
        key.removeprefix(AWAITED)
        for key, one in since.items()
        if key.startswith(AWAITED) and counted_s(one.waited_s, one.seen_s, now_s) >= WAIT_S
    )


def awaited(
    matched: Matched, local: LocalState, since: Mapping[str, Vanished]
) -> tuple[list[Hold], list[float]]:
    """The lines that wait, and for each how many seconds are left."""
    holds, left = [], []
    for (path, task), block in sorted(matched.foreign.items()):
        rest_s = WAIT_S - since[f"{AWAITED}{block}"].waited_s
        line = local.files[path].tasks[task].line + 1
        reason = (
            f"{path} line {line}: no reminder has the id {block}; another machine may be about to"
            f" send it; in {rest_s:.0f} s it counts as a new line, or at once without the id"
        )
        holds.append(Hold(block, HoldKind.UNKNOWN_ID, reason))
        left.append(rest_s)
    return holds, left
